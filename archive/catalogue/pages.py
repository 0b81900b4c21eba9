"""Pages as work: claimed under a lease with a fencing token, finished, given back, quarantined."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select, update

from ..errors import Conflict, LeaseLost, NotFound
from ..model import EVERYTHING, BatchState, PageState, Scope, StoredPage
from .batches import Batches, archive_if_complete
from .sheets import page_of, selected
from .supervised import Supervised
from .tables import batch, page
from .types import now

RECEIVED, RUNNING, DONE, QUARANTINED = (state.value for state in PageState)
_FREE: Mapping[str, Any] = {"worker": "", "lease_until": None}


@dataclass(frozen=True, slots=True)
class PageResult:
    """What a page's worker found: its kind (`voucher`, `blank`, `attachment`, …), the sha256 of its derivatives and its
    packed reading, size in pixels of the access copy, perceptual hash, the page it is a twin of, the fault that asks
    for a rescan, and the notes of the stages."""

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


class Pages(Supervised):
    """The only truth about work. A claim is undone by its lease's end, never by a message."""

    def claim(self, worker: str, until: datetime, *, at: datetime | None = None) -> StoredPage | None:
        """The next page, `running` until then under a new token: one whose lease has expired, else the first received
        of the highest priority. None where there is no work. No delivery is counted."""
        top = select(func.max(page.c.priority)).where(page.c.state == RECEIVED).scalar_subquery()
        expired = (page.c.state == RUNNING) & (page.c.lease_until < (at or now()))
        return self._claim(expired, worker, until) or self._claim(
            (page.c.state == RECEIVED) & (page.c.priority == top), worker, until
        )

    def _claim(self, free: ColumnElement[bool], worker: str, until: datetime) -> StoredPage | None:
        # Equal priority, not ORDER BY priority DESC: so the index on state, priority and id gives the row at once.
        first = select(page.c.id).where(free).order_by(page.c.id).limit(1).with_for_update(skip_locked=True)
        values = {"state": RUNNING, "worker": worker, "lease_until": until, "token": page.c.token + 1}
        taken = update(page).where(page.c.id == first.scalar_subquery()).values(values).returning(page.c.id)
        found = self._connection.execute(taken).scalar()
        return None if found is None else self.get(found)

    def _mine(self, page_id: int, token: int) -> ColumnElement[bool]:
        return (page.c.id == page_id) & (page.c.token == token) & (page.c.state == RUNNING)

    def renew(self, page_id: int, token: int, until: datetime) -> bool:
        """Whether the lease was still held; it then lasts until that time."""
        return bool(self._run(update(page).where(self._mine(page_id, token)).values(lease_until=until)))

    def _end(self, page_id: int, token: int, values: Mapping[str, Any]) -> None:
        if not self._run(update(page).where(self._mine(page_id, token)).values({**_FREE, **values})):
            raise LeaseLost(f"page {page_id} was taken over by another worker; nothing of this result was kept")

    def finish(self, page_id: int, token: int, result: PageResult) -> None:
        """Commits a worker's result and archives the batch where this was the last page of a closed one. LeaseLost
        unless the page runs under this token."""
        values = {**asdict(result), "notes": {name: dict(note) for name, note in result.notes.items()}}
        self._end(page_id, token, {**values, "state": DONE, "cause": "", "done_at": now()})
        self._ended(page_id)

    def give_back(self, page_id: int, token: int) -> None:
        """Lets another worker take the page at once; no delivery is counted. Does nothing where the lease is lost."""
        self._run(update(page).where(self._mine(page_id, token)).values({**_FREE, "state": RECEIVED}))

    def quarantine(self, page_id: int, token: int, cause: str) -> None:
        """Puts a page that cannot be imaged aside for a person. LeaseLost unless it runs under this token."""
        self._end(page_id, token, {"state": QUARANTINED, "cause": cause})
        self._ended(page_id)

    def _ended(self, page_id: int) -> None:
        archive_if_complete(self._connection, self._scalar(select(page.c.batch_id).where(page.c.id == page_id)))

    def worker_died(self, worker: str, cause: str, limit: int = 4) -> StoredPage | None:
        """Counts a delivery against the page that a worker held when its supervisor saw it die: back to the queue, or
        at the limit quarantined with the cause. None where the worker held no page."""
        held = select(page.c.id).where(page.c.worker == worker, page.c.state == RUNNING).with_for_update()
        row = self._first(held)
        if row is None:
            return None
        mine = page.c.id == row["id"]
        values = {**_FREE, "deliveries": page.c.deliveries + 1, "cause": cause, "state": RECEIVED}
        self._run(update(page).where(mine).values(values))
        if self._run(update(page).where(mine, page.c.deliveries >= limit).values(state=QUARANTINED)):
            self._ended(row["id"])
        return self.get(row["id"])

    def release_all(self) -> int:
        """How many running pages went back to the queue, uncounted: the owner starts, so nobody else works."""
        return self._run(update(page).where(page.c.state == RUNNING).values({**_FREE, "state": RECEIVED}))

    def retry(self, page_id: int) -> StoredPage:
        """A quarantined page goes back to the queue with its count at nothing; an archived batch is closed again.
        Conflict where it is not quarantined."""
        found = self.get(page_id)
        if found.state is not PageState.QUARANTINED:
            raise Conflict(f"page {page_id} is {found.state.value}; only a quarantined page can be tried again")
        Batches(self._connection).lock(found.batch_id)
        again = {**_FREE, "state": RECEIVED, "deliveries": 0, "cause": ""}
        self._run(update(page).where(page.c.id == page_id).values(again))
        archived = (batch.c.id == found.batch_id) & (batch.c.state == BatchState.ARCHIVED.value)
        self._run(update(batch).where(archived).values(state=BatchState.CLOSED.value))
        return self.get(page_id)

    def get(self, page_id: int, scope: Scope = EVERYTHING) -> StoredPage:
        """NotFound where there is none in scope."""
        row = self._first(selected(scope).where(page.c.id == page_id))
        if row is None:
            raise NotFound(f"no page {page_id}")
        return page_of(row)

    def of_batch(
        self, batch_id: int, *, after_seq: int = -1, limit: int | None = None, scope: Scope = EVERYTHING
    ) -> list[StoredPage]:
        """The batch's pages by place, with sheet number and record."""
        mine = selected(scope).where(page.c.batch_id == batch_id, page.c.seq > after_seq).order_by(page.c.seq)
        return [page_of(row) for row in self._all(mine if limit is None else mine.limit(limit))]

    def similar(self, phash: str, batch_id: int, *, distance: int = 2, exclude: int | None = None) -> StoredPage | None:
        """The first page of the batch whose perceptual hash (hex, same length) differs in at most `distance` bits."""
        if not phash:
            return None
        mine = select(page.c.id, page.c.phash).where(page.c.batch_id == batch_id, page.c.phash != "")
        wanted = int(phash, 16)
        for row in self._all(mine.where(page.c.id != (exclude or 0)).order_by(page.c.id)):
            if len(row["phash"]) == len(phash) and (int(row["phash"], 16) ^ wanted).bit_count() <= distance:
                return self.get(row["id"])
        return None

    def waiting(self) -> int:
        """How many pages are received or running: the work that is left."""
        undone = page.c.state.in_([RECEIVED, RUNNING])
        return int(self._scalar(select(func.count()).select_from(page).where(undone)))
