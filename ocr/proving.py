"""Proving: the values of a voucher mend each other, and the rules speak for and against them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace

from ocr.extract.found import Found
from ocr.extract.mend import mend
from ocr.forms import TypeDef
from ocr.model import Reading
from ocr.rules import READING, Case, failures, proofs


def case_of(kind: TypeDef, found: Mapping[str, Found], on: dt.date, asked: Sequence[str]) -> Case:
    """The values found, as the rules take them."""
    cards = frozenset(name for name, each in found.items() if each.card)
    return Case(kind.name, {name: each.value.value for name, each in found.items()}, on, cards, tuple(asked))


def _with_rules(found: Mapping[str, Found], case: Case) -> dict[str, Found]:
    """The values with the reading rules that they pass and fail as evidence."""
    passed = proofs(case)
    failed: dict[str, set[str]] = {}
    for result in failures(case):
        if result.rule in READING:
            for name in result.fields:
                failed.setdefault(name, set()).add(result.rule)
    return {
        name: replace(
            each,
            evidence=replace(
                each.evidence,
                proofs=each.evidence.proofs | passed.get(name, frozenset()),
                doubts=frozenset(failed.get(name, ())),
            ),
        )
        for name, each in found.items()
    }


def settled(
    read: Sequence[Found],
    marks: Sequence[Found],
    kind: TypeDef,
    on: dt.date,
    asked: Sequence[str],
    reading: Reading | None = None,
    bitonal: bool = False,
) -> tuple[dict[str, Found], Case]:
    """Values after they mended each other and the rules spoke, the stamps among them; `reading` tells how well the page
    reads, `bitonal` that it is black and white: what a threshold leaves looks sound and may be another character."""
    found = {each.field: each for each in read}
    found = mend(found, kind, case_of(kind, found, on, asked))
    found |= {each.field: each for each in marks}
    case = case_of(kind, found, on, asked)
    ruled = _with_rules(found, case)
    if reading is None or not reading.lines:
        return ruled, case
    page = sum(line.confidence for line in reading.lines) / len(reading.lines)
    marked = {name: replace(each.evidence, page=page, bitonal=float(bitonal)) for name, each in ruled.items()}
    return {name: replace(each, evidence=marked[name]) for name, each in ruled.items()}, case
