"""Outline: whether what lies on the bed is one whole sheet, or two joined ones, a folded one, one without a corner."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import cv2
import numpy as np
import numpy.typing as npt

from imaging.model import Pixels
from imaging.ops import MM_PER_INCH, block, level, pixels_of, u8
from imaging.views import View

GATES: Mapping[str, float] = MappingProxyType({"joined": 4.0, "corner": 12.0, "folded": 2.0})
"""Above what each figure is a fault: `notch` and `corner` in mm, `folds` in strokes (a crease is one or two)."""

_DARK_BED = 0.6
_BOUND = 0.3
_CLOSE_MM, _OPEN_MM = 2.0, 4.0
_LEAST_SHEET, _LEAST_SECOND = 0.12, 0.08
_SOLID = 0.9
_STRAIGHT_MM, _MOST_CORNERS = 1.2, 12
_INSET_MM = 0.8
_BEDLIKE = 0.12
_MOST_STROKES = 45
_INK, _BROAD_MM, _AROUND_MM, _SEEN = 0.82, 4.0, 6.0, 0.9
_INSETS_MM = (0.8, 1.3, 1.8, 2.4, 3.0, 3.6)

Floats = npt.NDArray[np.float64]
Contour = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Outline:
    """What the outline tells, in mm: `notch`, how deep it goes in between two sheets; `corner`, the shorter leg of the
    largest triangle that a corner lacks; and `folds`, the strokes that run over one side of the sheet on its bed."""

    notch: float = 0.0
    corner: float = 0.0
    folds: int = 0


def outline(seen: View) -> Outline:
    """The outline of what lies on a dark bed; all 0 where no bed shows, as then nothing tells where the sheet ends."""
    small, dpi = seen.half, seen.dpi / 2
    paper, edge = level(small, 0.85), np.concatenate([small[0], small[-1], small[:, 0], small[:, -1]])
    dark = float(np.median(edge))
    if dark >= _DARK_BED * paper or min(small.shape) < pixels_of(4 * _OPEN_MM, dpi, 8):
        return Outline()
    bed = _Bed(small, dark, paper)
    sheets = _sheets(bed, dpi)
    if not sheets:
        return Outline()
    scale = MM_PER_INCH / dpi
    notch = float(min(cv2.minAreaRect(sheets[1])[1])) if len(sheets) > 1 else _notch(sheets[0], bed, dpi)
    if notch * scale > GATES["joined"]:
        return Outline(round(notch * scale, 1))
    corners = cv2.boxPoints(cv2.minAreaRect(sheets[0])).astype(np.float64)
    filled = np.zeros_like(small)
    cv2.drawContours(filled, sheets[:1], 0, 255, cv2.FILLED)
    missing = max(_missing(corners, at, filled, bed, dpi) for at in range(4))
    folds = max(_running_off(corners * 2 + 0.5, seen))
    return Outline(round(notch * scale, 1), round(missing * scale, 1), folds)


@dataclass(frozen=True, slots=True)
class _Bed:
    """The page at about 50 dpi, and the levels of its bed and of its paper."""

    small: Pixels
    dark: float
    paper: float

    def shows(self, mask: Pixels) -> bool:
        """Whether what the mask covers is bed: as dark, and evenly so."""
        there = self.small[mask > 0]
        return there.size > 0 and float(np.quantile(there, 0.9)) < self.dark + _BEDLIKE * (self.paper - self.dark) + 6


def _sheets(bed: _Bed, dpi: float) -> list[Contour]:
    """The outlines of what is bright, solid and large, the largest first; none where they are not straight."""
    bright = u8(cv2.threshold(bed.small, bed.dark + _BOUND * (bed.paper - bed.dark), 255, cv2.THRESH_BINARY)[1])
    close, open_ = (pixels_of(mm, dpi, 3) | 1 for mm in (_CLOSE_MM, _OPEN_MM))
    padded = cv2.copyMakeBorder(bright, open_, open_, open_, open_, cv2.BORDER_CONSTANT, value=0)
    solid = cv2.morphologyEx(padded, cv2.MORPH_CLOSE, block(close, close))
    solid = cv2.morphologyEx(solid, cv2.MORPH_OPEN, block(open_, open_))
    found, _ = cv2.findContours(solid[open_:-open_, open_:-open_], cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    areas = [cv2.contourArea(each) for each in found]
    order = np.argsort(areas)[::-1]
    if not len(order) or areas[order[0]] < _LEAST_SHEET * bed.small.size:
        return []
    large = [np.asarray(found[k]) for k in order if areas[k] >= _LEAST_SECOND * areas[order[0]]]
    sheets = [large[0], *(each for each in large[1:] if _is_rectangle(each))]
    return sheets if _is_straight(sheets[0], dpi) else []


def _is_rectangle(contour: Contour) -> bool:
    across, down = cv2.minAreaRect(contour)[1]
    return cv2.contourArea(contour) >= _SOLID * across * down


def _is_straight(contour: Contour, dpi: float) -> bool:
    """Whether few straight sides make the outline; a shadow or a photograph ends in a curve."""
    return len(cv2.approxPolyDP(contour, pixels_of(_STRAIGHT_MM, dpi, 2), True)) <= _MOST_CORNERS


def _notch(contour: Contour, bed: _Bed, dpi: float) -> float:
    """How deep, in pixels, the outline goes in where the bed shows in the gap."""
    hull = cv2.convexHull(contour, returnPoints=False)
    hull = np.sort(hull, axis=0)[::-1]
    defects = cv2.convexityDefects(contour, hull) if len(hull) > 3 else None
    depths = (
        []
        if defects is None
        else sorted(((float(d[3]) / 256, d) for d in defects.reshape(-1, 4)), key=lambda pair: -pair[0])
    )
    least = pixels_of(_OPEN_MM, dpi)
    return next((depth for depth, d in depths if depth <= least or bed.shows(_gap(contour, d, bed))), 0.0)


def _gap(contour: Contour, defect: npt.NDArray[np.number], bed: _Bed) -> Pixels:
    """Mask of the triangle between the hull and the deepest point, shrunk by what is edge."""
    corners = np.concatenate([contour[k] for k in defect[:3]]).astype(np.float64)
    corners = corners + (corners.mean(axis=0) - corners) * 0.35
    mask = np.zeros_like(bed.small)
    cv2.fillConvexPoly(mask, np.round(corners).astype(np.int32), 255)
    return mask


def _missing(corners: Floats, at: int, filled: Pixels, bed: _Bed, dpi: float) -> float:
    """The shorter leg, in pixels, of the triangle of bed that lies where a corner of the sheet (mask) should."""
    corner, inset = corners[at], _INSET_MM * dpi / MM_PER_INCH
    size = np.array([bed.small.shape[1], bed.small.shape[0]]) - 1
    if np.any(corner < -1) or np.any(corner > size + 1):
        return 0.0
    legs, ends = [], []
    for side, other in ((at - 1, (at + 1) % 4), ((at + 1) % 4, at - 1)):
        along, inward = _unit(corners[side] - corner), _unit(corners[other] - corner)
        length = float(np.hypot(*(corners[side] - corner)))
        places = corner + inward * inset + along * np.arange(0.0, length / 2)[:, None]
        inside = np.flatnonzero(_at(filled, places))
        legs.append(int(inside[0]) if inside.size else len(places))
        ends.append(corner + along * legs[-1])
    if min(legs) <= pixels_of(_OPEN_MM, dpi):
        return float(min(legs))
    triangle = np.array([corner, *ends])
    mask = np.zeros_like(bed.small)
    shrunk = triangle + (triangle.mean(axis=0) - triangle) * 0.3
    cv2.fillConvexPoly(mask, np.round(shrunk).astype(np.int32), 255)
    return float(min(legs)) if bed.shows(mask) else 0.0


def _unit(vector: Floats) -> Floats:
    return np.asarray(vector / max(1e-9, float(np.hypot(*vector))))


def _running_off(corners: Floats, seen: View) -> Iterator[int]:
    """For each side of the sheet that the bed shows beyond: the strokes that run over it."""
    dark, mm = seen.dark, seen.dpi / MM_PER_INCH
    middle, size = corners.mean(axis=0), np.array([dark.shape[1], dark.shape[0]])
    yield 0
    for start, end in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        along, length = _unit(end - start), float(np.hypot(*(end - start)))
        inward = np.array([-along[1], along[0]])
        inward = inward if inward @ (middle - start) > 0 else -inward
        places = start + along * np.arange(3 * mm, max(3 * mm, length - 3 * mm))[:, None]
        beyond = places - inward * 2 * mm
        if not len(places) or np.mean(np.all((beyond >= 0) & (beyond < size), axis=1)) < _SEEN:
            continue
        lines = _at(dark, places + inward * (np.array(_INSETS_MM) * mm)[:, None, None])
        # The paper's level is that beside the stroke on the same line: the edge's shadow lies all along it.
        around = pixels_of(_AROUND_MM, seen.dpi, 5) | 1
        ink = cv2.compare(lines, cv2.convertScaleAbs(cv2.dilate(lines, block(around, 1)), alpha=_INK), cv2.CMP_LT)
        runs = _runs(np.count_nonzero(ink, axis=0) >= len(_INSETS_MM) - 1, pixels_of(_BROAD_MM, seen.dpi, 6))
        # No table has so many rules: the grain of a shadow in black and white.
        yield runs if runs <= _MOST_STROKES else 0


def _runs(through: npt.NDArray[np.bool_], broad: int) -> int:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], through.astype(np.int8), [0]])))
    return int(np.count_nonzero(edges[1::2] - edges[::2] <= broad))


def _at(mask: Pixels, points: Floats) -> Pixels:
    """The pixels at points (…×2), the nearest ones of the frame for those outside."""
    places = np.round(points).astype(np.int64)
    x, y = places[..., 0].clip(0, mask.shape[1] - 1), places[..., 1].clip(0, mask.shape[0] - 1)
    return np.asarray(mask[y, x], dtype=np.uint8)
