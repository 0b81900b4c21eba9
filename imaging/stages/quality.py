"""Quality: the figures that say whether a page can be read, and the fault that asks for a rescan."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import cv2
import numpy as np

from imaging.model import NoteValue, Page, Pixels
from imaging.ops import block, gray, is_bilevel, level, pixels_of, shrunk, u8
from imaging.stages import outline
from imaging.stages.deskew import skew
from imaging.views import view

GATES: Mapping[str, float] = MappingProxyType(
    {"blurred": 0.45, "low_contrast": 0.30, "cut_off": 14.0, "low_resolution": 120.0, "dark": 90.0, **outline.GATES}
)
"""The gate of each fault: `blurred` sharpness 0..1, `low_contrast` contrast 0..1, `low_resolution` dpi, `dark` paper
level 0..255; above their gates `cut_off` strokes off one side, and `joined`, `corner` and `folded` of `outline`."""

_SHAPES = MappingProxyType({"joined": "notch", "corner": "corner", "folded": "folds"})
_EDGE_MM = 0.9
_EDGE_CONTRAST = 0.45
_LEAST_EDGES = 100
_SHARPEST, _SOFTEST = 0.62, 0.08
_SHORTEST_SIDE = 280
_SKEW_POINTS = 4_000
_SAMPLED = 90_000
_TILE, _TILES, _FRAMED = 192, 4, 4
_INK = 0.75


def quality(page: Page) -> Page:
    """Notes `sharpness` (0..1), `contrast` (0..1), `paper` (0..255), `ink` (share of the page), `skew_left` (degrees),
    `cut_runs`, `resolution` (dpi), and `fault` ("" where the page is fine) with what was `measured` and its `gate`."""
    light = _sampled(page.pixels)
    paper, black = level(light, 0.8), level(light, 0.004)
    contrast = max(0.0, paper - black) / 255
    figures: dict[str, NoteValue] = {
        "sharpness": round(1.0 if is_bilevel(page.pixels) else sharpness(page), 3),
        "contrast": round(contrast, 3),
        "paper": paper,
        "ink": round(int(np.count_nonzero(light < np.uint8(np.ceil(0.65 * paper)))) / light.size, 4),
        "skew_left": skew(view(page), 1.0, _SKEW_POINTS)[0],
        "cut_runs": page.note("crop").get("cut_runs", 0),
        "resolution": page.dpi,
    }
    fault, measured = _fault(page, figures)
    return page.noted("quality", None, None, fault=fault, measured=measured, gate=GATES.get(fault, 0.0), **figures)


def _sampled(pixels: Pixels) -> Pixels:
    """Luminance of every third pixel of every third row of a page-sized array: its levels without averaging print and
    paper."""
    if pixels.shape[0] * pixels.shape[1] < _SAMPLED:
        return gray(pixels)
    return np.ascontiguousarray(gray(pixels[::3])[:, ::3])


def sharpness(page: Page) -> float:
    """0 (out of focus) to 1 (every edge falls within a pixel or two); 1 where there is nothing to judge.

    At each strong edge: the steepest step between neighbours over the whole range of levels around it. Unlike the
    variance of the Laplacian it asks neither how much print there is nor how black it is. Judged where the print is
    densest."""
    # Finer scans are judged at 200 dpi, as they are read.
    times = max(1, round(page.dpi / 200.0))
    steps = [_steps(gray(shrunk(tile, times)), page.dpi) for tile in _inked_tiles(page)]
    # What was widened by _EDGE_MM stays nearly the same from one pixel to the next: a quarter of them tells as much.
    spans, steepest = (np.concatenate([pair[k][::2, ::2].ravel() for pair in steps]) for k in (0, 1))
    edges = np.flatnonzero(spans > _EDGE_CONTRAST * max(level(spans, 0.995), 30.0))
    if edges.size < _LEAST_EDGES:
        return 1.0
    ratio = float(np.median(steepest[edges] / spans[edges].astype(np.float32)))
    return float(np.clip((ratio - _SOFTEST) / (_SHARPEST - _SOFTEST), 0, 1))


def _inked_tiles(page: Page) -> list[Pixels]:
    """The squares of the page, away from its edges, that bear the most ink."""
    seen = view(page)
    side = round(_TILE * max(1.0, page.dpi / 200.0))
    across, down = page.width // side, page.height // side
    if across * down <= _TILES:
        return [page.pixels]
    dense = u8(cv2.resize(shrunk(seen.ink(_INK), 8), (across, down), interpolation=cv2.INTER_AREA))
    if min(across, down) > _FRAMED:
        dense[[0, -1]], dense[:, [0, -1]] = 0, 0
    places = np.argsort(dense.ravel(), kind="stable")[-_TILES:]
    rows, columns = np.divmod(places, across)
    # The tiles are spread over the whole page, whose sides are seldom whole numbers of them.
    tops, lefts = rows * (page.height / down), columns * (page.width / across)
    corners = zip(tops.astype(int).tolist(), lefts.astype(int).tolist(), strict=True)
    return [page.pixels[top : top + side, left : left + side] for top, left in corners]


def _steps(light: Pixels, dpi: float) -> tuple[Pixels, Pixels]:
    """The range of levels around each pixel, and the steepest step between neighbours within it."""
    reach = block(*[pixels_of(_EDGE_MM, min(dpi, 200.0), 5) | 1] * 2)
    span = u8(cv2.subtract(cv2.dilate(light, reach), cv2.erode(light, reach)))
    steps = cv2.morphologyEx(light, cv2.MORPH_GRADIENT, block(2, 2))
    return span, u8(cv2.dilate(steps, reach))


def _fault(page: Page, figures: Mapping[str, NoteValue]) -> tuple[str, float]:
    """The first fault by what a rescan must mend, and its figure; "" where none is past its gate, or the
    side is blank: there is nothing to scan better."""
    if page.note("blank").get("blank"):
        return "", 0.0
    doubt = page.note("blank").get("doubt")
    resolution = _resolution(page, doubt == "tiny")
    # Of a side that is mostly dark the brightest fifth says nothing.
    paper = level(view(page).light, 0.5) if doubt == "dark" else float(figures["paper"])
    shape = ((name, float(page.note("crop").get(figure, 0.0))) for name, figure in _SHAPES.items())
    judged = (
        ("low_resolution", resolution < GATES["low_resolution"], resolution),
        *((name, measured > GATES[name], measured) for name, measured in shape),
        ("dark", paper < GATES["dark"], paper),
        # Blur takes contrast too, while print that is faint stays sharp.
        ("blurred", float(figures["sharpness"]) < GATES["blurred"], float(figures["sharpness"])),
        ("low_contrast", float(figures["contrast"]) < GATES["low_contrast"], float(figures["contrast"])),
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
