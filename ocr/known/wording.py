"""Wording: the words that a form prints and where they stand, so that its pages are found by them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from imaging.model import Box, Pixels
from ocr.extract.runs import Run
from ocr.known.dark import cut
from ocr.known.model import Affine, Printed, Rect
from ocr.known.observe import Sample
from ocr.known.template import rect_of

_KEPT = 0.75
_LABEL_MM, _FEW = 16.0, 3
_CLEARER, _MOVED_MM = 0.7, 0.5
_SAME_MM = (3.2, 2.2)
_COLONS = ":："


@dataclass(frozen=True, slots=True)
class _Seen:
    """A word on the samples: where it stands on the form, where on a form on which the values do not move, and how much
    its places scatter on both, in mm."""

    text: str
    fixed: Rect
    still: Rect
    scatter: tuple[float, float]


def wording(
    samples: Sequence[Sample], fixed: Sequence[Affine], still: Sequence[Affine], template: Pixels,
    laid: Sequence[Pixels],
) -> tuple[Printed, ...]:  # fmt: skip
    """The words that most samples have at one place. `fixed` are the matrices from the form to the samples, `still`
    those from a form on which the values do not move; `laid` are the samples as they lie on the form."""
    told = [
        [(text, rect_of(s, a, box), rect_of(s, b, box)) for text, box in _words(s)]
        for s, a, b in zip(samples, fixed, still, strict=True)
    ]
    found: list[_Seen] = []
    for text, rect, _ in (each for words in told for each in words):
        if not any(each.text == text and _near(rect, each.fixed) for each in found):
            found += _seen(text, rect, told, max(2, (len(samples) + 1) // 2))
    found = [each for each in found if not _said_better(each, found)]
    values = [rect_of(s, b, p.lines[0]) for s, b in zip(samples, still, strict=True) for p in s.places.values()]
    labels = [each for each in found if any(_labels(each.still, value) for value in values)]
    moving = labels if _move(labels, template, laid) else []
    # What is printed with the labels moves with them, though it labels nothing.
    moving += [e for e in found if moving and e not in moving and _moves([e], template, laid)]
    made = [Printed(e.text, e.still if e in moving else e.fixed, e in moving) for e in found]
    return tuple(sorted(made, key=lambda word: (round(word.box.y), word.box.x)))


def _seen(text: str, rect: Rect, told: Sequence[Sequence[tuple[str, Rect, Rect]]], least: int) -> list[_Seen]:
    """The word where enough samples have it."""
    there = []
    for words in told:
        mine = [(a, b) for said, a, b in words if said == text and _near(rect, a)]
        there += sorted(mine, key=lambda pair: _away(rect, pair[0]))[:1]
    if len(there) < least:
        return []
    boxes = [Rect(*(round(float(v), 2) for v in np.median([pair[k] for pair in there], axis=0))) for k in (0, 1)]
    scatter = [float(np.mean(_spread([pair[k] for pair in there]))) for k in (0, 1)]
    return [_Seen(text, boxes[0], boxes[1], (scatter[0], scatter[1]))]


def _said_better(word: _Seen, others: Sequence[_Seen]) -> bool:
    """Whether a longer reading of the same words was found."""
    return any(len(e.text) > len(word.text) and word.text in e.text and _inside(word.fixed, e.fixed) for e in others)


def _inside(rect: Rect, other: Rect) -> bool:
    (x, y), slack = rect.center, 1.0
    return other.x - slack <= x <= other.right + slack and other.y - slack <= y <= other.bottom + slack


def _labels(rect: Rect, value: Rect) -> bool:
    """Whether a word is the label of the value right of it."""
    return abs(rect.center[1] - value.center[1]) < 0.45 * value.h and -1.5 <= value.x - rect.right <= _LABEL_MM


def _move(labels: Sequence[_Seen], template: Pixels, laid: Sequence[Pixels]) -> bool:
    """Whether the printer of the values printed the labels too: they scatter less where the values stand still, or
    the samples' common print has lost much of their ink, as it does not of what stands still."""
    if len(labels) < _FEW:
        return False
    fixed, level = (sum(each.scatter[k] for each in labels) for k in (0, 1))
    if level < _CLEARER * fixed and fixed > _MOVED_MM * len(labels):
        return True
    return _moves(labels, template, laid)


def _moves(words: Sequence[_Seen], template: Pixels, laid: Sequence[Pixels]) -> bool:
    fixed, level = (sum(each.scatter[k] for each in words) for k in (0, 1))
    return level < fixed and float(np.median([_kept(template, laid, each.fixed) for each in words])) < _KEPT


def _kept(template: Pixels, laid: Sequence[Pixels], rect: Rect) -> float:
    """How much of the samples' usual ink at a place the template has."""
    parts = [cut(page, rect) for page in laid]
    usual = float(np.median([part.mean() if part.size else 0.0 for part in parts]))
    return float(cut(template, rect).mean()) / usual if usual > 0 else 1.0


def _spread(rects: Sequence[Rect]) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    spots = np.array([(rect.x, rect.center[1]) for rect in rects])
    return np.asarray(np.abs(spots - np.median(spots, axis=0)).sum(axis=1), np.float64)


def _away(rect: Rect, other: Rect) -> float:
    return abs(rect.x - other.x) + abs(rect.center[1] - other.center[1])


def _near(rect: Rect, other: Rect) -> bool:
    return abs(rect.x - other.x) <= _SAME_MM[0] and abs(rect.center[1] - other.center[1]) <= _SAME_MM[1]


def _words(sample: Sample) -> list[tuple[str, Box]]:
    """What a page says outside of its values, with a label apart from the value that was read with it."""
    values = [line for place in sample.places.values() for line in place.lines]
    found = []
    for run in sample.runs:
        part = _outside(run, values)
        found += [(each.text, each.box) for each in _with_head(part) if _is_word(each.text)]
    counts = Counter(text for text, _ in found)
    return [(text, box) for text, box in found if counts[text] <= 3]


def _with_head(run: Run | None) -> list[Run]:
    """A run, and the label that it begins with: of 经办人:石熙东 only that is printed, and nobody says what follows."""
    if run is None:
        return []
    end = next((k for k, char in enumerate(run.text[:-1], 1) if char in _COLONS), 0)
    return [run, run.part(0, end)] if end else [run]


def _outside(run: Run, values: Sequence[Box]) -> Run | None:
    """The beginning of a run that is no part of a value."""
    if run.tall:
        return run
    end = len(run.text)
    for value in values:
        if abs(value.center[1] - run.box.center[1]) < 0.5 * value.h:
            inside = [k for k, x in enumerate(run.xs) if value.x - 0.1 * value.h <= x <= value.right]
            end = min([end, *inside[:1]])
    return run.part(0, end) if end else None


def _is_word(text: str) -> bool:
    chinese = sum("\u4e00" <= c <= "\u9fff" for c in text)
    return chinese >= 2 or (chinese == len(text) == 1) or (len(text) >= 2 and text.isascii() and text.isalpha())
