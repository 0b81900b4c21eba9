"""Crop: find the sheet on the scanner's bed and cut the bed away, keeping everything where it is not sure."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from imaging.model import Box, Page, Pixels
from imaging.ops import block, darkest, gray, ink_mask, is_bilevel, level, pixels_of, shrunk, to_dpi, u8
from imaging.stages.bed import is_bed

_DPI = 50.0
_LEAST_SHEET = 0.2
_EDGE_MM = 0.6
_EMPTY_MM = 25.0
_MARGIN_MM = 10.0
_LEAST_CUT = 0.006
_SPECK_MM = 0.8
_LEAST_INK_MM = 14.0

Contour = npt.NDArray[np.int32]


def crop(page: Page) -> Page:
    """The sheet alone, its dark surroundings painted as paper; empty white far from any ink is cut to a margin.
    Notes `x`, `y`, `w`, `h` (pixels of the page before), `found` (`dark`, `white` or `no` border) and, for `quality`,
    `cut_runs`: strokes that run off the worst side of the sheet."""
    times = to_dpi(page, _DPI)
    small = gray(shrunk(page.pixels, times))
    hull = _on_dark(small, page.dpi / times)
    found = "no" if hull is None else "dark"
    box, pixels = Box(0, 0, page.width, page.height), page.pixels
    if hull is not None:
        hull = hull * times + times // 2
        box = Box(*cv2.boundingRect(hull)).padded(times // 2, page.width, page.height)
        pixels = _painted(page, hull, box, level(small, 0.7))
    else:
        content = _content(page, times)
        if content and content != box:
            box, found = content, "white"
            pixels = np.ascontiguousarray(page.pixels[box.y : box.bottom, box.x : box.right])
    runs = 0 if is_bilevel(pixels) else _cut_runs(shrunk(pixels, 2), page.dpi / 2)
    return page.noted(
        "crop", pixels, x=box.x, y=box.y, w=box.w, h=box.h,
        width=page.width, height=page.height, found=found, cut_runs=runs,
    )  # fmt: skip


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
    count, labels, stats, _ = cv2.connectedComponentsWithStats(solid, connectivity=4)
    if count < 2:
        return None
    # By pixels, not by outline: a bilevel scan can show the bed as a black frame with white around it.
    largest = (labels == 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())).astype(np.uint8)
    contours, _ = cv2.findContours(largest, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    return np.asarray(cv2.convexHull(contours[0]), dtype=np.int32)


def _painted(page: Page, hull: Contour, box: Box, paper: float) -> Pixels:
    """The sheet's box with the bed in it, and the shadow of the sheet's edge, painted in the paper's gray."""
    sheet = np.zeros((box.h, box.w), np.uint8)
    corners = hull - (box.x, box.y)
    cv2.fillConvexPoly(sheet, corners, 255)
    cv2.polylines(sheet, [corners], True, 0, 2 * pixels_of(_EDGE_MM, page.dpi))
    cut = page.pixels[box.y : box.bottom, box.x : box.right].copy()
    cut[sheet == 0] = round(paper)
    return cut


def _content(page: Page, times: int) -> Box | None:
    """Where the ink is, with a margin; sides with little empty white keep all of it. None for a page with next to no
    ink, where holes and specks would pass for it."""
    dpi = page.dpi / times
    ink = ink_mask(darkest(shrunk(page.pixels, times)), dpi, 0.88)
    ink = u8(cv2.morphologyEx(ink, cv2.MORPH_CLOSE, block(2, 2)))
    _, _, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    speck = pixels_of(_SPECK_MM, dpi, 2)
    large = [s for s in stats[1:] if max(s[cv2.CC_STAT_WIDTH], s[cv2.CC_STAT_HEIGHT]) > speck]
    if sum(int(s[cv2.CC_STAT_AREA]) for s in large) < pixels_of(_LEAST_INK_MM, dpi) ** 2:
        return None
    left, top = (min(int(s[k]) for s in large) for k in (0, 1))
    right, bottom = (max(int(s[k] + s[k + 2]) for s in large) for k in (0, 1))
    empty, margin = pixels_of(_EMPTY_MM, dpi), pixels_of(_MARGIN_MM, dpi)
    x, y = ((v - margin) * times if v > empty else 0 for v in (left, top))
    ends = ((right, ink.shape[1], page.width), (bottom, ink.shape[0], page.height))
    r, b = ((v + margin) * times if size - v > empty else full for v, size, full in ends)
    return Box(x, y, r - x, b - y)


def _cut_runs(pixels: Pixels, dpi: float) -> int:
    """Strokes that reach the worst side of the sheet from at least 1.5 mm inside, a sign that the sheet is cut off.
    A dark band along the side is the bed's shadow, one run, and does not count; of a bilevel page nothing
    is judged, as its threshold makes strokes of the bed's noise."""
    ink = ink_mask(darkest(pixels), dpi, 0.6)
    depth, broad = pixels_of(1.5, dpi, 4), pixels_of(4.0, dpi, 6)
    sides = (ink[:depth].T, ink[-depth:].T, ink[:, :depth], ink[:, -depth:])
    return max(_strokes(side, broad) for side in sides)


def _strokes(side: Pixels, broad: int) -> int:
    through = np.count_nonzero(side, axis=1) >= 0.9 * side.shape[1]
    edges = np.flatnonzero(np.diff(np.concatenate([[0], through.astype(np.int8), [0]])))
    lengths = edges[1::2] - edges[::2]
    return int(np.count_nonzero(lengths <= broad))
