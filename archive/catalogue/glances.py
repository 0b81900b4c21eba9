"""Glances: what a page of results shows of each record, read in as few steps as it takes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import bindparam, select

from ..model import Scope
from .base import Repository, chunks
from .tables import file, match, page, record, record_field, sheet

_IDS = "ids"


class Glance(NamedTuple):
    """A record without its text, in the catalogue's own values."""

    id: int
    page_id: int
    batch_id: int
    file_name: str
    page_number: int
    sheet_number: int
    type: str
    state: str
    confidence: float
    version: int
    branch_no: str
    teller_no: str
    business_date: date
    journal_no: str | None
    failures: Sequence[dict[str, Any]]


# Built once, and their rows taken by place: building a statement and naming its values cost more than running it.
_OWN = ("type", "state", "confidence", "version", "branch_no", "teller_no", "business_date")
_RECORDS = (
    select(
        *(record.c[name] for name in ("id", "page_id", "batch_id")),
        *(file.c.name, page.c.number, sheet.c.number),
        *(record.c[name] for name in _OWN),
        *(match.c.journal_no, record.c.failures),
    )
    .select_from(
        record.join(page, page.c.id == record.c.page_id)
        .join(file, file.c.id == page.c.file_id)
        .join(sheet, sheet.c.id == page.c.sheet_id)
        .outerjoin(match, match.c.record_id == record.c.id)
    )
    .where(record.c.id.in_(bindparam(_IDS, expanding=True)))
)
_BOX = ("box_x", "box_y", "box_w", "box_h")
_NAMES = ("record_id", "name", "value", "raw", "confidence", "accepted", "source", "version", *_BOX)
# A field of a record: `_NAMES` in that order, the box as four numbers, None where it has no place. There are hundreds
# on a page: making an object of each would take a third of the time.
GlanceField = tuple[int, str, str, str, float, bool, str, int, int | None, int | None, int | None, int | None]
_FIELDS = select(*(record_field.c[name] for name in _NAMES)).where(
    record_field.c.record_id.in_(bindparam(_IDS, expanding=True))
)


class Glances(Repository):
    """Reads only."""

    def many(self, ids: Iterable[int], scope: Scope) -> list[tuple[Glance, list[GlanceField]]]:
        """The records that exist in scope, each with its fields, in the order of the ids."""
        wanted = list(ids)
        found: dict[int, tuple[Glance, list[GlanceField]]] = {}
        for some in chunks(wanted):
            for one in map(Glance._make, self._connection.execute(_RECORDS, {_IDS: some}).all()):
                if scope.covers(one.branch_no):
                    found[one.id] = (one, [])
            for row in self._connection.execute(_FIELDS, {_IDS: [id for id in some if id in found]}).all():
                found[row[0]][1].append(row)
        return [found[one] for one in wanted if one in found]
