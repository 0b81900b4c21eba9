"""Workers: real processes on real stores; killed at any moment they lose and double nothing."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pages import coded, wire_transfer
from plant import until

from archive.address import Address
from archive.errors import LeaseLost
from archive.index.query import parse
from archive.indexing import Indexer
from archive.model import BatchState, PageState, StoredPage, TellerDay
from archive.vault import Archive
from processing import capture
from processing.chores import Chore
from processing.owner import Owner, OwnerLock
from processing.supervisor import Supervisor
from processing.worker import WorkerConfig


@contextmanager
def running(archive: Archive, folder: Path, workers: int = 1, **chosen: Any) -> Iterator[Owner]:
    objects = Address((folder / "objects").as_uri())
    config = WorkerConfig(Address(archive.catalogue.url), objects, engine="printed_code", **chosen)
    indexer = Indexer(archive)
    chore = Chore("index", lambda: indexer.drain() > 0, 0.05)
    owner = Owner(archive, Supervisor(archive, config, workers), folder, (chore,))
    owner.lock.take()
    owner.start()
    try:
        yield owner
    finally:
        owner.stop()


def pages_of(archive: Archive, batch: int) -> list[StoredPage]:
    with archive.catalogue.read() as tx:
        return tx.pages.of_batch(batch)


def settled(archive: Archive, batch: int) -> bool:
    return all(page.state in {PageState.DONE, PageState.QUARANTINED} for page in pages_of(archive, batch))


def filled(archive: Archive, day: TellerDay, *contents: bytes) -> int:
    batch = capture.open_batch(archive, day, actor="op").id
    for number, data in enumerate(contents, 1):
        capture.add_file(archive, batch, f"{number:04d}.png", data, actor="op")
    return batch


def test_a_closed_batch_is_archived_by_its_last_page(archive: Archive, day: TellerDay, tmp_path: Path) -> None:
    batch = filled(archive, day, wire_transfer("1.00"), wire_transfer("2.00"))
    capture.close_batch(archive, batch, actor="op")
    with running(archive, tmp_path / "data"):
        until(lambda: settled(archive, batch))
    with archive.catalogue.read() as tx:
        assert tx.batches.get(batch).state is BatchState.ARCHIVED
        assert [record.type for record in tx.records.of_batch(batch)] == ["wire_transfer"] * 2
    assert archive.index.count() == 2


@pytest.mark.parametrize("full_text", [True, False])
def test_the_small_print_of_a_page_can_be_searched_in_full_text_mode(
    archive: Archive, day: TellerDay, tmp_path: Path, full_text: bool
) -> None:
    batch = filled(
        archive, day, coded(lines=[("收据", (450, 20, 300, 40))], small=[("未经授权不得转让", (50, 700, 300, 12))])
    )
    with running(archive, tmp_path / "data", full_text=full_text):
        until(lambda: settled(archive, batch) and archive.index.count() == 1)
    found = archive.index.search(parse("未经授权"))
    assert found.total == int(full_text)


def test_a_killed_worker_is_replaced_and_its_page_done_once(archive: Archive, day: TellerDay, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    batch = filled(archive, day, coded(wait=str(gate)))
    with running(archive, tmp_path / "data") as owner:
        until(lambda: pages_of(archive, batch)[0].state is PageState.RUNNING)
        killed = owner.supervisor.seats[0].process
        assert killed is not None and killed.pid is not None
        os.kill(killed.pid, signal.SIGKILL)
        until(lambda: pages_of(archive, batch)[0].token == 2)
        gate.touch()
        until(lambda: settled(archive, batch))
    with archive.catalogue.read() as tx:
        assert len(tx.records.of_batch(batch)) == 1
    assert pages_of(archive, batch)[0].deliveries == 1


def test_workers_end_with_the_process_they_were_forked_from_and_others_take_their_place(
    archive: Archive, day: TellerDay, tmp_path: Path
) -> None:
    gate = tmp_path / "gate"
    batch = filled(archive, day, coded(wait=str(gate)))
    with running(archive, tmp_path / "data") as owner:
        until(lambda: pages_of(archive, batch)[0].state is PageState.RUNNING)
        worker = owner.supervisor.seats[0].process
        assert worker is not None
        place = Path(f"/proc/{worker.pid}/stat")
        os.kill(int(place.read_text().rpartition(")")[2].split()[1]), signal.SIGKILL)
        until(lambda: not place.exists() or ") Z " in place.read_text())
        gate.touch()
        until(lambda: settled(archive, batch))
    assert pages_of(archive, batch)[0].state is PageState.DONE


def test_a_page_that_kills_its_worker_is_quarantined_and_its_batch_goes_on(
    archive: Archive, day: TellerDay, tmp_path: Path
) -> None:
    batch = filled(archive, day, coded(crash=True), wire_transfer())
    with running(archive, tmp_path / "data"):
        until(lambda: settled(archive, batch))
    crashed, other = pages_of(archive, batch)
    assert (crashed.state, crashed.deliveries, other.state) == (PageState.QUARANTINED, 4, PageState.DONE)
    assert "status -9" in crashed.cause


def test_a_page_that_fails_four_times_is_quarantined_with_its_cause(
    archive: Archive, day: TellerDay, tmp_path: Path
) -> None:
    batch = filled(archive, day, coded(fail="no such glyph"))
    with running(archive, tmp_path / "data"):
        until(lambda: settled(archive, batch))
    assert "no such glyph" in pages_of(archive, batch)[0].cause


def test_a_picture_that_its_library_cannot_read_is_the_pages_fault(
    archive: Archive, day: TellerDay, tmp_path: Path
) -> None:
    batch = filled(archive, day, coded(broken="broken data stream"))
    with running(archive, tmp_path / "data"):
        until(lambda: settled(archive, batch))
    page = pages_of(archive, batch)[0]
    assert (page.state, "broken data stream" in page.cause) == (PageState.QUARANTINED, True)


@pytest.mark.slow
def test_a_full_disk_quarantines_no_page_however_often_it_is_met(
    archive: Archive, day: TellerDay, tmp_path: Path
) -> None:
    freed, tries = tmp_path / "freed", tmp_path / "freed.tries"
    batch = filled(archive, day, coded(full=str(freed)))
    with running(archive, tmp_path / "data"):
        until(lambda: tries.exists() and len(tries.read_text()) >= 4)
        freed.touch()
        until(lambda: settled(archive, batch))
    page = pages_of(archive, batch)[0]
    assert (page.state, page.deliveries) == (PageState.DONE, 0)


def test_a_stop_counts_no_delivery(archive: Archive, day: TellerDay, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    batch = filled(archive, day, coded(wait=str(gate)))
    with running(archive, tmp_path / "data") as owner:
        until(lambda: pages_of(archive, batch)[0].state is PageState.RUNNING)
        owner.supervisor.stop(patience=0.2)
    page = pages_of(archive, batch)[0]
    assert (page.state, page.deliveries) == (PageState.RECEIVED, 0)


def test_a_new_owner_takes_over_what_a_dead_one_left_running(archive: Archive, day: TellerDay, tmp_path: Path) -> None:
    batch = filled(archive, day, wire_transfer())
    with archive.catalogue.write() as tx:
        assert tx.pages.claim("dead", datetime.now(UTC) + timedelta(hours=1))
    with running(archive, tmp_path / "data"):
        until(lambda: settled(archive, batch))
    assert pages_of(archive, batch)[0].deliveries == 0


def test_a_worker_that_lost_its_lease_cannot_commit(archive: Archive, day: TellerDay) -> None:
    from archive.catalogue.pages import PageResult

    filled(archive, day, wire_transfer())
    past = datetime.now(UTC) - timedelta(seconds=1)
    with archive.catalogue.write() as tx:
        late = tx.pages.claim("late", past)
        now = tx.pages.claim("now", datetime.now(UTC) + timedelta(minutes=1))
    assert late is not None and now is not None and late.id == now.id
    with pytest.raises(LeaseLost), archive.catalogue.write() as tx:
        tx.pages.finish(late.id, late.token, PageResult("unknown"))


def test_a_data_folder_has_one_owner(tmp_path: Path) -> None:
    first, second = OwnerLock(tmp_path), OwnerLock(tmp_path)
    assert first.acquire() and not second.acquire()
    first.release()
    assert second.acquire()


def test_a_deleted_lock_file_lets_in_no_second_owner(tmp_path: Path) -> None:
    first, second = OwnerLock(tmp_path), OwnerLock(tmp_path)
    assert first.acquire()
    first.path.unlink()
    assert not second.acquire()
    first.release()
    assert second.acquire()
