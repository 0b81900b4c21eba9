"""Quality: the figures that say whether a page can be read, and the fault that asks for a rescan."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import cv2
import numpy as np

from imaging.model import NoteValue, Page, Pixels
from imaging.ops import block, gray, is_bilevel, level, pixels_of, shrunk
from imaging.stages.deskew import skew

GATES: Mapping[str, float] = MappingProxyType(
    {"blurred": 0.45, "low_contrast": 0.30, "cut_off": 14.0, "low_resolution": 120.0, "dark": 90.0}
)
"""The gate of each fault: `blurred` sharpness 0..1, `low_contrast` contrast 0..1, `cut_off` strokes off one side (fault
above it), `low_resolution` dpi, `dark` paper level 0..255."""

_EDGE_MM = 0.9
_EDGE_CONTRAST = 0.45
_LEAST_EDGES = 400
_SHARPEST, _SOFTEST = 0.62, 0.08
_SHORTEST_SIDE = 280


def quality(page: Page) -> Page:
    """Notes `sharpness` (0..1), `contrast` (0..1), `paper` (0..255), `ink` (share of the page), `skew_left` (degrees),
    `cut_runs`, `resolution` (dpi), and `fault` ("" where the page is fine) with what was `measured` and its `gate`."""
    light = gray(page.pixels)
    paper, black = level(light, 0.8), level(light, 0.004)
    contrast = max(0.0, paper - black) / 255
    figures: dict[str, NoteValue] = {
        "sharpness": round(1.0 if is_bilevel(page.pixels) else sharpness(light, page.dpi), 3),
        "contrast": round(contrast, 3),
        "paper": paper,
        "ink": round(float(np.count_nonzero(light[::2, ::2] < 0.65 * paper)) / light[::2, ::2].size, 4),
        "skew_left": skew(page, 1.0)[0],
        "cut_runs": page.note("crop").get("cut_runs", 0),
        "resolution": page.dpi,
    }
    fault, measured = _fault(page, figures)
    return page.noted("quality", None, None, fault=fault, measured=measured, gate=GATES.get(fault, 0.0), **figures)


def sharpness(light: Pixels, dpi: float) -> float:
    """0 (out of focus) to 1 (every edge falls within a pixel or two); 1 where there is nothing to judge.

    At each strong edge: the steepest step between neighbours over the whole range of levels around it. Unlike the
    variance of the Laplacian it asks neither how much print there is nor how black it is."""
    # Finer scans are judged at 200 dpi, as they are read.
    light = shrunk(light, max(1, round(dpi / 200.0)))
    top, left = (side // 6 for side in light.shape)
    middle = _sharpness(light[top:-top, left:-left], dpi) if min(top, left) > 20 else None
    # The middle of a page nearly always has print enough to judge by, at less than half the cost.
    found = _sharpness(light, dpi) if middle is None else middle
    return 1.0 if found is None else found


def _sharpness(light: Pixels, dpi: float) -> float | None:
    reach = block(*[pixels_of(_EDGE_MM, min(dpi, 200.0), 5) | 1] * 2)
    bright, dark = cv2.dilate(light, reach), cv2.erode(light, reach)
    span = cv2.subtract(bright, dark)
    steps = cv2.morphologyEx(light, cv2.MORPH_GRADIENT, block(2, 2))
    steepest = cv2.dilate(steps, reach)
    bound = _EDGE_CONTRAST * max(float(level(np.asarray(span, dtype=np.uint8), 0.995)), 30.0)
    edges = cv2.threshold(span, bound, 255, cv2.THRESH_BINARY)[1]
    counts = cv2.calcHist([cv2.divide(steepest, span, scale=200)], [0], edges, [256], [0, 256]).cumsum()
    if counts[-1] < _LEAST_EDGES:
        return None
    ratio = float(np.searchsorted(counts, counts[-1] / 2)) / 200
    return float(np.clip((ratio - _SOFTEST) / (_SHARPEST - _SOFTEST), 0, 1))


def _fault(page: Page, figures: Mapping[str, NoteValue]) -> tuple[str, float]:
    """The first fault by what a rescan must mend, and its figure; "" where none is past its gate, or the
    side is blank: there is nothing to scan better."""
    if page.note("blank").get("blank"):
        return "", 0.0
    doubt = page.note("blank").get("doubt")
    resolution = _resolution(page, doubt == "tiny")
    # Of a side that is mostly dark the brightest fifth says nothing.
    paper = level(gray(page.pixels), 0.5) if doubt == "dark" else float(figures["paper"])
    judged = (
        ("low_resolution", resolution < GATES["low_resolution"], resolution),
        ("dark", paper < GATES["dark"], paper),
        ("low_contrast", float(figures["contrast"]) < GATES["low_contrast"], float(figures["contrast"])),
        ("blurred", float(figures["sharpness"]) < GATES["blurred"], float(figures["sharpness"])),
        ("cut_off", float(figures["cut_runs"]) > GATES["cut_off"], float(figures["cut_runs"])),
    )
    return next(((name, measured) for name, failed, measured in judged if failed), ("", 0.0))


def _resolution(page: Page, tiny: bool) -> float:
    """The dpi to judge by: the declared one, or the one at which the shorter side would be that of a small slip, where
    none is declared or the page is too small to be a sheet at all."""
    guessed = bool(page.note("decode").get("dpi_guessed", True))
    slip = GATES["low_resolution"] * min(page.width, page.height) / _SHORTEST_SIDE
    if tiny:
        return round(min(slip, page.dpi, GATES["low_resolution"] - 1), 1)
    return round(slip, 1) if guessed else page.dpi
