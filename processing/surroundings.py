"""Opens what a worker works with: the stores and the OCR engine, one thread each."""

from __future__ import annotations

import cv2

from archive.catalogue.engine import Catalogue
from archive.index.memory import MemoryIndex
from archive.known import known_store
from archive.vault import Archive
from ocr.model import Engine

from .engines import open_engine
from .worker import WorkerConfig


def open_worker(config: WorkerConfig) -> tuple[Archive, Engine]:
    """The stores and engine of `config`. A worker never searches: its index is an empty one in memory."""
    cv2.setNumThreads(1)
    catalogue, wakes = Catalogue(config.catalogue), bool(config.broker.url)
    archive = Archive(catalogue, known_store(catalogue, config.objects), MemoryIndex(), wakes)
    said = {"cache": config.cache, "languages": config.languages}
    engine = open_engine(config.engine, **said, full_text=config.full_text, ready=True)
    return archive, engine
