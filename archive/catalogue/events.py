"""The change feed: what happened to which noun, by whom, in the order of a cursor."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, insert, select

from ..model import EVERYTHING, Event, Scope
from .base import Repository, within
from .tables import batch, event, page, record
from .types import now


def _event(row: RowMapping) -> Event:
    names = ("seq", "at", "actor", "kind", "batch_id", "page_id", "record_id", "detail")
    return Event(*(row[name] for name in names))


class Events(Repository):
    """Lines are only ever added."""

    def add(
        self,
        kind: str,
        actor: str,
        *,
        batch_id: int | None = None,
        page_id: int | None = None,
        record_id: int | None = None,
        branch_no: str = "",
        detail: Mapping[str, object] | None = None,
    ) -> None:
        """Writes one line. Batch and branch are found from the page or record where they are not given."""
        if batch_id is None:
            batch_id = self._batch_of(page_id, record_id)
        if batch_id is not None and not branch_no:
            branch_no = self._scalar(select(batch.c.branch_no).where(batch.c.id == batch_id)) or ""
        values = {"at": now(), "actor": actor, "kind": kind, "branch_no": branch_no, "detail": dict(detail or {})}
        self._run(insert(event), [{**values, "batch_id": batch_id, "page_id": page_id, "record_id": record_id}])

    def _batch_of(self, page_id: int | None, record_id: int | None) -> int | None:
        found: Any = None
        if page_id is not None:
            found = self._scalar(select(page.c.batch_id).where(page.c.id == page_id))
        elif record_id is not None:
            found = self._scalar(select(record.c.batch_id).where(record.c.id == record_id))
        return found if found is None else int(found)

    def after(self, seq: int, scope: Scope = EVERYTHING, limit: int = 100) -> list[Event]:
        """Events past the cursor, in order; those of no branch only for who sees everything."""
        return self._found(event.c.seq > seq, scope, limit)

    def of_record(self, record_id: int, scope: Scope = EVERYTHING, limit: int = 1000) -> list[Event]:
        return self._found(event.c.record_id == record_id, scope, limit)

    def of_batch(self, batch_id: int, scope: Scope = EVERYTHING, limit: int = 1000) -> list[Event]:
        return self._found(event.c.batch_id == batch_id, scope, limit)

    def _found(self, condition: ColumnElement[bool], scope: Scope, limit: int) -> list[Event]:
        found = select(event).where(condition, within(event.c.branch_no, scope))
        return [_event(row) for row in self._all(found.order_by(event.c.seq).limit(limit))]

    def last(self) -> int:
        """The feed's end: the cursor of the newest event, 0 where there is none."""
        return self._scalar(select(event.c.seq).order_by(event.c.seq.desc()).limit(1)) or 0
