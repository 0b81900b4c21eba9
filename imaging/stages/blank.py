"""Blank: whether a side carries nothing, through show-through, borders, punched holes, folds and specks."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from imaging.model import Page, Pixels
from imaging.ops import MM_PER_INCH, darkest, gray, ink_mask, level, pixels_of, shrunk, to_dpi, u8

_DPI = 100.0
_INK = 0.72
_SPECK_MM = 1.1
_EDGE_MM = 3.0
_HOLE_MM = (3.5, 9.0)
_FOLD_SHARE = 0.45
_FOLD_MM = 2.0
_MOST_INK_MM2 = 1.6
_MOST_STROKES = 2
_DARK = 90.0
_LEAST_SIDE = 100
_LEAST_SIDE_MM = 20.0

Stats = npt.NDArray[np.int32]


def blank(page: Page) -> Page:
    """Notes `blank`, `ink` (mm² of strokes that count), `strokes` (how many) and `doubt`: why a side without strokes
    is not called blank all the same (`dark`, `tiny`, or "")."""
    ink, strokes = strokes_left(page)
    empty = ink <= _MOST_INK_MM2 or (strokes <= _MOST_STROKES and ink <= 2 * _MOST_INK_MM2)
    doubt = _doubt(page) if empty else ""
    return page.noted("blank", blank=empty and not doubt, ink=round(ink, 2), strokes=strokes, doubt=doubt)


def _doubt(page: Page) -> str:
    """Why nobody can say that the side is empty: it is too small to be a sheet, or most of it is dark."""
    side = min(page.width, page.height)
    guessed = bool(page.note("decode").get("dpi_guessed", True))
    if side < _LEAST_SIDE or (not guessed and side * MM_PER_INCH < _LEAST_SIDE_MM * page.dpi):
        return "tiny"
    return "dark" if level(gray(page.pixels), 0.5) < _DARK else ""


def is_blank(page: Page) -> bool:
    """Whether the side carries nothing that a person wrote or printed. In doubt it is not blank."""
    return bool(blank(page).note("blank")["blank"])


def strokes_left(page: Page) -> tuple[float, int]:
    """Ink in mm² and number of strokes, without border shadows, holes, folds and specks."""
    times = to_dpi(page, _DPI)
    dpi = page.dpi / times
    ink = ink_mask(darkest(shrunk(page.pixels, times)), dpi, _INK)
    ink = u8(cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8)))
    _, _, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    kept = _strokes(np.asarray(stats[1:], dtype=np.int32), ink, dpi)
    return float(kept[:, cv2.CC_STAT_AREA].sum()) * (25.4 / dpi) ** 2, len(kept)


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
