"""Ticks: which of several printed options is marked, by the sign that was read or by the ink in its box."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from imaging.model import Box, Pixels
from ocr.extract.runs import Run
from ocr.forms import FieldDef
from ocr.kinds import choices

_AHEAD = 0.12  # of the share of ink by which a ticked box must beat the others


@dataclass(frozen=True, slots=True)
class Option:
    """One option as it is printed: its stored form, box, the run, and whether a tick was read beside it."""

    value: str
    text: str
    box: Box
    run: int
    ticked: bool
    first: float
    last: float

    @property
    def pitch(self) -> float:
        """The width of one character."""
        return (self.last - self.first) / max(1, len(self.text) - 1) if len(self.text) > 1 else 0.8 * self.box.h


def options_in(runs: Sequence[Run], field: FieldDef, barred: frozenset[int]) -> list[Option]:
    """Where the field's options are printed, outside the barred runs (the title)."""
    found = []
    for index, run in enumerate(runs):
        if index in barred or run.tall:
            continue
        for start, end, option in choices.occurrences(run.text.replace("帐", "账"), field.options):
            before = run.text[max(0, start - 1) : start]
            behind = run.text[end : end + 1]
            ticked = bool(before and before in choices.TICKS) or behind in {"√", "✓", "✔"}
            part = run.part(start, end)
            found.append(
                Option(choices.stored(option), option, part.box, index, ticked, run.xs[start], run.xs[end - 1])
            )
    return found


def _ink(gray: Pixels, box: Box) -> float:
    """The share of dark pixels in a box."""
    part = gray[max(0, box.y) : box.bottom, max(0, box.x) : box.right]
    if not part.size:
        return 0.0
    return float((part < np.median(gray) - 50).mean())


def _boxes_beside(option: Option) -> tuple[Box, Box]:
    """The squares left and right of an option, as wide as one and a half of its characters."""
    wide = option.pitch
    left, right = option.first - 0.55 * wide, option.last + 0.55 * wide
    size = round(1.5 * wide)
    return Box(round(left) - size, option.box.y, size, option.box.h), Box(
        round(right), option.box.y, size, option.box.h
    )


def _by_ink(gray: Pixels, options: Sequence[Option]) -> tuple[str, float] | None:
    """The option whose box holds clearly more ink than those of the others, and by how much."""
    best: tuple[str, float] | None = None
    for side in (0, 1):
        inks = sorted(((_ink(gray, _boxes_beside(o)[side]), o.value) for o in options), reverse=True)
        lead = inks[0][0] - inks[1][0]
        if lead > _AHEAD * 0.5 and (best is None or lead > best[1]):
            best = (inks[0][1], lead)
    return best


def ticked(pixels: Pixels, options: Sequence[Option]) -> tuple[Option, float] | None:
    """The marked option and how sure that is (0..1); None where none stands out."""
    marked = [option for option in options if option.ticked]
    if len({option.value for option in marked}) == 1:
        return marked[0], 0.97
    gray = cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY) if pixels.ndim == 3 else pixels
    found = _by_ink(np.asarray(gray, np.uint8), options)
    if found is None:
        return None
    value, lead = found
    return next(o for o in options if o.value == value), min(0.95, 0.6 + lead)
