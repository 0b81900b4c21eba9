"""Samples for a form: of the vouchers of sealed days those that stand, corrected ones first, no paper twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from archive_world import DAY, ELSEWHERE, stored, voucher

from archive.catalogue import Transaction
from archive.catalogue.samples import Samples

EARLIER = replace(DAY, business_date=DAY.business_date - timedelta(1))
LATER = replace(DAY, business_date=DAY.business_date + timedelta(1))


def approved(tx: Transaction, most: int = 10) -> list[int]:
    return Samples(tx.connection).approved("wire_transfer", EARLIER.business_date, DAY.business_date, most)


def test_what_a_person_keyed_comes_first_then_the_latest(tx: Transaction) -> None:
    old, new = (stored(tx, voucher(payee_name="张三"), day=day).id for day in (EARLIER, DAY))
    mended = stored(tx, voucher(accepted=False, payee_name="张二"), day=EARLIER).id
    tx.records.set_field(mended, "payee_name", "张三", source="keyed:kim", actor="kim", basis="task 1")
    for day in (EARLIER, DAY):
        tx.days.seal(day, "manifest", "sue")
    assert approved(tx) == [mended, new, old]
    assert approved(tx, 2) == [mended, new]


def test_a_day_that_no_supervisor_sealed_gives_none(tx: Transaction) -> None:
    stored(tx, voucher(payee_name="张三"))
    sealed = stored(tx, voucher(payee_name="张三"), day=EARLIER).id
    tx.days.seal(EARLIER, "manifest", "sue")
    assert approved(tx) == [sealed]


def test_other_types_other_dates_and_doubtful_ones_give_none(tx: Transaction) -> None:
    stored(tx, voucher("deposit_slip", payee_name="张三"))
    stored(tx, voucher(accepted=False, payee_name="张三"))
    stored(tx, voucher())
    stored(tx, voucher(payee_name="张三"), day=LATER)
    for day in (DAY, LATER):
        tx.days.seal(day, "manifest", "sue")
    assert approved(tx) == []


def test_the_second_scan_of_one_paper_is_no_sample(tx: Transaction) -> None:
    first, second = (stored(tx, voucher(payee_name="张三")) for _ in range(2))
    tx.pages.set_twin(second.page_id, first.page_id)
    other = stored(tx, voucher(payee_name="李四"), day=ELSEWHERE).id
    for day in (DAY, ELSEWHERE):
        tx.days.seal(day, "manifest", "sue")
    assert approved(tx) == [other, first.id]
