"""Geometry: where a point of the processed page lies in the original, and back, from the notes of the stages."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from imaging.model import Box, Note, Page
from imaging.stages.deskew import rotation

Matrix = npt.NDArray[np.float64]
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Geometry:
    """The way from original pixels to processed ones: quarter turns clockwise, degrees clockwise, and the 3×3 matrix
    of all of it. Points are (x, y)."""

    quarters: int
    degrees: float
    matrix: Matrix

    def to_original(self, point: Point) -> Point:
        """A point of the processed page, in the original's pixels."""
        return _moved(np.asarray(np.linalg.inv(self.matrix), dtype=np.float64), point)

    def from_original(self, point: Point) -> Point:
        """A point of the original, in the processed page's pixels."""
        return _moved(self.matrix, point)

    def box_to_original(self, box: Box) -> Box:
        """The smallest upright box of the original that holds a box of the processed page."""
        return _around([self.to_original(corner) for corner in _corners(box)])

    def box_from_original(self, box: Box) -> Box:
        """The smallest upright box of the processed page that holds a box of the original."""
        return _around([self.from_original(corner) for corner in _corners(box)])


def geometry(page: Page) -> Geometry:
    """What the stages noted on the page did to its geometry, in their order."""
    matrix, quarters, degrees = np.eye(3), 0, 0.0
    for note in page.notes:
        matrix = _step(note) @ matrix
        quarters += int(note.values.get("quarters", 0))
        degrees += float(note.values.get("angle", 0.0))
    return Geometry(quarters % 4, degrees, matrix)


def _step(note: Note) -> Matrix:
    values, matrix = note.values, np.eye(3)
    width, height = int(values.get("width", 0)), int(values.get("height", 0))
    if note.stage in ("orient", "turned"):
        for _ in range(int(values["quarters"])):
            matrix = np.array([[0.0, -1.0, height - 1.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]) @ matrix
            width, height = height, width
    elif note.stage == "crop":
        matrix[:2, 2] = -float(values["x"]), -float(values["y"])
    elif note.stage == "deskew" and values["angle"]:
        matrix[:2] = rotation(width, height, float(values["angle"]))[0]
    return matrix


def _moved(matrix: Matrix, point: Point) -> Point:
    x, y, _ = matrix @ (*point, 1.0)
    return float(x), float(y)


def _corners(box: Box) -> tuple[Point, ...]:
    # A box ends at the edges of its pixels, a point stands in the middle of one.
    left, top, right, bottom = (edge - 0.5 for edge in (box.x, box.y, box.right, box.bottom))
    return (left, top), (right, top), (right, bottom), (left, bottom)


def _around(points: list[Point]) -> Box:
    # Rounding to a thousandth first keeps a box that was only shifted at its own size.
    left, top = (int(np.floor(round(min(p[k] for p in points) + 0.5, 3))) for k in (0, 1))
    right, bottom = (int(np.ceil(round(max(p[k] for p in points) + 0.5, 3))) for k in (0, 1))
    return Box(left, top, right - left, bottom - top)
