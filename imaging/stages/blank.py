"""Blank: whether a side carries nothing, through show-through, borders, punched holes, folds and specks."""

from __future__ import annotations

import cv2
import numpy as np

from imaging.model import Page, Pixels
from imaging.ops import MM_PER_INCH, Stats, block, components, level, pixels_of, u8
from imaging.stages.faint import ENOUGH, faint
from imaging.views import view

_INK = 0.72
_SPECK_MM = 1.5
_EDGE_MM = 3.0
_HOLE_MM = (3.5, 9.0)
_FOLD_SHARE = 0.45
_FOLD_MM = 2.0
_MOST_INK_MM2 = 4.0
_MOST_STROKES = 2
_PLENTY = (60.0, 40)
_DARK = 90.0
_THIN_MM, _RULE = 1.0, 10
_LEAST_SIDE = 100
_LEAST_SIDE_MM = 20.0


def blank(page: Page) -> Page:
    """Notes `blank`, `ink` (mm² of strokes that count), `strokes` (how many) and `doubt`: why a side without strokes
    is not called blank all the same (`dark`, `tiny`, `cut`, `faint`, or "")."""
    ink, strokes = strokes_left(page)
    empty = ink <= _MOST_INK_MM2 or (strokes <= _MOST_STROKES and ink <= 2 * _MOST_INK_MM2)
    doubt = _doubt(page) if empty else ""
    return page.noted("blank", blank=empty and not doubt, ink=round(ink, 2), strokes=strokes, doubt=doubt)


def _doubt(page: Page) -> str:
    """Why nobody can say that the side is empty: it is too small to be a sheet, most of it is dark, it was cut to its
    dark ink, and a faint word may have lain outside, or it bears strokes that are faint but sharp."""
    side = min(page.width, page.height)
    guessed = bool(page.note("decode").get("dpi_guessed", True))
    if side < _LEAST_SIDE or (not guessed and side * MM_PER_INCH < _LEAST_SIDE_MM * page.dpi):
        return "tiny"
    if level(view(page).light, 0.5) < _DARK:
        return "dark"
    if page.note("crop").get("found") == "white":
        return "cut"
    return "faint" if faint(view(page)) >= ENOUGH else ""


def _counted(marks: Pixels, dpi: float) -> tuple[float, int]:
    """Area in mm² and number of the strokes in a mask. A crease falls into pieces, all of them thin."""
    kept = _strokes(components(marks), marks, dpi)
    shortest, longest = kept[:, 2:4].min(axis=1), kept[:, 2:4].max(axis=1)
    kept = kept[(shortest > pixels_of(_THIN_MM, dpi)) & (longest <= _RULE * shortest)]
    return float(kept[:, cv2.CC_STAT_AREA].sum()) * (MM_PER_INCH / dpi) ** 2, len(kept)


def is_blank(page: Page) -> bool:
    """Whether the side carries nothing that a person wrote or printed. In doubt it is not blank."""
    return bool(blank(page).note("blank")["blank"])


def strokes_left(page: Page) -> tuple[float, int]:
    """Dark ink in mm² and number of its strokes, without border shadows, holes, folds and specks. Of a page whose
    middle third bears plenty of both, what that third bears; none where all ink together is next to nothing."""
    seen = view(page)
    ink = u8(cv2.morphologyEx(seen.ink(_INK), cv2.MORPH_CLOSE, block(3, 3)))
    third, area, strokes = max(1, ink.shape[0] // 3), 0.0, 0
    for part, least in ((ink[third:-third], _PLENTY[0]), (ink, _MOST_INK_MM2)):
        # Strokes are sought only where there is ink enough for them.
        if cv2.countNonZero(part) * (MM_PER_INCH / seen.dpi) ** 2 > least:
            area, strokes = _counted(part, seen.dpi)
            if strokes >= _PLENTY[1] and area >= _PLENTY[0]:
                break
    return area, strokes


def _strokes(stats: Stats, ink: Pixels, dpi: float) -> Stats:
    x, y, w, h, area = stats.T
    longest, shortest = np.maximum(w, h), np.minimum(w, h)
    edge = pixels_of(_EDGE_MM, dpi)
    height, width = ink.shape
    along = width * (w > h) + height * (w <= h)
    near = (x < edge) | (y < edge) | (x + w > width - edge) | (y + h > height - edge)
    # What lies wholly in the outer millimetres, or is a long band that touches the edge, is the bed or its shadow.
    outer = (x + w <= edge) | (y + h <= edge) | (x >= width - edge) | (y >= height - edge)
    frame = (w > 0.8 * width) & (h > 0.8 * height)
    border = outer | frame | (near & (longest > 0.2 * along) & (shortest < 3 * edge))
    least, most = (pixels_of(mm, dpi) for mm in _HOLE_MM)
    hole = (shortest >= least) & (longest <= most) & (area > 0.65 * w * h) & (longest < 1.3 * shortest)
    fold = (longest > _FOLD_SHARE * along) & (shortest <= pixels_of(_FOLD_MM, dpi, 2))
    speck = longest < pixels_of(_SPECK_MM, dpi, 3)
    return np.asarray(stats[~(border | hole | fold | speck)], dtype=np.int32)
