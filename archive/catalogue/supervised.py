"""Pages as a supervisor sees them: what may be claimed, what a worker left behind, what failed in its own content."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, TextClause, bindparam, func, or_, select, text, true, update

from ..errors import LeaseLost
from ..model import PageState
from .base import chunks
from .sheets import Sheets
from .tables import batch, page, record
from .types import now

_FREE: dict[str, Any] = {"worker": "", "lease_until": None}
# As the partial indexes spell them: with a parameter in place of the word, no database would use those.
IS_RECEIVED = text("page.state = 'received'")
IS_RUNNING = text("page.state = 'running'")
IS_UNDONE = text("page.state IN ('received', 'running')")


class Candidate(NamedTuple):
    """As much of a page as tells whether another one may show the same paper."""

    id: int
    seq: int
    twin_of: int | None
    original: str
    number: int
    phash: str


# Of five blocks of a hash, four bits that differ leave one untouched: the database passes over all other pages.
NEAR = 4
_BLOCKS = ((1, 4), (5, 3), (8, 3), (11, 3), (14, 3))
_SHARED = or_(
    page.c.original == bindparam("that_original"),
    *(func.substr(page.c.phash, at, size) == bindparam(f"block_{at}") for at, size in _BLOCKS),
)
_OTHERS = (
    select(*(page.c[name] for name in Candidate._fields))
    .where(page.c.batch_id == bindparam("that_batch"), page.c.seq != bindparam("that_seq"), page.c.phash != "", _SHARED)
    .order_by(page.c.seq)
)
_ONE_RECEIVED = select(page.c.id).where(IS_RECEIVED).limit(1)
_ONE_EXPIRED = select(page.c.id).where(IS_RUNNING, page.c.lease_until < bindparam("that_time")).limit(1)
_UNDONE_OF = select(func.count()).select_from(page).where(IS_UNDONE, page.c.batch_id == bindparam("that_batch"))


class Supervised(Sheets):
    """The part of Pages that counts deliveries and gives work back."""

    def claimable(self, at: datetime) -> bool:
        """Whether a claim would find a page now; takes no lock."""
        return self._asked(_ONE_RECEIVED) is not None or self._asked(_ONE_EXPIRED, that_time=at) is not None

    def release(self, worker: str) -> int:
        """How many pages of a worker that was stopped went back to the queue, uncounted."""
        mine = update(page).where(IS_RUNNING, page.c.worker == worker)
        return self._run(mine.values({**_FREE, "state": PageState.RECEIVED.value}))

    def held_by(self, worker: str) -> list[tuple[int, str]]:
        """The pages that a worker runs, with the branch of each."""
        mine = select(page.c.id, page.c.batch_id).where(IS_RUNNING, page.c.worker == worker)
        return sorted(self._placed(mine))

    def due(self, limit: int = 1000, *, queued_before: datetime | None = None) -> list[tuple[int, str]]:
        """Pages that wait for a worker with the branch of each, in the order of claims; where a time is given those
        that were queued before it."""
        waiting = select(page.c.id, page.c.batch_id).where(IS_RECEIVED).limit(limit)
        found = waiting if queued_before is None else waiting.where(page.c.queued_at < queued_before)
        return self._placed(found.order_by(page.c.priority.desc(), page.c.id))

    def overdue(self, limit: int = 1000, *, at: datetime | None = None) -> list[tuple[int, str]]:
        """Running pages whose lease has run out, with the branch of each, the oldest first."""
        late = select(page.c.id, page.c.batch_id).where(IS_RUNNING, page.c.lease_until < (at or now()))
        return self._placed(late.order_by(page.c.lease_until).limit(limit))

    def _placed(self, found: Select[Any]) -> list[tuple[int, str]]:
        """Ids and branches, looked up apart: a join would sort all that wait before it takes the first."""
        pages = [(row["id"], row["batch_id"]) for row in self._all(found)]
        branches: dict[int, str] = {}
        for some in chunks({batch_id for _, batch_id in pages}):
            rows = self._all(select(batch.c.id, batch.c.branch_no).where(batch.c.id.in_(some)))
            branches |= {row["id"]: row["branch_no"] for row in rows}
        return [(id, branches[batch_id]) for id, batch_id in pages]

    def waiting(self) -> int:
        """How many pages are received or running: the work that is left."""
        return int(self._scalar(select(func.count()).select_from(page).where(IS_UNDONE)))

    def undone(self, batch_id: int) -> int:
        """How many pages of a batch are received or running."""
        return int(self._connection.execute(_UNDONE_OF, {"that_batch": batch_id}).scalar() or 0)

    def backlog(self) -> tuple[int, datetime | None]:
        """How many pages are received or running, and since when the oldest of them waits."""
        oldest = select(page.c.queued_at).where(IS_UNDONE, page.c.queued_at.is_not(None)).order_by(page.c.queued_at)
        return self.waiting(), self._scalar(oldest.limit(1))

    def quarantined(self) -> int:
        """How many pages wait for a person's decision."""
        aside = select(func.count()).select_from(page).where(text("page.state = 'quarantined'"))
        return int(self._scalar(aside))

    def states(self) -> dict[PageState, int]:
        """How many pages are in each state. Those that are not done are few and have indexes of their own; the others
        are what is left of all."""
        undone = (PageState.RECEIVED, PageState.RUNNING, PageState.QUARANTINED)
        counts = {state: self._count(text(f"page.state = '{state.value}'")) for state in undone}
        counts[PageState.DONE] = self._count(true()) - sum(counts.values())
        return {state: count for state, count in counts.items() if count}

    def _count(self, condition: ColumnElement[bool] | TextClause) -> int:
        return int(self._scalar(select(func.count()).select_from(page).where(condition)))

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

    def candidates(self, batch_id: int, seq: int, original: str, phash: str) -> list[Candidate]:
        """The batch's other pages that a page may be a second scan of, or its second scan, where that ended sooner, by
        place: all of the same original, all whose hash differs in at most NEAR bits from its 16 hexadecimal digits, and
        some whose hash differs in more."""
        values = {"that_batch": batch_id, "that_seq": seq, "that_original": original}
        values |= {f"block_{at}": phash[at - 1 : at - 1 + size] for at, size in _BLOCKS}
        return [Candidate._make(row) for row in self._connection.execute(_OTHERS, values)]

    def set_twin(self, page_id: int, of: int) -> None:
        """A page that has ended is a second scan of another one."""
        self._run(update(page).where(page.c.id == page_id).values(twin_of=of))

    def text_of(self, page_id: int) -> str:
        """The words that were read on a page, empty where it has no record."""
        return str(self._scalar(select(record.c.text).where(record.c.page_id == page_id)) or "")
