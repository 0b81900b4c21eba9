"""A worker process: claims one page at a time, renews its lease from a thread, and commits under its fencing token."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing import connection
from typing import TYPE_CHECKING, TypeVar

import structlog

from archive.address import Address
from archive.errors import DaySealed, LeaseLost, ObjectDamaged, ObjectMissing
from imaging.orphans import end_with

from .heap import give_back
from .originals import let_go
from .outages import surroundings

if TYPE_CHECKING:
    from archive.model import StoredPage
    from archive.vault import Archive
    from ocr.model import Engine

    from .dispatch import Dispatch
    from .parts import Beat

LEASE = timedelta(seconds=30)
RENEW_EVERY = 10.0
MOST_DELIVERIES = 4
TEMPORARY = 75  # EX_TEMPFAIL: the surroundings failed, not the page
SOME = 10
FIRST_REST, LONGEST_REST = 1.0, 5.0  # seconds between two tries while a store is away
NO_BROKER = Address("")
_left: list[Engine] = []  # to the end of the process: to take networks apart takes longer than to end without
T = TypeVar("T")
log = structlog.get_logger("vouch.worker")


@dataclass(frozen=True, slots=True)
class WorkerConfig:
    """What a worker process needs to open its stores, its engine and its dispatch; crosses to a spawned process by
    pickling."""

    catalogue: Address
    objects: Address
    engine: str = "rapid"
    cache: str = ""
    full_text: bool = False
    languages: str = ""
    niceness: int = 5
    broker: Address = NO_BROKER


def main(config: WorkerConfig, name: str) -> None:
    """The body of a worker process; ends on SIGTERM after the page in hand, or at once when its parent has died."""
    stopping = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _die_with_parent()
    os.nice(config.niceness)
    os.environ["OMP_NUM_THREADS"] = os.environ["OMP_THREAD_LIMIT"] = "1"
    from processing.logs import configure

    configure()  # else a worker's log lines would lie among the JSON that its command prints
    try:
        _serve(config, name, stopping)
    except OSError as error:  # it was told to stop while a store was away; its supervisor gives the page back
        log.error("stores out of reach", worker=name, cause=str(error))
        raise SystemExit(TEMPORARY) from error


def _serve(config: WorkerConfig, name: str, stopping: threading.Event) -> None:
    from processing.dispatch import open_dispatch
    from processing.parts import Beat
    from processing.surroundings import open_worker

    rest = Rest(stopping)
    archive, engine = rest.through(lambda: open_worker(config))
    _left.append(engine)
    dispatch = open_dispatch(config.broker)
    beat = Beat(archive.catalogue, name, "worker")
    beat.start()
    try:
        hands = Hands(archive, engine, name, dispatch, rest, beat, config.full_text)
        dispatch.consume(hands.work, stopping, rest.hear(beat))
    finally:
        beat.stop()
        archive.catalogue.close()


class Rest:
    """Waits outages out, longer from try to try, until the process is to stop."""

    def __init__(self, stopping: threading.Event) -> None:
        self.stopping = stopping
        self._pause = FIRST_REST

    def over(self) -> None:
        """All is well again."""
        self._pause = FIRST_REST

    def take(self, error: OSError) -> None:
        """Rests once. Raises the error where the process is to stop."""
        if self.stopping.wait(self._pause):
            raise error
        self._pause = min(LONGEST_REST, self._pause * 1.5)

    def through(self, act: Callable[[], T]) -> T:
        """What `act` returns, however long it takes until it can."""
        while True:
            try:
                found = act()
            except OSError as error:
                log.error("stores out of reach", cause=str(error))
                self.take(error)
            else:
                self.over()
                return found

    def hear(self, beat: Beat) -> Callable[[str], None]:
        """What a dispatch tells of its broker: said once a change, and noted with the part."""

        def told(fault: str) -> None:
            if bool(fault) != bool(beat.fault):
                log.warning("broker out of reach", cause=fault) if fault else log.info("broker in reach")
            beat.say(fault)

        return told


class Hands:
    """One worker at its page. While a store is away the page is given back uncounted as soon as the catalogue takes
    it, and the worker rests and goes on by itself: its engine stays loaded."""

    def __init__(
        self, archive: Archive, engine: Engine, name: str, dispatch: Dispatch, rest: Rest, beat: Beat,
        full_text: bool = False,
    ) -> None:  # fmt: skip
        self.archive, self.engine, self.name, self.full_text = archive, engine, name, full_text
        self.dispatch, self.rest, self.beat = dispatch, rest, beat
        self.pages, self.seconds = 0, 0.0
        self._busy = False
        self._owed: StoredPage | None = None

    def work(self, page_id: int | None) -> bool:
        """Does that page, or where it is not to be had (or none is named) the next one; False where there is none. An
        OSError says that the process is to stop while a store is away."""
        while True:
            try:
                self._give_back()
                page = self._claim(page_id)
                self._busy = page is not None
                if page is not None:
                    self._do(page)
                else:
                    let_go()
                give_back()
            except OSError as error:
                log.error("stores out of reach", worker=self.name, cause=str(error))
                self.beat.say(f"{type(error).__name__}: {error}")
                self.rest.take(error)
            else:
                self.rest.over()
                self.beat.say("", pages=self.pages, page_seconds=round(self.seconds, 1))
                return page is not None

    def _claim(self, page_id: int | None) -> StoredPage | None:
        """A page whose worker vanished comes first: its wake may be the last of a long queue."""
        if page_id is None:
            return claim(self.archive, self.name, look=not self._busy)
        until = datetime.now(UTC) + LEASE
        with self.archive.catalogue.write(synced=False) as tx:
            late = [page for page, branch_no in tx.pages.overdue(SOME) if self.dispatch.serves(branch_no)]
            for one in (*late, page_id):
                if (page := tx.pages.claim_one(one, self.name, until)) is not None:
                    return page
            return tx.pages.claim(self.name, until) if self.dispatch.serves_all() else None

    def _do(self, page: StoredPage) -> None:
        begin = time.monotonic()
        try:
            handle(self.archive, self.engine, page, self.name, self.full_text)
        except LeaseLost as error:
            log.warning("page lost", worker=self.name, page=page.id, cause=str(error))
        except OSError:
            self._owed = page
            raise
        self.pages, self.seconds = self.pages + 1, self.seconds + time.monotonic() - begin

    def _give_back(self) -> None:
        if self._owed is not None:
            with self.archive.catalogue.write() as tx:
                tx.pages.give_back(self._owed.id, self._owed.token)
            self._owed = None


def claim(archive: Archive, name: str, *, look: bool = True) -> StoredPage | None:
    """The next page, leased to `name`; with `look` it looks before it writes, so that idle workers take no lock. A
    claim that a power cut undoes is no loss: the page waits as before."""
    if look:
        with archive.catalogue.read() as tx:
            if not tx.pages.claimable(datetime.now(UTC)):
                return None
    with archive.catalogue.write(synced=False) as tx:
        return tx.pages.claim(name, datetime.now(UTC) + LEASE)


def handle(archive: Archive, engine: Engine, page: StoredPage, name: str, full_text: bool = False) -> None:
    """One page under a renewed lease, all its text read where `full_text` asks for it. What fails in the page's own
    content counts against the page; what fails around it (disk, store, database) is raised as an OSError, and counts
    against nobody."""
    from imaging.model import ScanError
    from processing.pipeline import process

    bound = log.bind(worker=name, page=page.id, batch=page.batch_id, file=page.file_name)
    with _Lease(archive, page):
        try:
            process(archive, engine, page, full_text)
        except (LeaseLost, DaySealed) as error:
            bound.warning("result dropped", cause=str(error))
        except (ScanError, ObjectDamaged, ObjectMissing) as error:
            bound.warning("page quarantined", cause=str(error))
            with archive.catalogue.write() as tx:
                tx.pages.quarantine(page.id, page.token, f"{type(error).__name__}: {error}")
        except Exception as error:
            if surroundings(error):
                bound.error("surroundings failed", cause=str(error))
                raise
            bound.exception("page failed")
            _failed(archive, page, f"{type(error).__name__}: {error}")


def _failed(archive: Archive, page: StoredPage, cause: str) -> None:
    """Counts a failure of the page's own: it waits for a worker again, or at the limit is set aside."""
    from processing.wakes import wake

    with archive.catalogue.write() as tx:
        if tx.pages.failed(page.id, page.token, cause, MOST_DELIVERIES):
            tx.pages.quarantine(page.id, page.token, cause)
        else:
            wake(archive, tx, [(page.id, tx.batches.get(page.batch_id).branch_no)])


class _Lease:
    """Renews a page's lease every ten seconds while the body runs, over a connection of its own."""

    def __init__(self, archive: Archive, page: StoredPage) -> None:
        self.archive, self.page = archive, page
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._renew, daemon=True)

    def __enter__(self) -> None:
        self.thread.start()

    def __exit__(self, *_: object) -> None:
        self.ended.set()
        self.thread.join()

    def _renew(self) -> None:
        pause = RENEW_EVERY
        while not self.ended.wait(pause):
            pause = RENEW_EVERY
            try:
                with self.archive.catalogue.write(synced=False) as tx:
                    if not tx.pages.renew(self.page.id, self.page.token, datetime.now(UTC) + LEASE):
                        return
            except OSError as error:  # a lease that runs out meanwhile is fenced by its token
                log.warning("lease not renewed", page=self.page.id, cause=str(error))
                pause = FIRST_REST


def _die_with_parent() -> None:
    """Ends this process as soon as its owner is gone, so that a killed one leaves no workers behind. The kernel does
    it when the process that it was forked from ends, which the owner alone keeps alive: a native call may hold the
    interpreter for long, and with it the thread that watches the owner."""
    from processing.nursery import leave_nursery

    parent = multiprocessing.parent_process()
    if parent is None:
        return
    end_with(leave_nursery())

    def watch() -> None:
        connection.wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
