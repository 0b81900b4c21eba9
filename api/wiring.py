"""Wiring: the archive, the workers and the chores that settings ask for."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from functools import partial

from archive.catalogue.engine import Catalogue
from archive.index import open_index
from archive.indexing import Indexer
from archive.known import known_store
from archive.objects import open_erasable
from archive.vault import Archive
from ocr.model import Engine
from processing.chores import Chore
from processing.dispatch.port import Dispatch
from processing.engines import open_engine
from processing.exports import run_exports
from processing.owner import Owner
from processing.supervisor import Supervisor
from processing.sweeper import Sweeper
from processing.wakes import carry
from processing.worker import WorkerConfig
from supervision.matching import refresh_stale

from .settings import Settings

HOUR = 3600.0
DEAR = 0.05  # the share of the time that a chore takes which would race the workers of its own machine


def build_archive(settings: Settings) -> Archive:
    """The three stores of `settings`, the schema brought up to date."""
    if settings.embedded:
        settings.data.mkdir(parents=True, exist_ok=True)
    catalogue = Catalogue(settings.catalogue)
    catalogue.migrate()
    store, index = known_store(catalogue, settings.objects), open_index(settings.index)
    return Archive(catalogue, store, index, wakes=not settings.embedded)


def worker_config(settings: Settings) -> WorkerConfig:
    return WorkerConfig(
        catalogue=settings.catalogue,
        objects=settings.objects,
        engine=settings.engine,
        cache=str(settings.cache),
        full_text=settings.full_text,
        languages=settings.languages,
        broker=settings.broker,
    )


def engine_of(settings: Settings, name: str = "") -> partial[Engine]:
    """What makes the engine of the settings, or another of that `name`, in this process or in another one."""
    return partial(
        open_engine,
        name or settings.engine,
        cache=str(settings.cache),
        full_text=settings.full_text,
        languages=settings.languages,
    )


def build_supervisor(settings: Settings, archive: Archive) -> Supervisor:
    """The workers of this host."""
    return Supervisor(archive, worker_config(settings), settings.workers)


def build_owner(settings: Settings, archive: Archive) -> Owner:
    """The owner of the data folder: workers and chores in one process."""
    stopping = threading.Event()
    chores = build_chores(settings, archive, stopping)
    return Owner(archive, build_supervisor(settings, archive), settings.data, chores, stopping)


def build_chores(settings: Settings, archive: Archive, stopping: threading.Event) -> tuple[Chore, ...]:
    """What is repeated in both sizes: the indexer, the matching of days, exports, the feed's order, and the sweeping of
    what crashes left in the object stores. An export is left for later once the process is `stopping`."""
    exports = open_erasable(settings.exports)

    def sweep() -> bool:
        before = time.time() - HOUR
        return archive.objects.sweep(before) + exports.sweep(before) > 0

    share = DEAR if settings.embedded else 1.0
    one_writer = settings.catalogue.url.startswith("sqlite:")  # it gives events their place as they come
    sequence = () if one_writer else (Chore("sequence", lambda: _sequence(archive), 0.5),)
    return (
        Chore("index", _feeding(Indexer(archive)), 0.5, share=share),
        Chore("matching", lambda: refresh_stale(archive) > 0, 1.0, share=share),
        Chore("exports", lambda: run_exports(archive, exports, stopping.is_set), 1.0),
        Chore("sweep", sweep, HOUR),
        *sequence,
    )


def build_schedule(
    settings: Settings, archive: Archive, dispatch: Dispatch, stopping: threading.Event
) -> tuple[Chore, ...]:
    """The chores of the server size: those of every size, and the waking of workers."""
    return (
        *build_chores(settings, archive, stopping),
        Chore("wake", lambda: carry(archive, dispatch), 0.2),
        Chore("resweep", Sweeper(archive, dispatch).turn, 2.0),
    )


def _sequence(archive: Archive) -> bool:
    """Gives events their place in the feed."""
    with archive.catalogue.write() as tx:
        return tx.events.sequence() > 0


def _feeding(indexer: Indexer) -> Callable[[], bool]:
    """Turns of the indexer: the first one builds an index again that was lost or damaged."""
    sound = False

    def turn() -> bool:
        nonlocal sound
        if not sound:
            indexer.ensure()
            sound = True
        return indexer.drain() > 0

    return turn
