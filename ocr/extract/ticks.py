"""Ticks: which of several printed options is marked, by the sign that was read or by the ink in its box."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from imaging.model import Box, Pixels
from ocr.extract.marks import Mark
from ocr.extract.runs import Run
from ocr.forms import FieldDef
from ocr.kinds import choices

_LEAD, _MORE = 0.022, 1.2  # by how much, and how many times, a ticked box holds more ink than the next one
_EMPTY = 0.02
_OPENING, _CLOSING = "([【〔", ")]】〕"
_MARKS = choices.TICKS + choices.BOXES + _OPENING + _CLOSING


@dataclass(frozen=True, slots=True)
class Option:
    """One option as it is printed: its stored form and text, box, run, whether a tick was read beside it, whether an
    empty box was, the centres of its first and last character, and what its brackets enclose."""

    value: str
    text: str
    box: Box
    run: int
    ticked: bool
    unticked: bool
    first: float
    last: float
    room: Box | None = None

    @property
    def pitch(self) -> float:
        """The width of one character."""
        if len(self.text) < 2:
            return 0.7 * self.box.h
        return min(0.9 * self.box.h, (self.last - self.first) / (len(self.text) - 1))


def _is_covered(index: int, start: int, end: int, marks: Sequence[Mark]) -> bool:
    return any(m.run == index and m.start < end and start < m.end for m in marks)


def _signs(run: Run, places: Sequence[tuple[int, int, str]]) -> list[range]:
    """The characters (boxes, brackets, ticks) that belong to each option of a row: those before it where the row begins
    with some, those behind it where it ends with some, else those that stand nearer to it than to its neighbour."""
    if not places:
        return []
    starts, ends = [start for start, *_ in places], [end for _, end, _ in places]
    spans = list(zip([max(0, starts[0] - 3), *ends], [*starts, len(run.text)], strict=True))
    kept = [[i for i in range(a, b) if run.text[i] in _MARKS] for a, b in spans]
    # An option that was misread is none of the places: its signs must not fall to its neighbour.
    if kept[0] or (not kept[-1] and _lean_right(run, kept[1:-1])):
        signs = [sum(1 for _ in itertools.takewhile(_is_sign, reversed(run.text[:start]))) for start in starts]
        return [range(start - count, start) for start, count in zip(starts, signs, strict=True)]
    signs = [sum(1 for _ in itertools.takewhile(_is_sign, run.text[end:])) for end in ends]
    return [range(end, end + count) for end, count in zip(ends, signs, strict=True)]


def _is_sign(char: str) -> bool:
    return char in _MARKS


def _lean_right(run: Run, between: Sequence[Sequence[int]]) -> bool:
    """Whether the signs between options stand nearer to what follows them."""
    signs = [part for part in between if part]
    left = sum(run.xs[part[0]] - run.xs[part[0] - 1] for part in signs)
    return sum(run.xs[part[-1] + 1] - run.xs[part[-1]] for part in signs) < left


def options_in(runs: Sequence[Run], field: FieldDef, barred: frozenset[int], marks: Sequence[Mark]) -> list[Option]:
    """Where the field's options are printed, outside labels and the barred runs (the title)."""
    found = []
    for index, run in enumerate(runs):
        if index in barred or run.tall:
            continue
        text = run.text.replace("帐", "账")
        places = [
            p
            for p in choices.occurrences(text, field.options, clipped=True)
            if not _is_covered(index, p[0], p[1], marks)
        ]
        for (start, end, option), signs in zip(places, _signs(run, places), strict=True):
            sign = "".join(run.text[i] for i in signs)
            ticked = any(c in choices.TICKS for c in sign)
            part, xs = run.part(start, end), run.xs
            found.append(
                Option(
                    choices.stored(option), option, part.box, index, ticked, bool(sign) and not ticked, xs[start],
                    xs[end - 1], _room(run, signs),
                )
            )  # fmt: skip
    return found


def _room(run: Run, signs: range) -> Box | None:
    """What two brackets enclose, None where there are none."""
    if len(signs) < 2 or run.text[signs[0]] not in _OPENING or run.text[signs[-1]] not in _CLOSING:
        return None
    brackets = 0.3 * run.box.h
    left, right = run.xs[signs[0]], run.xs[signs[-1]]
    inset = min(brackets, (right - left) / 4)
    return Box(round(left + inset), run.box.y, max(1, round(right - left - 2 * inset)), run.box.h)


def _ink(gray: Pixels, paper: float, box: Box) -> float:
    """The share of dark pixels in a box, long level rules not among them."""
    part = gray[max(0, box.y) : box.bottom, max(0, box.x) : max(0, box.right)]
    if not part.size:
        return 0.0
    dark = part < paper - 45
    dark[dark.mean(axis=1) > 0.95] = False
    return float(dark.mean())


def _beside(option: Option, right: bool) -> Box:
    """The square left or right of an option, one and a half of its characters wide and high."""
    wide = option.pitch
    size, middle = round(1.5 * wide), option.box.y + option.box.h / 2
    x = option.last + 0.55 * wide if right else option.first - 0.55 * wide - size
    return Box(round(x), round(middle - size / 2), size, size)


def _by_ink(gray: Pixels, options: Sequence[Option]) -> tuple[Option, float] | None:
    """The option whose box holds clearly more ink than those of the others, and how clearly."""
    paper = float(np.median(gray[::8, ::8]))
    lefts, rights = ([_ink(gray, paper, _beside(o, side)) for o in options] for side in (False, True))
    rooms = [o.room for o in options if o.room is not None]
    if len(rooms) == len(options):
        lefts = rights = [_ink(gray, paper, room) for room in rooms]
    # Boxes stand all left or all right of their options: the far end of the row is white on the other side.
    side = lefts if min(lefts) > _EMPTY or min(rights) <= _EMPTY else rights
    order = sorted(range(len(options)), key=lambda i: -side[i])
    most, second = side[order[0]], side[order[1]]
    if second <= _EMPTY and most > 2 * _EMPTY:
        return options[order[0]], 0.8
    if most - second < 0.5 * _LEAD or most < 1.08 * second:
        return None
    if most - second < _LEAD or most < _MORE * second:
        return options[order[0]], 0.3
    return options[order[0]], min(0.97, 0.5 + 0.6 * (most / second - 1) + 2 * (most - second))


def _by_boxes(gray: Pixels, options: Sequence[Option]) -> Option | None:
    """The option without an empty box before it, where all others have one; None where several lack it."""
    lacking = [option for option in options if not _has_empty_box(gray, option)]
    return lacking[0] if len(lacking) == 1 and len(options) > 1 else None


def _has_empty_box(gray: Pixels, option: Option) -> bool:
    """Whether white that a box encloses stands right before an option."""
    size = option.box.h
    left, right = round(option.first - 3 * option.pitch), round(option.first - 0.3 * option.pitch)
    part = gray[max(0, option.box.y) : option.box.bottom, max(0, left) : max(0, right)]
    if part.size < 16:
        return False
    paper = float(np.median(gray[::8, ::8]))
    white = np.asarray(part >= paper - 45, np.uint8)
    for x, y, w, h, area in cv2.connectedComponentsWithStats(white, connectivity=4)[2][1:].tolist():
        inside = x > 0 and y > 0 and x + w < white.shape[1] and y + h < white.shape[0]
        square = 0.2 * size <= min(w, h) and max(w, h) <= min(size, 1.4 * min(w, h))
        if inside and square and area >= 0.9 * w * h:
            return True
    return False


def ticked(pixels: Pixels, options: Sequence[Option]) -> tuple[Option, float] | None:
    """The marked option and how sure that is (0..1); None where none stands out."""
    marked = [option for option in options if option.ticked]
    gray = cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY) if pixels.ndim == 3 else pixels
    inked = _by_ink(np.asarray(gray, np.uint8), options)
    filled = _by_boxes(np.asarray(gray, np.uint8), options)
    if len({option.value for option in marked}) == 1:
        agreed = inked is not None and inked[0].value == marked[0].value
        return marked[0], 0.999 if agreed else 0.95
    if filled is not None and (inked is None or inked[0] is not filled):
        return filled, 0.8
    boxless = [option for option in options if not option.unticked]
    if inked is None:
        return (boxless[0], 0.7) if len(boxless) == 1 else None
    alone = len(boxless) == 1 and boxless[0].value == inked[0].value
    return inked[0], 0.99 if alone else inked[1]
