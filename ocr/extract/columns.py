"""Columns: rows of narrow cells of one width, one digit each, told from the rules of a table alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from imaging.model import Box
from ocr.extract.runs import union

_LEAST, _MOST = 7, 13  # columns of an amount
_NARROW = 1.8  # of the cell's height
_PITCH = 1.7  # of a cell's width, at most: broad rules stand between
_LIKE = 0.35  # by how much widths, heights and places of neighbours may differ


@dataclass(frozen=True, slots=True)
class Columns:
    """The cells of a row of digits, from left to right, and those of the head above them where it has cells."""

    cells: tuple[Box, ...]
    head: Box | None

    @property
    def centers(self) -> tuple[float, ...]:
        """The middle of each column in page pixels."""
        return tuple(cell.center[0] for cell in self.cells)

    @property
    def pitch(self) -> float:
        """The distance from column to column."""
        return float(np.median(np.diff(self.centers)))

    @property
    def row(self) -> Box:
        """The row of digits."""
        return union(self.cells)


def _alike(left: Box, right: Box) -> bool:
    wide, high = max(left.w, right.w), max(left.h, right.h)
    return (
        abs(left.w - right.w) <= _LIKE * wide
        and abs(left.y - right.y) <= _LIKE * high
        and abs(left.h - right.h) <= _LIKE * high
    )


def _steps(chain: Sequence[Box], box: Box) -> int:
    """How many columns a cell stands right of the last one of a chain, 0 where it is none of that row."""
    last = chain[-1]
    if not _alike(last, box):
        return 0
    step, wide = box.center[0] - last.center[0], max(last.w, box.w)
    if 0.9 * wide <= step <= _PITCH * wide:
        return 1
    pitch = (last.center[0] - chain[0].center[0]) / (len(chain) - 1) if len(chain) > 2 else 0.0
    return 2 if abs(step - 2 * pitch) <= 0.4 * pitch else 0


def _chains(boxes: Sequence[Box]) -> list[list[Box]]:
    """Narrow cells side by side; one that a broken rule left open is drawn in."""
    chains: list[list[Box]] = []
    for box in sorted((b for b in boxes if b.w <= _NARROW * b.h), key=lambda b: b.x):
        steps, chain = max(
            ((_steps(chain, box), chain) for chain in chains), key=lambda offer: offer[0], default=(0, [])
        )
        if steps == 0:
            chains.append([box])
            continue
        if steps == 2:
            chain.append(replace(box, x=round((chain[-1].x + box.x) / 2)))
        chain.append(box)
    return [chain for chain in chains if _LEAST <= len(chain) <= _MOST]


def _is_above(upper: Box, lower: Box) -> bool:
    shared = min(upper.right, lower.right) - max(upper.x, lower.x)
    return upper.y < lower.y and abs(lower.y - upper.bottom) <= _LIKE * lower.h and shared > 0.8 * min(upper.w, lower.w)


def find_columns(boxes: Sequence[Box]) -> list[Columns]:
    """The rows of columns of a page. Of two rows above each other the upper one is the head of the lower one."""
    rows = [(chain, union(chain)) for chain in _chains(boxes)]
    found = []
    for chain, row in rows:
        if any(_is_above(row, other) for _, other in rows):
            continue
        head = next((other for _, other in rows if _is_above(other, row)), None)
        found.append(Columns(tuple(chain), head))
    return found
