"""What tests share: the engine plug-in for tests, an archive in a temporary folder, coded pages."""

from __future__ import annotations

import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

sys.path.insert(0, str(Path(__file__).parent / "plugins"))
sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parent.parent))

from archive.model import TellerDay
from archive.vault import Archive

if TYPE_CHECKING:
    from tools.services import Elastic, Minio, Postgres, Rabbit, Server


def pytest_configure() -> None:
    """A run that is told to end ends its servers first, as one that is interrupted does."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


@contextmanager
def _running(kind: str) -> Iterator[Server]:
    """A real server for the whole session; it is installed where it is missing, and a failure to is the test's. Its
    folder is not pytest's, which every further session of pytest shuts to other users, such as PostgreSQL's."""
    from tools import services

    with tempfile.TemporaryDirectory(prefix="vouch-") as folder:
        server: Server = getattr(services, kind)(Path(folder))
        server.start()
        try:
            yield server
        finally:
            server.stop()


@pytest.fixture(scope="session")
def minio_server() -> Iterator[Minio]:
    with _running("Minio") as server:
        yield server


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    with _running("Postgres") as server:
        yield server


@pytest.fixture(scope="session")
def elastic_server() -> Iterator[Elastic]:
    with _running("Elastic") as server:
        yield server


@pytest.fixture(scope="session")
def rabbit_server() -> Iterator[Rabbit]:
    with _running("Rabbit") as server:
        yield server


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    """A real archive on the embedded stores: SQLite, folder, tantivy."""
    from api.settings import Settings
    from api.wiring import build_archive

    made = build_archive(Settings(data=tmp_path / "data"))
    yield made
    made.index.close()
    made.catalogue.close()


@pytest.fixture
def day() -> TellerDay:
    return TellerDay("0102", "0417", date(2026, 3, 9))
