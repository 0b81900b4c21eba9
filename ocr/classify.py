"""Classify: which type of paper a page is, by its printed title, by what its labels ask for, by words that only an
attachment or an endorsement carries."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from rapidfuzz.distance import Levenshtein

from imaging.model import Box
from ocr.extract.lexicon import plain, words, words_by
from ocr.extract.marks import Mark
from ocr.extract.runs import Run, same_row, union
from ocr.forms import catalogue
from ocr.kinds.texts import nfkc
from ocr.model import ATTACHMENT, ENDORSEMENT, UNKNOWN, Reading

_NOT_CHINESE = re.compile(r"[^\u4e00-\u9fff]")
_TITLE_LEAST = 0.7


@dataclass(frozen=True, slots=True)
class TypeGuess:
    """The type of a page, how sure it is (0..1), where its title stands (None where none was found) and the runs that
    make up the title."""

    type: str
    confidence: float
    title: Box | None = None
    runs: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class _Heading:
    """Text that could be a title: one run, or neighbours of a row or of two rows."""

    text: str
    box: Box
    height: float
    runs: tuple[int, ...]
    letters: frozenset[str]


def _bare(text: str) -> str:
    return _NOT_CHINESE.sub("", plain(nfkc(text)))


def _headings(runs: Sequence[Run]) -> list[_Heading]:
    texts = [(i, run, _bare(run.text)) for i, run in enumerate(runs) if not run.tall]
    found = [_Heading(text, run.box, run.box.h, (i,), frozenset(text)) for i, run, text in texts if text]
    joined = []
    for i, first in enumerate(found):
        chain = first
        for other in sorted(found, key=lambda h: h.box.x):
            gap = other.box.x - chain.box.right
            near = -0.3 * chain.height <= gap <= 4 * chain.height
            if other is not first and near and same_row(chain.box, other.box) and len(chain.text) < 24:
                chain = _both(chain, other)
        if chain is not first:
            joined.append(chain)
        joined += [
            _both(first, below)
            for below in found[i + 1 :]
            if 0 <= below.box.y - first.box.y <= 2.2 * first.height
            and not same_row(first.box, below.box)
            and abs(below.box.center[0] - first.box.center[0]) < 0.5 * max(first.box.w, below.box.w)
        ]
    return [*found, *joined]


def _both(a: _Heading, b: _Heading) -> _Heading:
    box, height = union((a.box, b.box)), min(a.height, b.height)
    return _Heading(a.text + b.text, box, height, (*a.runs, *b.runs), a.letters | b.letters)


def _alike(title: str, text: str) -> tuple[float, int]:
    """How alike a title is to its best place in a text (1: exact), and how many characters stand around it."""
    if title in text:
        return 1.0, len(text) - len(title)
    size = len(title)
    best = min(
        (Levenshtein.distance(title, text[at : at + width]), at)
        for width in {size, size - 1, size + 1}
        for at in range(max(1, len(text) - width + 1))
    )
    return 1 - best[0] / size, max(0, len(text) - size)


@cache
def _letters(title: str) -> frozenset[str]:
    return frozenset(title)


def _title_score(title: str, heading: _Heading, width: int, height: int, usual: float) -> float:
    """How likely a heading is a form's title: alike, high on the page, in large letters, little around it, centred."""
    letters = _letters(title)
    if len(heading.text) < len(title) - 2 or len(letters & heading.letters) < 0.6 * len(letters):
        return 0.0
    alike, around = _alike(title, heading.text)
    if alike < _TITLE_LEAST or (len(title) <= 3 and alike < 1):
        return 0.0
    x, y = heading.box.center
    high = 0.25 * max(0.0, y / height - 0.3)
    small = 0.25 * max(0.0, 1.15 - heading.height / usual)
    aside = 0.08 * abs(x / width - 0.5)
    return alike - high - small - aside - 0.012 * min(around, 20) + 0.012 * len(title)


@cache
def _titles() -> list[tuple[str, str]]:
    known = catalogue()
    named = [(kind.name, kind.title) for kind in known.types.values() if kind.title]
    return [(name, plain(title)) for name, first in named for title in (first, *words_by("titles").get(name, ()))]


def _by_title(runs: Sequence[Run], reading: Reading) -> list[tuple[float, str, _Heading]]:
    """Each type's best heading, the best first."""
    heights = sorted(run.box.h for run in runs if not run.tall)
    usual = heights[len(heights) // 2] if heights else 1
    best: dict[str, tuple[float, str, _Heading]] = {}
    headings = _headings(runs)
    for name, title in _titles():
        for heading in headings:
            score = _title_score(title, heading, reading.width, reading.height, usual)
            if score > best.get(name, (0.0,))[0]:
                best[name] = (score, name, heading)
    return sorted(best.values(), key=lambda found: -found[0])


def _fingerprint(marks: Sequence[Mark]) -> list[tuple[float, str]]:
    """Each type by the share of its required fields that have a label here, less what it has no field for."""
    fields = {name for mark in marks for name in mark.meaning.fields}
    groups = {group for mark in marks for group in mark.meaning.groups}
    rows = {mark.meaning.row for mark in marks if mark.meaning.row}
    fields |= {f"{group}_{row}" for group in groups for row in rows}
    scored = []
    for kind in catalogue().types.values():
        wanted = [name for name in kind.required if name not in {"date"}]
        if len(wanted) < 3:
            continue
        weight = {name: 1.0 / (1 + sum(name in t.fields for t in catalogue().types.values())) for name in fields}
        have = sum(weight[name] for name in fields if name in kind.fields)
        lack = sum(0.25 for name in wanted if name not in fields)
        foreign = sum(weight[name] for name in fields if name not in kind.fields)
        scored.append((have - lack - 0.5 * foreign, kind.name))
    return sorted(scored, reverse=True)


def _is_attachment(text: str) -> bool:
    strong = any(word in text for word in words("attachment_strong"))
    weak = sum(word in text for word in words("attachment_weak"))
    return strong or weak >= 2


def _not_a_voucher(text: str) -> TypeGuess:
    if sum(word in text for word in words("endorsement")) >= 1:
        return TypeGuess(ENDORSEMENT, 0.95)
    if _is_attachment(text):
        return TypeGuess(ATTACHMENT, 0.9)
    return TypeGuess(UNKNOWN, 0.5)


def _of_title(score: float, rival: float) -> float:
    """How sure a title is: nearly exact and well ahead of any other."""
    return max(0.3, min(0.999, 0.6 + (score - 0.75) * 1.2 + min(0.15, (score - rival) * 1.5)))


def classify(reading: Reading, runs: Sequence[Run], marks: Sequence[Mark]) -> TypeGuess:
    """The type of a page: a type of the catalogue by its title or its labels, `attachment` or `endorsement` on positive
    evidence, `unknown` else."""
    text = _bare(reading.text)
    titled = _by_title(runs, reading)
    rival = titled[1][0] if len(titled) > 1 else 0.0
    if titled and titled[0][0] >= 0.82:
        score, name, heading = titled[0]
        return TypeGuess(name, _of_title(score, rival), heading.box, heading.runs)
    other = _not_a_voucher(text)
    if other.type != UNKNOWN:
        return other
    if titled and titled[0][0] >= 0.68 and titled[0][0] - rival > 0.04:
        score, name, heading = titled[0]
        return TypeGuess(name, 0.6, heading.box, heading.runs)
    prints = _fingerprint(marks)
    if prints and prints[0][0] > 0.55 and prints[0][0] - prints[1][0] > 0.12:
        return TypeGuess(prints[0][1], 0.55)
    return other
