"""The core-banking journal: a CSV file becomes entries, refused as a whole where any row is bad, imported by key."""

from __future__ import annotations

import csv
import hashlib
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import cast

from archive.errors import Invalid, Refused
from archive.model import EVERYTHING, Entry, Scope, TellerDay
from archive.vault import Archive
from supervision.columns import COLUMNS, BadCell, Column, Value, heading, plain

# Transaction codes whose transactions bring no paper, until the parameter centre says otherwise (setting below).
PAPERLESS_CODES = ("9001", "9002", "9105")
PAPERLESS_SETTING = "paperless_codes"
_FAULTS_SHOWN = 10


@dataclass(frozen=True, slots=True)
class RowFault:
    """One cell that cannot be taken: the row as an editor counts it (the header is row 1), the column and why."""

    row: int
    column: str
    why: str


class JournalInvalid(Invalid):
    """A journal file that was refused as a whole; `faults` names every bad row and column."""

    def __init__(self, name: str, faults: Sequence[RowFault]) -> None:
        shown = "; ".join(f"row {f.row}, column {f.column}: {f.why}" for f in faults[:_FAULTS_SHOWN])
        more = len(faults) - _FAULTS_SHOWN
        rest = f"; and {more} more" if more > 0 else ""
        super().__init__(name, f"{shown}{rest}. Nothing was imported: mend the file and import it again")
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What an import did: its lines by new, changed and same, and the days that it touched. `sealed` lists the days
    that were sealed before and whose new or changed lines were therefore not taken, with their number."""

    name: str
    rows: int
    new: int
    changed: int
    same: int
    days: tuple[TellerDay, ...]
    sealed: tuple[tuple[TellerDay, int], ...] = ()


def day_of(entry: Entry) -> TellerDay:
    """The teller's day that an entry belongs to."""
    return TellerDay(entry.branch_no, entry.teller_no, entry.business_date)


def sha256_of(data: bytes) -> str:
    """The name of bytes."""
    return hashlib.sha256(data).hexdigest()


def _decoded(name: str, data: bytes) -> str:
    if not data.strip():
        raise Invalid(name, "the file is empty; export the journal again")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise Invalid(name, "the file is neither UTF-8 nor GB18030 text; save it as CSV in one of them")


def _delimiter(first: str) -> str:
    return max(",\t;|", key=first.count)


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """The rows that hold something, with the line on which each ends."""
    first = text.lstrip().split("\n", 1)[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(first), strict=True)
    for cells in reader:
        if any(cell.strip() for cell in cells):
            yield reader.line_num, cells


def _header(name: str, cells: list[str]) -> list[Column | None]:
    found = [heading(cell) for cell in cells]
    named = Counter(column.name for column in found if column)
    missing = [column.name for column in COLUMNS if column.needed and column.name not in named]
    if missing:
        raise Invalid(name, f"row 1 names no column {', '.join(missing)}; add it and import the file again")
    twice = [column for column, count in named.items() if count > 1]
    if twice:
        raise Invalid(name, f"row 1 names the column {', '.join(twice)} twice; keep one and import the file again")
    return found


def _cell(column: Column, text: str, row: int, faults: list[RowFault]) -> Value | None:
    try:
        value = column.read(text) if text or not column.filled else None
    except BadCell as bad:
        faults.append(RowFault(row, column.name, str(bad)))
        return None
    if value is None:
        faults.append(RowFault(row, column.name, "it is empty; every line needs it"))
    return value


def _values(header: list[Column | None], cells: list[str], row: int, faults: list[RowFault]) -> dict[str, Value | None]:
    if len(cells) > len(header) and any(cell.strip() for cell in cells[len(header) :]):
        why = f"the row has {len(cells)} cells and the header {len(header)}; quote an amount that holds commas"
        faults.append(RowFault(row, str(len(header) + 1), why))
        return {}
    padded = [*cells, *([""] * (len(header) - len(cells)))]
    pairs = [(column, text) for column, text in zip(header, padded, strict=False) if column]
    return {column.name: _cell(column, plain(text), row, faults) for column, text in pairs}


def _entry(values: dict[str, Value | None]) -> Entry:
    texts = {c.name: cast(str, values.get(c.name) or "") for c in COLUMNS}
    texts.pop("business_date"), texts.pop("amount"), texts.pop("line")
    return Entry(
        business_date=cast(date, values["business_date"]),
        amount=cast(Decimal, values["amount"]),
        line=cast(int, values.get("line") or 0),
        **texts,  # type: ignore[arg-type]
    )


Key = tuple[TellerDay, str, int]


def _numbered(entries: Iterable[tuple[int, Entry]], faults: list[RowFault]) -> Iterator[Entry]:
    """Entries with a line each: the one written, else by order within the journal number; a key twice is a fault."""
    seen: dict[Key, int] = {}
    order: Counter[tuple[TellerDay, str]] = Counter()
    for row, entry in entries:
        day = day_of(entry)
        order[day, entry.journal_no] += 1
        line = entry.line or order[day, entry.journal_no]
        first = seen.setdefault((day, entry.journal_no, line), row)
        if first != row:
            why = f"journal number {entry.journal_no} line {line} is in row {first} already; number its lines"
            faults.append(RowFault(row, "line", why))
            continue
        yield entry if entry.line else replace(entry, line=line)


def parse_journal(name: str, data: bytes) -> list[Entry]:
    """The entries of a CSV file in UTF-8 (with or without BOM) or GB18030, its columns in any order. Invalid where the
    file is no such table, JournalInvalid where rows of it are bad: both name the file, the row and the column."""
    rows = _rows(_decoded(name, data))
    try:
        header = _header(name, next(rows)[1])
        faults: list[RowFault] = []
        parsed = [(row, _values(header, cells, row, faults)) for row, cells in rows]
    except csv.Error as error:
        raise Invalid(name, f"the file is not CSV ({error}); export the journal again") from error
    bad = {fault.row for fault in faults}
    whole = ((row, _entry(values)) for row, values in parsed if row not in bad)
    entries = list(_numbered(whole, faults))
    if faults:
        raise JournalInvalid(name, sorted(faults, key=lambda fault: fault.row))
    if not entries:
        raise Invalid(name, "the file has a header and no lines; export the journal again")
    return entries


def _require_scope(name: str, entries: Iterable[Entry], scope: Scope) -> None:
    outside = sorted({entry.branch_no for entry in entries if not scope.covers(entry.branch_no)})
    if outside:
        raise Refused(f"{name} holds lines of branch {', '.join(outside)}, which you may not see; nothing was imported")


def _by_day(entries: Iterable[Entry]) -> dict[TellerDay, list[Entry]]:
    found: dict[TellerDay, list[Entry]] = {}
    for entry in entries:
        found.setdefault(day_of(entry), []).append(entry)
    return found


def _unlike(wanted: Iterable[Entry], known: Iterable[Entry]) -> int:
    """How many lines would be new or changed."""
    have = {replace(entry, id=0, version=1) for entry in known}
    return sum(entry not in have for entry in wanted)


def import_file(archive: Archive, name: str, data: bytes, *, actor: str, scope: Scope = EVERYTHING) -> ImportResult:
    """Imports a journal file in one transaction: new lines are added, known keys corrected, the rest left alone; its
    days become due for matching. Lines that would change a sealed day are left out and counted in `sealed`. Invalid
    or JournalInvalid where the file cannot be taken, Refused where it holds lines outside the scope."""
    entries = parse_journal(name, data)
    _require_scope(name, entries, scope)
    days = _by_day(entries)
    with archive.catalogue.write() as tx:
        closed = {day for day in days if tx.days.sealed(day)}
        late = {day: _unlike(days[day], tx.journal.of_day(day)) for day in closed}
        import_id = tx.journal.record_import(name, sha256_of(data), len(entries), actor)
        taken = [entry for day, lines in days.items() if not late.get(day) for entry in lines]
        done = tx.journal.upsert(taken, import_id)
        detail = {"name": name, "rows": len(entries), "new": done.new, "changed": done.changed, "same": done.same}
        tx.events.add("journal.imported", actor, detail=detail)
    refused = tuple((day, count) for day, count in late.items() if count)
    return ImportResult(name, len(entries), done.new, done.changed, done.same, tuple(days), refused)
