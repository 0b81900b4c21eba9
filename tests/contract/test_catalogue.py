"""The catalogue's engine: its schema, its transactions, and many processes on one file."""

from __future__ import annotations

import multiprocessing
from datetime import UTC, datetime, timedelta, timezone

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from archive_world import DAY, batch_of
from sqlalchemy import text
from sqlalchemy.exc import StatementError

from archive.address import Address
from archive.catalogue import Catalogue
from archive.catalogue.service_tables import metadata

UNREADABLE = {"ix_page_received", "ix_task_queue"}  # SQLite does not tell that an index is descending
SPAWN = multiprocessing.get_context("spawn")


def test_the_migrations_make_the_schema_of_the_tables(catalogue: Catalogue) -> None:
    with catalogue.read() as tx:
        options = {"compare_type": True, "include_object": lambda _, name, *__: name not in UNREADABLE}
        context = MigrationContext.configure(tx.connection, opts=options)
        assert compare_metadata(context, metadata) == []


def test_migrating_again_changes_nothing(catalogue: Catalogue) -> None:
    catalogue.migrate()
    with catalogue.read() as tx:
        assert tx.settings.all() == {}


def _migrate(where: Address) -> None:
    Catalogue(where).migrate()


def test_processes_that_start_at_once_all_find_the_schema(empty: Address) -> None:
    processes = [SPAWN.Process(target=_migrate, args=(empty,)) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, 0, 0]


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


def _declare(where: Address, times: int) -> None:
    catalogue = Catalogue(where)
    for _ in range(times):
        with catalogue.write() as tx:
            known = tx.batches.lock(1).declared_sheets or 0
            tx.batches.declare(1, known + 1, None, None)


def test_writers_of_one_batch_wait_for_each_other(catalogue: Catalogue, where: Address) -> None:
    with catalogue.write() as tx:
        batch_of(tx, 1)
    processes = [SPAWN.Process(target=_declare, args=(where, 20)) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    with catalogue.read() as tx:
        assert tx.batches.get(1).declared_sheets == 60


def test_times_come_back_as_utc(catalogue: Catalogue) -> None:
    beijing = datetime(2026, 3, 8, 20, 0, tzinfo=timezone(timedelta(hours=8)))
    with catalogue.write() as tx:
        batch = batch_of(tx, 1)
        closed = tx.batches.close(batch.id, beijing)
    assert closed.closed_at == datetime(2026, 3, 8, 12, 0, tzinfo=UTC)
    with catalogue.read() as tx:
        written = tx.connection.execute(text("SELECT CAST(closed_at AS VARCHAR(19)) FROM batch")).scalar()
    assert str(written)[:19] == "2026-03-08 12:00:00"


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


def test_a_number_of_the_outbox_never_comes_again(catalogue: Catalogue) -> None:
    given = []
    for _ in range(3):
        with catalogue.write() as tx:
            tx.outbox.add("index", 7)
            (row,) = tx.outbox.pending("index")
            tx.outbox.done([row[0]])
            given.append(row[0])
    assert given == sorted(set(given))


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
