"""Rules: each one of the catalogue passes, fails with its fields, or does not apply."""

from __future__ import annotations

import datetime as dt

import pytest

from ocr.forms import catalogue
from ocr.rules import BUSINESS, READING, Case, failures, proofs

ON = dt.date(2026, 3, 8)
NEED_THE_ARCHIVE = {"voucher_no_is_new", "number_is_issued"}


def failed(type_name: str, values: dict[str, str], **more: object) -> set[str]:
    return {result.rule for result in failures(Case(type_name, values, ON, **more))}  # type: ignore[arg-type]


def test_every_rule_of_the_catalogue_that_needs_no_archive_is_here() -> None:
    assert set(READING) == set(catalogue().reading_rules)
    assert set(BUSINESS) == set(catalogue().business_rules) - NEED_THE_ARCHIVE


@pytest.mark.parametrize(
    ("rule", "type_name", "good", "bad"),
    [
        (
            "amount_words_equal_digits",
            "wire_transfer",
            {"amount": "10.00", "amount_in_words": "壹拾元整"},
            {"amount": "10.01", "amount_in_words": "壹拾元整"},
        ),
        (
            "amount_words_equal_digits",
            "discount",
            {"bill_amount": "10.00", "amount_in_words": "壹拾元整"},
            {"bill_amount": "11.00", "amount_in_words": "壹拾元整"},
        ),
        ("date_is_real", "wire_transfer", {"date": "2026-03-08"}, {"date": "2026-03-09"}),
        ("date_is_real", "wire_transfer", {"date": "2016-03-08"}, {"date": "2016-03-07"}),
        ("date_is_real", "discount", {"bill_due_date": "2026-09-08"}, {"bill_due_date": "2026-02-30"}),
        (
            "card_passes_luhn",
            "cash_deposit",
            {"holder_account": "6222021001116245702"},
            {"holder_account": "6222021001116245703"},
        ),
        (
            "id_card_check_digit",
            "loss_report",
            {"holder_id_type": "居民身份证", "holder_id_no": "11010519491231002X"},
            {"holder_id_type": "居民身份证", "holder_id_no": "110105194912310021"},
        ),
        ("uscc_check_digit", "account_opening", {"uscc": "91350100M000100Y43"}, {"uscc": "91350100M000100Y44"}),
        (
            "discount_adds_up",
            "discount",
            {"bill_amount": "10.00", "discount_interest": "1.00", "discount_paid": "9.00"},
            {"bill_amount": "10.00", "discount_interest": "1.00", "discount_paid": "9.10"},
        ),
        (
            "discount_interest_is_right",
            "discount",
            {
                "bill_amount": "100000.00",
                "discount_rate": "3.60%",
                "date": "2026-03-08",
                "bill_due_date": "2026-04-07",
                "discount_interest": "300.00",
            },
            {
                "bill_amount": "100000.00",
                "discount_rate": "3.60%",
                "date": "2026-03-08",
                "bill_due_date": "2026-04-07",
                "discount_interest": "300.02",
            },
        ),
        (
            "discount_interest_is_right",
            "discount",
            {
                "bill_amount": "100000.00",
                "discount_rate": "月3‰",
                "date": "2026-03-08",
                "bill_due_date": "2026-04-07",
                "discount_interest": "300.00",
            },
            {
                "bill_amount": "100000.00",
                "discount_rate": "月3‰",
                "date": "2026-03-08",
                "bill_due_date": "2026-04-07",
                "discount_interest": "25.00",
            },
        ),
        ("cheque_not_stale", "cash_cheque", {"date": "2026-02-26"}, {"date": "2026-02-25"}),
        (
            "payer_is_not_payee",
            "wire_transfer",
            {"payer_account": "12345678", "payee_account": "12345679"},
            {"payer_account": "12345678", "payee_account": "12345678"},
        ),
        ("stamp_required_is_there", "wire_transfer", {"stamp_bank": "present"}, {"stamp_bank": "absent"}),
    ],
)
def test_a_rule_passes_and_fails(rule: str, type_name: str, good: dict[str, str], bad: dict[str, str]) -> None:
    assert rule not in failed(type_name, good)
    assert rule in failed(type_name, bad)


def test_an_interest_larger_than_what_is_paid_is_the_other_one() -> None:
    values = {"bill_amount": "889064.67", "discount_interest": "881517.00", "discount_paid": "7547.67"}
    assert [each.rule for each in failures(Case("discount", values, ON))] == ["discount_adds_up"]


def test_an_account_under_a_card_label_must_pass_whatever_its_length() -> None:
    values = {"holder_account": "4000000000000003"}
    assert "card_passes_luhn" in failed("cash_deposit", values, cards=frozenset({"holder_account"}))
    assert "card_passes_luhn" not in failed("cash_deposit", values)


def test_a_rule_without_its_fields_does_not_apply() -> None:
    assert failures(Case("discount", {}, ON)) == ()


def test_a_failure_names_its_kind_and_fields() -> None:
    (result,) = failures(Case("cash_cheque", {"date": "2026-01-01"}, ON))
    assert (result.kind, result.fields) == ("business", ("date",))
    assert "66 days" in result.detail


def test_proofs_name_the_rules_a_field_passes() -> None:
    found = proofs(Case("wire_transfer", {"amount": "10.00", "amount_in_words": "壹拾元整", "date": "2026-03-08"}, ON))
    assert found == {name: frozenset({"amount_words_equal_digits"}) for name in ("amount", "amount_in_words")}
