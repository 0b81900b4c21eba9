"""Unlike: what the rooms beside a choice's options hold that the others of the same page do not: a mark by hand."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from imaging.model import Pixels
from imaging.ops import block, darkest, level, u8
from ocr.known.crops import Lie, crop
from ocr.known.dark import Floats
from ocr.known.model import Rect

_PER_MM = 7.5
_ASTRAY_MM = 0.8  # options are found by their words, so their boxes stand a little off
_LEAST_MM = 1.0
_PAPER, _PRINT = 0.7, 97.0
_LEAST_PRINT = 30.0  # darkness
_INK = 0.4  # of the print's darkness
_THROUGH = 0.85


def unlike(lie: Lie, rooms: Sequence[Rect], middles: Sequence[float]) -> list[float]:
    """How much ink (mm²) each room has that the most alike of the others has not. The others on the same page show what
    is printed there; samples of which all tick one option do not, nor how dark this page's print is. `middles` are the
    heights (mm) of the options' middles: rooms begin and end where other rows of options let them."""
    if min(min(room.w, room.h) for room in rooms) < _LEAST_MM:
        return [0.0] * len(rooms)
    reach = max(max(y - room.y, room.bottom - y) for room, y in zip(rooms, middles, strict=True))
    width = min(room.w for room in rooms)
    alike = [Rect(room.x, y - reach, width, 2 * reach) for room, y in zip(rooms, middles, strict=True)]
    inked = _inked([_darkness(crop(lie, rect.grown(_ASTRAY_MM, _ASTRAY_MM)), rect) for rect in alike])
    own = [_own(ink, room.y - rect.y, room.h) for ink, room, rect in zip(inked, rooms, alike, strict=True)]
    spread = [cv2.dilate(ink, block(3, 3)).astype(np.float32) for ink in inked]
    return [
        min(_unexplained(mine, other) for j, other in enumerate(spread) if j != k) / _PER_MM**2
        for k, mine in enumerate(own)
    ]


def _darkness(picture: Pixels, rect: Rect) -> Pixels:
    """A crop as darkness against its own paper, `_PER_MM` pixels to the mm."""
    size = round((rect.w + 2 * _ASTRAY_MM) * _PER_MM), round((rect.h + 2 * _ASTRAY_MM) * _PER_MM)
    light = u8(cv2.resize(darkest(picture), size, interpolation=cv2.INTER_LINEAR))
    return u8(cv2.subtract(np.full_like(light, round(level(light, _PAPER))), light))


def _inked(pictures: Sequence[Pixels]) -> list[Pixels]:
    """The ink (1) of crops, by how dark the print in all of them is."""
    print_ = max(_LEAST_PRINT, float(np.percentile(np.concatenate([each.ravel() for each in pictures]), _PRINT)))
    return [_without_rules(u8(cv2.threshold(each, _INK * print_, 1, cv2.THRESH_BINARY)[1])) for each in pictures]


def _without_rules(ink: Pixels) -> Pixels:
    """The ink without the rules of the table, which some rooms reach and others do not: they run through a room."""
    rules = u8(np.zeros_like(ink))
    for shape in (block(round(_THROUGH * ink.shape[1]), 1), block(1, round(_THROUGH * ink.shape[0]))):
        opened = cv2.morphologyEx(ink, cv2.MORPH_OPEN, shape, borderType=cv2.BORDER_CONSTANT, borderValue=0)
        rules = u8(cv2.bitwise_or(rules, u8(opened)))
    return u8(cv2.subtract(ink, cv2.dilate(rules, block(3, 3))))


def _own(ink: Pixels, top: float, height: float) -> Pixels:
    """The ink of a crop without its margins, between the ends of its room (mm)."""
    pad, begin, end = (round(mm * _PER_MM) for mm in (_ASTRAY_MM, top, top + height))
    kept = ink[pad:-pad, pad:-pad].copy()
    kept[: max(0, begin)] = 0
    kept[end:] = 0
    return kept


def _unexplained(ink: Pixels, other: Floats) -> float:
    """How many pixels of ink another room's does not cover where the two match best."""
    covered = cv2.matchTemplate(other, ink.astype(np.float32), cv2.TM_CCORR)
    return float(cv2.countNonZero(ink)) - float(covered.max())
