"""Pages as a supervisor sees them: what may be claimed, what a worker left behind, what failed in its own content."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from ..errors import LeaseLost
from ..model import PageState, StoredPage
from .sheets import Sheets, page_of, selected
from .tables import page, record

_FREE: dict[str, Any] = {"worker": "", "lease_until": None}


class Supervised(Sheets):
    """The part of Pages that counts deliveries and gives work back."""

    def claimable(self, at: datetime) -> bool:
        """Whether a claim would find a page now; takes no lock."""
        received = select(page.c.id).where(page.c.state == PageState.RECEIVED.value).limit(1)
        expired = select(page.c.id).where(page.c.state == PageState.RUNNING.value, page.c.lease_until < at).limit(1)
        return self._scalar(received) is not None or self._scalar(expired) is not None

    def release(self, worker: str) -> int:
        """How many pages of a worker that was stopped went back to the queue, uncounted."""
        mine = (page.c.worker == worker) & (page.c.state == PageState.RUNNING.value)
        return self._run(update(page).where(mine).values({**_FREE, "state": PageState.RECEIVED.value}))

    def failed(self, page_id: int, token: int, cause: str, limit: int) -> bool:
        """Counts a delivery of a page whose own content made its worker fail: back to the queue, and True at the
        limit, when the caller quarantines it under the same token. LeaseLost unless it runs under this token."""
        mine = (page.c.id == page_id) & (page.c.token == token) & (page.c.state == PageState.RUNNING.value)
        counted = update(page).where(mine).values(deliveries=page.c.deliveries + 1, cause=cause)
        found = self._connection.execute(counted.returning(page.c.deliveries)).scalar()
        if found is None:
            raise LeaseLost(f"page {page_id} was taken over by another worker")
        if found >= limit:
            return True
        self._run(update(page).where(mine).values({**_FREE, "state": PageState.RECEIVED.value}))
        return False

    def candidates(self, batch_id: int, before_seq: int) -> list[StoredPage]:
        """The batch's earlier pages that have a perceptual hash, by place: what a page may be a second scan of."""
        mine = selected().where(page.c.batch_id == batch_id, page.c.seq < before_seq, page.c.phash != "")
        return [page_of(row) for row in self._all(mine.order_by(page.c.seq))]

    def text_of(self, page_id: int) -> str:
        """The words that were read on a page, empty where it has no record."""
        return str(self._scalar(select(record.c.text).where(record.c.page_id == page_id)) or "")
