"""Finding the text lines of a page: the differentiable-binarisation network and the boxes in its map."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from imaging.model import Box, Pixels
from ocr.engines import networks, surgery
from ocr.engines.networks import Floats, Network

FRAME = 96  # pixels, a multiple of the network's stride of 32
KEPT = 250  # steps of the network that stay prepared for the sizes of page that came last
LEAST = 736  # pixels: a resolution that a file states wrongly must not make text vanish
INK, MEAN_INK = 0.3, 0.5  # of the map: where text is, and how sure a region must be
# The network marks the core of each line, which grows by this share of area over perimeter (DB, arXiv 1911.08947).
UNCLIP = 1.6
SMALLEST = 3  # pixels of the map


@dataclass(frozen=True, slots=True)
class Region:
    """Where a line of text lies in page pixels: the centre, the length and height of its rectangle, its slope in
    degrees (within ±45, clockwise), and how sure the detector is (0..1)."""

    x: float
    y: float
    w: float
    h: float
    angle: float
    score: float

    @property
    def tall(self) -> bool:
        """Whether its characters must stand above each other."""
        return self.h > 1.5 * self.w

    def box(self, width: int, height: int) -> Box:
        """The upright box around it, cut to the page."""
        turn = math.radians(self.angle)
        across = (abs(self.w * math.cos(turn)) + abs(self.h * math.sin(turn))) / 2
        down = (abs(self.w * math.sin(turn)) + abs(self.h * math.cos(turn))) / 2
        left, top = max(0, math.floor(self.x - across)), max(0, math.floor(self.y - down))
        right, bottom = min(width, math.ceil(self.x + across)), min(height, math.ceil(self.y + down))
        return Box(left, top, max(1, right - left), max(1, bottom - top))


@dataclass(frozen=True, slots=True)
class Sight:
    """How to look: the network, the resolution in dpi to which the page is scaled (never up, nor below `least` pixels
    of its longer side), and whether with 8-bit integers."""

    network: Network
    dpi: float
    quantised: bool
    least: int = LEAST


# At 100 dpi the tiny network loses no field that it finds at 116, and half of the usual 200 dpi is made cheaply.
QUICK = Sight(networks.TINY_DETECTOR, 100.0, quantised=True)
CAREFUL = Sight(networks.SMALL_DETECTOR, 96.0, quantised=False)
FULL_TEXT = Sight(networks.SMALL_DETECTOR, 140.0, quantised=False, least=1280)


class Detector:
    """Finds lines."""

    def __init__(self, sight: Sight, models: Path | None = None, cache: Path | None = None) -> None:
        self._sight = sight
        file, said = networks.model_file(sight.network, models), (sight.network, sight.quantised)
        self._run = networks.compiled(lambda: self._made(models), file, said, cache, KEPT)
        self._met: set[tuple[int, ...]] = set()

    def _made(self, models: Path | None) -> Any:
        model = networks.read_model(self._sight.network, models)
        surgery.part(model)
        if self._sight.quantised:
            surgery.quantise(model, networks.ranges(self._sight.network.name))
        return model

    def __call__(self, pixels: Pixels, dpi: float) -> list[Region]:
        """The regions of text of an H×W×3 BGR image of `dpi`, from top to bottom."""
        height, width = pixels.shape[:2]
        scale = min(1.0, max(self._sight.dpi / dpi, self._sight.least / max(height, width)))
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        chart = self._chart(framed(reduced(pixels, size)))
        found = regions_of(chart[: size[1], : size[0]], width / size[0], height / size[1])
        return sorted(found, key=lambda region: (region.y, region.x))

    def _chart(self, small: Pixels) -> Floats:
        chart = surgery.joined(self._run({"x": self._sight.network.tensor(small)}))
        if small.shape not in self._met:
            self._met.add(small.shape)
            networks.give_back()
        return chart


def reduced(pixels: Pixels, size: tuple[int, int]) -> Pixels:
    """The image at `size` (width, height). Halves are averaged, the rest is linear: between them no pixel is passed
    over, and an average at any other factor costs a third of the network itself."""
    while pixels.shape[1] >= 2 * size[0] and pixels.shape[0] >= 2 * size[1]:
        half = (pixels.shape[1] // 2, pixels.shape[0] // 2)
        pixels = np.asarray(cv2.resize(pixels, half, interpolation=cv2.INTER_AREA), np.uint8)
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_LINEAR), np.uint8)


def framed(small: Pixels) -> Pixels:
    """The image with white below and right of it, up to the next of few sizes: the network prepares itself anew for
    every size that it has not met, which costs as much as reading the page."""
    height, width = small.shape[:2]
    below, right = (math.ceil(length / FRAME) * FRAME - length for length in (height, width))
    return np.asarray(
        cv2.copyMakeBorder(small, 0, below, 0, right, cv2.BORDER_CONSTANT, value=(255, 255, 255)), np.uint8
    )


def regions_of(chart: Floats, across: float, down: float) -> list[Region]:
    """The regions in a map of text (h×w, 0..1), where one of its pixels is `across` × `down` of the page's."""
    mask = cv2.dilate((chart > INK).astype(np.uint8), np.ones((2, 2), np.uint8))
    contours, _ = cv2.findContours(mask, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    found = (_region(chart, np.asarray(contour, np.int32), across, down) for contour in contours)
    return [region for region in found if region is not None]


def _region(chart: Floats, contour: npt.NDArray[np.int32], across: float, down: float) -> Region | None:
    (x, y), (w, h), angle = cv2.minAreaRect(contour)
    if min(w, h) < SMALLEST:
        return None
    score = _mean_inside(chart, contour)
    if score < MEAN_INK:
        return None
    while angle > 45:
        w, h, angle = h, w, angle - 90
    while angle < -45:
        w, h, angle = h, w, angle + 90
    grow = UNCLIP * w * h / (w + h)
    return Region(x * across, y * down, (w + grow) * across, (h + grow) * down, angle, score)


def _mean_inside(chart: Floats, contour: npt.NDArray[np.int32]) -> float:
    x, y, w, h = cv2.boundingRect(contour)
    mask = np.zeros((h, w), np.uint8)
    cv2.fillPoly(mask, [contour - np.array([[x, y]])], 1)
    return float(cv2.mean(chart[y : y + h, x : x + w], mask)[0])
