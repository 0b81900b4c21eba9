"""A printed form before it is filled: rules, printed words and the slots for values, in millimetres."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from ocr.synthesis.fonts import face_for, font

AMOUNTS = frozenset({"amount", "balance", "bill_amount", "discount_interest", "discount_paid"})
Colour = tuple[int, int, int]
Pixels = npt.NDArray[np.uint8]
MM_PER_INCH = 25.4


class Rect(NamedTuple):
    """A rectangle in millimetres: left, top, width, height."""

    x: float
    y: float
    w: float
    h: float


@dataclass(frozen=True, slots=True)
class Stroke:
    """A printed rule from (x0, y0) to (x1, y1), millimetres."""

    x0: float
    y0: float
    x1: float
    y1: float
    width: float = 0.2


@dataclass(frozen=True, slots=True)
class Print:
    """A printed text of `size` mm to the em at (x, y) by Pillow's `anchor`; `vertical` sets one character below
    another; `core` texts are printed by the machine that prints the values."""

    text: str
    x: float
    y: float
    size: float = 3.2
    anchor: str = "lm"
    face: str = "song"
    colour: Colour | None = None
    vertical: bool = False
    core: bool = False


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a field's value goes, millimetres.

    `how`: text, grid (a digit a cell, a cell for each of `options`), ymd (numbers between printed 年 月 日), ticks (a
    mark in one of `options`' boxes). `style` is a style of printing.print_date or print_amount.
    """

    field: str
    x: float
    y: float
    w: float
    h: float
    how: str = "text"
    size: float = 3.6
    align: str = "l"
    style: str = ""
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Look:
    """What a bank chose for its print of a form: colours, faces, the manner of labels, dates and amounts."""

    ink: Colour
    paper: Colour
    face: str
    spread: int
    colon: str
    date_style: str
    amount_style: str
    amount_align: str
    row: float
    rule: float
    waves: bool = False


@dataclass(slots=True)
class Draft:
    """A form in the making. `rng` belongs to the form, so that equal geometries are drawn alike."""

    type: str
    title: str
    width: float
    height: float
    look: Look
    rng: random.Random
    fields: tuple[str, ...] = ()
    extras: tuple[str, ...] = ()
    wants_customer_stamp: bool = False
    monthly_rate: bool = False
    strokes: list[Stroke] = field(default_factory=list)
    prints: list[Print] = field(default_factory=list)
    slots: list[Slot] = field(default_factory=list)
    stamp_spots: dict[str, tuple[float, float]] = field(default_factory=dict)

    def rule(self, x0: float, y0: float, x1: float, y1: float, width: float | None = None) -> None:
        """A rule in the form's colour."""
        self.strokes.append(Stroke(x0, y0, x1, y1, width or self.look.rule))

    def box(self, rect: Rect, width: float | None = None) -> None:
        """A rectangle of rules."""
        x, y, w, h = rect
        for x0, y0, x1, y1 in ((x, y, x + w, y), (x, y + h, x + w, y + h), (x, y, x, y + h), (x + w, y, x + w, y + h)):
            self.rule(x0, y0, x1, y1, width)

    def words(
        self,
        text: str,
        x: float,
        y: float,
        size: float = 3.2,
        anchor: str = "lm",
        *,
        face: str | None = None,
        colour: Colour | None = None,
        vertical: bool = False,
        core: bool = False,
    ) -> None:
        """A printed text, in the form's face and colour where none is given."""
        self.prints.append(Print(text, x, y, size, anchor, face or self.look.face, colour, vertical, core))

    def slot(
        self,
        name: str,
        rect: Rect,
        *,
        how: str = "text",
        size: float = 3.6,
        style: str = "",
        options: tuple[str, ...] = (),
        flush: bool = False,
    ) -> None:
        """Room for a value; an amount keeps to the form's side of its cell, unless it is `flush` with its label."""
        align = self.look.amount_align if name in AMOUNTS and how == "text" and not flush else "l"
        self.slots.append(Slot(name, *rect, how, size, align, style, options))

    def done(self) -> Form:
        """The finished form."""
        return Form(
            self.type, self.width, self.height, self.look, self.monthly_rate, tuple(self.strokes), tuple(self.prints),
            tuple(self.slots), tuple(self.stamp_spots.items()),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Form:
    """A form as a bank prints it. `stamp_spots` are the centres where its stamps go, by field, millimetres."""

    type: str
    width: float
    height: float
    look: Look
    monthly_rate: bool
    strokes: tuple[Stroke, ...]
    prints: tuple[Print, ...]
    slots: tuple[Slot, ...]
    stamp_spots: tuple[tuple[str, tuple[float, float]], ...]


def px(mm: float, dpi: float) -> int:
    """Millimetres in whole pixels at `dpi`."""
    return round(mm * dpi / MM_PER_INCH)


def text_width(text: str, face: str, pixels: int) -> float:
    """The width of `text` in pixels."""
    return float(font(face_for(face, text), pixels).getlength(text))


def _draw_print(draw: ImageDraw.ImageDraw, item: Print, colour: Colour, dpi: float) -> None:
    x, y, size = px(item.x, dpi), px(item.y, dpi), px(item.size, dpi)
    face = font(face_for(item.face, item.text), size)
    fill = item.colour or colour
    if not item.vertical:
        draw.text((x, y), item.text, fill, face, item.anchor)
        return
    step = size * 1.15
    top = y - step * (len(item.text) - 1) / 2
    for place, char in enumerate(item.text):
        draw.text((x, round(top + place * step)), char, fill, face, "mm")


def _draw_waves(draw: ImageDraw.ImageDraw, form: Form, dpi: float) -> None:
    """The pale waves of security paper across the form."""
    pale = tuple(round(paper * 0.82 + ink * 0.18) for ink, paper in zip(form.look.ink, form.look.paper, strict=True))
    across = np.arange(0, px(form.width, dpi) + 8, 8)
    for number in range(int(form.height / 2.2)):
        swing = np.sin(across / px(9, dpi) + number * 0.7) * px(1.6, dpi)
        points = np.stack((across, px(number * 2.2, dpi) + swing), axis=1)
        draw.line([(float(x), float(y)) for x, y in points], pale, 1)


@lru_cache(maxsize=48)
def preprint(form: Form, dpi: int) -> Pixels:
    """The unfilled form at `dpi`, read-only H×W×3 uint8 BGR."""
    look = form.look
    image = Image.new("RGB", (px(form.width, dpi), px(form.height, dpi)), look.paper)
    draw = ImageDraw.Draw(image)
    if look.waves:
        _draw_waves(draw, form, dpi)
    for stroke in form.strokes:
        ends = [(px(stroke.x0, dpi), px(stroke.y0, dpi)), (px(stroke.x1, dpi), px(stroke.y1, dpi))]
        draw.line(ends, look.ink, max(1, px(stroke.width, dpi)))
    for item in form.prints:
        if not item.core:
            _draw_print(draw, item, look.ink, dpi)
    pixels = np.asarray(cv2.cvtColor(np.asarray(image), cv2.COLOR_RGB2BGR), dtype=np.uint8)
    pixels.flags.writeable = False
    return pixels
