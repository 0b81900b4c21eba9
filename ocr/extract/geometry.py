"""Geometry: how far a text stands from where the value of a label is expected."""

from __future__ import annotations

from collections.abc import Sequence

from imaging.model import Box
from ocr.extract.marks import Mark
from ocr.extract.runs import Cells, same_column, same_row
from ocr.extract.segments import Segment

FAR = 9.0  # a cost that no value is taken at


def _height(mark: Mark, segment: Segment) -> float:
    return float(max(8, min(max(segment.box.h / max(1, segment.rows), 8), 3 * min(mark.box.h, mark.box.w))))


def _between_in_row(mark: Mark, segment: Segment, marks: Sequence[Mark]) -> int:
    """How many other labels stand between a label and a text to its right."""
    return sum(
        1
        for other in marks
        if other is not mark
        and mark.box.x + mark.box.w / 2 < other.box.x + other.box.w / 2 <= segment.box.x + segment.box.h * 0.3
        and (same_row(other.box, segment.box) or same_row(other.box, mark.box))
        and other.box.x >= mark.box.right - mark.box.h * 0.5
    )


def _between_in_column(mark: Mark, segment: Segment, marks: Sequence[Mark]) -> int:
    """How many other labels stand between a label and a text below it."""
    return sum(
        1
        for other in marks
        if other is not mark
        and mark.box.bottom <= other.box.y + other.box.h / 2 <= segment.box.y + segment.box.h / 2
        and min(other.box.right, segment.box.right) > max(other.box.x, segment.box.x)
    )


def _vertical_miss(mark: Mark, segment: Segment, cells: Cells, height: float) -> float:
    """How far a text lies off the row of a label, in line heights, beyond what print shifts by."""
    cell = cells.get(mark.cell)
    middle = segment.box.y + segment.box.h / 2
    if cell and not mark.tall and cell.y <= middle <= cell.bottom:
        return abs(middle - mark.box.y - mark.box.h / 2) / max(height, cell.h)
    return abs(middle - (mark.box.y + mark.box.h / 2)) / height


def _right(mark: Mark, segment: Segment, cells: Cells, marks: Sequence[Mark], height: float) -> float:
    """The cost of a value to the right of its label."""
    gap = (segment.box.x - mark.box.right) / height
    if gap < -1.0 or segment.box.x + segment.box.w / 2 <= mark.box.x + mark.box.w / 2:
        return FAR
    miss = _vertical_miss(mark, segment, cells, height)
    if miss > 1.6:
        return FAR
    cost = miss * 1.2 + max(0.0, gap - 1) * 0.06 + 2.2 * _between_in_row(mark, segment, marks)
    own, other = cells.get(mark.cell), cells.get(segment.cell)
    if own and other and own is not other:
        cost += 0.0 if _is_next(own, other, height) else 1.0
    if own is None and other is None and gap > 12:
        cost += 0.5
    return cost


def _is_next(left: Box, right: Box, height: float) -> bool:
    """Whether a cell stands right beside another one."""
    return abs(right.x - left.right) <= height and min(left.bottom, right.bottom) - max(left.y, right.y) > 0.4 * min(
        left.h, right.h
    )


def _below(mark: Mark, segment: Segment, cells: Cells, marks: Sequence[Mark], height: float) -> float:
    """The cost of a value below its label: in its cell, or in the cell underneath."""
    drop = (segment.box.y - mark.box.bottom) / height
    own, other = cells.get(mark.cell), cells.get(segment.cell)
    if drop < -0.6 or drop > 5 or mark.tall or not same_column(own or mark.box, segment.box):
        return FAR
    cost = 1.0 + max(0.0, drop) * 0.35 + 2.2 * _between_in_column(mark, segment, marks)
    if own and own is other:
        cost -= 0.7
    elif own and other:
        cost += -0.3 if abs(other.y - own.bottom) <= height else 0.6
    return cost


def distance(mark: Mark, number: int, segment: Segment, cells: Cells, marks: Sequence[Mark]) -> float:
    """The cost of a text as the value of a label: 0 right behind it, FAR where it cannot be its value. `number` is the
    label's place among `marks`."""
    if segment.after == number:
        return 0.0
    if segment.after is not None:
        return FAR
    height = _height(mark, segment)
    return min(_right(mark, segment, cells, marks, height), _below(mark, segment, cells, marks, height))
