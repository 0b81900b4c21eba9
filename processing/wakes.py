"""Wakes: rows of the outbox that ask for a worker, written in the transaction that makes a page wait."""

from __future__ import annotations

from collections.abc import Iterable

from archive.catalogue.engine import Transaction
from archive.vault import Archive

from .dispatch.port import Dispatch, Wake

TOPIC = "work"
SOME = 500


def wake(archive: Archive, tx: Transaction, pages: Iterable[tuple[int, str]]) -> None:
    """Asks for a worker for each page, given with its branch; where workers look for themselves nothing is written."""
    if archive.wakes:
        tx.outbox.add_all(TOPIC, [Wake(*page).key for page in pages])


def carry(archive: Archive, dispatch: Dispatch) -> bool:
    """Sends what waits in the outbox, and says whether there was anything. A row is forgotten only after the broker
    has confirmed its message; a crash between sends it again, which does no harm. BrokerUnavailable."""
    did = False
    while True:
        with archive.catalogue.read() as tx:
            waiting = tx.outbox.pending(TOPIC, SOME)
        if not waiting:
            return did
        dispatch.send(dict.fromkeys(Wake.of(key) for _, key in waiting))
        with archive.catalogue.write() as tx:
            tx.outbox.done(seq for seq, _ in waiting)
        did = True
