"""The change feed: what happened to which noun, by whom, in the order of a cursor."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Column, ColumnElement, RowMapping, func, select, update

from ..model import EVERYTHING, Event, Scope
from .base import Repository, inserting, within
from .tables import batch, event, page, record
from .types import now

_FEED_LOCK = 0x566F7563680001  # any number, as long as every process takes the same one


def _event(row: RowMapping) -> Event:
    names = ("seq", "at", "actor", "kind", "batch_id", "page_id", "record_id", "detail", "position")
    return Event(*(row[name] for name in names))


# SQLite's one writer gives an event its place at once; elsewhere the sequencer does after the commit.
_NEXT = select(func.coalesce(func.max(event.c.position), 0) + 1).scalar_subquery()
_ADDING_PLACED = inserting(event).values(position=_NEXT)


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
        nouns = {"batch_id": batch_id, "page_id": page_id, "record_id": record_id}
        placed = self._connection.dialect.name != "postgresql"
        self._connection.execute(_ADDING_PLACED if placed else inserting(event), {**values, **nouns})

    def _batch_of(self, page_id: int | None, record_id: int | None) -> int | None:
        found: Any = None
        if page_id is not None:
            found = self._scalar(select(page.c.batch_id).where(page.c.id == page_id))
        elif record_id is not None:
            found = self._scalar(select(record.c.batch_id).where(record.c.id == record_id))
        return found if found is None else int(found)

    def after(self, position: int, scope: Scope = EVERYTHING, limit: int = 100) -> list[Event]:
        """Events past the cursor, in the feed's order; those of no branch only for who sees everything."""
        return self._found(event.c.position > position, scope, limit, event.c.position)

    def of_record(self, record_id: int, scope: Scope = EVERYTHING, limit: int = 1000) -> list[Event]:
        return self._found(event.c.record_id == record_id, scope, limit, event.c.seq)

    def of_batch(self, batch_id: int, scope: Scope = EVERYTHING, limit: int = 1000) -> list[Event]:
        return self._found(event.c.batch_id == batch_id, scope, limit, event.c.seq)

    def _found(self, condition: ColumnElement[bool], scope: Scope, limit: int, order: Column[Any]) -> list[Event]:
        found = select(event).where(condition, within(event.c.branch_no, scope))
        return [_event(row) for row in self._all(found.order_by(order).limit(limit))]

    def last(self) -> int:
        """The feed's end: the cursor of the newest event that has its place, 0 where there is none."""
        return self._scalar(select(func.max(event.c.position))) or 0

    def sequence(self, limit: int = 1000) -> int:
        """How many committed events were given their place in the feed. On PostgreSQL an event with a lower number may
        commit later than one with a higher; places are given in commit order, so a reader misses none. On SQLite, with
        one writer at a time, each has its place from the start."""
        if self._connection.dialect.name != "postgresql":
            return 0
        self._run(select(func.pg_advisory_xact_lock(_FEED_LOCK)))  # a statement of its own: the next one sees the last
        start = select(func.coalesce(func.max(event.c.position), 0)).scalar_subquery()
        order = func.row_number().over(order_by=event.c.seq).label("place")
        new = select(event.c.seq, order).where(event.c.position.is_(None)).order_by(event.c.seq).limit(limit).subquery()
        placed = update(event).where(event.c.seq == new.c.seq).values(position=start + new.c.place)
        return self._run(placed)
