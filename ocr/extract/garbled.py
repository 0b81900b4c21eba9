"""Garbled: labels of which too little was read to know them by themselves, guessed by what the type still lacks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from ocr.extract.lexicon import Meaning, lexicon, plain
from ocr.extract.marks import Mark
from ocr.extract.runs import Run

GUESSED = 0.6  # how well such a label matched: what it leads to stands only where a rule proves it
_LABEL = re.compile(r"[\u4e00-\u9fff]{3,8}:?")
_UNSURE = 0.9


def guessed_marks(runs: Sequence[Run], marks: Sequence[Mark], lacking: Iterable[str]) -> list[Mark]:
    """Marks for runs that are no label as they were read, but share characters and length with one label of a field
    that no label led to."""
    missing = set(lacking)
    wanted = {word: meaning for word, meaning in lexicon().items() if missing & set(meaning.fields)}
    taken = {i for mark in marks for i in (mark.run, *mark.others)}
    found: list[Mark] = []
    for index, run in enumerate(runs):
        if index in taken or run.tall or not _LABEL.fullmatch(run.text):
            continue
        meaning = _likely(run, wanted)
        if meaning is not None and all(set(meaning.fields) != set(m.meaning.fields) for m in found):
            found.append(Mark(meaning, index, 0, len(run.text), run.box, run.cell, GUESSED))
    return [*found, *_of_two(marks, wanted)]


def _of_two(marks: Sequence[Mark], wanted: Mapping[str, Meaning]) -> list[Mark]:
    """Marks of two characters and a colon that the lexicon does not know (搞要:), as the one lacking label that has one
    of them in its place."""
    found: list[Mark] = []
    for mark in marks:
        word = mark.meaning.label
        if word in lexicon() or len(word) != 2 or mark.others:
            continue
        near = {wanted[label].fields: label for label in wanted if len(label) == 2 and _shares_one(word, label)}
        if len(near) == 1:
            found.append(replace(mark, meaning=wanted[next(iter(near.values()))], score=GUESSED))
    return found if len({each.meaning.fields for each in found}) == len(found) else []


def _shares_one(word: str, label: str) -> bool:
    return sum(a == b for a, b in zip(word, label, strict=True)) == 1


def _likely(run: Run, wanted: Mapping[str, Meaning]) -> Meaning | None:
    """The one label that a garbled run is most like; None where none is, or two are."""
    word = plain(run.text)
    shares = sorted(
        ((sum(a == b for a, b in zip(word, label, strict=True)) / len(label), label)
         for label in wanted if len(label) == len(word)), reverse=True,
    )  # fmt: skip
    if not shares:
        return None
    least = 0.5 if run.confidence >= _UNSURE or len(word) > 4 else 0.33
    rivals = {wanted[label].fields for share, label in shares if share == shares[0][0]}
    return wanted[shares[0][1]] if shares[0][0] >= least and len(rivals) == 1 else None
