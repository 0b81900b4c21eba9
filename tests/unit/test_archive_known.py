"""The store that a catalogue knows: whoever starts while its disk is away waits for it, and makes no new one."""

from __future__ import annotations

from pathlib import Path

import pytest

from archive.catalogue.engine import Catalogue
from archive.errors import StoreUnavailable
from archive.known import known_store
from archive.objects import FolderStore


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    made = Catalogue(f"sqlite:///{tmp_path / 'catalogue.db'}")
    made.migrate()
    return made


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "objects"


def test_a_new_catalogue_makes_its_store_and_finds_it_again(catalogue: Catalogue, place: Path) -> None:
    sha256 = known_store(catalogue, place.as_uri()).put(b"kept")
    assert known_store(catalogue, place.as_uri()).get(sha256) == b"kept"


@pytest.mark.parametrize("mount_point", [True, False])
def test_a_start_while_the_disk_is_away_makes_no_store(catalogue: Catalogue, place: Path, mount_point: bool) -> None:
    sha256 = known_store(catalogue, place.as_uri()).put(b"kept")
    away = place.rename(place.with_name("away"))
    if mount_point:
        place.mkdir()
    store = known_store(catalogue, place.as_uri())
    with pytest.raises(StoreUnavailable, match="is not there; mount its disk again"):
        store.put(b"would vanish")
    with pytest.raises(StoreUnavailable, match="is not there"):
        store.get(sha256)
    assert not place.exists() or list(place.iterdir()) == []
    if mount_point:
        place.rmdir()
    away.rename(place)
    assert store.get(sha256) == b"kept"
    assert store.get(store.put(b"now it stays")) == b"now it stays"


def test_another_store_in_its_place_is_not_taken(catalogue: Catalogue, place: Path) -> None:
    known_store(catalogue, place.as_uri())
    place.rename(place.with_name("away"))
    FolderStore(place)
    with pytest.raises(StoreUnavailable, match="is not there"):
        known_store(catalogue, place.as_uri()).put(b"lost")


@pytest.mark.parametrize("said", [b"", b"[]", b"\xff", b"{}"])
def test_a_damaged_marker_is_no_store(catalogue: Catalogue, place: Path, said: bytes) -> None:
    known_store(catalogue, place.as_uri())
    (place / "store.json").write_bytes(said)
    with pytest.raises(StoreUnavailable, match="is not there"):
        known_store(catalogue, place.as_uri()).put(b"lost")
