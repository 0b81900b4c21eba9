"""Offset: a printer that fills in forms puts all its print a little off; how far, on the samples and on a page."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from imaging.model import Pixels
from imaging.ops import block, u8
from ocr.known.dark import Floats
from ocr.known.model import PER_MM, Affine, KnownForm, Rect
from ocr.known.observe import Sample
from ocr.known.template import rect_of

Shift = tuple[float, float]  # right and down, mm

_ROUNDS = 3
_COARSE = 2  # pixels of the form to one of the search
_REACH_MM = 6.0
_COST = 0.006  # of the score, a pixel away
_GAP_MM, _EDGE_MM = 1.6, 1.1
_JOIN_MM = 1.8
_TALLEST_MM = 9.0
_CORE = 0.9


def shifts_of(samples: Sequence[Sample], affines: Sequence[Affine]) -> list[Shift]:
    """How far the values of each sample stand from where they usually stand, by the left ends and middles of most."""
    told = [
        {name: rect_of(s, a, place.lines[0]) for name, place in s.places.items() if place.grid is None}
        for s, a in zip(samples, affines, strict=True)
    ]
    names = [name for name in {n for each in told for n in each} if 2 * sum(name in each for each in told) > len(told)]
    spots = [{name: (each[name].x, each[name].center[1]) for name in names if name in each} for each in told]
    shifts = np.zeros((len(samples), 2))
    for _ in range(_ROUNDS):
        usual = {
            name: np.median([np.array(s[name]) - shifts[k] for k, s in enumerate(spots) if name in s], axis=0)
            for name in names
        }
        for k, spot in enumerate(spots):
            if len(spot) >= 3:
                shifts[k] = np.median([np.array(at) - usual[name] for name, at in spot.items()], axis=0)
    return [(float(x), float(y)) for x, y in shifts - np.median(shifts, axis=0)]


def still(affines: Sequence[Affine], shifts: Sequence[Shift]) -> list[Affine]:
    """The matrices from a form on which the values do not move to the samples."""
    made = []
    for affine, (right, down) in zip(affines, shifts, strict=True):
        other = affine.copy()
        other[:, 2] += affine[:, :2] @ np.array([right * PER_MM, down * PER_MM])
        made.append(other)
    return made


def expected(form: KnownForm) -> Floats:
    """Where a filled form's ink stands that its print does not have (1), and where white is left around it (below 0):
    the form at a coarse scale, float32."""
    height, width = (length // _COARSE for length in form.template.shape[:2])
    chart = np.zeros((height, width), np.float32)
    cores = [zone.core for zone in form.zones if not zone.options and not zone.columns and zone.rows == 1]
    cores += [word.box for word in form.print if word.moves]
    for core in cores:
        _paint(chart, core.grown(0.0, _EDGE_MM), -0.5)
        _paint(chart, Rect(core.x - _GAP_MM, core.y, _GAP_MM, core.h), -1.0)
    for core in cores:
        _paint(chart, core.grown(0.0, -0.15 * core.h), 1.0)
    return chart


def _paint(chart: Floats, rect: Rect, value: float) -> None:
    per_mm = PER_MM / _COARSE
    x, y = max(0, round(rect.x * per_mm)), max(0, round(rect.y * per_mm))
    chart[y : max(y, round(rect.bottom * per_mm)), x : max(x, round(rect.right * per_mm))] = value


def offset_on(mask: Pixels, parts: npt.NDArray[np.int32], chart: Floats) -> Shift:
    """How far the filled-in print of a page stands off: `mask` is its ink (255) as it lies on the form, `parts` its
    components (x, y, w, h, area), `chart` what is expected there. No shift where nothing tells."""
    x, y, w, h = cv2.boundingRect((chart > 0).astype(np.uint8))
    if not w or not h:
        return 0.0, 0.0
    blocks = _blocks(mask, parts)
    reach = round(_REACH_MM * PER_MM / _COARSE)
    framed = cv2.copyMakeBorder(blocks, reach, reach, reach, reach, cv2.BORDER_CONSTANT)
    window = framed[y : y + h + 2 * reach, x : x + w + 2 * reach]
    scores = np.asarray(cv2.matchTemplate(window, chart[y : y + h, x : x + w], cv2.TM_CCORR), np.float32)
    away = np.abs(np.arange(-reach, reach + 1))
    costed = scores / max(1.0, float((chart > 0).sum())) - _COST * (away[:, None] + away[None])
    down, right = divmod(int(np.argmax(costed)), scores.shape[1])
    return (right - reach) * _COARSE / PER_MM, (down - reach) * _COARSE / PER_MM


def _blocks(mask: Pixels, parts: npt.NDArray[np.int32]) -> Floats:
    """Ink as high as print, its characters joined to blocks, at the coarse scale: float32, 0..1."""
    kept = mask.copy()
    for x, y, w, h, _ in parts.tolist():
        if h > _TALLEST_MM * PER_MM:
            kept[y : y + h, x : x + w] = 0
    small = u8(cv2.resize(kept, (mask.shape[1] // _COARSE, mask.shape[0] // _COARSE), interpolation=cv2.INTER_AREA))
    ink = u8(cv2.threshold(small, 60, 255, cv2.THRESH_BINARY)[1])
    joined = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, block(round(_JOIN_MM * PER_MM / _COARSE), 3))
    return np.asarray(joined / np.float32(255), np.float32)


def core_of(rects: Sequence[Rect]) -> Rect:
    """Where (nearly) all of several values have ink: from the usual left end to the narrowest one's right end."""
    left, top, right, bottom = (
        float(np.median(list(side))) for side in zip(*((r.x, r.y, r.right, r.bottom) for r in rects), strict=True)
    )
    narrow = min(r.right for r in rects)
    end = narrow if narrow > left + 1.0 else left + _CORE * (right - left)
    return Rect(round(left, 2), round(top, 2), round(end - left, 2), round(bottom - top, 2))
