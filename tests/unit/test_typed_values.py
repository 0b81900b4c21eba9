"""What a person types becomes the stored form of what was meant, or is refused; never a guess."""

from __future__ import annotations

import pytest

from archive.errors import Invalid
from processing.typed import stored_form


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("1234.5", "1234.50"),
        ("1,234,567.89", "1234567.89"),
        ("１２３", "123.00"),
        ("¥ 1 234.50", "1234.50"),
        ("￥100元", "100.00"),
        ("-5", "-5.00"),
        ("0.00", "0.00"),
        ("  ", ""),
    ],
)
def test_an_amount_is_what_was_typed(typed: str, stored: str) -> None:
    assert stored_form("amount", typed) == stored


@pytest.mark.parametrize(
    "typed",
    [
        "1e5",
        "1,23",
        "12,34.56",
        "12.345",
        "1.234.56",
        "l2.30",
        "Z5",
        "S5",
        "x5",
        "半5",
        "5-",
        "5#",
        "--5",
        "10万",
        "1万元",
        "12,3456",
        ".5",
        "5.",
        "NaN",
        "Infinity",
        "1;2",
        "５。５",
        "1'234",
    ],
)
def test_what_could_be_another_amount_is_refused(typed: str) -> None:
    with pytest.raises(Invalid):
        stored_form("amount", typed)


def test_an_amount_with_a_digit_too_many_is_refused_also_in_words() -> None:
    for field in ("amount", "amount_in_words"):
        with pytest.raises(Invalid, match="larger"):
            stored_form(field, "1234567890123.45")


def test_a_capital_amount_may_be_keyed_as_digits() -> None:
    assert stored_form("amount_in_words", "1,203.00") == "壹仟贰佰零叁元整"


@pytest.mark.parametrize("typed", ["1,23", "1.234", "1..2"])
def test_digits_that_are_no_amount_never_become_words(typed: str) -> None:
    with pytest.raises(Invalid):
        stored_form("amount_in_words", typed)


def test_letters_in_an_account_are_not_taken_for_digits() -> None:
    assert stored_form("payer_account", "6222 0000-1111 2222 333") == "6222000011112222333"
    with pytest.raises(Invalid):
        stored_form("payer_account", "6222O000l111222233")


def test_a_number_keeps_its_letters_in_capitals() -> None:
    assert stored_form("voucher_no", "ab12345678") == "AB12345678"
    with pytest.raises(Invalid):
        stored_form("voucher_no", "o2345678")


@pytest.mark.parametrize("typed", ["2O26-03-08", "2026-02-30", "2026-03-08 2026-03-09"])
def test_a_date_is_never_guessed(typed: str) -> None:
    with pytest.raises(Invalid):
        stored_form("date", typed)


def test_a_date_may_be_typed_in_the_ways_of_vouchers() -> None:
    said = ("2026-3-8", "20260308", "2026年3月8日", "贰零贰陆年叁月零捌日")
    assert {stored_form("date", typed) for typed in said} == {"2026-03-08"}


@pytest.mark.parametrize("typed", ["杭\x00州", "杭" * 501, "a\ud800"])
def test_a_value_that_cannot_be_kept_is_refused(typed: str) -> None:
    with pytest.raises(Invalid):
        stored_form("payer_name", typed)


def test_words_of_an_amount_are_not_mended_from_other_characters() -> None:
    assert stored_form("amount_in_words", "一千二百元整") == "一千二百元整"
    with pytest.raises(Invalid):
        stored_form("amount_in_words", "任仟元整")
