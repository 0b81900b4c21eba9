"""Reading lines: strips of text are laid side by side, read at once, and the answer decoded character by character."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from imaging.model import Pixels
from ocr.engines import networks, surgery
from ocr.engines.detector import Region, tensor_of
from ocr.engines.networks import Floats

STEP = 8  # pixels of a strip to one step of the answer
GAP = 32  # pixels between two lines of a strip
WIDTHS = (320, 640, 960, 1920)  # of strips; each is compiled when it is first needed
FULL = 960
PAPER = 127  # the padding that the network was trained with: zero after scaling
NOTHING = 0  # the network's answer between characters
FORBIDDEN = -1e4

Strip = Pixels  # rows×W×3
Run = Callable[[dict[str, Any]], Floats]


@dataclass(frozen=True, slots=True)
class Grade:
    """How thoroughly to read: the rows of a strip, the height in pixels to which a line is scaled (more than the rows:
    its upper and lower edges, which are blank, are cut off), and whether with 8-bit integers."""

    rows: int
    height: int
    quantised: bool


# Measured on demo vouchers: quick finds as many of the printed values as careful, at a fifth of the cost.
QUICK = Grade(rows=32, height=40, quantised=True)
CAREFUL = Grade(rows=48, height=48, quantised=False)


@dataclass(frozen=True, slots=True)
class Decoded:
    """What a strip says: each character, its confidence (0..1) and its place, 0 at the left end of the strip and 1 at
    its right end."""

    characters: tuple[str, ...] = ()
    confidences: tuple[float, ...] = ()
    places: tuple[float, ...] = ()

    @property
    def text(self) -> str:
        return "".join(self.characters)

    @property
    def confidence(self) -> float:
        """The mean of its characters, 0 where there are none."""
        return sum(self.confidences) / len(self.confidences) if self.confidences else 0.0


@dataclass(slots=True)
class Tray:
    """Strips side by side: the number of each and where it begins, in pixels."""

    places: list[tuple[int, int]] = field(default_factory=list)
    end: int = 0

    def add(self, number: int, width: int) -> None:
        start = math.ceil((self.end + GAP) / STEP) * STEP if self.places else 0
        self.places.append((number, start))
        self.end = start + width

    def holds(self, width: int) -> bool:
        return not self.places or self.end + GAP + STEP + width <= FULL


class Recogniser:
    """Reads strips of one line each, of the grade's rows."""

    def __init__(self, grade: Grade, models: Path | None = None, cache: Path | None = None) -> None:
        self.grade = grade
        self._path, self._cache = networks.model_file(networks.RECOGNISER, models), cache
        self._alphabet = ("", *networks.characters(networks.read_model(self._path)), " ")
        self._runs: dict[int, Run] = {}

    def __call__(self, strips: list[Strip]) -> list[Decoded]:
        """What each strip says, in their order."""
        decoded = [Decoded()] * len(strips)
        for tray in trays([strip.shape[1] for strip in strips]):
            answer = self._answer(tray, strips)
            for number, start in tray.places:
                first, width = start // STEP, strips[number].shape[1]
                decoded[number] = self._decode(answer[first : first + math.ceil(width / STEP)], width)
        return decoded

    def _answer(self, tray: Tray, strips: list[Strip]) -> Floats:
        width = next(width for width in WIDTHS if tray.end <= width)
        sheet = np.full((self.grade.rows, width, 3), PAPER, np.uint8)
        mask = np.full((width // STEP, width // STEP), FORBIDDEN, np.float32)
        np.fill_diagonal(mask, 0)
        for number, start in tray.places:
            strip = strips[number]
            sheet[:, start : start + strip.shape[1]] = strip
            first, last = start // STEP, math.ceil((start + strip.shape[1] + GAP) / STEP)
            mask[first:last, first:last] = 0
        if width not in self._runs:
            self._runs[width] = self._compile(width)
        answer: Floats = self._runs[width]({"x": tensor_of(sheet), surgery.MASK: mask})[0]
        return answer

    def _compile(self, width: int) -> Run:
        model = networks.read_model(self._path)
        surgery.shorten(model, self.grade.rows)
        if self.grade.quantised:
            surgery.quantise(model, networks.ranges(networks.RECOGNISER))
        surgery.separate(model)
        model.reshape({"x": [1, 3, self.grade.rows, width], surgery.MASK: [width // STEP] * 2})
        return networks.compiled(model, self._cache)

    def _decode(self, answer: Floats, width: int) -> Decoded:
        best = answer.argmax(axis=1)
        sure = answer[np.arange(len(best)), best]
        runs = [run for run in _runs(best) if best[run[0]] != NOTHING]
        return Decoded(
            tuple(self._alphabet[best[first]] for first, _ in runs),
            tuple(float(sure[first:end].max()) for first, end in runs),
            tuple(min(1.0, (first + end) / 2 * STEP / width) for first, end in runs),
        )


def trays(widths: list[int]) -> list[Tray]:
    """Strips of these widths laid side by side, the widest first, so that little of a tray is left over."""
    found: list[Tray] = []
    for number in sorted(range(len(widths)), key=lambda number: (-widths[number], number)):
        tray = next((tray for tray in found if tray.holds(widths[number])), None)
        if tray is None:
            tray = Tray()
            found.append(tray)
        tray.add(number, widths[number])
    return found


def strip_of(pixels: Pixels, grade: Grade) -> Strip:
    """A bare crop (H×W×3) as a strip."""
    height, width = pixels.shape[:2]
    return strip_at(pixels, Region(width / 2, height / 2, width, height, 0.0, 1.0), grade)


def strip_at(pixels: Pixels, region: Region, grade: Grade, upright: bool = True, stretch: float = 1.0) -> Strip:
    """The strip of a region of a page (H×W×3), drawn out to `stretch` of its length; not `upright`, turned so that its
    top comes to lie left."""
    along, thick = (region.w, region.h) if upright else (region.h, region.w)
    angle = math.radians(region.angle if upright else region.angle + 90)
    scale = thick / grade.height
    width = min(WIDTHS[-1], max(STEP, round(along / scale * stretch)))
    # The matrix maps the strip's pixels to the page's: right is (cos, sin) of the page, down is (-sin, cos).
    ahead = np.array([math.cos(angle), math.sin(angle)]) * along / width
    down = np.array([-math.sin(angle), math.cos(angle)]) * scale
    start = np.array([region.x, region.y]) - 0.5 - ahead * (width - 1) / 2 - down * (grade.rows - 1) / 2
    matrix = np.column_stack([ahead, down, start])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    strip = cv2.warpAffine(pixels, matrix, (width, grade.rows), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(strip, np.uint8)


def _runs(best: npt.NDArray[np.intp]) -> list[tuple[int, int]]:
    """Where equal neighbours begin and end (excluded)."""
    edges = [0, *(np.flatnonzero(np.diff(best)) + 1).tolist(), len(best)]
    return list(pairwise(edges))
