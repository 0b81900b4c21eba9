"""Chinese capital numerals: amounts and dates as vouchers write them (票据法 and 正确填写票据和结算凭证的基本规定)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

CAPITAL_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
LARGEST = 10**12
"""Amounts from here on are not written in capitals."""

_GROUPS = ("", "万", "亿")


def _group(number: int) -> str:
    """Four digits in capitals, zeros inside joined to one 零, none at either end."""
    text, gap = "", False
    for place in range(3, -1, -1):
        digit = number // 10**place % 10
        if digit:
            text += ("零" if gap and text else "") + CAPITAL_DIGITS[digit] + _PLACES[place]
            gap = False
        else:
            gap = True
    return text


def capital_integer(number: int) -> str:
    """`number` ≥ 0 in capitals without a unit: 100200 is 壹拾万零贰佰; 0 is 零. ValueError from 10**12 up."""
    if not 0 <= number < LARGEST:
        raise ValueError(f"{number} cannot be written in capitals: it must lie between 0 and 10**12")
    text, gap = "", False
    for place in range(2, -1, -1):
        part = number // 10 ** (4 * place) % 10000
        if not part:
            gap = gap or bool(text)
            continue
        text += ("零" if text and (gap or part < 1000) else "") + _group(part) + _GROUPS[place]
        gap = False
    return text or "零"


def to_capital(amount: Decimal, whole: str = "整", zero_before_jiao: bool = True) -> str:
    """A non-negative amount of yuan in capitals: 10000.05 is 壹万元零伍分, 0.30 is 叁角整.

    `whole` (整 or 正) closes an amount without 分; `zero_before_jiao` writes the 零 that the rules leave free where the
    yuan end in zero and 角 follow (107000.53: 壹拾万柒仟元零伍角叁分). ValueError for parts of a 分 and below zero.
    """
    cents = int(amount * 100)
    if amount < 0 or amount * 100 != cents:
        raise ValueError(f"{amount} cannot be written in capitals: it needs whole 分 and no sign")
    yuan, jiao, fen = cents // 100, cents // 10 % 10, cents % 10
    if cents == 0:
        return f"零元{whole}"
    text = f"{capital_integer(yuan)}元" if yuan else ""
    if jiao:
        gap = "零" if yuan and yuan % 10 == 0 and zero_before_jiao else ""
        text += f"{gap}{CAPITAL_DIGITS[jiao]}角"
    elif fen and yuan:
        text += "零"
    return text + (f"{CAPITAL_DIGITS[fen]}分" if fen else whole)


def _capital_count(number: int) -> str:
    """A month or day in capitals as the cheque rules want it: 零 before 1-9, 10, 20 and 30, 壹 before 拾."""
    zero = "零" if number < 10 or number % 10 == 0 else ""
    return zero + capital_integer(number)


def capital_date(day: date, strict_months: bool = False) -> str:
    """`day` in capitals: 贰零贰陆年叁月零捌日. Months 1, 2 and 10 take 零; with `strict_months` 3 to 9 take it too."""
    year = "".join(CAPITAL_DIGITS[int(digit)] for digit in f"{day.year:04d}")
    bare = 3 <= day.month <= 9 and not strict_months
    month = CAPITAL_DIGITS[day.month] if bare else _capital_count(day.month)
    return f"{year}年{month}月{_capital_count(day.day)}日"
