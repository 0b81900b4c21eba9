"""Mend: amounts and words of one voucher correct each other's misread characters and say so."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

from ocr.extract.found import Evidence, Found
from ocr.extract.mend import mend, spellings
from ocr.forms import catalogue
from ocr.judge import barred, proofs_of
from ocr.kinds import normalise
from ocr.rules import Case


def found(name: str, raw: str, least: float = 0.99) -> Found:
    field = catalogue().fields[name]
    value = normalise(field.kind, raw, field)
    assert value is not None
    return Found(name, value, raw, None, Evidence(least=least))


def mended(kind: str, *values: Found) -> dict[str, Found]:
    case = Case(kind, {v.field: v.value.value for v in values}, dt.date(2026, 3, 8))
    return mend({v.field: v for v in values}, catalogue().types[kind], case)


def test_a_misread_word_is_put_right_by_the_digits_and_marked() -> None:
    said = mended("wire_transfer", found("amount", "¥1,234.50"), found("amount_in_words", "壹仟贰佰叁拾肆元某角整"))
    words = said["amount_in_words"]
    assert (words.value.value, words.value.repaired) == ("壹仟贰佰叁拾肆元伍角整", True)
    assert "mended1" in words.evidence.proofs


def test_worse_read_digits_follow_the_words_and_are_marked() -> None:
    said = mended(
        "wire_transfer", found("amount", "¥1,284.50", 0.6), found("amount_in_words", "壹仟贰佰叁拾肆元伍角整")
    )
    assert said["amount"].value.value == "1234.50"
    assert "mended2" in said["amount"].evidence.proofs


def test_digits_that_say_something_else_altogether_are_left_to_a_person() -> None:
    said = mended("wire_transfer", found("amount", "¥99,999.99"), found("amount_in_words", "壹仟贰佰叁拾肆元伍角整"))
    assert (said["amount"].value.value, said["amount_in_words"].value.value) == ("99999.99", "壹仟贰佰叁拾肆元伍角整")


def test_words_that_were_surely_read_are_not_made_less() -> None:
    words = found("amount_in_words", "柒拾陆万玖仟捌佰捌拾陆元柒角陆分")
    sure = replace(words, confidences=(0.99,) * len(words.raw))
    said = mended("wire_transfer", found("amount", "69886.76"), sure)
    assert said["amount_in_words"].value.value == words.value.value


def test_an_amount_that_was_not_read_is_derived_and_says_so() -> None:
    said = mended("wire_transfer", found("amount_in_words", "壹仟元整"))
    assert (said["amount"].value.value, said["amount"].evidence.how) == ("1000.00", "derived")


def test_the_interest_tells_permille_from_percent() -> None:
    values = (
        found("bill_amount", "100000.00"), found("discount_interest", "300.00"), found("discount_rate", "月3%"),
        found("date", "2026-03-08"), found("bill_due_date", "2026-04-07"),
    )  # fmt: skip
    assert mended("discount", *values)["discount_rate"].value.value == "月3‰"


def test_every_spelling_of_an_amount_is_known() -> None:
    assert {"壹拾元伍角整", "壹拾元零伍角", "壹拾圆零伍角正"} <= spellings(Decimal("10.50"))


def test_what_was_made_from_the_other_proves_nothing() -> None:
    said = mended(
        "wire_transfer", found("amount", "¥1,284.50", 0.6), found("amount_in_words", "壹仟贰佰叁拾肆元伍角整")
    )
    for each in said.values():
        passed = replace(each.evidence, proofs=each.evidence.proofs | {"amount_words_equal_digits"})
        assert proofs_of(replace(each, evidence=passed)) == frozenset()
    assert barred(said["amount"], "amount")


def test_digits_too_large_for_words_leave_the_words_alone() -> None:
    said = mended("wire_transfer", found("amount", "3739882171244.00"), found("amount_in_words", "贰佰元整", 0.5))
    assert said["amount_in_words"].value.value == "贰佰元整"
