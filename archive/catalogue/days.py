"""Teller's days: stale ones to match again, and sealed ones that refuse every write."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection, RowMapping, func, select, update

from ..errors import DaySealed
from ..model import EVERYTHING, Scope, SealedDay, TellerDay
from .base import Repository, day_of, day_parameters, day_values, of_day, of_that_day, within
from .tables import day as days
from .types import now

Dates = list[date]
_THAT_DAY = select(days).where(of_that_day(days))


def _sealed(row: RowMapping) -> SealedDay:
    return SealedDay(day_of(row), row["manifest"], row["sealed_by"], row["sealed_at"])


class Days(Repository):
    """What is known of each branch, teller and business date."""

    def touch(self, day: TellerDay) -> None:
        """Makes the day known and due for matching; a sealed day stays as it is."""
        put = self._upsert(days).values(**day_values(day), stale=True)
        keys = ["business_date", "branch_no", "teller_no"]
        due = days.c.sealed_at.is_(None) & ~days.c.stale  # a day that is due already is not written again
        self._run(put.on_conflict_do_update(index_elements=keys, set_={"stale": True}, where=due))

    def stale(self, limit: int = 50) -> list[TellerDay]:
        """Open days due for matching, oldest first."""
        due = select(days).where(days.c.stale, days.c.sealed_at.is_(None))
        return [day_of(row) for row in self._all(due.order_by(days.c.business_date, days.c.id).limit(limit))]

    def matched(self, day: TellerDay) -> None:
        """The day's matches are up to date."""
        self._run(update(days).where(of_day(days, day)).values(stale=False, matched_at=now()))

    def sealed(self, day: TellerDay) -> SealedDay | None:
        """Who sealed the day and when; None while it is open."""
        row = self._first(select(days).where(of_day(days, day), days.c.sealed_at.is_not(None)))
        return None if row is None else _sealed(row)

    def hold(self, day: TellerDay) -> None:
        """Locks the day's row, sealed or not, until the transaction ends. Every transaction takes its locks in one
        order (day, batch, page, record, task), so that no two of them wait for each other."""
        self._held(day)

    def _held(self, day: TellerDay) -> RowMapping | None:
        """The day's row, locked; who comes to a day that has none waits for who came before, and looks again."""
        row = self._prepared(_THAT_DAY, **day_parameters(day))
        if row is not None or not self._serves_many:
            return row
        key = f"{day.business_date} {day.branch_no} {day.teller_no}"
        self._run(select(func.pg_advisory_xact_lock(func.hashtextextended(key, 0))))
        return self._prepared(_THAT_DAY, **day_parameters(day))

    def begin_change(self, day: TellerDay) -> None:
        """DaySealed where the day is sealed, else it is known and due for matching, and its row locked."""
        row = self.require_open(day)
        if row is None or not row["stale"]:
            self.touch(day)

    def require_open(self, day: TellerDay) -> RowMapping | None:
        """The day's row, locked, so that no seal slips in before the commit. DaySealed where the day is sealed."""
        row = self._held(day)
        if row is not None and row["sealed_at"] is not None:
            raise DaySealed(
                f"the day {day.business_date} of teller {day.teller_no}, branch {day.branch_no} was sealed by"
                f" {row['sealed_by']}; it no longer changes: file the paper with an open day"
            )
        return row

    def seal(self, day: TellerDay, manifest: str, by: str) -> SealedDay:
        """Freezes the day under its manifest's sha256. DaySealed where it is sealed already."""
        self.touch(day)
        self.require_open(day)
        values = {"manifest": manifest, "sealed_by": by, "sealed_at": now(), "stale": False}
        self._run(update(days).where(of_day(days, day)).values(values))
        found = self.sealed(day)
        assert found is not None
        return found

    def list(self, scope: Scope = EVERYTHING, business_date: date | None = None) -> list[TellerDay]:
        """Known days in scope, by date, branch and teller."""
        found = select(days).where(within(days.c.branch_no, scope))
        if business_date is not None:
            found = found.where(days.c.business_date == business_date)
        return [day_of(r) for r in self._all(found.order_by(days.c.business_date, days.c.branch_no, days.c.teller_no))]

    def dates(self, scope: Scope = EVERYTHING) -> Dates:
        """Business dates in scope, latest first."""
        found = select(days.c.business_date).distinct().where(within(days.c.branch_no, scope))
        return [row["business_date"] for row in self._all(found.order_by(days.c.business_date.desc()))]


def begin_change(connection: Connection, day: TellerDay) -> None:
    """What every write to a day does first: DaySealed where it is sealed, else the day is due for matching."""
    Days(connection).begin_change(day)
