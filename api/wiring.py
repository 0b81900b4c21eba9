"""Wiring: the archive, the workers and the chores that settings ask for."""

from __future__ import annotations

from archive.indexing import Indexer

from archive.catalogue.engine import Catalogue
from archive.index import open_index
from archive.objects import open_store
from archive.vault import Archive
from processing.owner import Chore, Owner
from processing.worker import WorkerConfig
from supervision.matching import refresh_stale

from .settings import Settings


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
        cache=str(settings.data.resolve() / "cache"),
    )


def build_owner(settings: Settings, archive: Archive) -> Owner:
    """The owner of the data folder: workers, the indexer and the matching of days as chores."""
    indexer = Indexer(archive)
    chores = (
        Chore("index", lambda: indexer.drain() > 0, 0.25),
        Chore("matching", lambda: refresh_stale(archive) > 0, 1.0),
    )
    return Owner(archive, worker_config(settings), settings.data, settings.workers, chores)
