"""Runs: the lines of a reading cut where a table's border or a wide gap runs between two characters."""

from __future__ import annotations

import itertools
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np

from imaging.model import Box
from ocr.extract.lexicon import lexicon, longest_first, plain
from ocr.model import Line, Reading

WIDE_GAP = 1.6  # of the line's height, between the edges of two characters
_HALF = 0.5
_BORDER_GAP = 0.22
_OFF = 1.35  # times the usual step from character to character


@dataclass(frozen=True, slots=True)
class Run:
    """Characters that stand together: `text` in NFKC without spaces, the centre and confidence of each character,
    whether a gap or space stands before it, the box in page pixels, and the cell (an index, -1 for none)."""

    text: str
    xs: tuple[float, ...]
    confidences: tuple[float, ...]
    gaps: tuple[bool, ...]
    box: Box
    cell: int
    tall: bool = False

    def part(self, start: int, end: int) -> Run:
        """The characters start..end as a run of its own, with the box that they take."""
        if (start, end) == (0, len(self.text)):
            return self
        box = self._fall(start, end) if self.tall else self._span(start, end)
        return Run(self.text[start:end], self.xs[start:end], self.confidences[start:end], self.gaps[start:end], box,
                   self.cell, self.tall)  # fmt: skip

    def _fall(self, start: int, end: int) -> Box:
        """The part of a stacked word: two groups' words below each other may be read as one."""
        step = self.box.h / len(self.text)
        return Box(self.box.x, round(self.box.y + start * step), self.box.w, max(1, round((end - start) * step)))

    def _span(self, start: int, end: int) -> Box:
        left = self.box.x if start == 0 else (self.xs[start - 1] + self.xs[start]) / 2
        right = self.box.right if end == len(self.text) else (self.xs[end - 1] + self.xs[end]) / 2
        half = self.box.h * 0.6
        left, right = max(left, self.xs[start] - half), min(right, self.xs[end - 1] + half)
        return Box(round(left), self.box.y, max(1, round(right - left)), self.box.h)

    @property
    def spaced(self) -> str:
        """The text with a space where a gap stands."""
        return "".join(
            (" " if gap and i else "") + c for i, (c, gap) in enumerate(zip(self.text, self.gaps, strict=True))
        )

    @property
    def confidence(self) -> float:
        """The least sure character."""
        return min(self.confidences, default=0.0)


class Cells:
    """The cells of a page's tables, asked by point. The smallest cell that holds a point is its cell."""

    def __init__(self, boxes: Sequence[Box], width: int, height: int) -> None:
        # A frame around the whole form is no cell.
        kept = [box for box in boxes if box.w * box.h < 0.5 * width * height]
        self.boxes = tuple(sorted(kept, key=lambda box: box.w * box.h))
        self._edges = np.array([(b.x, b.y, b.right, b.bottom) for b in self.boxes], np.float64).reshape(-1, 4)

    def at(self, points: Iterable[tuple[float, float]]) -> list[int]:
        """The index of each point's cell, -1 where it lies in none."""
        where = np.array(list(points), np.float64).reshape(-1, 2)
        if not len(self.boxes) or not len(where):
            return [-1] * len(where)
        x, y = where[:, :1], where[:, 1:]
        inside = (x >= self._edges[:, 0]) & (x < self._edges[:, 2]) & (y >= self._edges[:, 1]) & (y < self._edges[:, 3])
        return [
            int(i) if found else -1 for i, found in zip(np.argmax(inside, axis=1), np.any(inside, axis=1), strict=True)
        ]

    def get(self, index: int) -> Box | None:
        """The cell's box, None for -1."""
        return self.boxes[index] if index >= 0 else None


def _width(char: str) -> float:
    """How much of the line's height a character takes."""
    return 0.95 if unicodedata.east_asian_width(char) in "WF" else 0.5


def _spread(line: Line, box: Box) -> tuple[float, ...]:
    """Centres of a line's characters by their usual widths, where the engine tells none."""
    widths = np.array([_width(c) for c in line.text])
    ends = np.cumsum(widths)
    return tuple(float(x) for x in box.x + (ends - widths / 2) / ends[-1] * box.w)


def _characters(line: Line, box: Box) -> list[tuple[str, float, float, bool]]:
    """Each printed character: NFKC, centre, confidence, whether a space was read before it."""
    xs = line.centers if len(line.centers) == len(line.text) else _spread(line, box)
    confidences = line.char_confidences
    if len(confidences) != len(line.text):
        confidences = (line.confidence,) * len(line.text)
    found: list[tuple[str, float, float, bool]] = []
    space = False
    for char, x, confidence in zip(line.text, xs, confidences, strict=True):
        plain = unicodedata.normalize("NFKC", char).replace("¥", "¥")
        if not plain.strip():
            space = True
            continue
        for each in plain:
            found.append((each, x, confidence, space))
            space = False
    return found


def _run(chars: Sequence[tuple[str, float, float, bool]], gaps: Sequence[bool], box: Box, cell: int, tall: bool) -> Run:
    text = "".join(c for c, *_ in chars)
    return Run(text, tuple(x for _, x, *_ in chars), tuple(c for *_, c, _ in chars), tuple(gaps), box, cell, tall)


def _gaps(chars: Sequence[tuple[str, float, float, bool]], height: int) -> list[float]:
    """The white between each character and the one before it, in line heights; 0 for the first."""
    white = [0.0]
    for (a, ax, *_), (b, bx, *_) in itertools.pairwise(chars):
        white.append((bx - ax) / max(1, height) - (_width(a) + _width(b)) / 2)
    return white


def _cut(line: Line, box: Box, cells: Cells) -> list[Run]:
    chars = _characters(line, box)
    tall = box.h > 1.6 * box.w and len(chars) > 1
    if not chars:
        return []
    if tall:
        cell = cells.at([box.center])[0]
        return [_run(chars, [False] * len(chars), box, cell, True)]
    places = cells.at((x, box.y + box.h / 2) for _, x, *_ in chars)
    white = _gaps(chars, box.h)
    gaps = [space or gap > _HALF for (*_, space), gap in zip(chars, white, strict=True)]
    whole = _run(chars, gaps, box, -1, False)
    borders = [i for i in range(1, len(chars)) if places[i] != places[i - 1]]
    apart = [i for i in borders if _parts(whole, i, white[i]) or _stands_off(whole, i)]
    cuts = sorted({i for i in range(1, len(chars)) if white[i] > WIDE_GAP} | set(apart))
    runs = []
    for start, end in zip([0, *cuts], [*cuts, len(chars)], strict=True):
        part = whole.part(start, end)
        cell = Counter(places[start:end]).most_common(1)[0][0]
        runs.append(_run(chars[start:end], [False, *gaps[start + 1 : end]], part.box, cell, False))
    return runs


def _stands_off(run: Run, place: int) -> bool:
    """Whether two Chinese characters stand further apart than the others of their line, whose box may be higher than
    its print."""
    steps = [b - a for i, (a, b) in enumerate(itertools.pairwise(run.xs), 1) if i != place and _are_chinese(run, i)]
    return len(steps) > 1 and _are_chinese(run, place) and run.xs[place] - run.xs[place - 1] > _OFF * median(steps)


def _are_chinese(run: Run, place: int) -> bool:
    return all(unicodedata.east_asian_width(char) == "W" for char in run.text[place - 1 : place + 1])


def _parts(run: Run, place: int, white: float) -> bool:
    """Whether a border between two characters parts the text. Print that was shifted runs on over a border; a label
    before or behind it, white, or single characters do not."""
    if white > _BORDER_GAP or run.text[place - 1] in ":¥" or run.text[place] in ":¥":
        return True
    if run.text[place - 1].isascii() != run.text[place].isascii():
        return True
    ahead, behind = plain(run.text[:place]), plain(run.text[place:])
    return ahead in lexicon() or behind in lexicon() or longest_first().match(behind) is not None


def runs_of(reading: Reading, cells: Cells) -> list[Run]:
    """The runs of a page's reading, by rows from the top, from left to right."""
    found = [run for line in reading.lines if line.box for run in _cut(line, line.box, cells)]
    return sorted(found, key=lambda run: (run.box.y + run.box.h / 2, run.box.x))


def same_row(a: Box, b: Box, share: float = 0.5) -> bool:
    """Whether two boxes stand in one row: they overlap in height by a share of the lower one."""
    return min(a.bottom, b.bottom) - max(a.y, b.y) >= share * min(a.h, b.h)


def same_column(a: Box, b: Box, share: float = 0.3) -> bool:
    """Whether two boxes stand over each other: they overlap in width by a share of the narrower one."""
    return min(a.right, b.right) - max(a.x, b.x) >= share * min(a.w, b.w)


def union(boxes: Iterable[Box]) -> Box:
    """The smallest box that holds all; ValueError where there are none."""
    every = list(boxes)
    if not every:
        raise ValueError("no boxes to join")
    total = every[0]
    for box in every[1:]:
        total = total.union(box)
    return total
