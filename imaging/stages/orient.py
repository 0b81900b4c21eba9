"""Orient: quarter turns by the axis of the text, and the turn that a reader of the text asks for."""

from __future__ import annotations

import cv2
import numpy as np

from imaging.model import Page, Pixels
from imaging.ops import block, darkest, ink_mask, pixels_of, shrunk, to_dpi, u8

_DPI = 100.0
_LINE_MM = 9.0
_GAP_MM = 1.4
_LEAST_MM = 1.2
_TALLEST_MM = 9.0
_ELONGATED = 2.5
_CLEARLY = 1.25


def orient(page: Page) -> Page:
    """The page with its text lines across: turned a quarter clockwise where they run down. Whether it then stands on
    its head, only reading can tell (`turned`). Notes `quarters`, `across` and `down` (text found per axis, mm²)."""
    across, down = text_axes(page)
    quarters = 1 if down > across * _CLEARLY else 0
    return _turn(page, "orient", quarters, across=round(across, 1), down=round(down, 1))


def turned(page: Page, quarters: int) -> Page:
    """The page turned clockwise by `quarters` of 90°, noted as `turned`."""
    return _turn(page, "turned", quarters % 4)


def text_axes(page: Page) -> tuple[float, float]:
    """Area in mm² of the runs of text found across and down the page."""
    times = to_dpi(page, _DPI)
    dpi = page.dpi / times
    ink = _without_lines(ink_mask(darkest(shrunk(page.pixels, times)), dpi, 0.72), dpi)
    gap = pixels_of(_GAP_MM, dpi, 2)
    across = _run_area(u8(cv2.morphologyEx(ink, cv2.MORPH_CLOSE, block(gap, 1))), dpi)
    down = _run_area(np.ascontiguousarray(u8(cv2.morphologyEx(ink, cv2.MORPH_CLOSE, block(1, gap))).T), dpi)
    mm2 = (25.4 / dpi) ** 2
    return across * mm2, down * mm2


def _turn(page: Page, stage: str, quarters: int, **values: float) -> Page:
    pixels = np.ascontiguousarray(np.rot90(page.pixels, -quarters)) if quarters else page.pixels
    return page.noted(stage, pixels, quarters=quarters, width=page.width, height=page.height, **values)


def _without_lines(ink: Pixels, dpi: float) -> Pixels:
    length = pixels_of(_LINE_MM, dpi, 12)
    lines = cv2.bitwise_or(
        cv2.morphologyEx(ink, cv2.MORPH_OPEN, block(length, 1)), cv2.morphologyEx(ink, cv2.MORPH_OPEN, block(1, length))
    )
    return u8(cv2.bitwise_and(ink, cv2.bitwise_not(cv2.dilate(lines, block(3, 3)))))


def _run_area(joined: Pixels, dpi: float) -> float:
    """Pixels in boxes that are as high as text and clearly longer than high."""
    count, _, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    if count < 2:
        return 0.0
    width, height = stats[1:, cv2.CC_STAT_WIDTH], stats[1:, cv2.CC_STAT_HEIGHT]
    text = (height >= pixels_of(_LEAST_MM, dpi)) & (height <= pixels_of(_TALLEST_MM, dpi))
    runs = text & (width >= _ELONGATED * height)
    return float((width[runs] * height[runs]).sum())
