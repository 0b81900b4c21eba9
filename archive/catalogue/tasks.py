"""Tasks: human work claimed under a lease, one person at a time, completed or handed back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, Table, bindparam, case, func, literal, select, text, update

from imaging.model import Box

from ..errors import LeaseLost, NotFound
from ..model import EVERYTHING, Record, Scope, Task, TaskState
from .base import Repository, day_of, within
from .boxes import box_of, box_values
from .days import Days
from .rows import json_array, selecting
from .tables import record, task
from .types import now

OPEN, CLAIMED, DONE, CANCELLED = (state.value for state in TaskState)
_FREE: Mapping[str, Any] = {"claimed_by": "", "lease_until": None}
IS_UNDONE = text("task.state IN ('open', 'claimed')")  # as the partial indexes spell it
_PLAIN = [
    "id",
    "kind",
    "record_id",
    "page_id",
    "field",
    "field_kind",
    "branch_no",
    "priority",
    "token",
    "claimed_by",
    "lease_until",
    "created_at",
]


def _task(row: RowMapping) -> Task:
    return Task(**{name: row[name] for name in _PLAIN}, state=TaskState(row["state"]), box=box_of(row))


@cache
def _adding(insert: Callable[[Table], Any], names: tuple[str, ...] = ()) -> Any:
    """The statement that adds a task or opens it again, built once: a page may ask for a dozen. With `names` it takes
    them as one JSON array (`rows`) of these columns."""
    put = insert(task) if not names else insert(task).from_select(names, selecting(task, names, "rows"))
    ended = (task.c.state == DONE) | (task.c.state == CANCELLED)
    anew = {**_FREE, "state": OPEN, "result": "", "done_at": None, "token": task.c.token + 1}
    changes = {name: case((ended, value), else_=task.c[name]) for name, value in anew.items()}
    changes |= {name: put.excluded[name] for name in ("field_kind", "priority", *box_values(None))}
    put = put.on_conflict_do_update(index_elements=["record_id", "kind", "field"], set_=changes)
    return put


_UNDONE = (task.c.record_id == bindparam("that_record")) & ((task.c.state == OPEN) | (task.c.state == CLAIMED))
_CANCELLING = update(task).where(_UNDONE).values({**_FREE, "state": CANCELLED})


@dataclass(frozen=True, slots=True)
class Asked:
    """A task to add: what is asked of which field, and where it stands on the page."""

    kind: str
    field: str
    field_kind: str
    box: Box | None = None
    priority: int = 0


class Tasks(Repository):
    """One row a record, kind and field."""

    def add(
        self, kind: str, record: Record, field: str, field_kind: str, box: Box | None = None, priority: int = 0
    ) -> Task:
        """The open task. Added again it keeps its id; one that was done or cancelled opens again."""
        self.add_all(record, [Asked(kind, field, field_kind, box, priority)])
        mine = (task.c.record_id == record.id) & (task.c.kind == kind) & (task.c.field == field)
        row = self._first(select(task).where(mine))
        assert row is not None
        return _task(row)

    def add_all(self, record: Record, asked: Iterable[Asked]) -> None:
        """The same for several of one record."""
        same = {"record_id": record.id, "page_id": record.page_id, "branch_no": record.branch_no, "state": OPEN}
        same |= {"created_at": now()}
        rows = [
            {**same, "kind": one.kind, "field": one.field, "field_kind": one.field_kind, "priority": one.priority}
            | box_values(one.box)
            for one in asked
        ]
        if rows and self._connection.dialect.name == "postgresql":
            array = json_array(self._connection, task, rows)
            self._connection.execute(_adding(self._upsert, tuple(rows[0])), {"rows": array})
        else:
            self._run(_adding(self._upsert), rows)

    def claim(
        self,
        person_name: str,
        scope: Scope,
        until: datetime,
        kinds: Iterable[str] = ("key",),
        *,
        at: datetime | None = None,
    ) -> Task | None:
        """The next task in scope, claimed until then under a new token: open, or claimed with an expired lease; of the
        highest priority, then the oldest. None where there is none."""
        expired = (task.c.state == CLAIMED) & (task.c.lease_until < (at or now()))
        free = ((task.c.state == OPEN) | expired) & task.c.kind.in_(list(kinds)) & within(task.c.branch_no, scope)
        first = select(task.c.id).where(IS_UNDONE, free).order_by(task.c.priority.desc(), task.c.id).limit(1)
        one = first.with_for_update(skip_locked=True).scalar_subquery()
        values = {"state": CLAIMED, "claimed_by": person_name, "lease_until": until, "token": task.c.token + 1}
        found = self._connection.execute(update(task).where(task.c.id == one).values(values).returning(task.c.id))
        id = found.scalar()
        return None if id is None else self.get(id)

    def _mine(self, id: int, token: int) -> ColumnElement[bool]:
        return (task.c.id == id) & (task.c.token == token) & (task.c.state == CLAIMED)

    def renew(self, id: int, token: int, until: datetime) -> bool:
        """Whether the claim was still held; it then lasts until that time."""
        return bool(self._run(update(task).where(self._mine(id, token)).values(lease_until=until)))

    def get(self, id: int, scope: Scope = EVERYTHING) -> Task:
        """NotFound where there is none in scope."""
        row = self._first(select(task).where(task.c.id == id, within(task.c.branch_no, scope)))
        if row is None:
            raise NotFound(f"no task {id}")
        return _task(row)

    def complete(self, id: int, token: int, claimed_by: str, result: str) -> Task:
        """The task, done. LeaseLost unless this person still holds it under this token."""
        self._hold_day(select(task.c.record_id).where(task.c.id == id))
        mine = self._mine(id, token) & (task.c.claimed_by == claimed_by)
        values = {"state": DONE, "result": result, "lease_until": None, "done_at": now()}
        if not self._run(update(task).where(mine).values(values)):
            raise LeaseLost(f"task {id} is no longer yours; nothing of this answer was kept: claim the next one")
        return self.get(id)

    def _hold_day(self, record_id: Select[Any]) -> None:
        """Locks the day of a task's record before the task, as everywhere."""
        if not self._serves_many:
            return
        row = self._first(select(record).where(record.c.id.in_(record_id)))
        if row is not None:
            Days(self._connection).hold(day_of(row))

    def hand_back(self, id: int, token: int) -> Task:
        """The task, open for someone else. LeaseLost unless it is held under this token."""
        if not self._run(update(task).where(self._mine(id, token)).values({**_FREE, "state": OPEN})):
            raise LeaseLost(f"task {id} is no longer yours; there is nothing to hand back")
        return self.get(id)

    def _undone(self, record_id: int) -> ColumnElement[bool]:
        return (task.c.record_id == record_id) & task.c.state.in_([OPEN, CLAIMED])

    def cancel_of(self, record_id: int, field: str | None = None) -> int:
        """How many undone tasks of the record, or of one field of it, were cancelled."""
        self._hold_day(select(literal(record_id)))
        if field is None:
            return self._connection.execute(_CANCELLING, {"that_record": record_id, "done_at": now()}).rowcount
        mine = self._undone(record_id) & (task.c.field == field)
        return self._run(update(task).where(mine).values({**_FREE, "state": CANCELLED, "done_at": now()}))

    def counts(self, scope: Scope = EVERYTHING, kinds: Iterable[str] | None = None) -> int:
        """How many tasks in scope are open or claimed."""
        found = select(func.count()).select_from(task)
        found = found.where(IS_UNDONE, within(task.c.branch_no, scope))
        return int(self._scalar(found if kinds is None else found.where(task.c.kind.in_(list(kinds)))))

    def backlog(self) -> tuple[int, datetime | None]:
        """How many tasks are open or claimed, and since when the oldest of them is."""
        found = select(func.count().label("n"), func.min(task.c.created_at).label("at")).where(IS_UNDONE)
        row = self._first(found.select_from(task))
        assert row is not None
        return row["n"], row["at"]

    def open_of_record(self, record_id: int) -> list[Task]:
        """The record's open and claimed tasks, oldest first."""
        return [_task(row) for row in self._all(select(task).where(self._undone(record_id)).order_by(task.c.id))]
