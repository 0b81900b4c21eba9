"""Cases: discrepancies of a teller's day from raised to explained or closed."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import RowMapping, func, select, text, update

from ..errors import NotFound
from ..model import EVERYTHING, Case, CaseKind, CaseState, Scope, TellerDay
from .base import Repository, day_of, day_values, of_day, within
from .days import Days
from .tables import case
from .types import now

CaseList = list[Case]
_RAISED = text("\"case\".state = 'raised'")  # as the partial index spells it
_PLAIN = [
    "id",
    "key",
    "batch_id",
    "record_id",
    "journal_no",
    "field",
    "expected",
    "found",
    "reason",
    "actor",
    "raised_at",
    "changed_at",
]


def _case(row: RowMapping) -> Case:
    plain = {name: row[name] for name in _PLAIN}
    return Case(**plain, kind=CaseKind(row["kind"]), day=day_of(row), state=CaseState(row["state"]))


class Cases(Repository):
    """One row a key; a sealed day's cases no longer change."""

    def raise_case(self, kind: CaseKind, day: TellerDay, key: str, **columns: Any) -> Case:
        """The case of that key: new, or raised again where it was closed. One that is raised takes the new columns
        (batch_id, record_id, journal_no, field, expected, found, actor), an explained one stays. DaySealed."""
        Days(self._connection).hold(day)
        known = self._first(self._locking(select(case).where(case.c.key == key)))
        if known is not None and (
            known["state"] == CaseState.EXPLAINED.value
            or (known["state"] == CaseState.RAISED.value and all(known[name] == v for name, v in columns.items()))
        ):
            return _case(known)
        Days(self._connection).require_open(day)
        if known is None:
            at = {"raised_at": now(), "changed_at": now()}
            state = CaseState.RAISED.value
            return self.get(
                self._add(case, kind=CaseKind(kind).value, state=state, key=key, **day_values(day), **at, **columns)
            )
        again: dict[str, Any] = {**columns, "changed_at": now()}
        if known["state"] == CaseState.CLOSED.value:
            again |= {"state": CaseState.RAISED.value, "reason": "", "raised_at": now()}
        self._run(update(case).where(case.c.key == key).values(again))
        return self.get(known["id"])

    def of_day(self, day: TellerDay) -> CaseList:
        """The day's cases in the order they were raised, closed ones too."""
        return [_case(row) for row in self._all(select(case).where(of_day(case, day)).order_by(case.c.id))]

    def list(
        self,
        scope: Scope = EVERYTHING,
        *,
        state: CaseState | None = None,
        kind: CaseKind | None = None,
        business_date: date | None = None,
        branch_no: str | None = None,
        record_id: int | None = None,
        before_id: int | None = None,
        limit: int = 50,
    ) -> CaseList:
        """Cases in scope, newest first; `before_id` goes on where a former list ended."""
        found = select(case).where(within(case.c.branch_no, scope))
        equal = {"state": state, "kind": kind, "business_date": business_date, "branch_no": branch_no}
        for name, value in {**equal, "record_id": record_id}.items():
            if value is not None:
                found = found.where(case.c[name] == value)
        if state is CaseState.RAISED:
            found = found.where(_RAISED)  # said twice: this one the index answers
        if before_id is not None:
            found = found.where(case.c.id < before_id)
        return [_case(row) for row in self._all(found.order_by(case.c.id.desc()).limit(limit))]

    def raised(self, scope: Scope = EVERYTHING, most: int = 999) -> int:
        """How many cases in scope are open, counted no further than `most`."""
        some = select(case.c.id).where(_RAISED, within(case.c.branch_no, scope)).limit(most).subquery()
        return int(self._scalar(select(func.count()).select_from(some)))

    def get(self, id: int, scope: Scope = EVERYTHING) -> Case:
        """NotFound where there is none in scope."""
        row = self._first(select(case).where(case.c.id == id, within(case.c.branch_no, scope)))
        if row is None:
            raise NotFound(f"no case {id}")
        return _case(row)

    def change(self, id: int, state: CaseState, reason: str, actor: str) -> Case:
        """The case in its new state with who changed it and why. DaySealed, NotFound."""
        Days(self._connection).require_open(self.get(id).day)
        values = {"state": CaseState(state).value, "reason": reason, "actor": actor, "changed_at": now()}
        self._run(update(case).where(case.c.id == id).values(values))
        return self.get(id)
