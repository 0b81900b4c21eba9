"""Records and tasks: values with their history, doubt, scope, and human work under a lease."""

from __future__ import annotations

from dataclasses import replace

import pytest
from archive_world import DAY, ELSEWHERE, batch_of, claimed, later, stored, voucher
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive.catalogue import Catalogue, Transaction
from archive.errors import DaySealed, LeaseLost, NotFound
from archive.model import Match, Record, RecordState, Scope, TaskState
from imaging.model import Box

HERE = Scope(frozenset({DAY.branch_no}))
THERE = Scope(frozenset({ELSEWHERE.branch_no}))


def put_again(tx: Transaction, record: Record, **values: str) -> Record:
    page = tx.pages.get(record.page_id)
    batch = tx.batches.get(record.batch_id)
    return tx.records.put(page, batch, voucher(**values), text="again", actor="system", basis="rescan")


def test_a_record_holds_what_the_voucher_says_and_where(tx: Transaction) -> None:
    record = stored(tx, voucher(amount="1234.50", payer_name="张三"), text="全文")
    assert (record.type, record.text, record.version, record.state) == ("wire_transfer", "全文", 1, RecordState.DONE)
    assert (record.file_name, record.page_number, record.sheet_number) == ("0001.tif", 1, 1)
    amount = record.fields["amount"]
    assert (amount.value, amount.raw, amount.source, amount.box) == (
        "1234.50",
        "raw 1234.50",
        "ocr:rapid",
        Box(1, 2, 30, 40),
    )
    assert record.failures[0]["rule"] == "luhn"
    assert tx.pages.get(record.page_id).record_id == record.id


def test_a_new_record_writes_where_each_value_came_from(tx: Transaction) -> None:
    record = stored(tx, voucher(amount="1.00"))
    lines = [(line.field, line.old, line.new, line.source) for line in tx.records.history(record.id)]
    assert lines == [("", "", "wire_transfer", "system"), ("amount", "", "1.00", "ocr:rapid")]


def test_a_field_that_is_not_accepted_makes_the_record_doubtful(tx: Transaction) -> None:
    record = stored(tx, voucher(accepted=False, amount="1.00"))
    assert record.state is RecordState.DOUBTFUL
    assert tx.batches.counts(record.batch_id).doubtful_records == 1


def test_the_same_result_put_again_changes_nothing(tx: Transaction) -> None:
    first = stored(tx, voucher(amount="1.00"))
    again = put_again(tx, first, amount="1.00")
    assert replace(again, text="") == replace(first, text="")
    assert len(tx.records.history(first.id)) == 2


def test_a_rescan_replaces_fields_and_keeps_their_history(tx: Transaction) -> None:
    first = stored(tx, voucher(amount="1.00", purpose="货款"))
    again = put_again(tx, first, amount="2.00", date="2026-03-08")
    assert (again.id, again.version) == (first.id, 2)
    assert {name: one.value for name, one in again.fields.items()} == {"amount": "2.00", "date": "2026-03-08"}
    assert again.fields["amount"].version == 2
    lines = [(line.field, line.old, line.new, line.basis) for line in tx.records.history(first.id)][3:]
    assert lines == [
        ("purpose", "货款", "", "rescan"),
        ("amount", "1.00", "2.00", "rescan"),
        ("date", "", "2026-03-08", "rescan"),
    ]


def test_a_keyed_field_says_who_keyed_it_and_the_last_one_ends_the_doubt(tx: Transaction) -> None:
    record = stored(tx, voucher(accepted=False, amount="1.00", purpose="货"))
    change = {"source": "keyed:zhang", "actor": "zhang", "basis": "task 1"}
    half = tx.records.set_field(record.id, "amount", "7.00", **change)
    assert half.state is RecordState.DOUBTFUL
    whole = tx.records.set_field(record.id, "purpose", "货款", **change)
    assert (whole.state, whole.version) == (RecordState.DONE, 3)
    amount = whole.fields["amount"]
    assert (amount.value, amount.raw, amount.source, amount.version) == ("7.00", "raw 1.00", "keyed:zhang", 2)
    assert amount.box == Box(1, 2, 30, 40)
    line = tx.records.history(record.id)[-1]
    assert (line.field, line.old, line.new, line.actor, line.basis) == ("purpose", "货", "货款", "zhang", "task 1")


def test_a_field_that_was_not_found_can_be_added(tx: Transaction) -> None:
    record = stored(tx, voucher())
    found = tx.records.set_field(record.id, "amount", "1.00", source="keyed:li", actor="li", basis="viewer")
    assert found.fields["amount"].version == 1


def test_a_record_can_be_of_another_type_and_its_rules_judged_again(tx: Transaction) -> None:
    record = stored(tx, voucher())
    changed = tx.records.set_type(record.id, "deposit_slip", actor="li", basis="seen")
    assert (changed.type, changed.confidence, changed.version) == ("deposit_slip", 1.0, 2)
    assert tx.records.set_failures(record.id, []).failures == ()
    assert tx.records.set_state(record.id, RecordState.DOUBTFUL).state is RecordState.DOUBTFUL


def test_every_change_waits_for_the_index(tx: Transaction) -> None:
    record = stored(tx, voucher())
    tx.records.set_field(record.id, "amount", "1.00", source="keyed:li", actor="li", basis="viewer")
    assert [key for _, key in tx.outbox.pending("index")] == [str(record.id)] * 2


def test_records_outside_the_scope_read_as_absent(tx: Transaction) -> None:
    record = stored(tx, voucher())
    assert tx.records.get(record.id, HERE) == record
    assert tx.records.many([record.id], THERE) == []
    assert tx.records.of_batch(record.batch_id, THERE) == []
    assert (tx.records.count(HERE), tx.records.count(THERE)) == (1, 0)
    assert tx.records.of_page(record.page_id, THERE) is None
    for id, scope in ((record.id, THERE), (999, HERE)):
        with pytest.raises(NotFound, match=f"no record {id}"):
            tx.records.get(id, scope)


def test_records_come_in_the_order_that_was_asked(tx: Transaction) -> None:
    ids = [stored(tx, voucher(amount=f"{n}.00")).id for n in range(3)]
    assert [record.id for record in tx.records.many([ids[2], 999, ids[0]])] == [ids[2], ids[0]]
    assert [record.id for record in tx.records.of_day(DAY)] == ids
    assert tx.records.page_of_ids(ids[0], 1) == [ids[1]]


def test_a_record_names_its_journal_transaction(tx: Transaction) -> None:
    record = stored(tx, voucher())
    tx.matches.put(Match(record.id, DAY, "J1", 4.2, "li"))
    assert tx.records.get(record.id).journal_no == "J1"


def test_a_sealed_day_takes_no_change_of_a_record(tx: Transaction) -> None:
    record = stored(tx, voucher(amount="1.00"))
    tx.days.seal(DAY, "f" * 64, "wang")
    with pytest.raises(DaySealed, match="sealed by wang; it no longer changes"):
        put_again(tx, record, amount="2.00")
    with pytest.raises(DaySealed):
        tx.records.set_field(record.id, "amount", "2.00", source="keyed:li", actor="li", basis="")
    with pytest.raises(DaySealed):
        tx.records.set_type(record.id, "unknown", actor="li", basis="")


TEXT = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=9)
VALUES = st.dictionaries(st.sampled_from(["amount", "purpose", "date", "payer_name"]), TEXT, max_size=4)


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(readings=st.lists(VALUES, min_size=1, max_size=4))
def test_the_history_replayed_gives_the_record(catalogue: Catalogue, readings: list[dict[str, str]]) -> None:
    with catalogue.write() as tx:
        record = stored(tx, voucher(**readings[0]))
        for values in readings[1:]:
            record = put_again(tx, record, **values)
        replayed: dict[str, str] = {}
        for line in tx.records.history(record.id):
            if line.field:
                assert line.old == replayed.get(line.field, "")
                replayed[line.field] = line.new
    current = {name: one.value for name, one in record.fields.items()}
    assert current == readings[-1]
    assert {name: value for name, value in replayed.items() if value} == {n: v for n, v in current.items() if v}


def test_a_task_is_claimed_by_one_person_and_completed_once(tx: Transaction) -> None:
    record = stored(tx, voucher(accepted=False, amount="1.00"))
    tx.tasks.add("key", record, "amount", "amount", Box(1, 2, 3, 4))
    mine = tx.tasks.claim("zhang", HERE, later())
    assert mine is not None
    assert (mine.field, mine.box, mine.claimed_by, mine.state) == (
        "amount",
        Box(1, 2, 3, 4),
        "zhang",
        TaskState.CLAIMED,
    )
    assert tx.tasks.claim("li", HERE, later()) is None
    with pytest.raises(LeaseLost, match="no longer yours"):
        tx.tasks.complete(mine.id, mine.token, "li", "1.00")
    assert tx.tasks.complete(mine.id, mine.token, "zhang", "1.00").state is TaskState.DONE
    with pytest.raises(LeaseLost):
        tx.tasks.complete(mine.id, mine.token, "zhang", "1.00")


def test_an_expired_claim_goes_to_the_next_person(tx: Transaction) -> None:
    record = stored(tx, voucher(accepted=False, amount="1.00"))
    tx.tasks.add("key", record, "amount", "amount")
    first = tx.tasks.claim("zhang", HERE, later(-1))
    second = tx.tasks.claim("li", HERE, later())
    assert first is not None
    assert second is not None
    assert second.token == first.token + 1
    assert not tx.tasks.renew(first.id, first.token, later())
    assert tx.tasks.renew(second.id, second.token, later())
    with pytest.raises(LeaseLost):
        tx.tasks.complete(first.id, first.token, "zhang", "1.00")


def test_tasks_go_by_priority_and_only_within_scope_and_kind(tx: Transaction) -> None:
    record = stored(tx, voucher())
    tx.tasks.add("key", record, "purpose", "text", priority=1)
    tx.tasks.add("key", record, "amount", "amount", priority=9)
    assert tx.tasks.claim("li", THERE, later()) is None
    assert tx.tasks.claim("li", HERE, later(), kinds=("verify",)) is None
    found = tx.tasks.claim("li", HERE, later())
    assert found is not None
    assert found.field == "amount"
    assert (tx.tasks.counts(HERE), tx.tasks.counts(THERE), tx.tasks.counts(HERE, ["verify"])) == (2, 0, 0)


def test_a_task_that_is_handed_back_is_open_again(tx: Transaction) -> None:
    record = stored(tx, voucher())
    tx.tasks.add("key", record, "amount", "amount")
    mine = tx.tasks.claim("li", HERE, later())
    assert mine is not None
    assert tx.tasks.hand_back(mine.id, mine.token).state is TaskState.OPEN
    with pytest.raises(LeaseLost, match="nothing to hand back"):
        tx.tasks.hand_back(mine.id, mine.token)


def test_a_task_added_again_is_the_same_one_and_opens_again(tx: Transaction) -> None:
    record = stored(tx, voucher())
    first = tx.tasks.add("key", record, "amount", "amount")
    assert tx.tasks.add("key", record, "amount", "amount", Box(5, 6, 7, 8)).id == first.id
    assert tx.tasks.cancel_of(record.id) == 1
    assert tx.tasks.open_of_record(record.id) == []
    again = tx.tasks.add("key", record, "amount", "amount")
    assert (again.id, again.state, again.token) == (first.id, TaskState.OPEN, first.token + 1)


def test_a_task_outside_the_scope_reads_as_absent(tx: Transaction) -> None:
    task = tx.tasks.add("key", stored(tx, voucher()), "amount", "amount")
    assert tx.tasks.get(task.id, HERE) == task
    with pytest.raises(NotFound):
        tx.tasks.get(task.id, THERE)


def test_a_batch_counts_its_pages_by_state(tx: Transaction) -> None:
    batch = batch_of(tx, 3)
    claimed(tx)
    tx.batches.refuse_file(batch.id, "bad.jpg", "0" * 64, 4, "not_an_image", "bad.jpg is text")
    counts = tx.batches.counts(batch.id)
    assert (counts.sheets, counts.pages, counts.running, counts.received, counts.refused_files) == (3, 3, 1, 2, 1)
