"""The catalogue's engine: its schema, its transactions, and many processes on one file."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from archive_world import DAY, batch_of, new_catalogue
from sqlalchemy import text
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import StatementError

from archive.catalogue import Catalogue
from archive.catalogue.tables import metadata
from archive.catalogue.tasks import _adding
from archive.errors import CatalogueUnavailable

SPAWN = multiprocessing.get_context("spawn")


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    made = new_catalogue(tmp_path)
    yield made
    made.close()


def test_the_migrations_make_the_schema_of_the_tables(catalogue: Catalogue) -> None:
    with catalogue.read() as tx:
        context = MigrationContext.configure(tx.connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_migrating_again_changes_nothing(catalogue: Catalogue) -> None:
    catalogue.migrate()
    with catalogue.read() as tx:
        assert tx.settings.all() == {}


def _migrate(url: str) -> None:
    Catalogue(url).migrate()


def test_processes_that_start_at_once_all_find_the_schema(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/new/c.db"
    processes = [SPAWN.Process(target=_migrate, args=(url,)) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, 0, 0]


@pytest.mark.parametrize(
    ("pragma", "value"), [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("busy_timeout", 10_000)]
)
def test_sqlite_is_durable_and_patient(catalogue: Catalogue, pragma: str, value: object) -> None:
    with catalogue.read() as tx:
        assert tx.connection.exec_driver_sql(f"PRAGMA {pragma}").scalar() == value


def test_a_block_that_raises_leaves_nothing(catalogue: Catalogue) -> None:
    with pytest.raises(RuntimeError), catalogue.write() as tx:
        tx.settings.put("colour", "red")
        raise RuntimeError
    with catalogue.read() as tx:
        assert tx.settings.get("colour", "none") == "none"


def test_a_reader_sees_one_moment(catalogue: Catalogue) -> None:
    with catalogue.read() as reader:
        assert reader.settings.get("n") is None
        with catalogue.write() as writer:
            writer.settings.put("n", 1)
        assert reader.settings.get("n") is None
    with catalogue.read() as reader:
        assert reader.settings.get("n") == 1


def _count(url: str, times: int) -> None:
    catalogue = Catalogue(url)
    for _ in range(times):
        with catalogue.write() as tx:
            tx.settings.put("n", tx.settings.get("n", 0) + 1)


def test_writers_that_read_first_wait_for_each_other(catalogue: Catalogue) -> None:
    processes = [SPAWN.Process(target=_count, args=(catalogue.url, 20)) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    with catalogue.read() as tx:
        assert tx.settings.get("n") == 60


def test_times_come_back_as_utc(catalogue: Catalogue) -> None:
    beijing = datetime(2026, 3, 8, 20, 0, tzinfo=timezone(timedelta(hours=8)))
    with catalogue.write() as tx:
        batch = batch_of(tx, 1)
        closed = tx.batches.close(batch.id, beijing)
    assert closed.closed_at == datetime(2026, 3, 8, 12, 0, tzinfo=UTC)
    with catalogue.read() as tx:
        assert tx.connection.execute(text("SELECT closed_at FROM batch")).scalar() == "2026-03-08 12:00:00.000000"


def test_a_time_without_a_zone_is_refused(catalogue: Catalogue) -> None:
    with pytest.raises(StatementError, match="has no time zone"), catalogue.write() as tx:
        batch = batch_of(tx, 1)
        tx.batches.close(batch.id, datetime(2026, 3, 8))  # noqa: DTZ001


def test_the_outbox_hands_out_in_order_and_forgets_what_is_done(catalogue: Catalogue) -> None:
    with catalogue.write() as tx:
        tx.outbox.add("index", 7)
        tx.outbox.add_all("index", [8, 7])
        tx.outbox.add("hook", "x")
        waiting = tx.outbox.pending("index")
        assert [key for _, key in waiting] == ["7", "8", "7"]
        tx.outbox.done(seq for seq, _ in waiting[:2])
        count, since = tx.outbox.backlog("index")
    assert count == 1
    assert since is not None
    assert since.tzinfo is UTC


def test_an_empty_outbox_has_no_backlog(catalogue: Catalogue) -> None:
    with catalogue.read() as tx:
        assert tx.outbox.backlog("index") == (0, None)


def test_a_setting_holds_any_json(catalogue: Catalogue) -> None:
    with catalogue.write() as tx:
        tx.settings.put("demo", {"seed": 3, "names": ["甲", None]})
        assert tx.settings.get("demo") == {"seed": 3, "names": ["甲", None]}


def test_events_know_their_batch_and_branch_by_page_or_record(catalogue: Catalogue) -> None:
    with catalogue.write() as tx:
        batch = batch_of(tx, 1)
        page = tx.pages.of_batch(batch.id)[0]
        tx.events.add("page.seen", "wang", page_id=page.id, detail={"seconds": 3})
        (event,) = tx.events.of_batch(batch.id)
        line = tx.connection.execute(text("SELECT branch_no FROM event")).scalar()
    assert (event.kind, event.page_id, event.detail) == ("page.seen", page.id, {"seconds": 3})
    assert line == DAY.branch_no


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
    with pytest.raises(CatalogueUnavailable, match="is full; free space"), catalogue.write() as tx:
        pages = tx.connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        tx.connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
        tx.settings.put("big", "x" * 1_000_000)
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


def test_the_statement_that_adds_a_task_is_one_that_servers_know(catalogue: Catalogue) -> None:
    said = str(_adding(postgresql.insert).compile(dialect=postgresql.dialect()))
    assert "ON CONFLICT (record_id, kind, field) DO UPDATE" in said
