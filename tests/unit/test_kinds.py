"""Kinds: what is printed comes out in the stored form of the catalogue, and check digits judge it."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr.forms import catalogue
from ocr.kinds import Normalised, capital_value, normalise
from ocr.kinds import amounts as amount_kind
from ocr.numerals import to_capital


def of(name: str, text: str) -> Normalised | None:
    field = catalogue().fields[name]
    return normalise(field.kind, text, field)


def value(name: str, text: str) -> str | None:
    found = of(name, text)
    return found.value if found else None


@pytest.mark.parametrize(
    "printed",
    [
        "2026-03-08",
        "2026年3月8日",
        "20260308",
        "2026 03 08",
        "2026 年 03 月 08 日",
        "贰零贰陆年叁月零捌日",
        "贰零贰陆 年 零叁 月 零捌 日",
        "二〇二六年三月八日",
        "2026/03/08",
        "2026.3.8",
        "日期2026-03-08 14:20",
    ],
)
def test_a_date_is_read_in_every_way_it_is_printed(printed: str) -> None:
    assert value("date", printed) == "2026-03-08"


@pytest.mark.parametrize("printed", ["2026-13-08", "2026年2月30日", "贰零贰陆年贰月叁拾日", "1234567890123456", "无"])
def test_what_is_no_date_is_none(printed: str) -> None:
    assert value("date", printed) is None


@pytest.mark.parametrize(
    ("printed", "stored"),
    [
        ("¥1,234.50", "1234.50"),
        ("1234.50", "1234.50"),
        ("RMB 1,234.50", "1234.50"),
        ("¥1，234.50元", "1234.50"),
        ("1.234.50", "1234.50"),
        ("1,234,50", "1234.50"),
        ("￥12 345.00", "12345.00"),
        ("*1,000.00", "1000.00"),
        ("100", "100.00"),
    ],
)
def test_an_amount_loses_its_signs(printed: str, stored: str) -> None:
    assert value("amount", printed) == stored


def test_a_row_of_cells_has_two_implied_decimals() -> None:
    assert amount_kind.from_grid("¥ 1 2 3 4 5 0") == Decimal("1234.50")


@pytest.mark.parametrize("printed", ["金额", "12a4", "1,23.4.5", ""])
def test_what_is_no_amount_is_none(printed: str) -> None:
    assert value("amount", printed) is None


@given(st.integers(min_value=1, max_value=99_999_999_999_99))
def test_a_capital_amount_reads_back_to_its_number(cents: int) -> None:
    amount = Decimal(cents).scaleb(-2)
    assert capital_value(to_capital(amount)) == amount


def test_a_capital_amount_is_stored_as_written() -> None:
    found = of("amount_in_words", "人民币 壹仟贰佰叁拾肆圆伍角正")
    assert found is not None
    assert (found.value, found.numeric) == ("壹仟贰佰叁拾肆圆伍角正", Decimal("1234.50"))


def test_look_alikes_are_mended_and_told() -> None:
    found = of("amount_in_words", "壶仟贯佰参拾肆元整")
    assert found is not None
    assert found.repaired
    assert found.numeric == Decimal("1234.00")


@pytest.mark.parametrize("words", ["壹拾", "元整", "仟壹元整", "零元整", "壹贰元整", ""])
def test_words_that_are_no_amount_have_no_value(words: str) -> None:
    assert capital_value(words) is None


def test_a_card_is_proved_by_its_check_digit() -> None:
    right, wrong = of("holder_account", "6222 0210 0111 6245 702"), of("holder_account", "6222 0210 0111 6245 703")
    assert right is not None and wrong is not None
    assert (right.value, right.proved, wrong.proved) == ("6222021001116245702", True, False)


def test_an_ordinary_account_proves_nothing() -> None:
    found = of("payer_account", "1020 0331 0900 1234567")
    assert found is not None
    assert found.proved is None


def test_letters_in_an_account_are_the_digits_they_look_like() -> None:
    found = of("payer_account", "10200331O9OO12345")
    assert found is not None
    assert (found.value, found.repaired) == ("10200331090012345", True)


@pytest.mark.parametrize("printed", ["北京某某公司", "1234567", "1" * 33])
def test_what_is_no_account_is_none(printed: str) -> None:
    assert value("payer_account", printed) is None


@pytest.mark.parametrize(("printed", "proved"), [("11010519491231002X", True), ("110105194912310021", False)])
def test_an_identity_number_is_judged(printed: str, proved: bool) -> None:
    found = of("holder_id_no", printed)
    assert found is not None
    assert (found.value, found.proved) == (printed, proved)


def test_a_credit_code_is_judged_and_letters_it_has_not_are_digits() -> None:
    found = of("uscc", "9135O1OOM0OO1OOY43")
    assert found is not None
    assert found.value == "91350100M000100Y43"
    assert found.proved


def test_a_name_has_no_spaces_between_chinese_characters() -> None:
    assert value("payer_name", "上海 某某 贸易（集团）有限公司") == "上海某某贸易(集团)有限公司"
    assert value("payer_name", "ACME  Trading Ltd") == "ACME Trading Ltd"


@pytest.mark.parametrize(
    ("printed", "stored"),
    [("No. 00123456", "00123456"), ("№ 1020 4430", "10204430"), ("附件 3 张", None), ("3张", "3")],
)
def test_a_number_keeps_its_zeros(printed: str, stored: str | None) -> None:
    assert value("voucher_no", printed) == stored


@pytest.mark.parametrize(
    ("field", "printed", "stored"),
    [
        ("currency", "人民币", "CNY"),
        ("currency", "USD", "USD"),
        ("account_kind", "□基本存款账户 ☑一般存款账户", "一般存款账户"),
        ("account_kind", "般存款账户", "一般存款账户"),
        ("account_kind", "基本存款帐户", "基本存款账户"),
        ("action", "解除冻结", "解除冻结"),
        ("account_kind", "□基本存款账户 □一般存款账户", None),
    ],
)
def test_a_choice_is_one_of_its_options(field: str, printed: str, stored: str | None) -> None:
    assert value(field, printed) == stored
