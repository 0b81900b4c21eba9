"""How a stored value is printed: the styles of dates and amounts, and the stored form of a printed text."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from decimal import Decimal

from ocr.numerals import capital_date

DATE_STYLES = ("iso", "chinese", "chinese_padded", "compact", "slashed_spaces", "capital")
AMOUNT_STYLES = ("yen_grouped", "grouped", "plain", "yen_plain", "yen_wide", "cny")
_CJK = r"\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef"
_GAP = re.compile(rf"(?<=[{_CJK}])\s+|\s+(?=[{_CJK}])")


def stored_text(printed: str) -> str:
    """The stored form of a name or text: NFKC, no spaces beside Chinese characters."""
    return _GAP.sub("", unicodedata.normalize("NFKC", printed)).strip()


def print_date(iso: str, style: str) -> str:
    """An ISO date in one of DATE_STYLES: 2026-03-08, 2026年3月8日, 20260308, 2026 年 03 月 08 日 or in capitals."""
    day = date.fromisoformat(iso)
    return {
        "iso": iso,
        "chinese": f"{day.year}年{day.month}月{day.day}日",
        "chinese_padded": f"{day:%Y}年{day:%m}月{day:%d}日",
        "compact": f"{day:%Y%m%d}",
        "slashed_spaces": f"{day.year} 年 {day:%m} 月 {day:%d} 日",
        "capital": capital_date(day),
    }[style]


def print_amount(stored: str, style: str) -> str:
    """A stored amount in one of AMOUNT_STYLES: ¥1,234.50, 1,234.50, 1234.50, ¥1234.50, ￥1,234.50 or CNY 1,234.50."""
    value = Decimal(stored)
    return {
        "yen_grouped": f"¥{value:,.2f}",
        "grouped": f"{value:,.2f}",
        "plain": stored,
        "yen_plain": f"¥{stored}",
        "yen_wide": f"￥{value:,.2f}",
        "cny": f"CNY {value:,.2f}",
    }[style]
