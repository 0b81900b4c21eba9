"""The engine `rapid`: PP-OCRv6 small, the networks of the package rapidocr, on OpenVINO with one thread."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from imaging.model import Page, Pixels
from ocr.engines.detector import Detector, Region
from ocr.engines.recogniser import CAREFUL, QUICK, Decoded, Recogniser, strip_at, strip_of
from ocr.model import Line, Reading

DPI = 96.0  # finds as many lines as 140 does, and lines of 6 points too
DOUBTFUL = 0.5  # lines below are noise
STACK = 3.0  # a tall region lower than this many widths may also be one narrow character


class RapidEngine:
    """Reads Chinese, Latin and digits. `cache` is a folder that keeps compiled networks between runs, `models` one with
    other networks of the same names, `dpi` the resolution at which lines are looked for; `exact` computes
    with 32-bit floats throughout, at three times the cost. Raises EngineError where a network's file is missing."""

    name = "rapid"

    def __init__(
        self, cache: Path | None = None, models: Path | None = None, dpi: float = DPI, exact: bool = False
    ) -> None:
        # One page a process: more threads would only make workers wait for each other.
        cv2.setNumThreads(1)
        self._detect = Detector(dpi, not exact, models, cache)
        self._careful = Recogniser(CAREFUL, models, cache)
        self._quick = self._careful if exact else Recogniser(QUICK, models, cache)

    def read(self, page: Page) -> Reading:
        """All the lines of a page, from top to bottom; lines of vertical text have tall boxes."""
        pixels = colour(page.pixels)
        regions = self._detect(pixels, page.dpi)
        decoded = self._decode(pixels, regions)
        lines = [_line(region, found, page) for region, found in zip(regions, decoded, strict=True) if _is_text(found)]
        return Reading(tuple(lines), self.name, page.width, page.height)

    def read_lines(self, crops: list[Pixels]) -> list[Line]:
        """Each crop as one line; empty, with confidence 0, where there is none. `centers` are in its pixels."""
        found = self._careful([strip_of(colour(crop), CAREFUL) for crop in crops])
        return [
            Line(each.text, each.confidence, None, tuple(p * crop.shape[1] for p in each.places), each.confidences)
            for crop, each in zip(crops, found, strict=True)
        ]

    def _decode(self, pixels: Pixels, regions: list[Region]) -> list[Decoded]:
        best = [Decoded()] * len(regions)
        for upright in (True, False):
            # The network judges by the whole tray which way characters stand: turned ones must lie apart.
            chosen = [number for number, region in enumerate(regions) if upright in _ways(region)]
            strips = [strip_at(pixels, regions[number], self._quick.grade, upright) for number in chosen]
            for number, found in zip(chosen, self._quick(strips), strict=True):
                best[number] = max(best[number], found, key=lambda each: each.confidence)
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
