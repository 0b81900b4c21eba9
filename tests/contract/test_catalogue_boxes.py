"""The box of a batch, on both databases: kept, told to the index for every record, also of a day that is sealed."""

from __future__ import annotations

import pytest
from archive_world import DAY, ELSEWHERE, SHA, claimed, stored, voucher
from sqlalchemy import text

from archive.address import Address
from archive.catalogue import Catalogue, PageResult, Transaction
from archive.catalogue.records import INDEX
from archive.errors import NotFound
from archive.model import Record

CAME = "2026-03-08 01:02:03.000000"
THIRD = (
    "INSERT INTO batch (id, branch_no, teller_no, business_date, state, duplex, opened_at) VALUES"
    f" (1, '0102', '9001', '2026-03-08', 'closed', false, '{CAME}')"
)


def two_of_one_batch(tx: Transaction) -> list[Record]:
    first = stored(tx, voucher(amount="1.00"))
    file, _ = tx.batches.add_file(first.batch_id, "0002.tif", SHA, 1000, "image/tiff", 1)
    tx.pages.add_pages(tx.batches.get(first.batch_id), file, SHA)
    page = claimed(tx)
    tx.pages.finish(page.id, page.token, PageResult("voucher"))
    return [first, tx.records.put(page, tx.batches.get(first.batch_id), voucher(amount="2.00"), text="")]


def indexed(tx: Transaction) -> None:
    tx.outbox.done(seq for seq, _ in tx.outbox.pending(INDEX))


def waiting(tx: Transaction) -> list[str]:
    return [key for _, key in tx.outbox.pending(INDEX)]


def test_a_box_puts_all_records_of_its_batch_before_the_indexer_and_no_others(tx: Transaction) -> None:
    first, second = two_of_one_batch(tx)
    other = stored(tx, voucher(amount="3.00"), day=ELSEWHERE)
    indexed(tx)
    assert tx.batches.set_box(first.batch_id, "南山-7").box == "南山-7"
    assert waiting(tx) == [str(first.id), str(second.id)]
    assert tx.batches.boxes([first.batch_id, other.batch_id, 99]) == {first.batch_id: "南山-7"}


def test_a_batch_taken_out_of_its_box_is_in_none(tx: Transaction) -> None:
    batch = tx.batches.open(DAY, actor="op")
    assert batch.box == ""
    tx.batches.set_box(batch.id, "K1")
    assert (tx.batches.set_box(batch.id, "").box, tx.batches.boxes([batch.id])) == ("", {})


def test_the_batch_of_a_sealed_day_is_boxed_and_its_day_stays_as_it_was(tx: Transaction) -> None:
    record = stored(tx, voucher(amount="1.00"))
    sealed = tx.days.seal(DAY, SHA, "li")
    indexed(tx)
    assert tx.batches.set_box(record.batch_id, "K1").box == "K1"
    assert (tx.days.sealed(DAY), tx.days.stale(), waiting(tx)) == (sealed, [], [str(record.id)])


def test_a_batch_that_is_not_there_goes_into_no_box(tx: Transaction) -> None:
    with pytest.raises(NotFound, match="no batch B-99"):
        tx.batches.set_box(99, "K1")


def test_batches_of_the_third_schema_are_in_no_box_and_can_be_put_into_one(empty: Address) -> None:
    old = Catalogue(empty)
    old.migrate("0003")
    with old.write() as tx:
        tx.connection.execute(text(THIRD.replace(":", "\\:")))
    assert old.migrate() == "0003"
    with old.write() as tx:
        assert tx.batches.get(1).box == ""
        assert tx.batches.set_box(1, "K1").box == "K1"
    old.close()
