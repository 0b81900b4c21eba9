"""Wiring: the archive, the workers and the chores that settings ask for."""

from __future__ import annotations

import time
from collections.abc import Callable

from archive.catalogue.engine import Catalogue
from archive.index import open_index
from archive.indexing import Indexer
from archive.objects import open_store
from archive.vault import Archive
from processing.owner import Chore, Owner
from processing.worker import WorkerConfig
from supervision.matching import refresh_stale

from .settings import Settings

HOUR = 3600.0


def build_archive(settings: Settings) -> Archive:
    """The three stores of `settings`, the schema brought up to date."""
    settings.data.mkdir(parents=True, exist_ok=True)
    catalogue = Catalogue(settings.catalogue)
    catalogue.migrate()
    return Archive(catalogue, open_store(settings.objects), open_index(settings.index))


def worker_config(settings: Settings) -> WorkerConfig:
    return WorkerConfig(
        catalogue_url=settings.catalogue,
        objects_url=settings.objects,
        engine=settings.engine,
        cache=str(settings.cache),
    )


def build_owner(settings: Settings, archive: Archive) -> Owner:
    """The owner of the data folder: workers, and as chores the indexer, the matching of days and the sweeping of what
    crashes left in the object store."""
    indexer = Indexer(archive)
    chores = (
        Chore("index", _feeding(indexer), 0.5),
        Chore("matching", lambda: refresh_stale(archive) > 0, 1.0),
        Chore("sweep", lambda: archive.objects.sweep(time.time() - HOUR) > 0, HOUR),
    )
    return Owner(archive, worker_config(settings), settings.data, settings.workers, chores)


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
