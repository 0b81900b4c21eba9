"""Batches, journals, matches, cases and days: what a teller's day is made of, and its seal."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from archive_world import DAY, ELSEWHERE, SHA, batch_of, stored, voucher

from archive.catalogue import Transaction
from archive.errors import Conflict, DaySealed, NotFound
from archive.model import BatchState, CaseKind, CaseState, Entry, Match, Scope

HERE = Scope(frozenset({DAY.branch_no}))
THERE = Scope(frozenset({ELSEWHERE.branch_no}))
LINE = Entry(
    DAY.business_date,
    "0102",
    "9001",
    "J1",
    1,
    "1001",
    "6222",
    "1002",
    "张三",
    Decimal("12.34"),
    "CNY",
    "D",
    summary="货",
)


def test_a_batch_keeps_what_was_declared_to_the_cent(tx: Transaction) -> None:
    batch = tx.batches.open(DAY, declared_sheets=3, declared_amount=Decimal("0.10"), actor="wang")
    assert (batch.label, batch.state, batch.declared_amount) == (f"B-{batch.id}", BatchState.OPEN, Decimal("0.10"))
    assert tx.batches.declare(batch.id, 4, 2, None).declared_sheets == 4
    with pytest.raises(ValueError, match="more than two decimals"):
        tx.batches.declare(batch.id, 4, 2, Decimal("0.101"))


def test_the_open_batch_of_a_day_is_the_latest(tx: Transaction) -> None:
    assert tx.batches.find_open(DAY) is None
    first, second = batch_of(tx, 1), batch_of(tx, 1)
    assert tx.batches.find_open(DAY) == second
    tx.batches.close(second.id)
    assert tx.batches.find_open(DAY) == first


def test_a_file_sent_again_is_the_same_file(tx: Transaction) -> None:
    batch = batch_of(tx, 1)
    known = tx.batches.files(batch.id)[0]
    tx.batches.close(batch.id)
    assert tx.batches.add_file(batch.id, known.name, SHA, 1000, "image/tiff", 1) == (known, False)


def test_a_closed_batch_takes_no_new_file(tx: Transaction) -> None:
    batch = batch_of(tx, 1)
    tx.batches.close(batch.id)
    with pytest.raises(Conflict, match=r"takes no more files; open a new batch for 2\.jpg"):
        tx.batches.add_file(batch.id, "2.jpg", SHA, 1, "image/jpeg", 1)


def test_a_refused_file_keeps_its_name_and_reason(tx: Transaction) -> None:
    batch = batch_of(tx, 1)
    refused = tx.batches.refuse_file(batch.id, "x.jpg", "0" * 64, 0, "empty", "x.jpg is empty")
    assert (refused.refused, refused.detail, refused.pages) == ("empty", "x.jpg is empty", 0)
    assert tx.batches.refuse_file(batch.id, "x.jpg", "0" * 64, 0, "empty", "x.jpg is empty") == refused
    assert refused in tx.batches.files(batch.id)


def test_batches_are_listed_by_filter_and_scope_newest_first(tx: Transaction) -> None:
    one, two, three = batch_of(tx, 1), batch_of(tx, 1, day=ELSEWHERE), batch_of(tx, 1)
    assert [batch.id for batch in tx.batches.list()] == [three.id, two.id, one.id]
    assert [batch.id for batch in tx.batches.list(HERE, limit=1)] == [three.id]
    assert [batch.id for batch in tx.batches.list(HERE, before_id=three.id)] == [one.id]
    assert tx.batches.list(state=BatchState.CLOSED) == []
    assert [batch.id for batch in tx.batches.list(business_date=date(2026, 3, 8), branch_no="0103")] == [two.id]
    assert [batch.id for batch in tx.batches.of_day(DAY)] == [one.id, three.id]


@pytest.mark.parametrize("id", [1, 999])
def test_a_batch_outside_the_scope_reads_as_absent(tx: Transaction, id: int) -> None:
    batch_of(tx, 1)
    with pytest.raises(NotFound, match=f"no batch B-{id}"):
        tx.batches.get(id, THERE)


def test_a_journal_sent_again_is_the_same_journal(tx: Transaction) -> None:
    source = tx.journal.record_import("j.csv", SHA, 2, "wang")
    lines = [LINE, replace(LINE, line=2, direction="C")]
    first = tx.journal.upsert(lines, source)
    assert (first.new, first.changed, first.same, first.days) == (2, 0, 0, (DAY,))
    again = tx.journal.upsert([lines[0], replace(lines[1], amount=Decimal("12.35"))], source)
    assert (again.new, again.changed, again.same) == (0, 1, 1)
    assert [(one.line, one.amount, one.version) for one in tx.journal.of_day(DAY)] == [
        (1, Decimal("12.34"), 1),
        (2, Decimal("12.35"), 2),
    ]
    assert tx.journal.has(DAY)
    assert not tx.journal.has(ELSEWHERE)
    assert (tx.journal.days(HERE), tx.journal.days(THERE)) == ([DAY], [])


def test_a_line_that_stands_twice_in_an_import_counts_once(tx: Transaction) -> None:
    assert tx.journal.upsert([LINE, LINE], tx.journal.record_import("j", SHA, 2, "w")).new == 1


def test_a_sealed_day_takes_known_lines_and_refuses_new_ones(tx: Transaction) -> None:
    source = tx.journal.record_import("j.csv", SHA, 1, "wang")
    tx.journal.upsert([LINE], source)
    tx.days.seal(DAY, SHA, "wang")
    assert tx.journal.upsert([LINE], source).same == 1
    with pytest.raises(DaySealed):
        tx.journal.upsert([replace(LINE, line=2)], source)


def test_matching_again_keeps_what_a_person_matched(tx: Transaction) -> None:
    by_hand, by_run = stored(tx, voucher()), stored(tx, voucher())
    tx.matches.put(Match(by_hand.id, DAY, "J1", 1.0, "li"))
    tx.matches.replace(DAY, [Match(by_hand.id, DAY, "J9", 5.0, "auto"), Match(by_run.id, DAY, "J2", 6.0, "auto")])
    assert [(one.record_id, one.journal_no, one.by) for one in tx.matches.of_day(DAY)] == [
        (by_hand.id, "J1", "li"),
        (by_run.id, "J2", "auto"),
    ]
    tx.matches.replace(DAY, [])
    assert [one.record_id for one in tx.matches.of_day(DAY)] == [by_hand.id]
    tx.matches.remove(by_hand.id)
    assert tx.matches.of_record(by_hand.id) is None


def test_a_person_overrules_the_run(tx: Transaction) -> None:
    record = stored(tx, voucher())
    tx.matches.replace(DAY, [Match(record.id, DAY, "J2", 6.0, "auto")])
    tx.matches.put(Match(record.id, DAY, "J3", 0.0, "li"))
    found = tx.matches.of_record(record.id)
    assert found is not None
    assert (found.journal_no, found.by) == ("J3", "li")


def test_a_case_is_raised_once_and_again_only_when_it_was_closed(tx: Transaction) -> None:
    case = tx.cases.raise_case(CaseKind.FIELD_DIFFERS, DAY, "k", expected="1", found="2")
    assert case == tx.cases.raise_case(CaseKind.FIELD_DIFFERS, DAY, "k", expected="1", found="2")
    explained = tx.cases.change(case.id, CaseState.EXPLAINED, "printed so", "wang")
    assert (explained.reason, explained.actor) == ("printed so", "wang")
    assert tx.cases.raise_case(CaseKind.FIELD_DIFFERS, DAY, "k", found="3").state is CaseState.EXPLAINED
    tx.cases.change(case.id, CaseState.CLOSED, "", "system")
    again = tx.cases.raise_case(CaseKind.FIELD_DIFFERS, DAY, "k", found="3")
    assert (again.id, again.state, again.reason, again.found) == (case.id, CaseState.RAISED, "", "3")


def test_cases_are_listed_by_filter_and_scope(tx: Transaction) -> None:
    here = tx.cases.raise_case(CaseKind.MISSING_JOURNAL, DAY, "a")
    there = tx.cases.raise_case(CaseKind.MISSING_VOUCHER, ELSEWHERE, "b")
    assert [case.id for case in tx.cases.list()] == [there.id, here.id]
    assert tx.cases.list(HERE, kind=CaseKind.MISSING_VOUCHER) == []
    assert tx.cases.list(HERE, state=CaseState.RAISED) == [here]
    assert tx.cases.of_day(DAY) == [here]
    with pytest.raises(NotFound, match=f"no case {there.id}"):
        tx.cases.get(there.id, HERE)


def test_a_sealed_day_takes_no_case_match_file_or_batch(tx: Transaction) -> None:
    batch = batch_of(tx, 1)
    case = tx.cases.raise_case(CaseKind.MISSING_JOURNAL, DAY, "a")
    sealed = tx.days.seal(DAY, SHA, "wang")
    assert tx.days.sealed(DAY) == sealed
    writes = [
        lambda: tx.cases.raise_case(CaseKind.MISSING_JOURNAL, DAY, "b"),
        lambda: tx.cases.change(case.id, CaseState.EXPLAINED, "r", "wang"),
        lambda: tx.matches.replace(DAY, []),
        lambda: tx.batches.open(DAY, actor="wang"),
        lambda: tx.batches.add_file(batch.id, "2.jpg", SHA, 1, "image/jpeg", 1),
        lambda: tx.batches.close(batch.id),
        lambda: tx.days.seal(DAY, SHA, "li"),
    ]
    for write in writes:
        with pytest.raises(DaySealed):
            write()


def test_what_changes_a_day_makes_it_due_for_matching(tx: Transaction) -> None:
    stored(tx, voucher())
    assert tx.days.stale() == [DAY]
    tx.days.matched(DAY)
    assert tx.days.stale() == []
    tx.journal.upsert([LINE], tx.journal.record_import("j.csv", SHA, 1, "wang"))
    assert tx.days.stale() == [DAY]
    tx.days.seal(DAY, SHA, "wang")
    tx.days.touch(DAY)
    assert tx.days.stale() == []


def test_days_and_dates_are_listed_within_scope(tx: Transaction) -> None:
    tx.days.touch(DAY)
    tx.days.touch(ELSEWHERE)
    tx.days.touch(replace(DAY, business_date=date(2026, 3, 9)))
    assert tx.days.list(THERE) == [ELSEWHERE]
    assert tx.days.list(business_date=date(2026, 3, 8)) == [DAY, ELSEWHERE]
    assert tx.days.dates(HERE) == [date(2026, 3, 9), date(2026, 3, 8)]
    assert tx.days.dates(THERE) == [date(2026, 3, 8)]


def test_the_change_feed_is_cut_to_the_scope_and_goes_on_at_its_cursor(tx: Transaction) -> None:
    here, there = batch_of(tx, 1), batch_of(tx, 1, day=ELSEWHERE)
    tx.events.add("batch.opened", "wang", batch_id=here.id)
    tx.events.add("batch.opened", "wang", batch_id=there.id)
    tx.events.add("person.added", "wang")
    tx.events.add("day.sealed", "wang", branch_no="0102", detail={"teller_no": "9001"})
    tx.events.sequence()
    assert [event.kind for event in tx.events.after(0, HERE)] == ["batch.opened", "day.sealed"]
    assert [event.position for event in tx.events.after(1, limit=2)] == [2, 3]
    assert tx.events.last() == 4
