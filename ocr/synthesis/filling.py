"""A form filled with values: each slot's value written in one ink, and the fields that are now on the paper."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal

from ocr.numerals import capital_date
from ocr.synthesis.extras import MARK
from ocr.synthesis.fonts import face_for
from ocr.synthesis.form import AMOUNTS, Form, Pixels, Rect, Slot, preprint, px, text_width
from ocr.synthesis.ink import Ink, lay, tile
from ocr.synthesis.layouts.cells import YMD_CAPITAL_GAPS, YMD_GAPS, YMD_UNIT, tick_places
from ocr.synthesis.layouts.labels import DATES
from ocr.synthesis.printing import print_amount, print_date
from ocr.synthesis.values import Item, Items


class Pen:
    """Writes on one page with one ink; positions in millimetres, before the print's shift."""

    def __init__(self, page: Pixels, dpi: int, ink: Ink, rng: random.Random) -> None:
        self.page, self.dpi, self.ink, self.rng = page, dpi, ink, rng

    def write(self, text: str, x: float, y: float, size: float, anchor: str = "l") -> None:
        """`text` with its vertical middle at `y`; `anchor` l, m or r says what `x` is."""
        cover = tile(text, self.ink, max(8, px(size, self.dpi)), self.rng)
        left = px(x + self.ink.dx, self.dpi) - (0 if anchor == "l" else cover.shape[1] // (2 if anchor == "m" else 1))
        top = px(y + self.ink.dy, self.dpi) - cover.shape[0] // 2
        lay(self.page, cover, (left, top), self.ink.colour, self.ink.strength)

    def width(self, text: str, size: float) -> float:
        """The width of `text` in mm."""
        pixels = text_width(text, face_for(self.ink.face, text), 100) / 100
        wide = 1.3 if self.ink.method == "hand" else 1.0
        return (pixels * wide + self.ink.tracking * len(text)) * size


def printed(slot: Slot, item: Item) -> str:
    """How this form prints the value."""
    if slot.field in AMOUNTS and slot.style:
        return print_amount(item.stored, slot.style)
    if slot.field in DATES and slot.style:
        return print_date(item.stored, slot.style)
    return item.printed


def _halves(text: str) -> list[str]:
    middle = (len(text) + 1) // 2
    return [text[:middle], text[middle:]]


def _text(pen: Pen, slot: Slot, item: Item) -> None:
    """A value in one line, smaller where it is long, in two where it stays too long."""
    text = printed(slot, item)
    size = slot.size * (1.1 if pen.ink.method == "hand" else 1.0)
    need = pen.width(text, size)
    middle = slot.y + slot.h / 2
    if need > slot.w:
        small = size * max(0.8, slot.w / need)
        if pen.width(text, small) > slot.w and slot.h >= 7.5:
            size = min(small, slot.h * 0.42, small * slot.w / pen.width(max(_halves(text), key=len), small))
            for number, part in enumerate(_halves(text)):
                pen.write(part, slot.x, middle + (number - 0.5) * size * 1.12, size)
            return
        size = min(small, size * slot.w / need)
    x = slot.x + {"l": 0, "m": slot.w / 2, "r": slot.w - 0.5}[slot.align]
    pen.write(text, x, middle, size, slot.align)


def _grid(pen: Pen, slot: Slot, item: Item) -> None:
    """¥ and one digit a cell, right-aligned at 分."""
    cents = str(int(Decimal(item.stored) * 100)).rjust(3, "0")
    marked = "¥" + cents if len(cents) < len(slot.options) else cents
    step = slot.w / len(slot.options)
    first = len(slot.options) - len(marked)
    for place, char in enumerate(marked):
        pen.write(char, slot.x + (first + place + 0.5) * step, slot.y + slot.h / 2, slot.size, "m")


def _ymd(pen: Pen, slot: Slot, item: Item) -> None:
    """Year, month and day before the printed 年 月 日."""
    shown = print_date(item.stored, slot.style or "chinese_padded")
    if slot.style == "capital" and pen.rng.random() < 0.3:  # some clerks write 零叁月
        shown = capital_date(date.fromisoformat(item.stored), strict_months=True)
    year, month, day = re.split("[年月]", shown.removesuffix("日"))
    gaps = YMD_CAPITAL_GAPS if slot.style == "capital" else YMD_GAPS
    at = slot.x
    for gap, text in zip(gaps, (year, month, day), strict=True):
        at += gap
        pen.write(text, at - 1.2, slot.y + slot.h / 2, slot.size, "r")
        at += YMD_UNIT


def _ticks(pen: Pen, slot: Slot, item: Item) -> None:
    """A tick in the box of the option. ValueError where the form does not print that option."""
    if item.stored not in slot.options:
        raise ValueError(f"{slot.field}: {item.stored} is not among the printed options {slot.options}")
    x, y = tick_places(slot.options, Rect(slot.x, slot.y, slot.w, slot.h))[slot.options.index(item.stored)]
    pen.write(pen.rng.choice("√√✓"), x - 0.1, y - 0.3, 3.6)


_WRITERS: dict[str, Callable[[Pen, Slot, Item], None]] = {"text": _text, "grid": _grid, "ymd": _ymd, "ticks": _ticks}


def fill(
    form: Form, items: Items, ink: Ink, rng: random.Random, *, dpi: int, skip: frozenset[str] = frozenset()
) -> tuple[Pixels, dict[str, str]]:
    """The form with `items` but those in `skip` written in their slots: an H×W×3 BGR page, and the stored values."""
    page = preprint(form, dpi).copy()
    pen = Pen(page, dpi, ink, rng)
    for item in form.prints:
        if item.core:
            pen.write(item.text, item.x, item.y, item.size)
    said: dict[str, str] = {}
    for slot in form.slots:
        if slot.field in items and slot.field not in skip:
            _WRITERS[slot.how](pen, slot, items[slot.field])
            if not slot.field.startswith(MARK):
                said[slot.field] = items[slot.field].stored
    return page, said
