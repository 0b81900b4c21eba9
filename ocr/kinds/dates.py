"""Dates as vouchers print them: ISO, with 年月日, eight digits, spaced around pre-printed 年月日, and in capitals."""

from __future__ import annotations

import datetime as dt
import re

from .capitals import DIGITS, LOOK_ALIKES, small_number, year_of

_DIGIT_LIKE = str.maketrans({"O": "0", "o": "0", "〇": "0", "I": "1", "l": "1", "|": "1", "Z": "2", "z": "2", "B": "8"})
_SEPARATED = re.compile(r"(?<!\d)(\d{4})\s*[-/.年,:·\s~—]+\s*(\d{1,2})\s*[-/.月,:·\s~—]+\s*(\d{1,2})(?!\d)")
_TIGHT = re.compile(r"(?<!\d)((?:19|20)\d{2})[-/.年]?(0[1-9]|1[0-2])[-/.月]?([0-2]\d|3[01])(?!\d)")
_SIMPLE = {"〇": "0", "○": "0", "零": "0", "一": "1", "二": "2", "三": "3", "四": "4", "五": "5", "六": "6", "七": "7",
           "八": "8", "九": "9"}  # fmt: skip
_NUMERAL = (
    frozenset(DIGITS) | {"拾"} | {c for c, to in LOOK_ALIKES.items() if any(t in DIGITS or t == "拾" for t in to)}
)


def _real(year: int | None, month: int | None, day: int | None) -> str | None:
    if not year or not month or not day or not 1900 <= year <= 2200:
        return None
    try:
        return dt.date(year, month, day).isoformat()
    except ValueError:
        return None


def _printed(text: str) -> str | None:
    for pattern in (_SEPARATED, _TIGHT):
        match = pattern.search(text)
        if match:
            found = _real(*(int(group) for group in match.groups()))
            if found:
                return found
    return None


def _capital(text: str) -> str | None:
    """贰零贰陆年叁月零捌日, and the same where the pre-printed 年月日 were not read but gaps were."""
    compact = re.sub(r"\s", "", text)
    match = re.search(r"(.{4})年(.{1,3}?)[月](.{1,4}?)[日曰]?$", compact)
    if match:
        return _real(year_of(match[1]), small_number(match[2]), small_number(match[3]))
    parts = re.split(r"[\s年月日曰]+", text.strip(" 年月日曰"))
    if len(parts) == 3 and all(c in _NUMERAL for part in parts for c in part):
        return _real(year_of(parts[0]), small_number(parts[1]), small_number(parts[2]))
    return None


def _simple(text: str) -> str | None:
    """二〇二六年三月八日."""
    match = re.search(
        r"([〇○零一二三四五六七八九]{4})年([一二三四五六七八九十]{1,3})月([一二三四五六七八九十]{1,3})日",
        re.sub(r"\s", "", text),
    )
    if match is None:
        return None
    return _real(int("".join(_SIMPLE[c] for c in match[1])), small_number(match[2]), small_number(match[3]))


def iso_date(text: str) -> str | None:
    """The date that a text says, as YYYY-MM-DD, whatever of the catalogue's ways it is printed in; None where it says
    none or one that does not exist."""
    return _printed(text) or _simple(text) or _capital(text) or _printed(text.translate(_DIGIT_LIKE))
