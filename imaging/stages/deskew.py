"""Deskew: the small angle at which print and table lines stand straight, and the page turned by it."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from imaging.model import Page, Pixels
from imaging.ops import warped
from imaging.views import View, view

MOST_DEGREES = 6.0
_INK = 0.78
_LEAST_DEGREES = 0.06
_POINTS = 10_000
_LEAST_POINTS = 250
_CLEARLY = 1.04
# Drawn once keeps the stage a pure function; an even step would beat against the print's own rhythm.
_DRAWN = np.random.default_rng(0).random(_POINTS)

Floats = npt.NDArray[np.floating]


def deskew(page: Page) -> Page:
    """The page turned so that its lines are level, on white, large enough to lose nothing. Notes `angle` (degrees
    clockwise that the page was turned, within ±6), `width` and `height` before, `certainty` (peak over median)."""
    angle, certainty = level_angle(view(page))
    pixels = rotated(page.pixels, angle) if angle else page.pixels
    return page.noted("deskew", pixels, angle=angle, certainty=certainty, width=page.width, height=page.height)


def level_angle(seen: View) -> tuple[float, float]:
    """The angle of `skew`, 0 where it is too small to be worth a turn, and its certainty."""
    angle, certainty = skew(seen)
    return (angle if abs(angle) >= _LEAST_DEGREES else 0.0), round(certainty, 3)


def skew(seen: View, most: float = MOST_DEGREES, points: int = _POINTS) -> tuple[float, float]:
    """Degrees clockwise that level the page (0 where nothing tells), and how far the best profile stands out.

    Postl's projection profile (US 4,723,297) on both axes over the ink's points: coarse, then finer around the best."""
    rows, columns = _ink_points(seen, points)
    if rows.size < _LEAST_POINTS:
        return 0.0, 0.0
    best, certainty = 0.0, 0.0
    for reach, step, bins, share in ((most, 0.5, 2.0, 4), (0.4, 0.1, 1.0, 3), (0.09, 0.03, 0.5, 1)):
        angles = best + np.arange(-reach, reach + step / 2, step)
        scores = _peakedness(rows[::share], columns[::share], angles, bins)
        best = _vertex(angles, scores)
        certainty = certainty or float(scores.max() / max(np.median(scores), 1e-9))
    return (round(best, 3), certainty) if certainty >= _CLEARLY else (0.0, certainty)


def rotated(pixels: Pixels, degrees: float) -> Pixels:
    """The pixels turned clockwise about their centre, on a white frame that holds them all."""
    matrix, width, height = rotation(pixels.shape[1], pixels.shape[0], degrees)
    return warped(pixels, matrix, (width, height))


def rotation(width: int, height: int, degrees: float) -> tuple[Floats, int, int]:
    """The 2×3 matrix of a clockwise turn of a page of width × height, and the width and height that then hold it."""
    radians = np.deg2rad(degrees)
    cos, sin = float(np.cos(radians)), float(np.sin(radians))
    across, down = round(width * abs(cos) + height * abs(sin)), round(width * abs(sin) + height * abs(cos))
    x, y = (width - 1) / 2, (height - 1) / 2
    shift_x = (across - 1) / 2 - cos * x + sin * y
    shift_y = (down - 1) / 2 - sin * x - cos * y
    return np.array([[cos, -sin, shift_x], [sin, cos, shift_y]]), across, down


def _ink_points(seen: View, most: int) -> tuple[Floats, Floats]:
    """Rows and columns of at most `most` of the ink's pixels about the centre."""
    ink = seen.ink(_INK)
    # Only upper and left edges of ink: solid areas (photos, seals) then weigh no more than their outline.
    edges = ink.copy()
    cv2.subtract(edges[1:, 1:], cv2.bitwise_and(ink[:-1, 1:], ink[1:, :-1]), dst=edges[1:, 1:])
    found = np.flatnonzero(edges != 0)
    if found.size > most:
        found = found[(_DRAWN[:most] * found.size).astype(np.int64)]
    rows, columns = np.divmod(found, edges.shape[1])
    return (rows - edges.shape[0] / 2).astype(np.float32), (columns - edges.shape[1] / 2).astype(np.float32)


def _peakedness(rows: Floats, columns: Floats, angles: Floats, bins: float) -> Floats:
    """How far the profiles on both axes stand out at each of the angles (degrees), in bins of so many pixels."""
    slopes = (np.tan(np.deg2rad(angles)) / bins).astype(np.float32)[:, None]
    fine = np.float32(1 / bins)
    return _energies(rows * fine + columns * slopes) + _energies(columns * fine - rows * slopes)


def _energies(places: Floats) -> Floats:
    """The energy of the profile of each row of places."""
    places -= places.min(axis=1, keepdims=True)
    bins = places.astype(np.int32)
    last = bins.max(axis=1)
    width = int(last.max()) + 1
    # All profiles are counted at once, one behind the other: a call for each costs more than its points.
    bins += np.arange(0, len(bins) * width, width, dtype=np.int32)[:, None]
    counts = np.bincount(bins.ravel(), minlength=len(bins) * width).reshape(-1, width).astype(np.float64)
    smooth = counts[:, :-1] + counts[:, 1:]
    # A profile ends with its last bin: that one and the empty one behind it are no pair.
    over = np.where(last < width - 1, counts[np.arange(len(last)), last], 0.0)
    return np.asarray(np.einsum("ij,ij->i", smooth, smooth) - over**2)


def _vertex(angles: Floats, scores: Floats) -> float:
    """The best angle, refined by the parabola through it and its neighbours."""
    at = int(scores.argmax())
    if not 0 < at < len(scores) - 1:
        return float(angles[at])
    left, middle, right = scores[at - 1 : at + 2]
    bend = left - 2 * middle + right
    shift = 0.5 * (left - right) / bend if bend else 0.0
    return float(angles[at] + shift * (angles[1] - angles[0]))
