"""A worker process: claims one page at a time, renews its lease from a thread, and commits under its fencing token."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing import connection
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from archive.model import StoredPage
    from archive.vault import Archive
    from ocr.model import Engine

LEASE = timedelta(seconds=30)
RENEW_EVERY = 10.0
IDLE = 0.15
MOST_DELIVERIES = 4
TEMPORARY = 75  # EX_TEMPFAIL: the surroundings failed, not the page
log = structlog.get_logger("vouch.worker")


@dataclass(frozen=True, slots=True)
class WorkerConfig:
    """What a worker process needs to open its stores and its engine; crosses to a spawned process by pickling."""

    catalogue_url: str
    objects_url: str
    engine: str = "rapid"
    cache: str = ""
    niceness: int = 5


def main(config: WorkerConfig, name: str) -> None:
    """The body of a worker process; ends on SIGTERM after the page in hand, or at once when its parent has died."""
    stopping = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _die_with_parent()
    os.nice(config.niceness)
    os.environ["OMP_NUM_THREADS"] = os.environ["OMP_THREAD_LIMIT"] = "1"
    from processing.logs import configure
    from processing.surroundings import open_worker

    configure()  # else a worker's log lines would lie among the JSON that its command prints
    archive, engine = open_worker(config)
    try:
        work(archive, engine, name, stopping)
    except OSError as error:  # a full disk also refuses to note what became of the page; it is the supervisor's to do
        log.error("stores out of reach", worker=name, cause=str(error))
        time.sleep(1.0)
        raise SystemExit(TEMPORARY) from error
    finally:
        archive.catalogue.close()


def work(archive: Archive, engine: Engine, name: str, stopping: threading.Event) -> None:
    """Processes pages until `stopping` is set."""
    while not stopping.is_set():
        page = claim(archive, name)
        if page is None:
            stopping.wait(IDLE)
            continue
        handle(archive, engine, page, name)


def claim(archive: Archive, name: str) -> StoredPage | None:
    """The next page, leased to `name`; looks before it writes, so that idle workers take no write lock."""
    with archive.catalogue.read() as tx:
        if not tx.pages.claimable(datetime.now(UTC)):
            return None
    with archive.catalogue.write() as tx:
        return tx.pages.claim(name, datetime.now(UTC) + LEASE)


def handle(archive: Archive, engine: Engine, page: StoredPage, name: str) -> None:
    """One page under a renewed lease. What fails in the page's own content counts against the page; what fails around
    it (disk, store, database) is raised: it ends the process, whose supervisor gives the page back."""
    from archive.errors import DaySealed, LeaseLost, ObjectDamaged, ObjectMissing
    from imaging.model import ScanError
    from processing.pipeline import process

    bound = log.bind(worker=name, page=page.id, batch=page.batch_id, file=page.file_name)
    with _Lease(archive, page):
        try:
            process(archive, engine, page)
        except (LeaseLost, DaySealed) as error:
            bound.warning("result dropped", cause=str(error))
        except (ScanError, ObjectDamaged, ObjectMissing) as error:
            bound.warning("page quarantined", cause=str(error))
            with archive.catalogue.write() as tx:
                tx.pages.quarantine(page.id, page.token, f"{type(error).__name__}: {error}")
        except Exception as error:
            if _around(error):
                bound.error("surroundings failed", cause=str(error))
                raise
            bound.exception("page failed")
            with archive.catalogue.write() as tx:
                if tx.pages.failed(page.id, page.token, f"{type(error).__name__}: {error}", MOST_DELIVERIES):
                    tx.pages.quarantine(page.id, page.token, f"{type(error).__name__}: {error}")


def _around(error: Exception) -> bool:
    """Whether the surroundings failed, not the page. The system's own errors have a number; those that libraries raise
    of a picture that they cannot read have none."""
    from archive.errors import StoreUnavailable

    return isinstance(error, StoreUnavailable) or (isinstance(error, OSError) and error.errno is not None)


class _Lease:
    """Renews a page's lease every ten seconds while the body runs, over a connection of its own."""

    def __init__(self, archive: Archive, page: StoredPage) -> None:
        self.archive, self.page = archive, page
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._renew, daemon=True)

    def __enter__(self) -> None:
        self.thread.start()

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.thread.join()

    def _renew(self) -> None:
        while not self.over.wait(RENEW_EVERY):
            try:
                with self.archive.catalogue.write() as tx:
                    if not tx.pages.renew(self.page.id, self.page.token, datetime.now(UTC) + LEASE):
                        return
            except OSError as error:  # the next turn tries again; a lease that runs out is fenced by its token
                log.warning("lease not renewed", page=self.page.id, cause=str(error))


def _die_with_parent() -> None:
    """Ends this process as soon as its supervisor is gone, so that a killed owner leaves no workers behind."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        connection.wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
