"""Crop: find the sheet on the scanner's bed and cut the bed away, keeping everything where it is not sure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from imaging.model import Box, NoteValue, Page, Pixels
from imaging.ops import block, components, ink_mask, is_bilevel, labelled, level, pixels_of, shrunk, u8
from imaging.stages.bed import is_bed
from imaging.stages.faint import ENOUGH, faint
from imaging.stages.outline import Outline, outline
from imaging.views import View, view

_LEAST_SHEET = 0.2
_EDGE_MM = 0.6
_EMPTY_MM = 25.0
_MARGIN_MM = 10.0
_LEAST_CUT = 0.006
_SPECK_MM = 0.8
_LEAST_INK_MM = 14.0
_OVERLAP_MM = 3.0  # next to the edges of a part faint writing is not sought

_SHIFT = 4

Contour = npt.NDArray[np.int32]
Points = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Cut:
    """The sheet on a page: its `box`, its outline where a dark bed shows around it (N×1×2), both in page pixels, the
    paper's gray, and what border was `found` (`dark`, `white` or `no`)."""

    box: Box
    hull: Contour | None
    paper: int
    found: str


def find_sheet(seen: View, width: int, height: int) -> Cut:
    """Where the sheet is on a page of width × height; all of the page where that is not sure."""
    small, times = seen.half, 2 * seen.times
    whole, paper = Box(0, 0, width, height), round(level(small, 0.7))
    hull = _on_dark(small, seen.dpi / 2)
    if hull is not None:
        hull = hull * times + times // 2
        return Cut(Box(*cv2.boundingRect(hull)).padded(times // 2, width, height), hull, paper, "dark")
    content = _content(seen, width, height)
    return Cut(content or whole, None, paper, "white" if content and content != whole else "no")


def sheet_of(seen: View, cut: Cut) -> View:
    """The view of the sheet alone, its surroundings painted as paper; only its `dark` is to be used."""
    if cut.found == "no":
        return seen
    box, times = cut.box, seen.times
    part = seen.cut(box.x // times, box.y // times, -(-box.w // times), -(-box.h // times))
    if cut.hull is not None:
        part.dark = part.dark.copy()
        paint_around(part.dark, (cut.hull[:, 0] - (box.x, box.y)) / times, cut.paper, part.dpi)
    return part


def paint_around(pixels: Pixels, hull: Points, paper: int, dpi: float) -> None:
    """Paints what lies outside a convex outline (N×2), and the shadow of the sheet's edge, in the paper's gray."""
    height, width = pixels.shape[:2]
    fine, ends = 1 << _SHIFT, np.array([[0, 0], [width - 1, 0], [width - 1, height - 1], [0, height - 1]])
    outline, frame = (np.round(points * fine).astype(np.int32) for points in (hull, ends + (ends > 0)))
    colour = (paper, paper, paper)
    # Filled by the even-odd rule: the frame without the outline.
    cv2.fillPoly(pixels, [frame, outline], colour, shift=_SHIFT)
    cv2.polylines(pixels, [outline], True, colour, 2 * pixels_of(_EDGE_MM, dpi), shift=_SHIFT)


def cut_runs(sheet: View, bilevel: bool) -> int:
    """Strokes that run off the worst side of the sheet; of a bilevel page nothing is judged, as its threshold makes
    strokes of the bed's noise."""
    return 0 if bilevel else _cut_runs(sheet)


def crop(page: Page) -> Page:
    """The sheet alone, its dark surroundings painted as paper; empty white far from any ink is cut to a margin.
    Notes `x`, `y`, `w`, `h` (pixels of the page before), `found` (`dark`, `white` or `no` border) and, for `quality`,
    `cut_runs`: strokes that run off the worst side of the sheet; and `notch`, `corner` and `folds` of `outline`."""
    seen = view(page)
    cut, pixels = find_sheet(seen, page.width, page.height), page.pixels
    box = cut.box
    if cut.found != "no":
        pixels = pixels[box.y : box.bottom, box.x : box.right].copy()
    if cut.hull is not None:
        paint_around(pixels, cut.hull[:, 0] - (box.x, box.y), cut.paper, page.dpi)
    runs = cut_runs(sheet_of(seen, cut), is_bilevel(page.pixels))
    return page.noted("crop", pixels, None, **noted(cut, page.width, page.height, runs), **shape(outline(seen)))


def shape(found: Outline) -> dict[str, NoteValue]:
    """The figures of an outline for the note of a crop."""
    return {"notch": found.notch, "corner": found.corner, "folds": found.folds}


def noted(cut: Cut, width: int, height: int, runs: int) -> dict[str, NoteValue]:
    """The figures of a crop for its note."""
    box = cut.box
    return {
        "x": box.x, "y": box.y, "w": box.w, "h": box.h,
        "width": width, "height": height, "found": cut.found, "cut_runs": runs,
    }  # fmt: skip


def _on_dark(small: Pixels, dpi: float) -> Contour | None:
    """The hull (N×1×2) of the largest bright area where a dark bed surrounds or borders it."""
    paper = level(small, 0.85)
    edge = np.concatenate([small[0], small[-1], small[:, 0], small[:, -1]])
    dark = float(np.median(edge))
    # Paper in a shadow can be darker than the middle between bed and paper; then a bound nearer the bed finds it all.
    bounds = (0.5, 0.25) if dark < 0.75 * paper else ()
    for bound in (*(dark + share * (paper - dark) for share in bounds), 0.45 * paper):
        bright = u8(cv2.threshold(small, bound - 1, 255, cv2.THRESH_BINARY)[1])
        hull = _hull(bright, dpi)
        if hull is not None and _fits(hull, small) and is_bed(small, bright, hull, paper, dpi):
            return hull
    return None


def _fits(hull: Contour, small: Pixels) -> bool:
    sheet = np.zeros_like(small)
    cv2.fillConvexPoly(sheet, hull, 255)
    return _LEAST_SHEET <= cv2.countNonZero(sheet) / small.size <= 1 - _LEAST_CUT


def _hull(bright: Pixels, dpi: float) -> Contour | None:
    reach = pixels_of(2.0, dpi, 3) | 1
    padded = cv2.copyMakeBorder(bright, reach, reach, reach, reach, cv2.BORDER_CONSTANT, value=0)
    # Print is closed over, then slivers of bed noise are opened away.
    solid = cv2.morphologyEx(padded, cv2.MORPH_CLOSE, block(reach, reach))
    solid = cv2.morphologyEx(solid, cv2.MORPH_OPEN, block(2 * reach + 1, 2 * reach + 1))
    solid = solid[reach:-reach, reach:-reach]
    contours, _ = cv2.findContours(solid, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    if len(contours) > 1:
        # By pixels, not by outline: a bilevel scan can show the bed as a black frame with white around it.
        labels, stats = labelled(u8(solid))
        largest = (labels == 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())).view(np.uint8)
        contours, _ = cv2.findContours(largest, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    if not contours:
        return None
    return np.asarray(cv2.convexHull(contours[0]), dtype=np.int32)


def _content(seen: View, width: int, height: int) -> Box | None:
    """Where the ink is, with a margin; sides with little empty white, or with faint writing on it, keep all of it. None
    for a page with next to no ink, where holes and specks would pass for it."""
    times, dpi = 2 * seen.times, seen.dpi / 2
    ink = ink_mask(shrunk(seen.dark, 2), dpi, 0.88)
    stats = components(u8(cv2.morphologyEx(ink, cv2.MORPH_CLOSE, block(2, 2))))
    large = stats[stats[:, 2:4].max(axis=1) > pixels_of(_SPECK_MM, dpi, 2)]
    if large[:, cv2.CC_STAT_AREA].sum() < pixels_of(_LEAST_INK_MM, dpi) ** 2:
        return None
    (left, top), (right, bottom) = large[:, :2].min(axis=0), (large[:, :2] + large[:, 2:4]).max(axis=0)
    empty, margin = pixels_of(_EMPTY_MM, dpi), pixels_of(_MARGIN_MM, dpi)
    x, y = ((int(v) - margin) * times if v > empty else 0 for v in (left, top))
    ends = ((right, ink.shape[1], width), (bottom, ink.shape[0], height))
    r, b = ((int(v) + margin) * times if size - v > empty else full for v, size, full in ends)
    rows, columns = seen.dark.shape
    near, (left, top, right, bottom) = pixels_of(_OVERLAP_MM, seen.dpi), (side // seen.times for side in (x, y, r, b))
    x = x if x and not _is_written(seen.cut(0, 0, left + near, rows)) else 0
    y = y if y and not _is_written(seen.cut(0, 0, columns, top + near)) else 0
    r = r if r < width and not _is_written(seen.cut(right - near, 0, columns, rows)) else width
    b = b if b < height and not _is_written(seen.cut(0, bottom - near, columns, rows)) else height
    return Box(x, y, r - x, b - y)


def _is_written(part: View) -> bool:
    """Whether faint writing may stand on a part of the page."""
    return faint(part) >= ENOUGH


def _cut_runs(sheet: View) -> int:
    """Strokes that reach the worst side from at least 1.5 mm inside, a sign that the sheet is cut off. A dark band
    along the side is the bed's shadow, one run, and does not count."""
    ink, dpi = sheet.ink(0.6), sheet.dpi
    depth, broad = pixels_of(1.5, dpi, 4), pixels_of(4.0, dpi, 6)
    sides = (ink[:depth].T, ink[-depth:].T, ink[:, :depth], ink[:, -depth:])
    return max(_strokes(side, broad) for side in sides)


def _strokes(side: Pixels, broad: int) -> int:
    through = np.count_nonzero(side, axis=1) >= 0.9 * side.shape[1]
    edges = np.flatnonzero(np.diff(np.concatenate([[0], through.astype(np.int8), [0]])))
    lengths = edges[1::2] - edges[::2]
    return int(np.count_nonzero(lengths <= broad))
