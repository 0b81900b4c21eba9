"""Capital amounts and dates are written by the rules of the bill law."""

from datetime import date
from decimal import Decimal

import pytest

from ocr.numerals import capital_date, to_capital


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("0.30", "叁角整"),
        ("0.05", "伍分"),
        ("0.35", "叁角伍分"),
        ("1.00", "壹元整"),
        ("10000.05", "壹万元零伍分"),
        ("100200.00", "壹拾万零贰佰元整"),
        ("1409.50", "壹仟肆佰零玖元伍角整"),
        ("6007.14", "陆仟零柒元壹角肆分"),
        ("107000.53", "壹拾万柒仟元零伍角叁分"),
        ("16409.02", "壹万陆仟肆佰零玖元零贰分"),
        ("325.04", "叁佰贰拾伍元零肆分"),
        ("20000001.00", "贰仟万零壹元整"),
        ("100010000.00", "壹亿零壹万元整"),
        ("1000000000.00", "壹拾亿元整"),
        ("0.00", "零元整"),
    ],
)
def test_capital_amount_follows_the_rules_of_zeros(amount: str, words: str) -> None:
    assert to_capital(Decimal(amount)) == words


def test_capital_amount_takes_the_other_customs() -> None:
    assert to_capital(Decimal("15.00"), whole="正") == "壹拾伍元正"
    assert to_capital(Decimal("1680.32"), zero_before_jiao=False) == "壹仟陆佰捌拾元叁角贰分"


@pytest.mark.parametrize("amount", ["-1", "0.001", "1000000000000"])
def test_capital_amount_refuses_what_it_cannot_write(amount: str) -> None:
    with pytest.raises(ValueError, match="cannot be written in capitals"):
        to_capital(Decimal(amount))


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2026, 3, 8), "贰零贰陆年叁月零捌日"),
        (date(2026, 10, 20), "贰零贰陆年零壹拾月零贰拾日"),
        (date(2025, 12, 31), "贰零贰伍年壹拾贰月叁拾壹日"),
        (date(2026, 1, 11), "贰零贰陆年零壹月壹拾壹日"),
        (date(2026, 2, 10), "贰零贰陆年零贰月零壹拾日"),
    ],
)
def test_capital_date_follows_the_rules_of_zeros(day: date, words: str) -> None:
    assert capital_date(day) == words
