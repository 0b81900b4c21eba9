"""Stamp ink: a map of what may be the ink of stamps on a page, rules and certain print taken off it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from imaging.model import Box, Page, Pixels
from imaging.ops import shrunk, to_dpi
from ocr.extract.outlines import DPI, Map
from ocr.model import Line

_DPI = 100.0
_BORDER_MM = 0.8
_RULE_MM = 48.0  # longer than the sides of stamps
_GRAY = 14
_FAINT, _FULL = 15.0, 70.0  # how far a stamp's colour stands above the others, of 255
_DARK, _BLACK = 25.0, 80.0
_SURE = 0.9
_INKED, _FAINTLY = 0.3, 0.1  # of the map: ink, and what a pale stamp's lines are at this resolution


@dataclass(frozen=True, slots=True)
class StampInk:
    """A map of ink (0..1) at outlines.DPI, how much ink that is in cm², how much with the faintest, and whether the
    page is without colour, so that print counts as ink too."""

    map: Map
    area: float
    faintly: float
    bare: bool


def is_gray(page: Page) -> bool:
    """Whether a page has no colour in which a stamp could stand out."""
    if page.pixels.ndim == 2:
        return True
    blue, green, red = cv2.split(page.pixels[::6, ::6])
    most, least = cv2.max(cv2.max(blue, green), red), cv2.min(cv2.min(blue, green), red)
    return bool(np.percentile(cv2.subtract(most, least), 99.9) < _GRAY)


def stamp_ink(page: Page, even: Page, lines: Sequence[Line], cells: Sequence[Box] = ()) -> StampInk:
    """The ink of a page that may be stamps: by colour, and on a page without colour whatever of it, on `even` paper,
    `lines` do not explain; without the rules between table `cells`, which are as long as a stamp's sides."""
    bare = is_gray(page)
    times = to_dpi(page, _DPI)
    dpi = page.dpi / times
    small = shrunk((even if bare else page).pixels, times)
    ink = _dark(small, lines, times) if bare else _coloured(small)
    if (ink > _INKED).any():
        ink = _without_borders(_without_rules(ink, dpi), cells, times, round(_BORDER_MM / 25.4 * dpi))
    area, faintly = (float((ink > least).sum()) * (2.54 / dpi) ** 2 for least in (_INKED, _FAINTLY))
    wide = cv2.blur(cv2.dilate(ink, np.ones((3, 3), np.uint8)), (3, 3))
    fine = cv2.resize(wide, None, fx=DPI / dpi, fy=DPI / dpi, interpolation=cv2.INTER_LINEAR)
    return StampInk(np.asarray(fine, np.float32), area, area if bare else faintly, bare)


def _coloured(pixels: Pixels) -> Map:
    """How far red, or blue, stands above the other channels on paper made white; brown print is not red."""
    planes = []
    for channel in cv2.split(pixels):
        white = max(60.0, float(np.percentile(channel[::4, ::4], 70)))
        planes.append(np.minimum(255, channel.astype(np.float32) * (255 / white)))
    blue, green, red = planes
    redness = np.minimum(red - green - 1.5 * np.maximum(0, green - blue), red - np.maximum(green, blue))
    blueness = blue - np.maximum(red, green - 25)
    return np.asarray(np.clip((np.maximum(redness, blueness) - _FAINT) / _FULL, 0, 1), np.float32)


def _dark(pixels: Pixels, lines: Sequence[Line], times: int) -> Map:
    """How dark a page is beside the lines of print that were read for sure."""
    gray = pixels if pixels.ndim == 2 else pixels.min(axis=2)
    paper = float(np.percentile(gray[::4, ::4], 70))
    ink = np.asarray(np.clip((paper - gray.astype(np.float32) - _DARK) / _BLACK, 0, 1), np.float32)
    for line in lines:
        if line.box and line.confidence >= _SURE and line.box.h * 11 < pixels.shape[0] * times:
            b, inner = line.box, line.box.h // 8
            rows = slice(max(0, (b.y + inner) // times), (b.bottom - inner) // times + 1)
            ink[rows, max(0, (b.x + inner) // times) : (b.right - inner) // times + 1] = 0
    return ink


def _without_borders(ink: Map, cells: Sequence[Box], times: int, near: int) -> Map:
    """The map without the borders of cells that lie beside another cell: one that stands alone may be a stamp."""
    for box in cells:
        x, y, right, bottom = (side // times for side in (box.x, box.y, box.right, box.bottom))
        if not any(_adjoins(box, other, near * times) for other in cells if other is not box):
            continue
        for left, top, end, low in (
            (x, y, right, y),
            (x, bottom, right, bottom),
            (x, y, x, bottom),
            (right, y, right, bottom),
        ):
            ink[max(0, top - near) : low + near + 1, max(0, left - near) : end + near + 1] = 0
    return ink


def _adjoins(box: Box, other: Box, near: int) -> bool:
    """Whether two cells share a border."""
    across = min(box.right, other.right) - max(box.x, other.x)
    down = min(box.bottom, other.bottom) - max(box.y, other.y)
    side = min(abs(box.x - other.right), abs(other.x - box.right)) <= 2 * near and down > 0
    return side or (min(abs(box.y - other.bottom), abs(other.y - box.bottom)) <= 2 * near and across > 0)


def _without_rules(ink: Map, dpi: float) -> Map:
    """The map without lines longer than any side of a stamp."""
    long = round(_RULE_MM / 25.4 * dpi)
    mask: npt.NDArray[np.uint8] = np.where(ink > 0.15, 255, 0).astype(np.uint8)
    rules = np.zeros_like(mask)
    for across in (True, False):
        bridge, thick, reach = ((1, 5), (3, 1), (1, long)) if across else ((5, 1), (1, 3), (long, 1))
        closed = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones(bridge, np.uint8))
        thickened = cv2.dilate(closed, np.ones(thick, np.uint8))
        rules |= np.asarray(cv2.morphologyEx(thickened, cv2.MORPH_OPEN, np.ones(reach, np.uint8)), np.uint8)
    left = ink.copy()
    left[np.asarray(cv2.dilate(rules, np.ones((3, 3), np.uint8))) > 0] = 0
    return left
