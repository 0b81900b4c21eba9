"""Pages as work: claimed under a lease with a fencing token, finished, given back, quarantined."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, select, update
from sqlalchemy.sql.dml import ReturningUpdate

from ..errors import Conflict, LeaseLost, NotFound
from ..model import EVERYTHING, Batch, BatchState, PageState, Scope, StoredPage
from .base import chunks
from .batches import Batches, archive_if_complete
from .sheets import page_of, selected
from .supervised import IS_RECEIVED, IS_RUNNING, Supervised
from .tables import batch, page
from .types import now

RECEIVED, RUNNING, DONE, QUARANTINED = (state.value for state in PageState)
_FREE: Mapping[str, Any] = {"worker": "", "lease_until": None}


@dataclass(frozen=True, slots=True)
class PageResult:
    """What a page's worker found: its kind (`voucher`, `blank`, `attachment`, …), the names of its derivatives and its
    reading in the object store, size in pixels of the access copy, perceptual hash, the page it is a twin of, the fault
    that asks for a rescan, and the notes of the stages."""

    kind: str
    access: str = ""
    thumbnail: str = ""
    reading: str = ""
    width: int = 0
    height: int = 0
    dpi: float = 0.0
    phash: str = ""
    twin_of: int | None = None
    fault: str = ""
    notes: Mapping[str, Mapping[str, object]] = field(default_factory=dict)


_RESULT = tuple(one.name for one in fields(PageResult))
_HELD = (page.c.id == bindparam("that_id")) & (page.c.token == bindparam("that_token")) & (page.c.state == RUNNING)
_ENDING = update(page).where(_HELD)
_THAT_PAGE = selected().where(page.c.id == bindparam("that_id"))


def _claiming(free: Select[Any]) -> ReturningUpdate[Any]:
    """The statement that takes the first of the pages that are free, built once."""
    first = free.limit(1).with_for_update(skip_locked=True).scalar_subquery()
    return update(page).where(page.c.id == first).values(token=page.c.token + 1).returning(page.c.id)


_ANY, _EXPIRED = select(page.c.id), page.c.lease_until < bindparam("that_start")
_CLAIMING_LATE = _claiming(_ANY.where(IS_RUNNING, _EXPIRED).order_by(page.c.lease_until))
_CLAIMING_NEXT = _claiming(_ANY.where(IS_RECEIVED).order_by(page.c.priority.desc(), page.c.id))
_FREE_ONE = (page.c.state == RECEIVED) | (page.c.state == RUNNING) & _EXPIRED
_CLAIMING_ONE = _claiming(_ANY.where(page.c.id == bindparam("that_id"), _FREE_ONE))


class Pages(Supervised):
    """The only truth about work. A claim is undone by its lease's end, never by a message."""

    def claim(self, worker: str, until: datetime, *, at: datetime | None = None) -> StoredPage | None:
        """The next page, `running` until then under a new token: the one whose lease expired first, else the first
        received of the highest priority. None where there is no work. No delivery is counted."""
        late = self._claim(_CLAIMING_LATE, worker, until, that_start=at or now())
        return late or self._claim(_CLAIMING_NEXT, worker, until)

    def claim_one(self, page_id: int, worker: str, until: datetime, *, at: datetime | None = None) -> StoredPage | None:
        """That page, `running` until then under a new token. None where it neither waits nor has an expired lease, or
        another worker takes it at this moment."""
        return self._claim(_CLAIMING_ONE, worker, until, that_id=page_id, that_start=at or now())

    def _claim(self, claiming: ReturningUpdate[Any], worker: str, until: datetime, **asked: Any) -> StoredPage | None:
        values = {"state": RUNNING, "worker": worker, "lease_until": until}
        found = self._connection.execute(claiming, {**values, **asked}).scalar()
        return None if found is None else self.get(found)

    def _mine(self, page_id: int, token: int) -> ColumnElement[bool]:
        return (page.c.id == page_id) & (page.c.token == token) & (page.c.state == RUNNING)

    def renew(self, page_id: int, token: int, until: datetime) -> bool:
        """Whether the lease was still held; it then lasts until that time."""
        return bool(self._run(update(page).where(self._mine(page_id, token)).values(lease_until=until)))

    def _end(self, page_id: int, token: int, values: Mapping[str, Any], locked: Batch | None = None) -> None:
        mine = locked or self._lock_batch(page_id)
        held = {"that_id": page_id, "that_token": token}
        if not self._connection.execute(_ENDING, {**held, **_FREE, **values}).rowcount:
            raise LeaseLost(f"page {page_id} was taken over by another worker; nothing of this result was kept")
        if mine.state is BatchState.CLOSED:
            archive_if_complete(self._connection, mine.id)

    def finish(self, page_id: int, token: int, result: PageResult, locked: Batch | None = None) -> None:
        """Commits a worker's result and archives the batch where this was the last page of a closed one. `locked` is
        its batch, where this transaction has locked it. LeaseLost unless the page runs under this token."""
        values = {name: getattr(result, name) for name in _RESULT}
        values["notes"] = {name: dict(note) for name, note in result.notes.items()}
        self._end(page_id, token, {**values, "state": DONE, "cause": "", "done_at": now()}, locked)

    def give_back(self, page_id: int, token: int) -> None:
        """Lets another worker take the page at once; no delivery is counted. Does nothing where the lease is lost."""
        self._run(update(page).where(self._mine(page_id, token)).values({**_FREE, "state": RECEIVED}))

    def quarantine(self, page_id: int, token: int, cause: str) -> None:
        """Puts a page that cannot be imaged aside for a person. LeaseLost unless it runs under this token."""
        self._end(page_id, token, {"state": QUARANTINED, "cause": cause})

    def _lock_batch(self, page_id: int) -> Batch:
        """Before the page itself, as everywhere. NotFound."""
        found = self._scalar(select(page.c.batch_id).where(page.c.id == page_id))
        if found is None:
            raise NotFound(f"no page {page_id}")
        return Batches(self._connection).lock(found)

    def worker_died(self, worker: str, cause: str, limit: int = 4) -> StoredPage | None:
        """Counts a delivery against the page that a worker held when its supervisor saw it die: back to the queue, or
        at the limit quarantined with the cause. None where the worker held no page."""
        held = self.held_by(worker)
        if not held:
            return None
        page_id = held[0][0]
        locked = self._lock_batch(page_id)
        mine = (page.c.id == page_id) & (page.c.worker == worker) & (page.c.state == RUNNING)
        values = {**_FREE, "deliveries": page.c.deliveries + 1, "cause": cause, "state": RECEIVED}
        if not self._run(update(page).where(mine).values(values)):
            return None
        over = (page.c.id == page_id) & (page.c.deliveries >= limit)
        if self._run(update(page).where(over).values(state=QUARANTINED)):
            archive_if_complete(self._connection, locked.id)
        return self.get(page_id)

    def release_all(self) -> int:
        """How many running pages went back to the queue, uncounted: the owner starts, so nobody else works."""
        return self._run(update(page).where(IS_RUNNING).values({**_FREE, "state": RECEIVED}))

    def retry(self, page_id: int) -> StoredPage:
        """A quarantined page goes back to the queue with its count at nothing; an archived batch is closed again.
        Conflict where it is not quarantined."""
        found = self.get(page_id)
        if found.state is not PageState.QUARANTINED:
            raise Conflict(f"page {page_id} is {found.state.value}; only a quarantined page can be tried again")
        Batches(self._connection).lock(found.batch_id)
        aside = (page.c.id == page_id) & (page.c.state == QUARANTINED)
        again = {**_FREE, "state": RECEIVED, "deliveries": 0, "cause": "", "queued_at": now()}
        self._run(update(page).where(aside).values(again))
        archived = (batch.c.id == found.batch_id) & (batch.c.state == BatchState.ARCHIVED.value)
        self._run(update(batch).where(archived).values(state=BatchState.CLOSED.value))
        return self.get(page_id)

    def get(self, page_id: int, scope: Scope = EVERYTHING) -> StoredPage:
        """NotFound where there is none in scope."""
        if scope == EVERYTHING:
            row = self._asked(_THAT_PAGE, that_id=page_id)
        else:
            row = self._first(selected(scope).where(page.c.id == page_id))
        if row is None:
            raise NotFound(f"no page {page_id}")
        return page_of(row)

    def many(self, ids: Iterable[int], scope: Scope = EVERYTHING) -> list[StoredPage]:
        """The pages that exist in scope, in the order of the ids."""
        wanted = list(ids)
        found = (self._all(selected(scope).where(page.c.id.in_(some))) for some in chunks(wanted))
        known = {row["id"]: page_of(row) for rows in found for row in rows}
        return [known[one] for one in wanted if one in known]

    def of_batch(
        self, batch_id: int, *, after_seq: int = -1, limit: int | None = None, scope: Scope = EVERYTHING
    ) -> list[StoredPage]:
        """The batch's pages by place, with sheet number and record."""
        mine = selected(scope).where(page.c.batch_id == batch_id, page.c.seq > after_seq).order_by(page.c.seq)
        return [page_of(row) for row in self._all(mine if limit is None else mine.limit(limit))]
