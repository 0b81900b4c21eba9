"""Bed: whether what a crop would cut away is the scanner's bed, and not paper in a shadow or another slip."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from imaging.model import Pixels
from imaging.ops import block, components, ink_mask, pixels_of, u8

_BED_MM = 1.0
_MOST_BRIGHT_BED = 0.3
_STEP = 0.85
_DARK_BED = 0.5
_WINDOW_MM = 12.0
_MOST_SOFT = 0.6
_TEXT_MM = (1.2, 25.0)
_TEXT_DEEP = 25
_MOST_MARKS = 5

Points = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]


def is_bed(small: Pixels, bright: Pixels, hull: Points, paper: float, dpi: float) -> bool:
    """Whether all of `small` (H×W gray at `dpi`) outside `hull` (N×1×2) can be cut away: it is dark right around the
    hull (`bright` is the mask of what is not), begins with a sharp step down from the paper, and bears no writing.
    `paper` is the sheet's gray level. In doubt it is not bed."""
    sheet = np.zeros_like(small)
    cv2.fillConvexPoly(sheet, hull, 255)
    reach = 2 * pixels_of(_BED_MM, dpi, 2) + 1
    around = cv2.subtract(cv2.dilate(sheet, block(reach, reach)), sheet)
    bright_around = cv2.countNonZero(cv2.bitwise_and(bright, around))
    if bright_around > _MOST_BRIGHT_BED * cv2.countNonZero(around):
        return False
    return not _fades(small, hull, paper, dpi) and not _written(small, sheet, dpi)


def _fades(small: Pixels, hull: Points, paper: float, dpi: float) -> bool:
    """Whether the paper goes on beyond some 12 mm of the hull: no step down where it ends, as a shadow has none."""
    points, outward = _outline(hull)
    near = pixels_of(_BED_MM, dpi, 2)
    beyond = np.sort([_at(small, points + outward * (near + k)) for k in (0, 1, 2)], axis=0)[1]
    within = np.max([_at(small, points - outward * (near + k)) for k in (0, 2, 4)], axis=0)
    ends = np.array([small.shape[1], small.shape[0]]) - 1
    outside = np.round(points + outward * near)
    framed = np.all((outside >= 0) & (outside <= ends), axis=1)
    # Where both are dark the hull spans a torn corner: bed on either side.
    soft = framed & (beyond > _STEP * within) & (beyond > _DARK_BED * paper)
    window = min(len(soft), pixels_of(_WINDOW_MM, dpi, 8))
    around = np.concatenate([soft, soft[: window - 1]]).astype(np.float64)
    return bool(np.convolve(around, np.full(window, 1 / window), "valid").max() > _MOST_SOFT)


def _outline(hull: Points) -> tuple[Floats, Floats]:
    """Points along the hull, a pixel apart, and for each the unit vector that leads out of it (both N×2)."""
    corners = hull[:, 0].astype(np.float64)
    sides = np.roll(corners, -1, axis=0) - corners
    lengths = np.hypot(sides[:, 0], sides[:, 1])
    normals = np.stack([sides[:, 1], -sides[:, 0]], axis=1) / np.maximum(lengths, 1.0)[:, None]
    from_middle = corners + sides / 2 - corners.mean(axis=0)
    normals[(normals * from_middle).sum(axis=1) < 0] *= -1
    steps = np.maximum(1, np.round(lengths)).astype(np.int64)
    side = np.repeat(np.arange(len(steps)), steps)
    along = (np.arange(len(side)) - np.repeat(np.cumsum(steps) - steps, steps)) / steps[side]
    return corners[side] + sides[side] * along[:, None], normals[side]


def _at(small: Pixels, points: Floats) -> Pixels:
    x, y = np.round(points).astype(np.int64).T
    return np.asarray(small[y.clip(0, small.shape[0] - 1), x.clip(0, small.shape[1] - 1)], dtype=np.uint8)


def _written(small: Pixels, sheet: Pixels, dpi: float) -> bool:
    """Whether marks the size of characters stand outside the sheet, much darker than the ground they stand on."""
    reach = pixels_of(2.0, dpi, 3) | 1
    ground = cv2.dilate(small, block(reach, reach))
    deep = u8(cv2.threshold(cv2.subtract(ground, small), _TEXT_DEEP, 255, cv2.THRESH_BINARY)[1])
    marks = cv2.bitwise_and(ink_mask(small, dpi, 0.8), deep)
    # The sheet's own edge and its shadow are no writing.
    marks = cv2.subtract(marks, cv2.dilate(sheet, block(2 * reach + 1, 2 * reach + 1)))
    least, most = (pixels_of(mm, dpi, 2) for mm in _TEXT_MM)
    if cv2.countNonZero(marks) <= _MOST_MARKS * least:
        return False
    longest = components(u8(marks))[:, 2:4].max(axis=1)
    return int(np.count_nonzero((longest > least) & (longest <= most))) > _MOST_MARKS
