"""A teller's demo day as a folder: page files, truth.jsonl, journal.csv and journal_truth.json."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path

from ocr.cover import Cover
from ocr.model import ATTACHMENT, BATCH_COVER, BLANK, ENDORSEMENT
from ocr.synthesis import files
from ocr.synthesis.attachments import attachment
from ocr.synthesis.cover import cover_sheet
from ocr.synthesis.form import Pixels
from ocr.synthesis.journal import NO_PAPER_CODES, Sown, Transaction, sow
from ocr.synthesis.journal import write as write_journal
from ocr.synthesis.layouts.design import PLANS
from ocr.synthesis.paper import blank_back, worn
from ocr.synthesis.plan import Options, Planned, Planner, spare_numbers, voucher_types
from ocr.synthesis.sheets import Side, back_of_cheque, printed_voucher

OnPage = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Truth:
    """What one page of one file truly says: a line of truth.jsonl. `breaks` names the rule that the voucher is meant to
    break, `journal_no` the transaction behind it."""

    file: str
    page: int
    type: str
    fields: dict[str, str]
    breaks: str | None = None
    journal_no: str | None = None

    def line(self) -> str:
        """The line of truth.jsonl, without the line's end."""
        said: dict[str, object] = {"file": self.file, "page": self.page, "type": self.type, "fields": self.fields}
        if self.breaks:
            said["breaks"] = self.breaks
        return json.dumps(said, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Day:
    """What make_day wrote. `sheets` counts pieces of paper, the cover too; `journal_lines` lines of the CSV."""

    folder: Path
    business_date: date
    branch_no: str
    teller_no: str
    files: tuple[Path, ...]
    truth: tuple[Truth, ...]
    sheets: int
    journal_lines: int
    cover: Cover | None = None


@dataclass(slots=True)
class _Writer:
    """Wears pages, groups them into files and keeps the truth."""

    folder: Path
    options: Options
    rng: random.Random
    on_page: OnPage | None
    total: int
    files: list[Path] = field(default_factory=list)
    truth: list[Truth] = field(default_factory=list)
    kind: str = "jpg"
    room: int = 0
    held: list[tuple[Pixels, Side, str | None]] = field(default_factory=list)

    def add(self, side: Side, journal_no: str | None = None) -> None:
        """One more page, in the open file or in a new one."""
        if not self.held:
            self._open()
        self.held.append((worn(side.pixels, self.options.wear, self.options.dpi, self.rng), side, journal_no))
        if self.on_page:
            self.on_page(len(self.truth) + len(self.held), self.total)
        if len(self.held) >= self.room:
            self.flush()

    def _open(self) -> None:
        """Choose the next file's kind and how many pages it holds."""
        formats = self.options.formats
        mixed = formats == "mixed"
        self.room = self.rng.randrange(2, 6) if mixed and self.rng.random() < 0.15 else 1
        if mixed:
            self.kind = self.rng.choice(files.MULTIPLE if self.room > 1 else files.SINGLE)
        else:
            kinds = {"grey": files.GREY, "bitonal": files.BITONAL}.get(formats, ("jpg",))
            self.kind = kinds[len(self.files) % len(kinds)]

    def flush(self) -> None:
        """Write the open file."""
        if not self.held:
            return
        name = f"{len(self.files) + 1:04d}.{files.suffix(self.kind)}"
        quality = self.rng.randrange(80, 91) if self.options.wear == "clean" else self.rng.randrange(55, 91)
        path = self.folder / name
        path.write_bytes(files.encode([page for page, _, _ in self.held], self.kind, self.options.dpi, quality))
        self.files.append(path)
        for number, (_, side, journal_no) in enumerate(self.held, 1):
            self.truth.append(Truth(name, number, side.type, side.fields, side.breaks, journal_no))
        self.held.clear()


def make_day(
    folder: Path,
    *,
    seed: int,
    vouchers: int,
    business_date: date,
    branch_no: str,
    teller_no: str,
    geometries: Sequence[str] = ("a", "b"),
    types: Sequence[str] | None = None,
    wear: str = "normal",
    formats: str = "jpg",
    duplex: bool = False,
    cover: bool = False,
    extras: bool = True,
    journal: bool = True,
    breaks: float = 0.0,
    discrepancies: float = 0.03,
    dpi: int = 200,
    stamped: bool = True,
    on_page: OnPage | None = None,
) -> Day:
    """Write a teller's day of `vouchers` vouchers into `folder` (made where missing) and say what it holds.

    The wishes are described at plan.Options. Files are 0001.jpg, … in feeding order; `on_page` gets pages done and
    in all. The same arguments give the same bytes on one machine. ValueError for an unknown type, wear or format.
    """
    options = Options(
        branch_no, teller_no, business_date, tuple(geometries), voucher_types(types), wear, formats, duplex, cover,
        extras, journal, breaks, discrepancies, dpi, stamped,
    )  # fmt: skip
    planner = Planner(options, seed)
    sheets = list(planner.sheets(vouchers))
    folder.mkdir(parents=True, exist_ok=True)
    return _written(folder, planner, sheets, on_page)


def _written(folder: Path, planner: Planner, sheets: Sequence[Planned], on_page: OnPage | None) -> Day:
    """Write the books, then the pages, then the truth."""
    options = planner.options
    books, sown, lines = _books(folder, planner, sheets) if options.journal else ((), Sown(), 0)
    declared = _declared(options, sheets, books, lines) if options.cover else None
    rng = random.Random(f"{planner.seed}/wear")  # noqa: S311
    writer = _Writer(folder, options, rng, on_page, len(sheets) + options.cover)
    if declared:
        page, said = cover_sheet(declared, options.geometries[0], options.dpi)
        writer.add(Side(page, BATCH_COVER, said))
    _draw(writer, sheets, options)
    (folder / "truth.jsonl").write_text("".join(f"{said.line()}\n" for said in writer.truth), encoding="utf-8")
    if options.journal:
        _write_journal_truth(folder, writer.truth, sown)
    return Day(
        folder,
        options.business_date,
        options.branch_no,
        options.teller_no,
        tuple(writer.files),
        tuple(writer.truth),
        len([side for side in sheets if not side.back]) + options.cover,
        lines,
        declared,
    )


def _books(folder: Path, planner: Planner, sheets: Sequence[Planned]) -> tuple[Sequence[Transaction], Sown, int]:
    """Write journal.csv: its transactions, what was sown in it, and its count of lines."""
    options = planner.options
    true = list({side.transaction.journal_no: side.transaction for side in sheets if side.transaction}.values())
    values = planner.values("journal")
    free = spare_numbers(values.rng, 8 + len(true), [found.journal_no for found in true])
    kept, sown = sow(true, values, options.discrepancies, free)
    path = folder / "journal.csv"
    return kept, sown, write_journal(path, kept, options.business_date, options.branch_no, options.teller_no)


def _declared(options: Options, sheets: Sequence[Planned], books: Sequence[Transaction], lines: int) -> Cover:
    """What the cover declares: the sheets behind it and the journal's lines and amount."""
    amount = sum((Decimal(entry.amount) for found in books for entry in found.entries), Decimal(0))
    count = len([side for side in sheets if not side.back])
    known = (lines, amount) if books else (None, None)
    return Cover(options.branch_no, options.teller_no, options.business_date, count, *known)


def _draw(writer: _Writer, sheets: Sequence[Planned], options: Options) -> None:
    """Draw every planned side and hand it to the writer."""
    front: Pixels | None = None
    for planned in sheets:
        side = _side(planned, front, options)
        if not planned.back:
            front = side.pixels
        writer.add(side, planned.transaction.journal_no if planned.transaction else None)
    writer.flush()


def _side(planned: Planned, front: Pixels | None, options: Options) -> Side:
    values, dpi = planned.values, options.dpi
    if planned.form is not None:
        return printed_voucher(planned.form, planned.items, values, dpi, planned.breaks, options.stamped)
    if planned.type == ATTACHMENT:
        return Side(attachment(values, dpi), ATTACHMENT, {})
    if planned.type == ENDORSEMENT:
        return Side(back_of_cheque(options.geometries[0], values, dpi), ENDORSEMENT, {})
    if front is None:
        raise ValueError("a blank side needs the side before it")
    return Side(blank_back(front, values.rng), BLANK, {})


def _write_journal_truth(folder: Path, truth: Sequence[Truth], sown: Sown) -> None:
    """journal_truth.json: which page belongs to which transaction, and what was sown."""
    pages = [
        {"file": said.file, "page": said.page, "type": said.type, "journal_no": said.journal_no}
        for said in truth
        if said.type in PLANS
    ]
    content = {
        "vouchers": [page for page in pages if page["journal_no"]],
        "no_transaction": [page for page in pages if not page["journal_no"]],
        "missing": sown.missing,
        "extra": sown.extra,
        "different": sown.different,
        "no_paper_codes": list(NO_PAPER_CODES),
    }
    text = json.dumps(content, ensure_ascii=False, indent=1)
    (folder / "journal_truth.json").write_text(text + "\n", encoding="utf-8")
