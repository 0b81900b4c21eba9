"""Samples: vouchers that stand and that a supervisor sealed, from which a form can be learned."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Select, and_, exists, not_, select

from ..model import RecordState
from .base import Repository
from .tables import day as days
from .tables import page, record, record_field

KEYED = "keyed:"


class Samples(Repository):
    """Reads only."""

    def approved(self, kind: str, first: date, last: date, most: int) -> list[int]:
        """The ids of up to `most` records of a type, of sealed days from `first` to `last`, whose every field stands:
        those of which a person keyed a value before those that were only read, of both the latest first. The second
        scan of one paper is none: a sample must not vouch for itself."""
        person = exists().where(record_field.c.record_id == record.c.id, record_field.c.source.startswith(KEYED))
        found = _standing(kind, first, last)
        keyed = self._ids(found.where(person), most)
        return [*keyed, *self._ids(found.where(not_(person)), most - len(keyed))]

    def _ids(self, found: Select[Any], most: int) -> list[int]:
        latest = found.order_by(record.c.business_date.desc(), record.c.id.desc()).limit(most)
        return [row["id"] for row in self._all(latest)]


def _standing(kind: str, first: date, last: date) -> Select[Any]:
    names = ("business_date", "branch_no", "teller_no")
    same_day = and_(*(days.c[name] == record.c[name] for name in names), days.c.sealed_at.is_not(None))
    return (
        select(record.c.id)
        .join(days, same_day)
        .join(page, page.c.id == record.c.page_id)
        .where(record.c.business_date.between(first, last), record.c.type == kind, page.c.twin_of.is_(None))
        .where(record.c.state == RecordState.DONE.value, exists().where(record_field.c.record_id == record.c.id))
    )
