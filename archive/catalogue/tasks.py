"""Tasks: human work claimed under a lease, one person at a time, completed or handed back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Table, case, func, select, update

from imaging.model import Box

from ..errors import LeaseLost, NotFound
from ..model import EVERYTHING, Record, Scope, Task, TaskState
from .base import Repository, within
from .boxes import box_of, box_values
from .tables import task
from .types import now

OPEN, CLAIMED, DONE, CANCELLED = (state.value for state in TaskState)
_FREE: Mapping[str, Any] = {"claimed_by": "", "lease_until": None}
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
def _adding(insert: Callable[[Table], Any]) -> Any:
    """The statement that adds a task or opens it again, built once: a page may ask for a dozen."""
    put = insert(task)
    ended = task.c.state.in_([DONE, CANCELLED])
    anew = {**_FREE, "state": OPEN, "result": "", "done_at": None, "token": task.c.token + 1}
    changes = {name: case((ended, value), else_=task.c[name]) for name, value in anew.items()}
    changes |= {name: put.excluded[name] for name in ("field_kind", "priority", *box_values(None))}
    put = put.on_conflict_do_update(index_elements=["record_id", "kind", "field"], set_=changes)
    return put.returning(task)


class Tasks(Repository):
    """One row a record, kind and field."""

    def add(
        self, kind: str, record: Record, field: str, field_kind: str, box: Box | None = None, priority: int = 0
    ) -> Task:
        """The open task. Added again it keeps its id; one that was done or cancelled opens again."""
        values = {
            "kind": kind,
            "record_id": record.id,
            "page_id": record.page_id,
            "field": field,
            "field_kind": field_kind,
            "branch_no": record.branch_no,
            "state": OPEN,
            "priority": priority,
            **box_values(box),
            "created_at": now(),
        }
        row = self._connection.execute(_adding(self._upsert), values).mappings().one()
        return _task(row)

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
        first = select(task.c.id).where(free).order_by(task.c.priority.desc(), task.c.id).limit(1)
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
        mine = self._mine(id, token) & (task.c.claimed_by == claimed_by)
        values = {"state": DONE, "result": result, "lease_until": None, "done_at": now()}
        if not self._run(update(task).where(mine).values(values)):
            raise LeaseLost(f"task {id} is no longer yours; nothing of this answer was kept: claim the next one")
        return self.get(id)

    def hand_back(self, id: int, token: int) -> Task:
        """The task, open for someone else. LeaseLost unless it is held under this token."""
        if not self._run(update(task).where(self._mine(id, token)).values({**_FREE, "state": OPEN})):
            raise LeaseLost(f"task {id} is no longer yours; there is nothing to hand back")
        return self.get(id)

    def _undone(self, record_id: int) -> ColumnElement[bool]:
        return (task.c.record_id == record_id) & task.c.state.in_([OPEN, CLAIMED])

    def cancel_of(self, record_id: int, field: str | None = None) -> int:
        """How many undone tasks of the record, or of one field of it, were cancelled."""
        mine = self._undone(record_id)
        if field is not None:
            mine &= task.c.field == field
        return self._run(update(task).where(mine).values({**_FREE, "state": CANCELLED, "done_at": now()}))

    def counts(self, scope: Scope = EVERYTHING, kinds: Iterable[str] | None = None) -> int:
        """How many tasks in scope are open or claimed."""
        found = select(func.count()).select_from(task)
        found = found.where(task.c.state.in_([OPEN, CLAIMED]), within(task.c.branch_no, scope))
        return int(self._scalar(found if kinds is None else found.where(task.c.kind.in_(list(kinds)))))

    def open_of_record(self, record_id: int) -> list[Task]:
        """The record's open and claimed tasks, oldest first."""
        return [_task(row) for row in self._all(select(task).where(self._undone(record_id)).order_by(task.c.id))]
