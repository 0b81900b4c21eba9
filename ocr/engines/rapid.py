"""The engine `rapid`: a cascade of PP-OCRv6's tiny and small networks on OpenVINO with one thread."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2

from imaging.model import Page, Pixels
from imaging.ops import colour
from ocr.engines import detector, networks, recogniser
from ocr.engines.ctc import Decoded
from ocr.engines.detector import Detector, Region
from ocr.engines.masks import WEIGHTY, mask_of
from ocr.engines.recogniser import Recogniser, strip_at, strip_of
from ocr.model import Line, Reading

DOUBTFUL = 0.5  # lines below are noise
SURE = 0.9  # lines below are read again by the small network
PLAIN = 0.4  # the least sure character of a line that is not read again
HIDDEN = 0.3  # the likelihood of a character where none was read, from which a line is read again
# The tiny network now and then drops the tick of a ticked box, and is sure of it.
BOXES = frozenset("□☐☑√✓■")
TIDY = 25  # pages after which free memory is handed back
STACK = 3.0  # a tall region lower than this many widths may also be one narrow character


class RapidEngine:
    """Reads Chinese, Latin and digits: the tiny network all lines, the small one again those of which it is not sure.
    `cache` is a folder that keeps compiled networks between runs, `models` one with other networks of the same names;
    `exact` computes with the small networks and 32-bit floats throughout, at several times the cost; `full_text` looks
    closer for lines and reads each with the small network, for pages of which all text counts. What is to read many
    pages is made `ready` before the first. Raises EngineError where a network's file is missing."""

    name = "rapid"

    def __init__(
        self, cache: Path | str | None = None, models: Path | None = None, exact: bool = False, full_text: bool = False,
        ready: bool = False,
    ) -> None:  # fmt: skip
        cache = None if cache is None else Path(cache)
        # One page a process: more threads would only make workers wait for each other.
        cv2.setNumThreads(1)
        self._pages = 0
        sight = detector.FULL_TEXT if full_text else detector.CAREFUL if exact else detector.QUICK
        self._detect = Detector(sight, models, cache)
        self._small = Recogniser(recogniser.CAREFUL if exact else recogniser.SECOND, models, cache)
        self._tiny = self._small if exact or full_text else Recogniser(recogniser.QUICK, models, cache)
        if ready:
            self._tiny.make_ready()
            self._small.make_ready()

    def read(self, page: Page, quick: bool = False) -> Reading:
        """All the lines of a page, from top to bottom; lines of vertical text have tall boxes. Of a `quick` reading the
        tiny network reads all."""
        self._pages += 1
        if self._pages % TIDY == 0:
            networks.give_back()
        pixels = colour(page.pixels)
        regions = self._detect(pixels, page.dpi)
        decoded = self._decode(pixels, regions, quick)
        lines = [_line(region, found, page) for region, found in zip(regions, decoded, strict=True) if _is_text(found)]
        return Reading(tuple(lines), self.name, page.width, page.height)

    def read_lines(
        self, crops: list[Pixels], kinds: Sequence[str | None] | None = None, quick: bool = False
    ) -> list[Line]:
        """Each crop as one line; empty, with confidence 0, where there is none. `centers` are in its pixels. `kinds`
        are the catalogue's kinds of the values, where they are known: each is read with the characters of its kind. The
        tiny network reads those that are neither money, an account nor a name, and the small one what is left and what
        the tiny one doubts; of a `quick` reading the tiny one reads all, and the caller has to doubt."""
        colours = [colour(crop) for crop in crops]
        allowed = [mask_of(kind) for kind in kinds or [None] * len(crops)]
        light = [number for number, kind in enumerate(kinds or [None] * len(crops)) if quick or _is_light(kind)]
        found = self._lines(self._tiny, colours, light, allowed)
        heavy = [number for number in range(len(crops)) if number not in found or _is_doubtful(found[number])]
        heavy = [] if quick else heavy
        found |= self._lines(self._small, colours, heavy, allowed)
        return [_bare_line(found[number], crop) for number, crop in enumerate(crops)]

    @staticmethod
    def _lines(
        network: Recogniser, crops: list[Pixels], chosen: list[int], allowed: list[frozenset[str] | None]
    ) -> dict[int, Decoded]:
        strips = [strip_of(crops[number], network.grade) for number in chosen]
        return dict(zip(chosen, network(strips, [allowed[number] for number in chosen]), strict=True))

    def _decode(self, pixels: Pixels, regions: list[Region], quick: bool) -> list[Decoded]:
        best = [Decoded()] * len(regions)
        for upright in (True, False):
            # The network judges by the whole tray which way characters stand: turned ones must lie apart.
            chosen = [number for number, region in enumerate(regions) if upright in _ways(region)]
            strips = [strip_at(pixels, regions[number], self._tiny.grade, upright) for number in chosen]
            for number, found in zip(chosen, self._cascade(strips, quick), strict=True):
                best[number] = max(best[number], found, key=lambda each: each.confidence)
        return best

    def _cascade(self, strips: list[Pixels], quick: bool) -> list[Decoded]:
        """What the tiny network reads, and where it doubts, the small one."""
        found = self._tiny(strips)
        if quick or self._tiny is self._small:
            return found
        doubtful = [number for number, each in enumerate(found) if _is_doubtful(each)]
        for number, again in zip(doubtful, self._small([strips[number] for number in doubtful]), strict=True):
            found[number] = again
        return found


def _ways(region: Region) -> tuple[bool, ...]:
    """How to try a region: upright, turned, or both."""
    if not region.tall:
        return (True,)
    return (True, False) if region.h < STACK * region.w else (False,)


def _is_light(kind: str | None) -> bool:
    return kind is not None and kind not in WEIGHTY


def _is_text(found: Decoded) -> bool:
    return bool(found.text.strip()) and found.confidence >= DOUBTFUL


def _is_doubtful(found: Decoded) -> bool:
    if found.confidence < SURE or min(found.confidences) < PLAIN or found.hidden > HIDDEN:
        return True
    return not BOXES.isdisjoint(found.characters)


def _line(region: Region, found: Decoded, page: Page) -> Line:
    box = region.box(page.width, page.height)
    centers = tuple(box.x + (0.5 if region.tall else place) * box.w for place in found.places)
    return Line(found.text, found.confidence, box, centers, found.confidences, found.alternatives)


def _bare_line(found: Decoded, crop: Pixels) -> Line:
    centers = tuple(place * crop.shape[1] for place in found.places)
    return Line(found.text, found.confidence, None, centers, found.confidences, found.alternatives)
