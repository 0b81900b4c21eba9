"""The sweeper: wakes workers again for pages that stay undone though no wake waits for them."""

from __future__ import annotations

import time
from collections.abc import Iterable

import structlog

from archive.vault import Archive

from .dispatch.port import Dispatch, Wake

PATIENCE = 5.0  # seconds that a page may wait beside an empty queue
LOOKED_AT, MOST = 5000, 1000
log = structlog.get_logger("vouch.sweeper")


class Sweeper:
    """Whatever became of a message (a broker that lost its disk, a worker that took its wake along), its page waits in
    the catalogue. Only pages of queues that have run empty are sent again, and never more than a thousand at once, so
    that wakes cannot pile up. A page whose worker's lease has run out needs no patience."""

    def __init__(self, archive: Archive, dispatch: Dispatch) -> None:
        self._archive, self._dispatch = archive, dispatch
        self._seen: dict[Wake, float] = {}

    def turn(self) -> bool:
        """Whether wakes were sent again. BrokerUnavailable."""
        empty = {name for name, waiting in self._dispatch.depths().items() if not waiting}
        if not empty:
            self._seen.clear()
            return False
        with self._archive.catalogue.read() as tx:
            late = self._of(empty, tx.pages.overdue(LOOKED_AT))
            due = self._of(empty, tx.pages.due(LOOKED_AT))
        again = list(dict.fromkeys([*late, *self._stuck(due)]))[:MOST]
        if again:
            log.warning("wakes sent again", pages=len(again))
            self._dispatch.send(again)
            for one in again:
                self._seen.pop(one, None)
        return bool(again)

    def _of(self, queues: set[str], found: Iterable[tuple[int, str]]) -> list[Wake]:
        return [Wake(*page) for page in found if self._dispatch.queue_of(page[1]) in queues]

    def _stuck(self, due: list[Wake]) -> list[Wake]:
        """Those of the waiting pages that were seen waiting some seconds ago already."""
        now = time.monotonic()
        self._seen = {one: self._seen.get(one, now) for one in due}
        return [one for one, since in self._seen.items() if now - since >= PATIENCE]
