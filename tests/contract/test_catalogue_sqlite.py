"""SQLite as the catalogue: durable, patient, and clear about what is wrong with its file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from archive_world import new_catalogue

from archive.catalogue import Catalogue
from archive.errors import CatalogueUnavailable


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    made = new_catalogue(tmp_path)
    yield made
    made.close()


@pytest.mark.parametrize(
    ("pragma", "value"), [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("busy_timeout", 10_000)]
)
def test_sqlite_is_durable_and_patient(catalogue: Catalogue, pragma: str, value: object) -> None:
    with catalogue.read() as tx:
        assert tx.connection.exec_driver_sql(f"PRAGMA {pragma}").scalar() == value


def test_only_what_promises_nothing_is_left_to_the_next_sync(catalogue: Catalogue) -> None:
    for synced, level in ((True, 2), (False, 1), (True, 2)):
        with catalogue.write(synced=synced) as tx:
            assert tx.connection.exec_driver_sql("PRAGMA synchronous").scalar() == level
            tx.settings.put("synced", synced)
    with catalogue.read() as tx:
        assert tx.settings.get("synced") is True


def test_a_catalogue_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "c.db").write_bytes(b"no database at all" * 100)
    with pytest.raises(CatalogueUnavailable, match=r"cannot be used .* check that it is there"):
        Catalogue(f"sqlite:///{tmp_path}/c.db").migrate()


def test_a_catalogue_without_its_schema_says_so(tmp_path: Path) -> None:
    with (
        pytest.raises(CatalogueUnavailable, match=r"no such table: setting.*migrated"),
        Catalogue(f"sqlite:///{tmp_path}/c.db").read() as tx,
    ):
        tx.settings.get("n")


def test_a_full_disk_commits_nothing_and_says_what_to_do(catalogue: Catalogue) -> None:
    with pytest.raises(CatalogueUnavailable, match="is full; free space") as told, catalogue.write() as tx:
        pages = tx.connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        tx.connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
        tx.settings.put("big", "x" * 1_000_000)
    assert told.value.full
    with catalogue.read() as tx:
        assert tx.settings.get("big") is None


def test_a_catalogue_that_another_process_holds_is_told(catalogue: Catalogue) -> None:
    with catalogue.write() as tx:
        hasty = Catalogue(catalogue.url)
        with hasty.read() as reader:
            reader.connection.exec_driver_sql("PRAGMA busy_timeout=0")
        tx.settings.put("n", 1)
        with pytest.raises(CatalogueUnavailable, match="another process held the catalogue"), hasty.write() as other:
            other.settings.put("n", 2)
