"""The indexer: carries the catalogue's changes into the search index, and builds the index again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from ocr.forms import catalogue

from .catalogue.records import INDEX
from .errors import IndexDamaged
from .index.port import Document
from .model import Record
from .vault import Archive

_SOME = 500
_MONEY = re.compile(r"(?<![\d,.])(?:\d{1,3}(?:,\d{3})+|\d{1,15})\.\d{2}(?![\d,.])")
_PLAIN = re.compile(r"\d{1,15}(?:\.\d{1,2})?")


def document(record: Record) -> Document:
    """A record as the index knows it. Its amounts are those of its fields and those printed anywhere on the page."""
    forms = catalogue()
    kinds = {name: forms.fields[name].kind for name in record.fields if name in forms.fields}
    values = {name: one.value for name, one in record.fields.items() if kinds.get(name) != "stamp" and one.value}
    written = [values[name] for name, kind in kinds.items() if kind == "amount" and name in values]
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
    )


def _cents(text: str) -> int:
    return int(Decimal(text.replace(",", "")).scaleb(2))


def _date(text: str) -> date | None:
    """None for a value that nobody has accepted and that is no date yet."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


class Indexer:
    """The one that writes to an archive's index; the process that owns the data folder runs it."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    def drain(self, limit: int = _SOME) -> int:
        """Carries over what waits in the outbox, up to that many rows; returns how many. A row is forgotten only after
        the index has committed, so that a crash between does it again, to the same end."""
        with self._archive.catalogue.read() as transaction:
            waiting = transaction.outbox.pending(INDEX, limit)
            ids = sorted({int(key) for _, key in waiting})
            records = transaction.records.many(ids)
        if not waiting:
            return 0
        index = self._archive.index
        index.put(document(record) for record in records)
        index.delete(set(ids) - {record.id for record in records})
        index.commit()
        with self._archive.catalogue.write() as transaction:
            transaction.outbox.done(seq for seq, _ in waiting)
        return len(waiting)

    def rebuild(self) -> int:
        """Builds the index again from the catalogue, also where its folder is missing or damaged; returns how many
        records it holds. Searches see the old index until the end, where it can still be read."""
        index = self._archive.index
        index.clear()
        total = 0
        for records in self._all():
            index.put(document(record) for record in records)
            total += len(records)
        index.commit()
        return total

    def ensure(self) -> int:
        """Builds the index again where it cannot be read or does not hold as many records as it should; returns how
        many it then took over, 0 where it was well. For the start of the owner."""
        with self._archive.catalogue.read() as transaction:
            due = {key for _, key in transaction.outbox.pending(INDEX, limit=100_000)}
            total = transaction.records.count()
        try:
            well = total - len(due) <= self._archive.index.count() <= total
        except IndexDamaged:
            well = False
        return 0 if well else self.rebuild()

    def _all(self) -> Iterator[list[Record]]:
        last = 0
        while True:
            with self._archive.catalogue.read() as transaction:
                ids = transaction.records.page_of_ids(last, _SOME)
                records = transaction.records.many(ids)
            if not ids:
                return
            yield records
            last = ids[-1]
