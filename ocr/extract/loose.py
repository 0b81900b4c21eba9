"""Loose: values that banks print without a label: the date under the title, the number in a corner, words of money."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from ocr.extract.segments import Segment
from ocr.forms import FieldDef
from ocr.kinds import Normalised, capitals, has_date_units, normalise

_ALONE = 1.4  # the cost of what only looks like it: nothing of that stands by itself
_MONEY = re.compile(r"\d{1,3}(?:,\d{3})*\.\d{2}|\d+\.\d{2}")
_ACCOUNT = re.compile(r"[\d ]{12,}")
Loose = tuple[Segment, Normalised, float]


def _date(field: FieldDef, free: Sequence[Segment], height: int) -> Loose | None:
    """The uppermost text that is a date and little else."""
    best: Loose | None = None
    for segment in free:
        value = normalise(field.kind, segment.text, field)
        if value is None:
            continue
        extra = len(re.sub(r"[\d年月日零壹贰叁肆伍陆柒捌玖拾〇一二三四五六七八九十\s:.\-/]", "", segment.text))
        cost = extra * 0.3 + segment.box.y / height + (0.0 if has_date_units(segment.text) else 0.4)
        if best is None or cost < best[2]:
            best = (segment, value, cost)
    return best if best and best[2] < 1.5 else None


def _voucher_no(field: FieldDef, free: Sequence[Segment], height: int) -> Loose | None:
    """A number of 6-20 characters high on the page, the rightmost first."""
    best: Loose | None = None
    for segment in free:
        value = normalise(field.kind, segment.text, field)
        if value is None or not 6 <= len(value.value) <= 20 or re.search(r"[.,]\d\d$|[年月]|20\d\d[-/]", segment.text):
            continue
        cost = 2 * segment.box.y / height - segment.box.x / (4 * height)
        if segment.box.y < 0.35 * height and (best is None or cost < best[2]):
            best = (segment, value, cost)
    return best


def _words(field: FieldDef, free: Sequence[Segment], _height: int) -> Loose | None:
    """A text of capital numerals that is an amount."""
    for segment in free:
        value = normalise(field.kind, segment.text, field)
        if value and value.numeric is not None and sum(c in capitals.CAPITALS for c in segment.text) >= 3:
            return segment, value, 0.5
    return None


def _amount(field: FieldDef, free: Sequence[Segment], _height: int) -> Loose | None:
    """The one amount in a grid, else the one text with a sign of money, else the one that is written as money is."""
    grids = [(s, v) for s in free if s.grid and (v := normalise(field.kind, s.text, field))]
    if len(grids) == 1:
        return (*grids[0], 0.2)
    signed = [(s, v) for s in free if "¥" in s.text and (v := normalise(field.kind, s.text, field))]
    if signed:
        return (*signed[0], 0.5) if len({value.value for _, value in signed}) == 1 else None
    bare = [(s, v) for s in free if _MONEY.fullmatch(s.text) and (v := normalise(field.kind, s.text, field))]
    return (*bare[0], _ALONE) if len({value.value for _, value in bare}) == 1 else None


def _account(field: FieldDef, free: Sequence[Segment], _height: int) -> Loose | None:
    """The one text that is a long number."""
    long = [(s, v) for s in free if _ACCOUNT.fullmatch(s.text) and (v := normalise(field.kind, s.text, field))]
    return (*long[0], _ALONE) if len(long) == 1 else None


def _currency(field: FieldDef, free: Sequence[Segment], _height: int) -> Loose | None:
    """A text that is just the name of a currency."""
    named = [s for s in free if s.text.strip() in field.options]
    value = normalise(field.kind, named[0].text, field) if named else None
    return (named[0], value, 0.5) if value else None


_FINDERS: dict[str, Callable[[FieldDef, Sequence[Segment], int], Loose | None]] = {
    "date": _date,
    "voucher_no": _voucher_no,
    "amount_in_words": _words,
    "amount": _amount,
    "bill_amount": _amount,
    "currency": _currency,
}


def find_loose(field: FieldDef, free: Sequence[Segment], height: int, only: bool = False) -> Loose | None:
    """A value for a field that no label led to: the text, its value, a cost; None for fields that always have one.
    `only`: it is the only account that no label led to."""
    finder = _account if only and field.kind == "account" else _FINDERS.get(field.name)
    return finder(field, free, height) if finder else None
