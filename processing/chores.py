"""Chores: work that is repeated, each by one process of all: on the servers under a lease in the catalogue."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import structlog

from archive.catalogue.engine import Catalogue

from .parts import Beat

LEASE = timedelta(seconds=15)
RENEW_EVERY = 4.0
TRY_EVERY = 2.0  # seconds between two tries to get a chore that another process holds: it dies within a lease
MARGIN = 2.0  # seconds before its lease runs out from which a process no longer begins a turn
LAST_TURNS = 30.0
LONGEST_PAUSE = 3.0
log = structlog.get_logger("vouch.chores")


@dataclass(slots=True)
class Chore:
    """Work that is repeated: `turn` says whether it did something; `pause` seconds follow each turn, which does all
    that waits. It takes at most that `share` of the time, for as long as LONGEST_PAUSE allows: what is dear a turn is
    done seldomer, and more of it at once. A turn that comes twice at once does no harm, for a process may be held up in
    one while another takes over. `since`, `fault` tell the system page whether it works."""

    name: str
    turn: Callable[[], bool]
    pause: float
    share: float = 1.0
    fault: str = ""
    since: datetime = field(default_factory=lambda: datetime.now(UTC))

    def rest(self, took: float) -> float:
        """How many seconds follow a turn that took so many."""
        return max(self.pause, min(LONGEST_PAUSE, took * (1 / self.share - 1)))


def turn(chore: Chore) -> bool:
    """One turn of a chore; a failure is logged, shown on the system page and tried again after the pause."""
    try:
        did = chore.turn()
    except Exception as error:
        fault = f"{type(error).__name__}: {error}"
        if not chore.fault:
            chore.since = datetime.now(UTC)
            log.exception("chore failed", chore=chore.name)  # once: it is tried again several times a second
        chore.fault = fault
        return False
    if chore.fault:
        chore.fault, chore.since = "", datetime.now(UTC)
        log.info("chore works again", chore=chore.name)
    return did


class Hold:
    """What this process knows of its lease on a chore. Without a holder's name it needs none: the process owns the
    data folder, so that no other can be at its chores."""

    def __init__(self, catalogue: Catalogue, chore: str, holder: str) -> None:
        self.catalogue, self.chore, self.holder = catalogue, chore, holder
        self._token: int | None = None
        self._until = 0.0

    def held(self) -> bool:
        """Whether a turn may begin."""
        return not self.holder or (self._token is not None and time.monotonic() < self._until)

    def take(self) -> bool:
        """Takes the chore, or keeps it; whether it is held now. CatalogueUnavailable."""
        begin = time.monotonic()
        with self.catalogue.write() as tx:
            self._token = tx.chores.take(self.chore, self.holder, datetime.now(UTC) + LEASE)
        self._until = begin + LEASE.total_seconds() - MARGIN
        return self.held()

    def renew(self) -> None:
        """Makes the lease longer, where it is held."""
        token, begin = self._token, time.monotonic()
        if not self.holder or token is None:
            return
        with self.catalogue.write() as tx:
            kept = tx.chores.renew(self.chore, token, datetime.now(UTC) + LEASE)
        if kept:
            self._until = begin + LEASE.total_seconds() - MARGIN
        else:
            self._token = None

    def give_up(self) -> None:
        """Lets another process take over at once."""
        token, self._token = self._token, None
        if token is not None:
            with self.catalogue.write() as tx:
                tx.chores.give_up(self.chore, token)


class Chores:
    """Runs chores, each on a thread of its own. With a `holder`'s name, which no other process has, each is done by one
    process of all that would do it; without one this process is alone and ends what waits before it stops."""

    def __init__(self, catalogue: Catalogue, chores: Sequence[Chore], holder: str = "") -> None:
        self.catalogue, self.chores, self.holder = catalogue, tuple(chores), holder
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []
        self._holds = [Hold(catalogue, chore.name, holder) for chore in self.chores]
        self._woken = {chore.name: threading.Event() for chore in self.chores}

    def start(self) -> None:
        pairs = zip(self.chores, self._holds, strict=True)
        self._threads = [
            threading.Thread(target=self._run, args=pair, name=pair[0].name, daemon=True) for pair in pairs
        ]
        if self.holder:
            self._threads.append(threading.Thread(target=self._renew, name="leases", daemon=True))
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Ends after the turns in hand."""
        self._stopping.set()
        self.hurry()
        for thread in self._threads:
            thread.join()

    def hurry(self) -> None:
        """Ends the pauses of all: somebody waits for what they do."""
        for woken in self._woken.values():
            woken.set()

    def _run(self, chore: Chore, hold: Hold) -> None:
        beat = Beat(self.catalogue, f"chore:{chore.name}", "chore")
        noted = False
        while not self._stopping.is_set():
            mine = hold.held() or self._take(hold)
            if mine != noted:
                beat.start() if mine else beat.stop()
                noted = mine
            self._woken[chore.name].clear()
            begin = time.monotonic()
            if mine:
                self._turn(chore, beat)
            rest = chore.rest(time.monotonic() - begin) if mine else TRY_EVERY
            if not self._stopping.is_set():
                self._woken[chore.name].wait(rest)
        if not self.holder:
            _finish(chore)
        if noted:
            beat.stop()
        _quietly(hold.give_up)

    def _turn(self, chore: Chore, beat: Beat) -> None:
        turn(chore)
        if chore.fault:
            beat.say(chore.fault)
        else:
            beat.say("", holder=self.holder, last_success=datetime.now(UTC).isoformat(timespec="seconds"))

    def _take(self, hold: Hold) -> bool:
        taken = _quietly(hold.take)
        if taken:
            log.info("chore taken", chore=hold.chore, holder=self.holder)
        return bool(taken)

    def _renew(self) -> None:
        while not self._stopping.wait(RENEW_EVERY):
            for hold in self._holds:
                _quietly(hold.renew)


def _finish(chore: Chore) -> None:
    """What the last pages left is done before the owner goes."""
    deadline = time.monotonic() + LAST_TURNS
    while turn(chore) and time.monotonic() < deadline:
        pass


def _quietly(act: Callable[[], bool | None]) -> bool | None:
    """What `act` returns; None while the catalogue is away: the lease then runs out, or is renewed in time."""
    try:
        return act()
    except OSError as error:
        log.warning("lease out of reach", cause=str(error))
        return None
