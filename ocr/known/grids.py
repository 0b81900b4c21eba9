"""Grids: an amount written one digit a cell, its digits cut from between the rules and moved together."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np

from imaging.model import Pixels
from ocr.known.crops import Lie, calm, crop, erased
from ocr.known.dark import cut
from ocr.known.ink import Ink
from ocr.known.model import PER_MM, KnownForm, Rect, Zone

_LEAST_HIGH, _LEAST_AREA = 0.3, 6
_PAD, _WIDE = 0.15, 0.3
_FEW = 20  # of 100 digits
_ROW = 0.6  # of a digit's height
_INSETS = 0.09, 0.02  # of a cell
_RULE_DARK, _RULE_SHARE, _RULE_OFF = 25, 0.45, 0.13
_PITCH, _LEAST_CELLS, MOST_CELLS = (2.8, 8.5), 8, 14
_ROOM = 0.6  # of a cell, clear of its rules


@dataclass(frozen=True, slots=True)
class Strip:
    """The digits of a grid in one line of print: the pixels, the same with more paper around (`wide`), how many cells
    are filled (to the last, 分), where the row stands on the form (mm), and how far right of its cells the print stands
    (mm)."""

    pixels: Pixels
    wide: Pixels
    filled: int
    rect: Rect
    shift: float

    def cell_at(self, x: float, wide: bool = False) -> int:
        """Which of the filled cells a place (pixels from the left end of its picture) lies in."""
        height, width = (self.wide if wide else self.pixels).shape[:2]
        share = _WIDE if wide else _PAD
        pad = height * share / (1 + 2 * share)
        return min(self.filled - 1, max(0, int((x - pad) / (width - 2 * pad) * self.filled)))


def ruled_columns(template: Pixels, value: Rect) -> tuple[float, ...]:
    """The middles of the cells of a grid of digits (mm) by its upright rules; none where there is no grid."""
    band = cut(template, Rect(0.0, value.y + 0.2 * value.h, template.shape[1] / PER_MM, 0.6 * value.h))
    if not band.shape[0]:
        return ()
    dark = np.mean(band > _RULE_DARK, axis=0) >= _RULE_SHARE
    edges = np.flatnonzero(np.diff(np.concatenate([[0], dark.astype(np.int8), [0]])))
    rules = [(a + b - 1) / 2 / PER_MM for a, b in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)]
    best: list[float] = []
    for k, first in enumerate(rules):
        for second in rules[k + 1 :]:
            pitch = second - first
            chain = _chain(rules, first, second) if _PITCH[0] <= pitch <= _PITCH[1] else []
            if len(chain) > len(best) and chain[0] - 2.0 <= value.center[0] <= chain[-1] + 2.0:
                best = chain
    if not _LEAST_CELLS <= len(best) - 1 <= MOST_CELLS:
        return ()
    return tuple(round((a + b) / 2, 2) for a, b in pairwise(best))


def _chain(rules: list[float], first: float, second: float) -> list[float]:
    """Rules at one distance from each other, from the first two on; one that faded is put in."""
    pitch, found, lost = second - first, [first, second], 0
    while True:
        wanted = found[-1] + pitch
        near = min(rules, key=lambda x: abs(x - wanted))
        if abs(near - wanted) <= _RULE_OFF * pitch:
            found.append(near)
            pitch = (found[-1] - found[0]) / (len(found) - 1)
        elif lost == 0 and any(abs(x - wanted - pitch) <= _RULE_OFF * pitch for x in rules):
            found.append(wanted)
            lost += 1
        else:
            return found


def pitch_of(zone: Zone) -> float:
    """The width of a cell in mm."""
    return (zone.columns[-1] - zone.columns[0]) / (len(zone.columns) - 1)


def cells_of(zone: Zone) -> list[Rect]:
    """The room inside each cell of a grid, clear of its rules."""
    half = _ROOM * pitch_of(zone) / 2
    return [Rect(x - half, zone.value.y, 2 * half, zone.value.h) for x in zone.columns]


def _columns(ink: Ink, room: Rect, zone: Zone) -> tuple[list[int], float, Rect] | None:
    """The filled cells, the print's shift to the right, and where the digits stand."""
    pitch = pitch_of(zone)
    parts = ink.inside(room)
    high = parts[:, 3] / PER_MM >= _LEAST_HIGH * zone.line if len(parts) else np.zeros(0, bool)
    parts = parts[high & (parts[:, 4] >= _LEAST_AREA) & (parts[:, 2] / PER_MM <= 1.6 * pitch)] if len(parts) else parts
    if not len(parts):
        return None
    middle = parts[:, 1] + parts[:, 3] / 2
    parts = parts[np.abs(middle - np.median(middle)) <= _ROW * np.median(parts[:, 3])]
    x = (parts[:, 0] + parts[:, 2] / 2) / PER_MM
    turn = np.exp(2j * np.pi * (x - zone.columns[0]) / pitch) @ parts[:, 4]
    shift = float(np.angle(turn) / (2 * np.pi) * pitch)
    cells = np.rint((x - shift - zone.columns[0]) / pitch).astype(int)
    inside = (cells >= 0) & (cells < len(zone.columns))
    if not inside.any():
        return None
    # A rule's rest beside a digit is no part of the row.
    top = float(np.percentile(parts[inside, 1], _FEW)) / PER_MM
    bottom = float(np.percentile(parts[inside, 1] + parts[inside, 3], 100 - _FEW)) / PER_MM
    left, right = zone.columns[0] - pitch / 2, zone.columns[-1] + pitch / 2
    return sorted(set(cells[inside].tolist())), shift, Rect(left + shift, top, right - left, bottom - top)


def strip(lie: Lie, form: KnownForm, ink: Ink, zone: Zone) -> Strip | None:
    """The digits of a grid's row moved together; None where the row is empty."""
    room = ink.moved(zone.box).grown(1.5, 0.8)
    found = _columns(ink, room, zone)
    if found is None:
        return None
    cells, shift, rect = found
    whole = rect.grown(0.0, 0.12 * rect.h)
    picture = crop(lie, whole)
    picture = erased(picture if zone.red else calm(picture), whole, form, ink)
    # Digits go on to 分, also those that are too faint to be ink.
    count = len(zone.columns) - cells[0]
    narrow, broad = (_joined(picture, cells[0], len(zone.columns), inset) for inset in _INSETS)
    return Strip(_padded(narrow, _PAD), _padded(broad, _WIDE), count, rect, shift)


def _joined(picture: Pixels, first: int, count: int, inset: float) -> Pixels:
    """The cells from the first filled one on without their edges, where rules run."""
    step = picture.shape[1] / count
    spans = [(round((k + inset) * step), round((k + 1 - inset) * step)) for k in range(first, count)]
    return np.asarray(np.hstack([picture[:, a:b] for a, b in spans]), np.uint8)


def _padded(pixels: Pixels, share: float) -> Pixels:
    pad = round(share * pixels.shape[0])
    return np.asarray(cv2.copyMakeBorder(pixels, pad, pad, pad, pad, cv2.BORDER_REPLICATE), np.uint8)
