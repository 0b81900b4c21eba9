"""Segments: what is left of the runs beside the labels, joined where one value was read in pieces."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from imaging.model import Box
from ocr.extract.marks import Mark
from ocr.extract.runs import Cells, Run, same_column, same_row, union

LEADING = "::;.,、)]|丨_-"
TRAILING = " |丨:：_"
# Small print about the sheet itself, never a value.
_SMALL_PRINT = re.compile(
    r"第[一二三四五六七]联|此联|须知|请妥善|涂改|本凭证|本申请|服务热线|上列款项|账户内支付|自出票之日|如有疑问|mm$|无误"
    r"|[亿千百十万元角分]{6}"
)


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of text that may be a value: its run (or several joined, of one row or of one cell's rows), the text, and
    the mark that stands right before it in its own run (an index into the marks), if any."""

    text: str
    box: Box
    cell: int
    confidences: tuple[float, ...]
    xs: tuple[float, ...] = ()
    after: int | None = None
    runs: tuple[int, ...] = ()
    lines: tuple[Box, ...] = ()
    grid: bool = False

    @property
    def rows(self) -> int:
        """How many rows of print it takes."""
        return max(1, len(self.lines))

    @property
    def confidence(self) -> float:
        """The least sure character."""
        return min(self.confidences, default=0.0)


def _of_run(run: Run, index: int, start: int, end: int, after: int | None) -> Segment | None:
    while start < end and run.text[start] in LEADING:
        start += 1
    while end > start and run.text[end - 1] in TRAILING:
        end -= 1
    if start >= end or run.tall or _SMALL_PRINT.search(run.text[start:end]):
        return None
    part = run.part(start, end)
    return Segment(part.spaced, part.box, run.cell, part.confidences, part.xs, after, (index,))


def segments_of(runs: Sequence[Run], marks: Sequence[Mark]) -> list[Segment]:
    """All text that no mark covers, by run, in reading order."""
    covered = {i for mark in marks for i in mark.others}
    by_run: dict[int, list[tuple[int, Mark]]] = {}
    for number, mark in enumerate(marks):
        by_run.setdefault(mark.run, []).append((number, mark))
    found: list[Segment | None] = []
    for index, run in enumerate(runs):
        if index in covered:
            continue
        place, after = 0, None
        for number, mark in sorted(by_run.get(index, []), key=lambda pair: pair[1].start):
            found.append(_of_run(run, index, place, mark.start, after))
            place, after = mark.end, number
        found.append(_of_run(run, index, place, len(run.text), after))
    return [segment for segment in found if segment is not None]


def join_row(parts: Sequence[Segment]) -> Segment:
    """Segments of one row as one, a space between them."""
    ordered = sorted(parts, key=lambda part: part.box.x)
    return _joined(ordered, " ", ())


def join_rows(parts: Sequence[Segment]) -> Segment:
    """Segments of several rows as one value, nothing between them (a space between two Latin words)."""
    ordered = sorted(parts, key=lambda part: part.box.y + part.box.h / 2)
    rows: list[list[Segment]] = []
    for part in ordered:
        if rows and same_row(rows[-1][0].box, part.box):
            rows[-1].append(part)
        else:
            rows.append([part])
    lines = [join_row(row) for row in rows]
    latin = all(line.text[-1:].isascii() and line.text[-1:].isalpha() for line in lines[:-1])
    return _joined(lines, " " if latin else "", tuple(line.box for line in lines))


def _joined(parts: Sequence[Segment], between: str, lines: tuple[Box, ...]) -> Segment:
    return Segment(
        between.join(part.text for part in parts),
        union(part.box for part in parts),
        parts[0].cell,
        tuple(c for part in parts for c in part.confidences),
        tuple(x for part in parts for x in part.xs),
        parts[0].after,
        tuple(r for part in parts for r in part.runs),
        lines,
    )


def _follows(left: Segment, right: Segment, between: float) -> bool:
    """Whether one segment goes on in the next one of its row."""
    gap = right.box.x - left.box.right
    return same_row(left.box, right.box) and -left.box.h <= gap <= between * left.box.h and right.after is None


def chains_of_row(segments: Sequence[Segment], marks: Sequence[Mark], between: float) -> list[tuple[int, ...]]:
    """Neighbours of a row, each near the next and no mark between them, as tuples of indices of two and more."""
    ordered = sorted(range(len(segments)), key=lambda i: segments[i].box.x)
    chains: list[tuple[int, ...]] = []
    for first in ordered:
        chain = [first]
        for other in ordered:
            last, after = segments[chain[-1]], segments[other]
            if after.box.x <= last.box.x or not _follows(last, after, between) or _parted(last, after, marks):
                continue
            chain.append(other)
            chains.append(tuple(chain))
            if len(chain) == 12:
                break
    return chains


def _parted(left: Segment, right: Segment, marks: Sequence[Mark]) -> bool:
    """Whether a mark stands between two segments of a row."""
    return any(
        same_row(left.box, mark.box) and left.box.right - 2 <= mark.box.x + mark.box.w / 2 <= right.box.x + 2
        for mark in marks
    )


def rows_of_value(first: Segment, free: Sequence[Segment], cells: Cells) -> list[Segment]:
    """The further rows of a value: what else stands in its cell or, outside a table, right below it in one print."""
    cell = cells.get(first.cell)
    if cell is not None:
        return [
            s for s in free if s.cell == first.cell and s is not first and s.after is None and _same_print(first, s)
        ]
    found, last = [], first
    for s in sorted(free, key=lambda s: s.box.y):
        gap = s.box.y - last.box.bottom
        near = -0.55 * last.box.h <= gap <= 0.35 * last.box.h and abs(s.box.x - first.box.x) <= 0.8 * first.box.h
        words = sum(c.isalpha() for c in s.text) * 2 > len(s.text)
        if (
            near
            and words
            and s.cell == -1
            and s.after is None
            and _same_print(first, s)
            and same_column(last.box, s.box)
        ):
            found.append(s)
            last = s
    return found


def digit_rows(first: Segment, free: Sequence[Segment]) -> list[Segment]:
    """The further rows of a number that was broken in its cell: digits only, right above or below, left ends alike."""
    return [
        s for s in free
        if s.cell == first.cell and s is not first and s.after is None and _same_print(first, s)
        and re.fullmatch(r"[\d ]{4,}", s.text) and abs(s.box.x - first.box.x) <= 0.8 * first.box.h
        and not same_row(first.box, s.box) and abs(s.box.y - first.box.y) <= 1.5 * first.box.h
    ]  # fmt: skip


def _goes_on(first: Segment, more: Segment) -> bool:
    """Whether a text of the same cell is the next row of a value, and not a mark of a stamp or of another hand."""
    if not _same_print(first, more) or more.confidence < 0.3:
        return False
    aside = abs(more.box.x - first.box.x)
    if same_row(first.box, more.box):
        return 0 <= more.box.x - first.box.right <= 1.2 * first.box.h
    return aside <= (3 if more.box.y > first.box.y else 0.8) * first.box.h


def _same_print(a: Segment, b: Segment) -> bool:
    """Whether two segments have about the same height of letters and neither is a row of boxes to tick."""
    if any(c in "□☐☑√✓☒" for c in a.text + b.text):
        return False
    low, high = sorted((a.box.h, b.box.h))
    return low >= 0.6 * high
