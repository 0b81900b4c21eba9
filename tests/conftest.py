"""What tests share: the engine plug-in for tests, an archive in a temporary folder, coded pages."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent / "plugins"))
sys.path.insert(0, str(Path(__file__).parent))

from archive.model import TellerDay
from archive.vault import Archive


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
