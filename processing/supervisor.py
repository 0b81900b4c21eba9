"""Supervised worker processes of one host: a dead one is replaced, its death counted against the page it held."""

from __future__ import annotations

import os
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from multiprocessing.process import BaseProcess

import structlog

from archive.vault import Archive

from .nursery import prepared
from .parts import host
from .wakes import wake
from .worker import MOST_DELIVERIES, TEMPORARY, WorkerConfig, main

LOOK = 0.1
LONGEST_WAIT = 5.0  # seconds until a seat is filled again whose workers die without a page
log = structlog.get_logger("vouch.supervisor")


@dataclass(slots=True)
class Seat:
    """One place for a worker: its name for the life of one process, and when it was last filled. `deaths` in all;
    `vain` those in a row that no page explains; `rest_until` on the monotonic clock."""

    number: int
    name: str = ""
    process: BaseProcess | None = None
    since: datetime | None = None
    deaths: int = 0
    vain: int = 0
    counted: bool = True
    rest_until: float = 0.0

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.is_alive()

    def rest(self) -> None:
        """Puts the next try off, longer from time to time."""
        self.rest_until = time.monotonic() + min(LONGEST_WAIT, 0.5 * self.vain)


@dataclass(slots=True)
class Supervisor:
    """Keeps `workers` processes alive, on the data folder that this process owns or on the servers. Their deaths are
    counted alike in both."""

    archive: Archive
    config: WorkerConfig
    workers: int
    seats: list[Seat] = field(default_factory=list)
    fault: str = ""
    _stopping: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None
    _leaving: list[Seat] = field(default_factory=list)

    @property
    def alive(self) -> int:
        """How many workers live."""
        return sum(seat.alive for seat in self.seats)

    def start(self) -> None:
        self.seats = [Seat(number) for number in range(self.workers)]
        for seat in self.seats:
            self._fill(seat)
        self._thread = threading.Thread(target=self._watch, name="supervisor", daemon=True)
        self._thread.start()

    def retire(self) -> None:
        """Tells each worker to end after the page in hand, and waits for none; `stop` does."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()
        leaving = [seat for seat in self.seats if seat.alive and seat not in self._leaving]
        for seat in leaving:
            seat.process.terminate()  # type: ignore[union-attr]
        self._leaving += leaving

    def stop(self, patience: float = 15.0) -> None:
        """Lets each worker end its page, then ends it; nothing that happens here counts against a page."""
        self.retire()
        deadline = time.monotonic() + patience
        for seat in self._leaving:
            seat.process.join(max(0.0, deadline - time.monotonic()))  # type: ignore[union-attr]
            if seat.alive:
                seat.process.kill()  # type: ignore[union-attr]
                seat.process.join()  # type: ignore[union-attr]
            try:
                self._release(seat)
            except OSError as error:  # the next owner takes over what is left running, or its lease runs out
                log.error("catalogue out of reach", cause=str(error))

    def _fill(self, seat: Seat) -> None:
        seat.name = f"{host()}-{os.getpid()}-{seat.number}-{time.monotonic_ns():x}"
        context = prepared(self.config.engine)
        seat.process = context.Process(target=main, args=(self.config, seat.name), daemon=True)
        seat.process.start()
        seat.since, seat.counted = datetime.now(UTC), False

    def _watch(self) -> None:
        while not self._stopping.wait(LOOK):
            for seat in self.seats:
                if not seat.alive and time.monotonic() >= seat.rest_until:
                    self._mend(seat)

    def _mend(self, seat: Seat) -> None:
        """Counts a death and replaces the worker; whatever goes wrong, the supervisor lives on and tries again."""
        try:
            if not seat.counted:
                self._count(seat)
            if time.monotonic() >= seat.rest_until:
                self._fill(seat)
            self.fault = ""
        except Exception as error:
            fault = f"{type(error).__name__}: {error}"
            if not self.fault:
                log.exception("worker not replaced", worker=seat.name)
            self.fault, seat.rest_until = fault, time.monotonic() + 1.0

    def _count(self, seat: Seat) -> None:
        """A worker that ended by itself or for its surroundings' sake gives its page back; any other death counts."""
        code = seat.process.exitcode if seat.process else None
        if code in (0, TEMPORARY):
            held = self._release(seat)
        else:
            held = self._died(seat, f"its worker ended with status {code}")
        log.warning("worker ended", worker=seat.name, exit_code=code, pages=[page for page, _ in held])
        seat.counted, seat.deaths = True, seat.deaths + 1
        seat.vain = 0 if held else seat.vain + 1
        seat.rest()

    def _died(self, seat: Seat, cause: str) -> list[tuple[int, str]]:
        with self.archive.catalogue.write() as tx:
            held = tx.pages.held_by(seat.name)
            tx.pages.worker_died(seat.name, cause, MOST_DELIVERIES)
            wake(self.archive, tx, held)
        return held

    def _release(self, seat: Seat) -> list[tuple[int, str]]:
        with self.archive.catalogue.write(synced=False) as tx:
            held = tx.pages.held_by(seat.name)
            tx.pages.release(seat.name)
            wake(self.archive, tx, held)
        return held
