"""The outbox: side effects to be carried out, written in the transaction that causes them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, func, select

from .base import Repository, chunks, inserting
from .tables import outbox
from .types import now


class Outbox(Repository):
    """Rows by topic, oldest first. The same key may wait more than once; doing it twice does no harm. Sequence numbers
    only ever grow, also when all rows are gone: the index takes them for the versions of its documents."""

    def add(self, topic: str, key: str | int) -> None:
        self.add_all(topic, [key])

    def add_all(self, topic: str, keys: Iterable[str | int]) -> None:
        at = now()
        self._run(inserting(outbox), [{"topic": topic, "key": str(key), "at": at} for key in keys])

    def pending(self, topic: str, limit: int = 500) -> list[tuple[int, str]]:
        """Sequence numbers and keys that wait, oldest first."""
        waiting = select(outbox.c.seq, outbox.c.key).where(outbox.c.topic == topic).order_by(outbox.c.seq).limit(limit)
        return [(row["seq"], row["key"]) for row in self._all(waiting)]

    def done(self, seqs: Iterable[int]) -> None:
        """Forgets these rows: their effect is durable."""
        for some in chunks(seqs):
            self._run(delete(outbox).where(outbox.c.seq.in_(some)))

    def backlog(self, topic: str) -> tuple[int, datetime | None]:
        """How many rows wait, and since when the oldest of them does."""
        mine = outbox.c.topic == topic
        count = self._scalar(select(func.count()).select_from(outbox).where(mine))
        return count, self._scalar(select(outbox.c.at).where(mine).order_by(outbox.c.seq).limit(1))
