"""Exports as jobs: claimed under a lease with a fencing token, watched by their owner, finished or cancelled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, delete, func, select, text, update

from ..errors import Conflict, LeaseLost, NotFound
from ..service import Export, ExportState
from .base import Repository
from .service_tables import export
from .types import now

ExportList = list[Export]
WAITING, RUNNING, DONE, FAILED, CANCELLED = (state.value for state in ExportState)
_FREE: Mapping[str, Any] = {"worker": "", "lease_until": None}
_UNDONE = text("export.state IN ('waiting', 'running')")  # as the index spells it


def _export(row: RowMapping) -> Export:
    plain = {name: value for name, value in row.items() if name not in {"state", "branches"}}
    branches = None if row["branches"] is None else tuple(row["branches"])
    return Export(**plain, state=ExportState(row["state"]), branches=branches)


class Exports(Repository):
    """What persons asked for, and the files that came of it."""

    def add(
        self,
        person_id: int,
        branches: Iterable[str] | None,
        text: str,
        filters: Mapping[str, object],
        format: str,
        file_name: str,
        reason: str = "",
        options: Mapping[str, object] | None = None,
    ) -> Export:
        """The new export; it waits for a worker."""
        found = self._add(
            export,
            person_id=person_id,
            branches=None if branches is None else sorted(branches),
            text=text,
            filters=dict(filters),
            format=format,
            file_name=file_name,
            reason=reason,
            options=dict(options or {}),
            state=WAITING,
            created_at=now(),
        )
        return self.get(found)

    def get(self, id: int, person_id: int | None = None) -> Export:
        """NotFound where there is none, or it is another person's."""
        found = select(export).where(export.c.id == id)
        row = self._first(found if person_id is None else found.where(export.c.person_id == person_id))
        if row is None:
            raise NotFound(f"no export {id}")
        return _export(row)

    def of_person(self, person_id: int, limit: int = 50) -> ExportList:
        """The person's exports, newest first."""
        mine = select(export).where(export.c.person_id == person_id).order_by(export.c.id.desc()).limit(limit)
        return [_export(row) for row in self._all(mine)]

    def claim(self, worker: str, until: datetime, *, at: datetime | None = None) -> Export | None:
        """The oldest export that waits, or whose worker let its lease run out: `running` until then under a new token.
        None where there is none."""
        start = at or now()
        free = (export.c.state == WAITING) | ((export.c.state == RUNNING) & (export.c.lease_until < start))
        first = select(export.c.id).where(_UNDONE, free).order_by(export.c.id).limit(1)
        one = first.with_for_update(skip_locked=True).scalar_subquery()
        held = {"state": RUNNING, "worker": worker, "lease_until": until, "token": export.c.token + 1}
        values = {**held, "done": 0, "started_at": start}
        found = self._scalar(update(export).where(export.c.id == one).values(values).returning(export.c.id))
        return None if found is None else self.get(found)

    def _mine(self, id: int, token: int) -> ColumnElement[bool]:
        return (export.c.id == id) & (export.c.token == token) & (export.c.state == RUNNING)

    def progress(self, id: int, token: int, done: int, total: int, until: datetime) -> bool:
        """Whether the export is still this worker's; it then holds it until that time. False also where its owner
        cancelled it: the worker stops."""
        values = {"done": done, "total": total, "lease_until": until}
        return bool(self._run(update(export).where(self._mine(id, token)).values(values)))

    def finish(self, id: int, token: int, sha256: str, size: int) -> None:
        """The file is stored. LeaseLost unless the export runs under this token."""
        self._end(id, token, {"state": DONE, "sha256": sha256, "size": size})

    def fail(self, id: int, token: int, fault: str) -> None:
        """It cannot be made, and why. LeaseLost unless the export runs under this token."""
        self._end(id, token, {"state": FAILED, "fault": fault})

    def _end(self, id: int, token: int, values: Mapping[str, Any]) -> None:
        ended = {**_FREE, **values, "finished_at": now()}
        if not self._run(update(export).where(self._mine(id, token)).values(ended)):
            raise LeaseLost(f"export {id} was cancelled or taken over by another worker; nothing of it was kept")

    def release(self, worker: str) -> int:
        """How many exports of a worker that stops went back to the queue."""
        mine = (export.c.worker == worker) & (export.c.state == RUNNING)
        return self._run(update(export).where(_UNDONE, mine).values({**_FREE, "state": WAITING}))

    def cancel(self, id: int, person_id: int) -> Export:
        """The person's export, cancelled. Conflict where it has ended; NotFound."""
        self.get(id, person_id)
        values = {**_FREE, "state": CANCELLED, "token": export.c.token + 1, "finished_at": now()}
        if not self._run(update(export).where(_UNDONE, export.c.id == id).values(values)):
            found = self.get(id)
            raise Conflict(f"export {id} is {found.state.value} already; only one that waits or runs can be cancelled")
        return self.get(id)

    def expired(self, before: datetime, limit: int = 100) -> ExportList:
        """Exports that ended before that time, oldest first."""
        ended = select(export).where(export.c.finished_at < before).order_by(export.c.finished_at).limit(limit)
        return [_export(row) for row in self._all(ended)]

    def forget(self, id: int) -> None:
        """Removes the row; its file is the caller's to remove."""
        self._run(delete(export).where(export.c.id == id))

    def uses(self, sha256: str) -> int:
        """How many exports name that file."""
        return int(self._scalar(select(func.count()).select_from(export).where(export.c.sha256 == sha256)))

    def backlog(self) -> tuple[int, datetime | None]:
        """How many exports wait or run, and since when the oldest of them does."""
        found = select(func.count().label("n"), func.min(export.c.created_at).label("at")).where(_UNDONE)
        row = self._first(found.select_from(export))
        assert row is not None
        return row["n"], row["at"]
