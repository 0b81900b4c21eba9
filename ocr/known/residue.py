"""Residue: what is left of a stamp that was taken off a page, beside a value."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from imaging.model import Box, Pixels
from imaging.ops import u8
from ocr.known.dark import Dark, to_form
from ocr.known.model import Affine

# Pixels of the form: a stamp is taken off with what is next to it, and a corner may lie outside its outline.
_AROUND = 9
_APART = 1.2  # lines: characters of one value stand closer
_SPECK, _FROM_WORDS = 0.4, 0.6  # lines: all of a character's pieces are seldom so small, none so far from the next
_BROKEN = 0.75  # of the height of what stands outside of stamps


def stamped_on(stamps: Sequence[Box], small: Dark, affine: Affine, shape: tuple[int, int]) -> Pixels:
    """Where stamps were on a page (pixels of its full size), as its form of `shape` lies on it: 255."""
    made = u8(np.zeros_like(small.pixels))
    for box in stamps:
        left, top, right, bottom = (round(v / small.times) for v in (box.x, box.y, box.right, box.bottom))
        made[max(0, top - _AROUND) : bottom + _AROUND, max(0, left - _AROUND) : right + _AROUND] = 255
    return to_form(made, affine, shape)


def without_residue(parts: npt.NDArray[np.int32], stamped: Pixels | None, line: float) -> npt.NDArray[np.int32]:
    """The components of a row of print without those apart from the others where a stamp was, if they are broken: where
    it crossed rules, or itself, it was too dark to be taken off. `line` is the row's usual height in pixels."""
    if stamped is None or len(parts) < 2:
        return parts
    order = parts[np.argsort(parts[:, 0])]
    ends = np.maximum.accumulate(order[:, 0] + order[:, 2])
    group = np.concatenate([[0], np.cumsum(order[1:, 0] - ends[:-1] > _APART * line)])
    under = _under(stamped, order)
    covered = [number for number in range(group[-1] + 1) if under[group == number].all()]
    outside = ~np.isin(group, covered)
    if not covered or not outside.any():
        return parts
    usual = _height(order[outside])
    broken = [number for number in covered if _height(order[group == number]) < _BROKEN * usual]
    return order[~np.isin(group, broken)]


def without_specks(parts: npt.NDArray[np.int32], stamped: Pixels | None, line: float) -> npt.NDArray[np.int32]:
    """The components of a row of words without the specks before and behind it where a stamp was."""
    if stamped is None or not len(parts):
        return parts
    x, right = parts[:, 0], parts[:, 0] + parts[:, 2]
    specks = _under(stamped, parts) & (parts[:, 2:4].max(axis=1) < _SPECK * line)
    if specks.all():
        return parts
    first, last = x[~specks].min() - _FROM_WORDS * line, right[~specks].max() + _FROM_WORDS * line
    kept: npt.NDArray[np.bool_] = ~(specks & ((right < first) | (x > last)))
    return np.asarray(parts[kept], np.int32)


def _under(stamped: Pixels, parts: npt.NDArray[np.int32]) -> npt.NDArray[np.bool_]:
    """Which components have their middle where a stamp was."""
    return np.asarray(stamped[parts[:, 1] + parts[:, 3] // 2, parts[:, 0] + parts[:, 2] // 2] > 0)


def _height(parts: npt.NDArray[np.int32]) -> float:
    """How high components are, on the mean of their ink."""
    return float(np.average(parts[:, 3], weights=parts[:, 4]))
