"""Matches: which record is the paper of which journal transaction."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import RowMapping, delete, insert, select

from ..model import Match, TellerDay
from .base import Repository, day_of, day_values, of_day
from .days import Days
from .tables import match
from .types import now

AUTO = "auto"


def _match(row: RowMapping) -> Match:
    return Match(row["record_id"], day_of(row), row["journal_no"], row["score"], row["made_by"], row["at"])


def _values(one: Match) -> dict[str, Any]:
    plain = {"record_id": one.record_id, "journal_no": one.journal_no, "score": one.score, "made_by": one.by}
    return {**plain, **day_values(one.day), "at": one.at or now()}


class Matches(Repository):
    """At most one transaction a record; what a person matched, no run of the matcher undoes."""

    def replace(self, day: TellerDay, found: Iterable[Match]) -> None:
        """The matcher's new result for the day, beside the matches that persons made. DaySealed where it is sealed."""
        Days(self._connection).require_open(day)
        self._run(delete(match).where(of_day(match, day), match.c.made_by == AUTO))
        kept = {one.record_id for one in self.of_day(day)}
        self._run(insert(match), [_values(one) for one in found if one.record_id not in kept])

    def of_day(self, day: TellerDay) -> list[Match]:
        return [_match(row) for row in self._all(select(match).where(of_day(match, day)).order_by(match.c.record_id))]

    def of_record(self, record_id: int) -> Match | None:
        row = self._first(select(match).where(match.c.record_id == record_id))
        return None if row is None else _match(row)

    def put(self, one: Match) -> None:
        """Matches a record by hand, in place of any other match of it. DaySealed where the day is sealed."""
        Days(self._connection).require_open(one.day)
        values = _values(one)
        put = self._upsert(match).values(values)
        self._run(put.on_conflict_do_update(index_elements=["record_id"], set_=values))

    def remove(self, record_id: int) -> None:
        """Undoes a record's match. DaySealed where its day is sealed."""
        known = self.of_record(record_id)
        if known is not None:
            Days(self._connection).require_open(known.day)
            self._run(delete(match).where(match.c.record_id == record_id))
