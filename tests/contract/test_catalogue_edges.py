"""Values at the edge: text that is none, text without end, numbers beyond the machine's, and writers at one moment."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from archive_world import DAY, SHA, batch_of, stored, voucher

from archive.catalogue import Catalogue, Transaction
from archive.errors import Conflict, Invalid, NotFound
from archive.model import CaseKind, Entry, Role, TellerDay

HUGE = 2**63
LINE = Entry(DAY.business_date, "0102", "9001", "J1", 1, "1001", "6222", "1002", "张三", Decimal("12.34"), "CNY", "D")


@pytest.mark.parametrize("bad", ["a\x00b", "a\udcffb"])
def test_what_is_no_character_is_kept_as_such_and_found_again(tx: Transaction, bad: str) -> None:
    batch = tx.batches.open(DAY, actor="wang")
    kept, new = tx.batches.add_file(batch.id, bad, SHA, 10, "image/png", 1)
    assert (kept.name, new) == ("a\ufffdb", True)
    assert tx.batches.add_file(batch.id, bad, SHA, 10, "image/png", 1) == (kept, False)
    assert tx.batches.find_file(batch.id, bad, SHA) == kept
    entry = replace(LINE, summary=bad, journal_no=bad)
    job = tx.journal.record_import(bad, SHA, 1, "wang")
    assert tx.journal.upsert([entry], job).new == 1
    assert tx.journal.upsert([entry], job).same == 1
    assert tx.journal.of_day(DAY)[0].summary == "a\ufffdb"


@pytest.mark.parametrize("bad", ["a\x00b", "a\udcffb"])
def test_json_keeps_what_is_no_character(tx: Transaction, bad: str) -> None:
    tx.settings.put("odd", {"name": bad})
    assert tx.settings.get("odd") == {"name": bad}
    tx.events.add("odd", bad, detail={"name": bad})


def test_a_text_may_be_very_long(tx: Transaction) -> None:
    text = "凭证全文" * 500_000
    record = stored(tx, voucher(amount="1.00", purpose="长" * 100_000), text=text)
    found = tx.records.get(record.id)
    assert (found.text, len(found.fields["purpose"].value)) == (text, 100_000)


@pytest.mark.parametrize(
    "act",
    [
        lambda tx, name: tx.batches.add_file(batch_of(tx, 1).id, name, SHA, 1, "image/png", 1),
        lambda tx, name: tx.people.add(name, "", Role.KEYER),
        lambda tx, name: tx.journal.upsert([replace(LINE, journal_no=name)], tx.journal.record_import("j", SHA, 1, "")),
        lambda tx, name: tx.people.save_query(tx.people.add("li", "", Role.KEYER).id, name),
        lambda tx, name: tx.cases.raise_case(CaseKind.MISSING_SHEET, DAY, name),
    ],
)
def test_a_name_that_no_index_can_hold_is_refused_with_its_length(
    catalogue: Catalogue, act: Callable[[Transaction, str], object]
) -> None:
    with pytest.raises(Invalid, match=r"长长.*… has 3000 bytes; at most 2400"), catalogue.write() as tx:
        act(tx, "长" * 1000)
    with catalogue.write() as tx:
        act(tx, "长" * 800)


@pytest.mark.parametrize(
    "ask",
    [
        lambda tx: tx.batches.get(HUGE),
        lambda tx: tx.batches.lock(HUGE),
        lambda tx: tx.pages.get(HUGE),
        lambda tx: tx.pages.of_batch(1, after_seq=HUGE),
        lambda tx: tx.records.get(HUGE),
        lambda tx: tx.records.many([HUGE]),
        lambda tx: tx.tasks.get(HUGE),
        lambda tx: tx.cases.get(HUGE),
        lambda tx: tx.people.get(HUGE),
        lambda tx: tx.people.query(HUGE, 1),
        lambda tx: tx.exports.get(HUGE),
        lambda tx: tx.events.after(HUGE),
        lambda tx: tx.batches.list(before_id=HUGE),
    ],
)
def test_a_number_beyond_the_machines_names_nothing(catalogue: Catalogue, ask: Callable[[Transaction], object]) -> None:
    with pytest.raises(NotFound, match="nothing has a number that large"), catalogue.read() as tx:
        ask(tx)


@pytest.mark.parametrize("number", [2**31, 2**62])
def test_a_number_that_nothing_has_yet_is_not_found(tx: Transaction, number: int) -> None:
    for ask in (tx.batches.get, tx.pages.get, tx.records.get, tx.tasks.get, tx.cases.get, tx.people.get):
        with pytest.raises(NotFound):
            ask(number)
    assert tx.events.after(number) == tx.events.of_record(number) == tx.events.of_batch(number) == []
    assert tx.records.many([number]) == []


def test_amounts_are_exact_to_the_largest(tx: Transaction) -> None:
    most = Decimal("92233720368547758.07")
    assert tx.batches.open(DAY, declared_amount=most, actor="wang").declared_amount == most
    tx.journal.upsert([replace(LINE, amount=-most)], tx.journal.record_import("j", SHA, 1, "wang"))
    assert tx.journal.of_day(DAY)[0].amount == -most


def at_once(*acts: Callable[[], object]) -> list[object]:
    """What each act gave or raised, all begun at one moment."""
    start, found = threading.Barrier(len(acts)), list[object]()

    def run(act: Callable[[], object]) -> None:
        start.wait(20)
        try:
            found.append(act())
        except Exception as error:
            found.append(error)

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return found


def test_one_file_sent_by_many_at_once_is_one_file(catalogue: Catalogue) -> None:
    with catalogue.write() as tx:
        batch = tx.batches.open(DAY, actor="wang")

    def send() -> bool:
        with catalogue.write() as tx:
            file, new = tx.batches.add_file(batch.id, "1.png", SHA, 1, "image/png", 2)
            tx.pages.add_pages(batch, file, SHA)
        return new

    assert sorted(map(str, at_once(*[send] * 6))) == ["False"] * 5 + ["True"]
    with catalogue.read() as tx:
        assert len(tx.pages.of_batch(batch.id)) == 2


def test_a_day_that_nobody_knew_is_opened_by_many_at_once_as_one(catalogue: Catalogue) -> None:
    day = TellerDay("0199", "9009", date(2026, 5, 5))

    def open_one() -> str:
        with catalogue.write() as tx:
            tx.days.require_open(day)
            found = tx.batches.find_open(day) or tx.batches.open(day, actor="wang")
        return found.label

    assert len(set(map(str, at_once(*[open_one] * 6)))) == 1


def test_one_journal_imported_by_many_at_once_has_each_line_once(catalogue: Catalogue) -> None:
    lines = [replace(LINE, line=number) for number in range(50)]

    def take() -> int:
        with catalogue.write() as tx:
            return tx.journal.upsert(lines, tx.journal.record_import("j", SHA, 50, "wang")).new

    assert sorted(map(str, at_once(*[take] * 4))) == ["0", "0", "0", "50"]


def test_one_name_taken_by_many_at_once_is_one_persons(catalogue: Catalogue) -> None:
    def take() -> str:
        with catalogue.write() as tx:
            return tx.people.add("zhang", "", Role.KEYER).name

    found = at_once(*[take] * 4)
    assert [one for one in found if one == "zhang"] == ["zhang"]
    assert sum(isinstance(one, Conflict) for one in found) == 3


def test_one_case_raised_by_many_at_once_is_one_case(catalogue: Catalogue) -> None:
    def raise_it() -> int:
        with catalogue.write() as tx:
            return tx.cases.raise_case(CaseKind.MISSING_SHEET, DAY, "missing_sheet:1").id

    assert len(set(map(str, at_once(*[raise_it] * 4)))) == 1


def test_capture_keying_and_workers_of_one_day_never_stand_in_each_others_way(catalogue: Catalogue) -> None:
    with catalogue.write() as tx:
        record = stored(tx, voucher(accepted=False, amount="1.00"))
        page, batch = tx.pages.get(record.page_id), tx.batches.get(record.batch_id)

    def capture() -> None:
        for number in range(12):
            with catalogue.write() as tx:
                file, _ = tx.batches.add_file(batch.id, f"{number}.png", SHA, 1, "image/png", 1)
                tx.pages.add_pages(batch, file, SHA)

    def key() -> None:
        for number in range(12):
            with catalogue.write() as tx:
                tx.tasks.add("key", record, "amount", "amount")
                tx.tasks.cancel_of(record.id)
                tx.records.set_field(record.id, "amount", f"{number}.00", source="keyed:li", actor="li", basis="key")

    def read() -> None:
        for _ in range(12):
            with catalogue.write() as tx:
                tx.batches.archive_if_complete(batch.id)
                tx.records.put(page, batch, voucher(amount="1.00"), text="again")
                tx.tasks.cancel_of(record.id)

    def judge() -> None:
        for number in range(12):
            with catalogue.write() as tx:
                tx.cases.raise_case(CaseKind.MISSING_SHEET, DAY, "missing_sheet:1", found=str(number))
                tx.days.matched(DAY)

    assert at_once(capture, key, read, judge, read, key) == [None] * 6
