"""Reading lines: strips of text are laid side by side and read at once."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from imaging.model import Pixels
from ocr.engines import networks, surgery
from ocr.engines.ctc import Decoded, Decoder
from ocr.engines.detector import Region
from ocr.engines.networks import Compiled, Floats, Network

STEP = 8  # pixels of a strip to one step of the answer
GAP = 24  # pixels between two lines of a strip; with 32 as many lines are read otherwise than alone
WIDTHS = (192, 384, 640)  # of trays; each is compiled when it is first needed, all of the small network keep 100 MB
MANY = (384, 640, 1280)  # of trays of a network that reads a whole page at once
BESIDE = 80  # pixels' worth of what a tray costs beside its pixels
LONGEST, WHOLE = 1920, 640  # of a strip, and of one that is not read in parts
PAPER = 127  # the padding that the network was trained with: zero after scaling
FORBIDDEN = -1e4

Strip = Pixels  # rows×W×3
Allowed = Sequence[frozenset[str] | None]


@dataclass(frozen=True, slots=True)
class Grade:
    """How thoroughly to read: the network, the rows of a strip, the height in pixels to which a line is scaled (more
    than the rows: its upper and lower edges, which are blank, are cut off), whether with 8-bit integers, and the widths
    of trays."""

    network: Network
    rows: int
    height: int
    quantised: bool
    widths: tuple[int, ...] = WIDTHS

    @property
    def ranges(self) -> str:
        """The name under which its ranges were measured."""
        return f"{self.network.name}_{self.rows}"


# Of 366 lines of 13 demo pages the tiny network reads 341 as CAREFUL does, with 8-bit integers 337 at two thirds of the
# cost, at 32 rows 319. Of 737 sure lines SECOND reads none otherwise but for the width of a sign, at half the cost.
QUICK = Grade(networks.TINY_RECOGNISER, rows=48, height=48, quantised=True, widths=MANY)
CAREFUL = Grade(networks.SMALL_RECOGNISER, rows=48, height=48, quantised=False)
SECOND = Grade(networks.SMALL_RECOGNISER, rows=48, height=48, quantised=True)


@dataclass(slots=True)
class Tray:
    """Strips side by side: the number of each and where it begins, in pixels. It has one of the widths `sizes`."""

    sizes: tuple[int, ...] = WIDTHS
    places: list[tuple[int, int]] = field(default_factory=list)
    end: int = 0

    def add(self, number: int, width: int) -> None:
        start = math.ceil((self.end + GAP) / STEP) * STEP if self.places else 0
        self.places.append((number, start))
        self.end = start + width

    def holds(self, width: int, full: int) -> bool:
        return not self.places or self.end + GAP + STEP + width <= full

    @property
    def width(self) -> int:
        """Of the strip that it is read in."""
        return next(width for width in self.sizes if width >= self.end)


class Recogniser:
    """Reads strips of one line each, of the grade's rows."""

    def __init__(self, grade: Grade, models: Path | None = None, cache: Path | None = None) -> None:
        self.grade = grade
        self._models, self._cache = models, cache
        self._file = networks.model_file(grade.network, models)
        self._decode = Decoder(("", *networks.characters(grade.network, models, cache)))
        self._runs: dict[int, Compiled] = {}

    def make_ready(self) -> None:
        """Compiles for all widths of trays, which else are compiled as they are met. What stays then lies together in
        memory, not amid what each page takes and leaves: 20 MB less, and 900 of the system's pages fewer to fetch."""
        for width in self.grade.widths:
            if width not in self._runs:
                self._runs[width] = self._compile(width)

    def __call__(self, strips: list[Strip], allowed: Allowed | None = None) -> list[Decoded]:
        """What each strip says, with the characters `allowed` for each (None: any)."""
        parts = [(number, part) for number, strip in enumerate(strips) for part in halves(strip)]
        read = self._read([part for _, part in parts], [allowed[number] if allowed else None for number, _ in parts])
        found: dict[int, tuple[Decoded, int]] = {}
        for (number, part), decoded in zip(parts, read, strict=True):
            before, width = found.get(number, (Decoded(), 0))
            found[number] = before.followed(width, decoded, part.shape[1]), width + part.shape[1]
        return [found[number][0] for number in range(len(strips))]

    def _read(self, strips: list[Strip], allowed: Allowed) -> list[Decoded]:
        found = [Decoded()] * len(strips)
        for tray in trays([strip.shape[1] for strip in strips], self.grade.widths):
            answer = self._infer(tray, strips)
            for number, start in tray.places:
                width = strips[number].shape[1]
                mine = answer[start // STEP : math.ceil((start + width) / STEP)]
                found[number] = self._decode(mine, width / STEP, allowed[number])
        return found

    def _infer(self, tray: Tray, strips: list[Strip]) -> Floats:
        width = tray.width
        sheet = np.full((self.grade.rows, width, 3), PAPER, np.uint8)
        for number, start in tray.places:
            sheet[:, start : start + strips[number].shape[1]] = strips[number]
        if width not in self._runs:
            self._runs[width] = self._compile(width)
        inputs = {"x": self.grade.network.tensor(sheet)}
        if surgery.MASK in self._runs[width].inputs:
            inputs[surgery.MASK] = _mask(tray, strips, width)
        answer: Floats = self._runs[width](inputs)[0]
        return answer

    def _compile(self, width: int) -> Compiled:
        return networks.compiled(lambda: self._made(width), self._file, (self.grade, width), self._cache)

    def _made(self, width: int) -> Any:
        """The network that reads trays of that width."""
        model = networks.read_model(self.grade.network, self._models)
        surgery.shorten(model, self.grade.rows)
        if self.grade.quantised:
            surgery.quantise(model, networks.ranges(self.grade.ranges))
        separated = surgery.separate(model)
        shapes = {"x": [1, 3, self.grade.rows, width]}
        model.reshape(shapes | ({surgery.MASK: [width // STEP] * 2} if separated else {}))
        return model


def _mask(tray: Tray, strips: list[Strip], width: int) -> Floats:
    """What keeps the lines of a tray from reading each other: 0 where one step may look at another."""
    mask = np.full((width // STEP, width // STEP), FORBIDDEN, np.float32)
    np.fill_diagonal(mask, 0)
    for number, start in tray.places:
        first, last = start // STEP, math.ceil((start + strips[number].shape[1] + GAP) / STEP)
        mask[first:last, first:last] = 0
    return mask


def halves(strip: Strip) -> list[Strip]:
    """A strip that is too wide for a tray in two or more, parted where least is printed in its middle third."""
    width = strip.shape[1]
    if width <= WHOLE:
        return [strip]
    first, last = width - WHOLE, WHOLE
    first, last = (first, last + 1) if 0 <= last - first < width // 3 else (width // 3, width - width // 3)
    columns = strip[:, first:last].min(axis=2).astype(np.float32).std(axis=0)
    even = np.convolve(np.pad(columns, STEP, mode="edge"), np.ones(2 * STEP + 1), "valid")
    place = first + int(even.argmin())
    return [*halves(strip[:, :place]), *halves(strip[:, place:])]


def trays(widths: list[int], sizes: tuple[int, ...] = WIDTHS) -> list[Tray]:
    """Strips of these widths laid side by side, in trays of those of the `sizes` that cost least."""
    ways = [_filled(widths, full, sizes) for full in reversed(sizes)]
    return min(ways, key=lambda way: sum(tray.width + BESIDE for tray in way))


def _filled(widths: list[int], full: int, sizes: tuple[int, ...]) -> list[Tray]:
    """Trays up to `full` pixels, the widest strips first; a wider strip lies alone."""
    found: list[Tray] = []
    for number in sorted(range(len(widths)), key=lambda number: (-widths[number], number)):
        tray = next((tray for tray in found if tray.holds(widths[number], full)), None)
        if tray is None:
            tray = Tray(sizes)
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
    width = min(LONGEST, max(STEP, round(along / scale * stretch)))
    # The matrix maps the strip's pixels to the page's: right is (cos, sin) of the page, down is (-sin, cos).
    ahead = np.array([math.cos(angle), math.sin(angle)]) * along / width
    down = np.array([-math.sin(angle), math.cos(angle)]) * scale
    start = np.array([region.x, region.y]) - 0.5 - ahead * (width - 1) / 2 - down * (grade.rows - 1) / 2
    matrix = np.column_stack([ahead, down, start])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    strip = cv2.warpAffine(pixels, matrix, (width, grade.rows), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(strip, np.uint8)
