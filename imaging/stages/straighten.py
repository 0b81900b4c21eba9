"""Straighten: quarter turn, crop and deskew judged on the page at 100 dpi and done in one pass over its pixels."""

from __future__ import annotations

import numpy as np

from imaging.model import Box, Page, Pixels
from imaging.ops import is_bilevel, quarter_turned, times_to, warped_twice
from imaging.stages.crop import Cut, cut_runs, find_sheet, noted, paint_around, shape, sheet_of
from imaging.stages.deskew import Floats, level_angle, rotated, rotation
from imaging.stages.orient import lie
from imaging.stages.outline import outline
from imaging.views import DPI, View, keep, view

_NEARLY_LEVEL = 1.0


def straighten(page: Page) -> Page:
    """What `orient`, `crop` and `deskew` do one after another, with their notes, the pixels moved only once. The sheet
    is found and its skew measured first: of a level sheet the axis of the text shows best."""
    seen = view(page)
    cut = find_sheet(seen, page.width, page.height)
    sheet = sheet_of(seen, cut)
    bilevel = is_bilevel(page.pixels)
    runs = cut_runs(sheet, bilevel)
    angle, certainty = level_angle(sheet)
    lies = lie(_level(sheet, angle))
    width, height = page.width, page.height
    if lies.quarters:
        cut, width, height = _turned(cut, height), height, width
    pixels, small = _moved(page, lies.quarters, cut, angle)
    turn = {"quarters": lies.quarters, "width": page.width, "height": page.height}
    done = (
        page.noted("orient", None, None, **turn, across=lies.across, down=lies.down)
        .noted("crop", None, None, **noted(cut, width, height, runs), **shape(outline(seen)))
        .noted("deskew", pixels, angle=angle, certainty=certainty, width=cut.box.w, height=cut.box.h, bilevel=bilevel)
    )
    if small is not None:
        keep(done, small)
    return done


def _level(sheet: View, angle: float) -> View:
    """The sheet's darkness turned where its rules would not pass for level ones."""
    if abs(angle) < _NEARLY_LEVEL:
        return sheet
    made = View(sheet.small, sheet.times, sheet.dpi)
    made.dark = rotated(sheet.dark, angle)
    return made


def _turned(cut: Cut, height: int) -> Cut:
    """The same sheet on a page of `height` that was turned a quarter clockwise."""
    box, hull = cut.box, cut.hull
    if hull is not None:
        hull = np.stack([height - 1 - hull[:, :, 1], hull[:, :, 0]], axis=2)
    return Cut(Box(height - box.bottom, box.x, box.h, box.w), hull, cut.paper, cut.found)


def _moved(page: Page, quarters: int, cut: Cut, angle: float) -> tuple[Pixels, Pixels | None]:
    """The sheet upright and level on white, and the same small for its view where that came along."""
    box, small = cut.box, None
    matrix, width, height = rotation(box.w, box.h, angle)
    matrix = matrix @ np.array([[1.0, 0.0, -box.x], [0.0, 1.0, -box.y], [0.0, 0.0, 1.0]])
    if angle:
        turn = _turn(page.height) if quarters else np.eye(3)
        times = times_to(page.dpi / DPI, (width, height))
        pixels, small = warped_twice(page.pixels, matrix @ turn, (width, height), times)
    else:
        pixels = _sliced(quarter_turned(page.pixels, quarters), box)
    if cut.hull is not None:
        pixels, small = pixels if pixels.flags.writeable else pixels.copy(), None
        paint_around(pixels, cut.hull[:, 0] @ matrix[:, :2].T + matrix[:, 2], cut.paper, page.dpi)
    return pixels, small


def _sliced(pixels: Pixels, box: Box) -> Pixels:
    if (box.w, box.h) == (pixels.shape[1], pixels.shape[0]):
        return pixels
    return np.ascontiguousarray(pixels[box.y : box.bottom, box.x : box.right])


def _turn(height: int) -> Floats:
    """The 3×3 matrix of a quarter clockwise of a page that is `height` pixels high."""
    return np.array([[0.0, -1.0, height - 1.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
