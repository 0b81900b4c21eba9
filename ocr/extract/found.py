"""Found: a field's value with the evidence for it, before it is judged."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from imaging.model import Box
from ocr.extract.grids import Grid
from ocr.kinds import Normalised

_MONEY = frozenset("¥￥羊半$,，.。 :元整人民币RMBCNY-*")
LABEL, GRID, LOOSE, TICK, STAMP, ZONE = "label", "grid", "loose", "tick", "stamp", "zone"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for a value. `how` it was found (by its label, in a grid of digits, loose on the page, ticked, as a
    stamp, in the zone of a known form); `least` and `mean` confidence of its characters; `role` certainty of what the
    label asks for, 0 without one; `place` and `misfit` costs (0 best); `margin` to the next best text; `again` the
    least confidence of a second one that says the same, -1 where it says something else, 0 where there was none;
    `proofs` the rules that it passes and `doubts` those that it fails. `covered`: 1 where a character was read wherever
    ink stands on its lines, -1 where ink was left over, 0 where that was not looked at; `edge`: 1 where white stands at
    both ends of its lines, -1 where ink goes on there; `left` the share of the text of its own cell that was given to
    no field; `rival` the greatest likelihood of another character in it. Of a stamp, `ink` are the cm² of its colour
    that no stamp found explains, and `bare` is 1 on a page without colour. `page`: how sure the page's lines are, on
    the mean; `bitonal` is 1 where it is black and white alone."""

    how: str = LABEL
    least: float = 0.0
    mean: float = 0.0
    role: float = 0.0
    place: float = 0.0
    misfit: float = 0.0
    margin: float = 0.0
    again: float = 0.0
    proofs: frozenset[str] = field(default_factory=frozenset)
    doubts: frozenset[str] = field(default_factory=frozenset)
    covered: float = 0.0
    edge: float = 0.0
    left: float = 0.0
    rival: float = 0.0
    ink: float = 0.0
    bare: float = 0.0
    page: float = 1.0
    bitonal: float = 0.0


@dataclass(frozen=True, slots=True)
class Candidate:
    """Another reading of a value that differs from the one that stands: what it says, what was read for it, and the
    least and mean confidence of its characters."""

    value: Normalised
    raw: str
    least: float
    mean: float


@dataclass(frozen=True, slots=True)
class Found:
    """One field's value, what was read for it, where it stands, where it was expected to stand (its cell), and the
    evidence. `card` says that it is printed under 卡号, `lines` are the boxes of its rows of print; `other` is what a
    second reading said that differs from the first, or the first where the second stands."""

    field: str
    value: Normalised
    raw: str
    box: Box | None
    evidence: Evidence
    area: Box | None = None
    card: bool = False
    grid: Grid | None = None
    lines: tuple[Box, ...] = ()
    confidences: tuple[float, ...] = ()
    other: Candidate | None = None


_LEADING_SIGN = re.compile(r"^[(（]?(?:人民币|RMB|CNY)?(?:[(（]?大写[)）]?)?[:：]?")


def of_value(text: str, confidences: Sequence[float], kind: str) -> tuple[float, ...]:
    """The confidences of the characters that make a value of a kind: signs of money, units of a date, blanks and
    punctuation may be misread without harm. `confidences` are those of the text, with or without its blanks."""
    chars = text if len(text) == len(confidences) else text.replace(" ", "")
    if len(chars) != len(confidences):
        return tuple(confidences)
    start = len(_LEADING_SIGN.match(chars).group(0)) if kind == "amount_cn" else 0  # type: ignore[union-attr]
    pairs = [(c, p) for i, (c, p) in enumerate(zip(chars, confidences, strict=True)) if i >= start]
    if kind == "amount":
        kept = [p for c, p in pairs if c.isdigit() or c not in _MONEY]
    elif kind == "date":
        kept = [p for c, p in pairs if c.isalnum() and c not in "年月日"]
    else:
        kept = [p for c, p in pairs if c.isalnum()]
    return tuple(kept) or tuple(confidences)


def least_and_mean(confidences: tuple[float, ...]) -> tuple[float, float]:
    """The least and the mean confidence of characters, zeros where there are none."""
    if not confidences:
        return 0.0, 0.0
    return min(confidences), sum(confidences) / len(confidences)
