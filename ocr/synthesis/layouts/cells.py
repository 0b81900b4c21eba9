"""The parts that forms are made of: cells with a label, digit grids, dates between 年 月 日, tick boxes, titles."""

from __future__ import annotations

from ocr.synthesis.form import Draft, Rect, text_width
from ocr.synthesis.layouts.labels import AMOUNTS, DATES, LONG, OPTIONS, label

_GRID_HEADERS = ("亿千百十万千百十元角分", "亿千百十万千百十元角分", "千百十万千百十元角分")
YMD_GAPS, YMD_CAPITAL_GAPS, YMD_UNIT = (13.0, 8.0, 8.0), (21.0, 13.0, 13.0), 3.6
_PROBE = 100  # pixels to the em when a printed text is measured


def width_mm(text: str, face: str, size: float) -> float:
    """The width of a printed text of `size` mm to the em, in mm."""
    return text_width(text, face, _PROBE) / _PROBE * size


def value_style(draft: Draft, field: str) -> str:
    """The form's style for a date or an amount, empty for other fields."""
    if field in DATES:
        return draft.look.date_style
    return draft.look.amount_style if field in AMOUNTS else ""


def value(draft: Draft, field: str, rect: Rect, flush: bool = False) -> None:
    """Room for a value; a choice gets tick boxes on some forms where they fit."""
    options = OPTIONS.get(field, ())
    need = sum(len(option) * 2.9 + 5 for option in options)
    if options and need <= rect.w * max(1, int(rect.h / 4.5)) * 0.9 and draft.rng.random() < 0.7:
        ticks(draft, field, rect, options)
        return
    draft.slot(field, rect, style=value_style(draft, field), flush=flush)


def tick_places(options: tuple[str, ...], rect: Rect) -> list[tuple[float, float]]:
    """The left middle of each option's box, in rows that keep within the width."""
    rows: list[list[float]] = [[]]
    at = rect.x
    for option in options:
        step = len(option) * 2.9 + 5
        if at + step > rect.x + rect.w and rows[-1]:
            rows.append([])
            at = rect.x
        rows[-1].append(at)
        at += step
    pitch = rect.h / len(rows)
    return [(left, rect.y + pitch * (number + 0.5)) for number, row in enumerate(rows) for left in row]


def tick_box(draft: Draft, option: str, left: float, middle: float) -> None:
    """A small box and the option behind it."""
    draft.box(Rect(left, middle - 1.3, 2.6, 2.6), 0.18)
    draft.words(option, left + 3.3, middle, 2.8)


def ticks(draft: Draft, field: str, rect: Rect, options: tuple[str, ...]) -> None:
    """Each option printed behind a small box; the value ticks one."""
    room = Rect(rect.x + 1, rect.y, rect.w - 1, rect.h)
    for option, (left, middle) in zip(options, tick_places(options, room), strict=True):
        tick_box(draft, option, left, middle)
    draft.slot(field, room, how="ticks", options=options)


def label_column(draft: Draft, text: str, rect: Rect, label_w: float) -> Rect:
    """A boxed cell with `text` in a column of `label_w` mm; returns the room right of it."""
    x, y, w, h = rect
    draft.box(rect)
    draft.rule(x + label_w, y, x + label_w, y + h)
    size = min(3.2, 3.2 * (label_w - 1.5) / max(0.1, width_mm(text, draft.look.face, 3.2)))
    draft.words(text, x + label_w / 2, y + h / 2, size, "mm")
    return Rect(x + label_w + 1, y, w - label_w - 1.5, h)


def labelled(draft: Draft, field: str, rect: Rect, label_w: float) -> None:
    """A boxed cell: the label in a column of its own, the value right of it."""
    value(draft, field, label_column(draft, label(draft, field), rect, label_w))


def headed(draft: Draft, field: str, rect: Rect) -> None:
    """A boxed cell: a small label at its top, the value below it."""
    x, y, w, h = rect
    draft.box(rect)
    draft.words(label(draft, field), x + 1.2, y + 2.1, 2.6)
    value(draft, field, Rect(x + 1.5, y + 3.6, w - 3, h - 4))


def inline(draft: Draft, field: str, rect: Rect, core: bool = False) -> None:
    """A label with its colon, the value behind it, no box; `core` labels are printed with the values."""
    text = label(draft, field) + (draft.look.colon or "：")
    draft.words(text, rect.x, rect.y + rect.h / 2, 3.2, core=core)
    # the machine that prints core labels may space its characters wider than the form's face does
    used = width_mm(text, draft.look.face, 3.2) * (1.16 if core else 1) + 1
    value(draft, field, Rect(rect.x + used, rect.y, rect.w - used - 1, rect.h), flush=True)


def grid(draft: Draft, field: str, rect: Rect) -> None:
    """A digit a cell below 亿千百十万千百十元角分, or without 亿."""
    x, y, w, h = rect
    header = draft.rng.choice(_GRID_HEADERS)
    step = w / len(header)
    head = min(4.2, h * 0.4)
    draft.box(rect)
    draft.rule(x, y + head, x + w, y + head, 0.15)
    for place, char in enumerate(header):
        heavy = len(header) - place in {2, 5, 8}
        if place:
            draft.rule(x + place * step, y, x + place * step, y + h, 0.3 if heavy else 0.12)
        draft.words(char, x + (place + 0.5) * step, y + head / 2, min(2.6, step * 0.75), "mm")
    draft.slot(field, Rect(x, y + head, w, h - head), how="grid", size=min(3.6, step * 0.95), options=tuple(header))


def year_month_day(draft: Draft, field: str, x: float, y: float, *, capital: bool = False, before: str = "") -> None:
    """年 月 日 printed around the height `y`, behind the label `before`; the numbers are to be filled between them."""
    at = x
    if before:
        draft.words(before, x, y, 3.2)
        at += width_mm(before, draft.look.face, 3.2) + 1
    start = at
    for gap, unit in zip(YMD_CAPITAL_GAPS if capital else YMD_GAPS, "年月日", strict=True):
        at += gap
        draft.words(unit, at, y, 3.2)
        at += YMD_UNIT
    size = 3.2 if capital else 3.6
    style = "capital" if capital else ""
    draft.slot(field, Rect(start, y - 3, at - start, 6), how="ymd", style=style, size=size)


def date_line(draft: Draft, x: float, y: float, with_label: bool = True) -> None:
    """The date of a form outside its table: with or without its label, printed 年 月 日 or not."""
    text = label(draft, "date") + (draft.look.colon or "：") if with_label else ""
    if draft.rng.random() < 0.6 or not with_label:
        year_month_day(draft, "date", x, y, before=text)
        return
    draft.words(text, x, y, 3.2)
    used = width_mm(text, draft.look.face, 3.2) + 1
    draft.slot("date", Rect(x + used, y - 3, 38, 6), style=draft.look.date_style)


def number_line(draft: Draft, x: float, y: float) -> None:
    """The voucher's number at the top of a form."""
    text = label(draft, "voucher_no")
    text += "" if text[0] in "N№" else (draft.look.colon or "：")
    draft.words(text, x, y, 3.4)
    used = width_mm(text, draft.look.face, 3.4) + 1
    draft.slot("voucher_no", Rect(x + used, y - 3, 40, 6), size=4.0)


def title(draft: Draft, bank: str, copy: str) -> None:
    """The title at the top, in the middle or at the left, with the bank's name and the copy's note near it."""
    rng, look = draft.rng, draft.look
    text = (" " * rng.choice((0, 0, 1))).join(draft.title) if len(draft.title) <= 8 else draft.title
    size = rng.uniform(5.2, 6.6) if len(draft.title) <= 9 else rng.uniform(4.6, 5.4)
    face = rng.choice(("hei_bold", "serif_bold", "kai", look.face))
    top = 9.0
    left = rng.random() < 0.25
    x = 14.0 if left else draft.width / 2
    joined = len(bank + draft.title) <= 16 and rng.random() < 0.25
    if joined:
        text, size = bank + draft.title, min(size, 5.4)
    if rng.random() < 0.4 and not left and not joined:
        draft.words(bank, x, top - 2.5, 3.4, "mm", face=face)
        draft.words(text, x, top + 3.2, size, "mm", face=face)
    else:
        draft.words(text, x, top, size, "lm" if left else "mm", face=face)
        if rng.random() < 0.6 and not left and not joined:
            draft.words(bank, 12, top - 1, 3.6, face=face)
    if copy and rng.random() < 0.6:
        used = width_mm(text, face, size) / (1 if left else 2)
        draft.words(copy, x + used + 4, top + 1, 3.0)


def pack(draft: Draft, fields: list[str]) -> list[list[tuple[str, float]]]:
    """`fields` in rows, each with its share of the width: a long one alone or beside a short one, short ones paired."""
    rows: list[list[tuple[str, float]]] = []
    waiting = list(fields)
    while waiting:
        first = waiting.pop(0)
        nxt = waiting[0] if waiting else None
        wide = first in LONG or first in OPTIONS
        if nxt is None or (wide and (nxt in LONG or nxt in OPTIONS or draft.rng.random() < 0.3)):
            rows.append([(first, 1.0)])
            continue
        share = 0.58 if wide else 0.42 if nxt in LONG or nxt in OPTIONS else 0.5
        rows.append([(first, share), (waiting.pop(0), 1 - share)])
    return rows
