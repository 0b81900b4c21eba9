"""The engine `rapid`: PP-OCRv6 small, the networks of the package rapidocr, on OpenVINO with one thread."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from imaging.model import Page, Pixels
from ocr.engines.detector import Detector, Region
from ocr.engines.networks import DETECTOR, RECOGNISER, Network, model_file
from ocr.engines.recogniser import Decoded, Recogniser, Strip, strip_at, strip_of
from ocr.model import Line, Reading

SIDE = 960
DOUBTFUL = 0.5  # lines below are noise
STACK = 3.0  # a tall region lower than this many widths may also be one narrow character


class RapidEngine:
    """Reads Chinese, Latin and digits. `models` is a folder with other networks of the same names, `cache` one that
    keeps compiled networks between runs, `side` the longer side in pixels at which lines are looked for. Raises
    EngineError where a network's file is missing."""

    name = "rapid"

    def __init__(self, cache: Path | None = None, models: Path | None = None, side: int = SIDE) -> None:
        # One page a process: more threads would only make workers wait for each other.
        cv2.setNumThreads(1)
        self._detect = Detector(Network(model_file(DETECTOR, models), cache), side)
        self._recognise = Recogniser(Network(model_file(RECOGNISER, models), cache))

    def read(self, page: Page) -> Reading:
        """All the lines of a page, from top to bottom; lines of vertical text have tall boxes."""
        pixels = colour(page.pixels)
        regions = self._detect(pixels)
        decoded = self._decode(pixels, regions)
        lines = [_line(region, found, page) for region, found in zip(regions, decoded, strict=True) if _is_text(found)]
        return Reading(tuple(lines), self.name, page.width, page.height)

    def read_lines(self, crops: list[Pixels]) -> list[Line]:
        """Each crop as one line; empty, with confidence 0, where there is none. `centers` are in its pixels."""
        found = self._recognise([strip_of(colour(crop)) for crop in crops])
        return [
            Line(
                each.text,
                each.confidence,
                None,
                tuple(place * crop.shape[1] for place in each.places),
                each.confidences,
            )
            for crop, each in zip(crops, found, strict=True)
        ]

    def _decode(self, pixels: Pixels, regions: list[Region]) -> list[Decoded]:
        strips: list[Strip] = []
        owners: list[int] = []
        for number, region in enumerate(regions):
            for upright in _ways(region):
                strips.append(strip_at(pixels, region, upright))
                owners.append(number)
        best = [Decoded()] * len(regions)
        for number, found in zip(owners, self._recognise(strips), strict=True):
            if found.confidence > best[number].confidence:
                best[number] = found
        return best


def colour(pixels: Pixels) -> Pixels:
    """The image with three channels."""
    return pixels if pixels.ndim == 3 else np.asarray(cv2.cvtColor(pixels, cv2.COLOR_GRAY2BGR), np.uint8)


def _ways(region: Region) -> tuple[bool, ...]:
    """How to try a region: upright, turned, or both."""
    if not region.tall:
        return (True,)
    return (True, False) if region.h < STACK * region.w else (False,)


def _is_text(found: Decoded) -> bool:
    return bool(found.text.strip()) and found.confidence >= DOUBTFUL


def _line(region: Region, found: Decoded, page: Page) -> Line:
    box = region.box(page.width, page.height)
    centers = tuple(box.x + (0.5 if region.tall else place) * box.w for place in found.places)
    return Line(found.text, found.confidence, box, centers, found.confidences)
