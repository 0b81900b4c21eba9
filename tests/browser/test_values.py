"""What scripts make of typed values: the same as the server does, and never a float."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from playwright.sync_api import Page

from ocr.numerals import to_capital

SignIn = Callable[[str], Page]
CENTS = (
    0,
    1,
    10,
    30,
    100,
    1000,
    1005,
    1050,
    10000,
    10100,
    11005,
    100000,
    100110,
    101000,
    123450,
    1000005,
    1001000,
    10000000,
    10700053,
    100000000,
    100000100,
    1000000000,
    1000100000,
    10000000000,
    10001000000,
    12345678901,
    100000000010,
    203609208,
    9999999999999,
)
AMOUNTS = [f"{cents // 100}.{cents % 100:02d}" for cents in CENTS]


@pytest.fixture
def page(sign_in: SignIn) -> Page:
    opened = sign_in("keyer")
    opened.goto("/key")
    return opened


def test_capitals_read_as_the_servers_do(page: Page) -> None:
    said = page.evaluate("(all) => all.map((a) => vouch.values.capital(a))", AMOUNTS)
    assert said == [to_capital(Decimal(amount)) for amount in AMOUNTS]


def test_amounts_in_cents_yuan_and_full_width(page: Page) -> None:
    typed = ["123450", "1234.5", "１，２３４．５０", "¥1,234.50元", "5", "-250", "1.", ".5", "", "12a", "1.234"]
    kept = page.evaluate("(all) => all.map((a) => vouch.values.amount(a, true))", typed)
    assert kept == ["1234.50", "1234.50", "1234.50", "1234.50", "0.05", "-2.50", "1.00", "0.50", "", "", ""]


def test_dates_expand_and_false_ones_do_not(page: Page) -> None:
    typed = ["20260308", "260308", "2026-3-8", "2026年3月8日", "２０２６０３０８", "20260230", "0308"]
    kept = page.evaluate("(all) => all.map((a) => vouch.values.date(a))", typed)
    assert kept == ["2026-03-08"] * 5 + ["", ""]


def test_check_digits_speak_against_a_slip(page: Page) -> None:
    cases = [
        ("account", "6222021234567894", False),
        ("account", "6222021234567890", True),
        ("account", "1001234567890", False),
        ("id_card", "11010519491231002X", False),
        ("id_card", "110105194912310021", True),
        ("uscc", "91350100M000100Y43", False),
        ("uscc", "91350100M000100Y44", True),
    ]
    said = page.evaluate("(all) => all.map(([kind, value]) => vouch.values.doubtful(value, kind))", cases)
    assert said == [doubt for _, _, doubt in cases]
