"""Supervised local worker processes: a dead one is replaced, its death counted against the page it held."""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from multiprocessing.process import BaseProcess

import structlog

from archive.vault import Archive

from .worker import MOST_DELIVERIES, TEMPORARY, WorkerConfig, main

log = structlog.get_logger("vouch.supervisor")


@dataclass(slots=True)
class Seat:
    """One place for a worker: its name for the life of one process, and when it was last filled."""

    number: int
    name: str = ""
    process: BaseProcess | None = None
    since: datetime | None = None
    deaths: int = 0


@dataclass(slots=True)
class Supervisor:
    """Keeps `workers` processes alive. `start` and `stop` are called by the owner of the data folder."""

    archive: Archive
    config: WorkerConfig
    workers: int
    seats: list[Seat] = field(default_factory=list)
    _stopping: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        self.seats = [Seat(number) for number in range(self.workers)]
        for seat in self.seats:
            self._fill(seat)
        self._thread = threading.Thread(target=self._watch, name="supervisor", daemon=True)
        self._thread.start()

    def stop(self, patience: float = 15.0) -> None:
        """Lets each worker end its page, then ends it; nothing that happens here counts against a page."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()
        living = [s for s in self.seats if s.process is not None and s.process.is_alive()]
        for seat in living:
            seat.process.terminate()  # type: ignore[union-attr]
        deadline = time.monotonic() + patience
        for seat in living:
            seat.process.join(max(0.0, deadline - time.monotonic()))  # type: ignore[union-attr]
            if seat.process.is_alive():  # type: ignore[union-attr]
                seat.process.kill()  # type: ignore[union-attr]
                seat.process.join()  # type: ignore[union-attr]
            try:
                self._release(seat)
            except OSError as error:  # the next owner takes over what is left running
                log.error("catalogue out of reach", cause=str(error))

    def _fill(self, seat: Seat) -> None:
        seat.name = f"{os.getpid()}-{seat.number}-{time.monotonic_ns():x}"
        context = multiprocessing.get_context("spawn")
        seat.process = context.Process(target=main, args=(self.config, seat.name), daemon=True)
        seat.process.start()
        seat.since = datetime.now(UTC)

    def _watch(self) -> None:
        while not self._stopping.wait(0.1):
            for seat in self.seats:
                if seat.process is not None and not seat.process.is_alive():
                    self._mend(seat)

    def _mend(self, seat: Seat) -> None:
        """Replaces a dead worker; whatever goes wrong, the supervisor lives on and tries again in the next turn."""
        try:
            self._replace(seat)
        except Exception:
            log.exception("worker not replaced", worker=seat.name)

    def _replace(self, seat: Seat) -> None:
        """A worker that ended by itself or for its surroundings' sake gives its page back; any other death counts."""
        code = seat.process.exitcode if seat.process else None
        seat.deaths += 1
        log.warning("worker ended", worker=seat.name, exit_code=code)
        try:
            if code in (0, TEMPORARY):
                self._release(seat)
            else:
                with self.archive.catalogue.write() as tx:
                    tx.pages.worker_died(seat.name, f"its worker ended with status {code}", MOST_DELIVERIES)
        except OSError as error:
            log.error("catalogue out of reach", cause=str(error))
            return  # the seat stays dead and is looked at again in the next turn
        try:
            self._fill(seat)
        except OSError as error:
            log.error("no worker can be started", cause=str(error))

    def _release(self, seat: Seat) -> None:
        with self.archive.catalogue.write() as tx:
            tx.pages.release(seat.name)
