"""A page's first record: written before any lock that other workers wait for, whole or not at all."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from archive_world import DAY, batch_of, claimed, voucher

from archive.catalogue import Catalogue, PageResult, Transaction
from archive.catalogue.records import INDEX
from archive.catalogue.tasks import Asked
from archive.errors import DaySealed, LeaseLost
from archive.model import Record, StoredPage
from imaging.model import Box
from ocr.model import FieldValue, Voucher


def first(tx: Transaction, page: StoredPage, found: Voucher, text: str = "") -> Record | None:
    return tx.records.put_first(page, DAY, found, text=text, actor="pipeline", basis=page.original)


def test_a_first_record_reads_back_as_it_was_told_with_history_and_index_message(tx: Transaction) -> None:
    batch_of(tx, 1)
    told = first(tx, claimed(tx), voucher(amount="12.30", payer_name='"张三\\" \\u0000'), "全文")
    assert told is not None
    assert tx.records.get(told.id) == told
    lines = [(line.field, line.new, line.source, line.basis) for line in tx.records.history(told.id)]
    basis = tx.pages.get(told.page_id).original
    assert lines == [
        ("", "wire_transfer", "pipeline", basis),
        ("amount", "12.30", "ocr:rapid", basis),
        ("payer_name", '"张三\\" \\u0000', "ocr:rapid", basis),
    ]
    assert [key for _, key in tx.outbox.pending(INDEX)] == [str(told.id)]


def test_what_is_no_character_is_kept_as_a_mark_in_every_row(tx: Transaction) -> None:
    batch_of(tx, 1)
    odd = FieldValue("memo", "a\x00b", "half \ud800", 0.5, False, "ocr:rapid", None)
    told = first(tx, claimed(tx), Voucher("wire_transfer", 1.0, {"memo": odd}))
    assert told is not None
    tx.tasks.add_all(told, [Asked("key", "memo", "text"), Asked("find", "amount", "amount", Box(1, 2, 3, 4), 1)])
    kept = tx.records.get(told.id).fields["memo"]
    assert (kept.value, kept.raw, kept.confidence, kept.accepted, kept.box) == (
        "a\ufffdb",
        "half \ufffd",
        0.5,
        False,
        None,
    )
    assert tx.records.history(told.id)[1].new == "a\ufffdb"
    asked = [(one.kind, one.field, one.box, one.priority) for one in tx.tasks.open_of_record(told.id)]
    assert asked == [("key", "memo", None, 0), ("find", "amount", Box(1, 2, 3, 4), 1)]


def test_a_page_that_has_a_record_takes_no_other_first_one(tx: Transaction) -> None:
    batch_of(tx, 1)
    page = claimed(tx)
    told = first(tx, page, voucher(amount="1.00"))
    assert told is not None
    assert first(tx, page, voucher(amount="2.00")) is None
    assert tx.records.get(told.id) == told
    assert len(tx.records.history(told.id)) == 2


def test_a_first_record_of_a_page_that_is_lost_or_of_a_sealed_day_goes_with_its_transaction(
    catalogue: Catalogue,
) -> None:
    with catalogue.write() as tx:
        batch = batch_of(tx, 1)
        page = claimed(tx)
    with pytest.raises(LeaseLost), catalogue.write() as tx:
        first(tx, page, voucher(amount="1.00"))
        tx.pages.finish(page.id, page.token + 1, PageResult("voucher"), tx.batches.lock_to_change(batch.id, DAY))
    with catalogue.write() as tx:
        tx.days.seal(DAY, "manifest", "chief")
    with pytest.raises(DaySealed), catalogue.write() as tx:
        first(tx, page, voucher(amount="1.00"))
        tx.batches.lock_to_change(batch.id, DAY)
    with catalogue.read() as tx:
        assert (tx.records.count(), tx.outbox.pending(INDEX)) == (0, [])


@pytest.mark.servers
@pytest.mark.parametrize("where", ["postgresql"], indirect=True)
def test_workers_write_first_records_while_another_holds_the_batch(catalogue: Catalogue) -> None:
    with catalogue.write() as tx:
        batch = batch_of(tx, 2)
        pages = [claimed(tx), claimed(tx)]

    def other() -> bool:
        with catalogue.write() as tx:
            return first(tx, pages[1], voucher(amount="2.00")) is not None

    with ThreadPoolExecutor(1) as threads, catalogue.write() as tx:
        tx.batches.lock_to_change(batch.id, DAY)
        assert threads.submit(other).result(timeout=10)
