"""How values are shown."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from api import format

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Decimal("1234.5"), "1,234.50"),
        ("0", "0.00"),
        ("-9999999.99", "−9,999,999.99"),
        (None, "—"),
        ("", "—"),
        ("illegible", "illegible"),
    ],
)
def test_amounts_have_two_places_a_minus_and_a_dash_for_none(value: Decimal | str | None, shown: str) -> None:
    assert format.amount(value) == shown


def test_another_currency_stands_before_its_amount() -> None:
    assert format.amount("12", "USD") == "USD 12.00"


def test_only_certainty_reads_as_a_hundred_per_cent() -> None:
    assert [format.share(s) for s in (1.0, 0.99999, 0.5, 0.98765)] == ["100%", "99.99%", "50%", "98.76%"]


def test_times_are_shown_in_the_banks_zone() -> None:
    assert format.moment(datetime(2026, 3, 8, 22, 8, tzinfo=UTC), SHANGHAI) == "2026-03-09 06:08:00"


def test_a_typed_date_is_read_or_is_none() -> None:
    assert [format.day(t) for t in ("2026-03-08", "20260308", "2026-02-30", "0308", "")] == [
        date(2026, 3, 8),
        date(2026, 3, 8),
        None,
        None,
        None,
    ]


def test_accounts_are_grouped_by_markup_so_that_copying_gives_bare_digits() -> None:
    shown = str(format.fours("6222021234567890"))
    assert "<i>6222</i><i>0212</i>" in shown and " " not in shown.removeprefix('<span class="fours">')


def test_markup_in_a_value_is_escaped() -> None:
    assert "<script>" not in str(format.value("<script>alert(1)</script>", "text"))


def test_labels_are_found_by_their_pinyin_initials() -> None:
    assert (format.initials("封存"), format.initials("新批次"), format.initials("Seal")) == ("fc", "xpc", "seal")
