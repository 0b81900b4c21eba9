"""Pages as work: leases, tokens, deliveries, quarantine, and the end of a batch."""

from __future__ import annotations

import multiprocessing
from dataclasses import replace

import pytest
from archive_world import DAY, ELSEWHERE, SHA, batch_of, claimed, later
from sqlalchemy import update

from archive.address import Address
from archive.catalogue import Catalogue, PageResult
from archive.catalogue.tables import page as page_table
from archive.errors import Conflict, Invalid, LeaseLost, NotFound
from archive.model import BatchState, PageState, Scope

SPAWN = multiprocessing.get_context("spawn")
DONE = PageResult("voucher", "a" * 64, "b" * 64, "c" * 64, 800, 600, 200.0, "ff00", notes={"deskew": {"angle": 1.5}})


def test_every_page_of_a_file_has_a_row_and_a_sheet(catalogue: Catalogue) -> None:
    with catalogue.write() as tx:
        pages = tx.pages.of_batch(batch_of(tx, 3).id)
    assert [(p.number, p.seq, p.side, p.sheet_number, p.state) for p in pages] == [
        (1, 0, "front", 1, PageState.RECEIVED),
        (2, 1, "front", 2, PageState.RECEIVED),
        (3, 2, "front", 3, PageState.RECEIVED),
    ]
    assert {(p.file_name, p.original) for p in pages} == {("0001.tif", SHA)}


def test_a_duplex_batch_takes_front_and_back_in_turn_over_its_files(catalogue: Catalogue) -> None:
    with catalogue.write() as tx:
        batch = batch_of(tx, 1, duplex=True)
        more, _ = tx.batches.add_file(batch.id, "0002.tif", SHA, 10, "image/tiff", 2)
        tx.pages.add_pages(batch, more, SHA)
        pages = tx.pages.of_batch(batch.id)
    assert [(p.side, p.sheet_number) for p in pages] == [("front", 1), ("back", 1), ("front", 2)]


def test_a_file_that_has_its_pages_keeps_them(catalogue: Catalogue) -> None:
    with catalogue.write() as tx:
        batch = batch_of(tx, 2)
        again = tx.pages.add_pages(batch, tx.batches.files(batch.id)[0], SHA)
        assert [p.id for p in again] == [p.id for p in tx.pages.of_batch(batch.id)]


def test_pages_are_claimed_by_priority_and_then_in_order(catalogue: Catalogue) -> None:
    with catalogue.write() as tx:
        ids = [p.id for p in tx.pages.of_batch(batch_of(tx, 3).id)]
        tx.connection.execute(update(page_table).where(page_table.c.id == ids[2]).values(priority=5))
        order = [claimed(tx).id for _ in ids]
        assert tx.pages.claim("w1", later()) is None
    assert order == [ids[2], ids[0], ids[1]]


def test_a_finished_page_holds_its_result(catalogue: Catalogue) -> None:
    with catalogue.write() as tx:
        batch_of(tx, 1)
        page = claimed(tx)
        assert (page.state, page.token) == (PageState.RUNNING, 1)
        tx.pages.finish(page.id, page.token, DONE)
        done = tx.pages.get(page.id)
    assert (done.state, done.kind, done.width, done.phash) == (PageState.DONE, "voucher", 800, "ff00")
    assert done.notes == {"deskew": {"angle": 1.5}}
    assert done.deliveries == 0


def test_an_expired_lease_passes_to_the_next_worker_and_the_first_cannot_commit(catalogue: Catalogue) -> None:
    with catalogue.write() as tx:
        batch_of(tx, 1)
        first = claimed(tx, "w1", seconds=-1)
        second = claimed(tx, "w2")
        assert (second.id, second.token, second.deliveries) == (first.id, first.token + 1, 0)
        assert not tx.pages.renew(first.id, first.token, later())
        assert tx.pages.renew(second.id, second.token, later())
        with pytest.raises(LeaseLost, match=f"page {first.id} was taken over"):
            tx.pages.finish(first.id, first.token, DONE)
        tx.pages.finish(second.id, second.token, DONE)
        with pytest.raises(LeaseLost):
            tx.pages.finish(second.id, second.token, DONE)


def test_a_held_lease_is_not_handed_out(catalogue: Catalogue) -> None:
    with catalogue.write() as tx:
        batch_of(tx, 1)
        claimed(tx)
        assert tx.pages.claim("w2", later()) is None


def test_a_page_that_is_given_back_is_free_at_once_and_uncounted(catalogue: Catalogue) -> None:
    with catalogue.write() as tx:
        batch_of(tx, 1)
        page = claimed(tx)
        tx.pages.give_back(page.id, page.token)
        assert claimed(tx).deliveries == 0


def test_the_fourth_death_quarantines_a_page_with_its_cause_and_the_batch_goes_on(catalogue: Catalogue) -> None:
    with catalogue.write() as tx:
        batch = batch_of(tx, 2)
        killer, other = tx.pages.of_batch(batch.id)
        for death in range(1, 5):
            assert claimed(tx, "w1").id == killer.id
            left = tx.pages.worker_died("w1", "signal 11")
            assert left is not None
            assert left.deliveries == death
        assert (left.state, left.cause) == (PageState.QUARANTINED, "signal 11")
        assert claimed(tx, "w1").id == other.id


def test_the_death_of_a_worker_that_held_nothing_counts_nowhere(catalogue: Catalogue) -> None:
    with catalogue.write() as tx:
        batch_of(tx, 1)
        assert tx.pages.worker_died("w1", "signal 9") is None


def test_starting_again_releases_what_ran_without_counting(catalogue: Catalogue) -> None:
    with catalogue.write() as tx:
        batch = batch_of(tx, 2)
        claimed(tx)
        assert tx.pages.release_all() == 1
        assert {(p.state, p.deliveries) for p in tx.pages.of_batch(batch.id)} == {(PageState.RECEIVED, 0)}


def test_the_last_page_of_a_closed_batch_archives_it(catalogue: Catalogue) -> None:
    with catalogue.write() as tx:
        batch = batch_of(tx, 2)
        first, second = claimed(tx), claimed(tx)
        tx.pages.finish(first.id, first.token, DONE)
        assert tx.batches.close(batch.id).state is BatchState.CLOSED
        tx.pages.finish(second.id, second.token, DONE)
        assert tx.batches.get(batch.id).state is BatchState.ARCHIVED


def test_an_open_batch_stays_open_when_its_pages_are_done(catalogue: Catalogue) -> None:
    with catalogue.write() as tx:
        batch = batch_of(tx, 1)
        page = claimed(tx)
        tx.pages.finish(page.id, page.token, DONE)
        assert tx.batches.get(batch.id).state is BatchState.OPEN
        assert tx.batches.close(batch.id).state is BatchState.ARCHIVED


def test_a_quarantined_page_does_not_hold_up_its_batch_and_can_be_tried_again(catalogue: Catalogue) -> None:
    with catalogue.write() as tx:
        batch = batch_of(tx, 1)
        tx.batches.close(batch.id)
        page = claimed(tx)
        tx.pages.quarantine(page.id, page.token, "cannot be decoded")
        assert tx.batches.get(batch.id).state is BatchState.ARCHIVED
        assert tx.pages.retry(page.id).state is PageState.RECEIVED
        assert tx.batches.get(batch.id).state is BatchState.CLOSED


def test_only_a_quarantined_page_can_be_tried_again(catalogue: Catalogue) -> None:
    with catalogue.write() as tx:
        page = tx.pages.of_batch(batch_of(tx, 1).id)[0]
        with pytest.raises(Conflict, match="only a quarantined page"):
            tx.pages.retry(page.id)


def test_a_page_outside_the_scope_reads_as_absent(catalogue: Catalogue) -> None:
    with catalogue.write() as tx:
        page = tx.pages.of_batch(batch_of(tx, 1).id)[0]
        assert tx.pages.get(page.id, Scope(frozenset({DAY.branch_no}))) == page
        messages = []
        for id, scope in ((page.id, Scope(frozenset({ELSEWHERE.branch_no}))), (page.id, Scope(frozenset()))):
            with pytest.raises(NotFound) as caught:
                tx.pages.get(id, scope)
            messages.append(str(caught.value))
        assert messages == [f"no page {page.id}"] * 2


def test_a_batch_is_read_a_part_at_a_time(catalogue: Catalogue) -> None:
    with catalogue.write() as tx:
        batch = batch_of(tx, 5)
        assert [p.seq for p in tx.pages.of_batch(batch.id, after_seq=1, limit=2)] == [2, 3]


def test_a_page_whose_hash_differs_in_up_to_four_bits_is_a_candidate(catalogue: Catalogue) -> None:
    shown = 0xFF00_0F0F_3C3C_5A5A
    with catalogue.write() as tx:
        batch = batch_of(tx, 1)
        page = claimed(tx)
        tx.pages.finish(page.id, page.token, replace(DONE, phash=f"{shown:016x}"))
        flips = [sum(1 << bit for bit in bits) for bits in (range(0, 64, 16), (0, 13, 26, 39), (), (60, 61, 62, 63))]
        seen = [tx.pages.candidates(batch.id, -1, "other", f"{shown ^ flip:016x}") for flip in flips]
        assert [[one.id for one in found] for found in seen] == [[page.id]] * len(flips)
        assert tx.pages.candidates(batch.id, -1, "other", f"{shown ^ (2**64 - 1):016x}") == []
        assert [one.id for one in tx.pages.candidates(batch.id, -1, page.original, "0" * 16)] == [page.id]


def test_sheets_can_be_attached_and_moved(catalogue: Catalogue) -> None:
    with catalogue.write() as tx:
        batch = batch_of(tx, 3)
        one, two, three = tx.pages.sheets(batch.id)
        tx.pages.attach(two.id, one.id)
        assert tx.pages.sheets(batch.id)[1].attached_to == one.id
        assert [sheet.id for sheet in tx.pages.move(three.id, 1)] == [three.id, one.id, two.id]
        assert [(p.seq, p.sheet_id) for p in tx.pages.of_batch(batch.id)] == [(0, three.id), (1, one.id), (2, two.id)]
        with pytest.raises(Invalid, match="not another sheet of the same batch"):
            tx.pages.attach(two.id, two.id)


def _work(where: Address, worker: str) -> None:
    catalogue = Catalogue(where)
    while True:
        with catalogue.write() as tx:
            page = tx.pages.claim(worker, later())
        if page is None:
            return
        with catalogue.write() as tx:
            tx.pages.finish(page.id, page.token, PageResult(worker))


def test_processes_share_the_work_and_none_does_it_twice(catalogue: Catalogue, where: Address) -> None:
    with catalogue.write() as tx:
        batch = batch_of(tx, 40)
        tx.batches.close(batch.id)
    workers = [SPAWN.Process(target=_work, args=(where, f"w{n}")) for n in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    with catalogue.read() as tx:
        assert {(p.state, p.token) for p in tx.pages.of_batch(batch.id)} == {(PageState.DONE, 1)}
        assert tx.batches.get(batch.id).state is BatchState.ARCHIVED
