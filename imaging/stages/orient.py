"""Orient: quarter turns by the axis of the text, and the turn that a reader of the text asks for."""

from __future__ import annotations

from dataclasses import dataclass

import cv2

from imaging.model import Page, Pixels
from imaging.ops import MM_PER_INCH, block, components, pixels_of, quarter_turned, u8
from imaging.views import View, view

_INK = 0.72
_LINE_MM = 9.0
_GAP_MM = 1.4
_LEAST_MM = 1.2
_TALLEST_MM = 9.0
_ELONGATED = 2.5
_CLEARLY = 1.25
_PLENTY_MM2, _PLAINLY = 150.0, 3.0


@dataclass(frozen=True, slots=True)
class Lie:
    """How the text lies: `quarters` clockwise that bring it across, and the text found per axis in mm²."""

    quarters: int
    across: float
    down: float


def lie(seen: View) -> Lie:
    """The quarter turn, none or one, by the axis along which the text runs."""
    across, down = text_axes(seen)
    return Lie(1 if down > across * _CLEARLY else 0, round(across, 1), round(down, 1))


def orient(page: Page) -> Page:
    """The page with its text lines across: turned a quarter clockwise where they run down. Whether it then stands on
    its head, only reading can tell (`turned`). Notes `quarters`, `across` and `down` (text found per axis, mm²)."""
    found = lie(view(page))
    return _turn(page, "orient", found.quarters, across=found.across, down=found.down)


def turned(page: Page, quarters: int) -> Page:
    """The page turned clockwise by `quarters` of 90°, noted as `turned`."""
    return _turn(page, "turned", quarters % 4)


def text_axes(seen: View) -> tuple[float, float]:
    """Area in mm² of the runs of text found across and down the page; in its middle alone where that says enough."""
    ink = seen.ink(_INK)
    top, left = (side // 5 for side in ink.shape)
    middle = ink[top:-top, left:-left] if min(top, left) > 0 else ink
    across, down = _axes(middle, seen.dpi)
    more, less = max(across, down), min(across, down)
    if more >= _PLENTY_MM2 and more >= _PLAINLY * less:
        return across, down
    return _axes(ink, seen.dpi)


def _axes(ink: Pixels, dpi: float) -> tuple[float, float]:
    ink, gap = _without_lines(ink, dpi), pixels_of(_GAP_MM, dpi, 2)
    across = _run_area(u8(cv2.morphologyEx(ink, cv2.MORPH_CLOSE, block(gap, 1))), dpi)
    joined = u8(cv2.morphologyEx(ink, cv2.MORPH_CLOSE, block(1, gap)))
    down = _run_area(u8(cv2.transpose(joined)), dpi)
    mm2 = (MM_PER_INCH / dpi) ** 2
    return across * mm2, down * mm2


def _turn(page: Page, stage: str, quarters: int, **values: float) -> Page:
    pixels = quarter_turned(page.pixels, quarters)
    return page.noted(stage, pixels, quarters=quarters, width=page.width, height=page.height, **values)


def _without_lines(ink: Pixels, dpi: float) -> Pixels:
    length = pixels_of(_LINE_MM, dpi, 12)
    lines = cv2.bitwise_or(
        cv2.morphologyEx(ink, cv2.MORPH_OPEN, block(length, 1)), cv2.morphologyEx(ink, cv2.MORPH_OPEN, block(1, length))
    )
    return u8(cv2.bitwise_and(ink, cv2.bitwise_not(cv2.dilate(lines, block(3, 3)))))


def _run_area(joined: Pixels, dpi: float) -> float:
    """Pixels in boxes that are as high as text and clearly longer than high."""
    _, _, width, height, _ = components(joined).T
    text = (height >= pixels_of(_LEAST_MM, dpi)) & (height <= pixels_of(_TALLEST_MM, dpi))
    runs = text & (width >= _ELONGATED * height)
    return float((width[runs] * height[runs]).sum())
