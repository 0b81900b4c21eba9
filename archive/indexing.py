"""The indexer: carries the catalogue's changes into the search index, and builds the index again."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from ocr.forms import catalogue

from .catalogue.engine import Transaction
from .catalogue.records import INDEX
from .errors import IndexDamaged
from .index.port import Document
from .model import Record
from .vault import Archive

_SOME = 500  # records that are read and written at once
_MANY = 5_000  # rows that one commit carries
_MONEY = re.compile(r"(?<![\d,.])(?:\d{1,3}(?:,\d{3})+|\d{1,15})\.\d{2}(?![\d,.])")
_MAIN = ("amount", "bill_amount", "discount_paid", "balance")  # which of its amounts a record is sorted by
_PLAIN = re.compile(r"\d{1,15}(?:\.\d{1,2})?")
Boxed = tuple[Record, str]


def document(record: Record, version: int = 0, box: str = "") -> Document:
    """A record as the index knows it. Its amounts are those of its fields and those printed anywhere on the page; `box`
    is its batch's."""
    forms = catalogue()
    kinds = {name: forms.fields[name].kind for name in record.fields if name in forms.fields}
    values = {name: one.value for name, one in record.fields.items() if kinds.get(name) != "stamp" and one.value}
    written = [values[name] for name, kind in kinds.items() if kind == "amount" and name in values]
    main = [values[name] for name in _MAIN if _PLAIN.fullmatch(values.get(name, ""))]
    amounts = {_cents(text) for text in written if _PLAIN.fullmatch(text)}
    amounts |= {_cents(text) for text in _MONEY.findall(record.text)}
    dates = {_date(values[name]) for name, kind in kinds.items() if kind == "date" and name in values}
    known = forms.types.get(record.type)
    return Document(
        id=record.id,
        type=record.type,
        title=known.title if known else "",
        branch_no=record.branch_no,
        teller_no=record.teller_no,
        business_date=record.business_date,
        state=record.state.value,
        batch_id=record.batch_id,
        amounts=tuple(sorted(amounts)),
        dates=tuple(sorted(day for day in dates if day)),
        text=record.text,
        fields=values,
        file_name=record.file_name,
        sheet_number=record.sheet_number,
        amount=_cents(main[0]) if main else None,
        version=version,
        box=box,
    )


def _cents(text: str) -> int:
    return int(Decimal(text.replace(",", "")).scaleb(2))


def _date(text: str) -> date | None:
    """None for a value that nobody has accepted and that is no date yet."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _read(transaction: Transaction, ids: Sequence[int]) -> list[Boxed]:
    """The records that exist, each with the box of its batch. The boxes are asked for once: many records share one."""
    records = transaction.records.many(ids)
    boxes = transaction.batches.boxes(record.batch_id for record in records)
    return [(record, boxes.get(record.batch_id, "")) for record in records]


class Indexer:
    """The one that writes to an archive's index. One runs at a time; where two overlap, the versions of the documents
    let the later reading stand."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    def backlog(self) -> tuple[int, datetime | None]:
        """How many changes wait, and since when the oldest of them does."""
        with self._archive.catalogue.read() as transaction:
            return transaction.outbox.backlog(INDEX)

    def drain(self, limit: int = _MANY) -> int:
        """Carries over what waits in the outbox, up to that many rows; returns how many. A row is forgotten only after
        the index has committed, so that a crash between does it again, to the same end. An index that is found damaged
        or missing is built again first."""
        with self._archive.catalogue.read() as transaction:
            waiting = transaction.outbox.pending(INDEX, limit)
        if not waiting:
            return 0
        versions = {int(key): seq for seq, key in waiting}  # the last change of each, known before it is read
        try:
            self._carry(versions)
        except IndexDamaged:
            self.rebuild()
            self._carry(versions)
        with self._archive.catalogue.write(synced=False) as transaction:  # to do a row again does no harm
            transaction.outbox.done(seq for seq, _ in waiting)
        return len(waiting)

    def _carry(self, versions: Mapping[int, int]) -> None:
        index, ids = self._archive.index, sorted(versions)
        for some in (ids[start : start + _SOME] for start in range(0, len(ids), _SOME)):
            with self._archive.catalogue.read() as transaction:
                records = _read(transaction, some)
            index.put(document(record, versions[record.id], box) for record, box in records)
            for id in set(some) - {record.id for record, _ in records}:
                index.delete([id], versions[id])
        index.commit()

    def rebuild(self) -> int:
        """Builds the index again from the catalogue, also where it is missing or damaged; returns how many records it
        holds. Searches see the old index until the end, where it can still be read. Its documents have no version, so
        that whatever changes meanwhile replaces them, sooner or later: every change waits in the outbox."""
        total = 0
        with self._archive.index.rebuilding() as builder:
            for records in self._all():
                builder.put(document(record, box=box) for record, box in records)
                total += len(records)
        return total

    def ensure(self) -> int:
        """Builds the index again where it cannot be read or does not hold as many records as it should; returns how
        many it then took over, 0 where it was well. For the start of whoever runs the indexer."""
        least, _ = self._expected()
        try:
            count = self._archive.index.count()
        except IndexDamaged:
            return self.rebuild()
        return 0 if least <= count <= self._expected()[1] else self.rebuild()

    def _expected(self) -> tuple[int, int]:
        """How many records the index holds now at least, and at most."""
        with self._archive.catalogue.read() as transaction:
            waiting, _ = transaction.outbox.backlog(INDEX)
            total = transaction.records.count()
        return total - waiting, total

    def _all(self) -> Iterator[list[Boxed]]:
        last = 0
        while True:
            with self._archive.catalogue.read() as transaction:
                ids = transaction.records.page_of_ids(last, _SOME)
                records = _read(transaction, ids)
            if not ids:
                return
            yield records
            last = ids[-1]
