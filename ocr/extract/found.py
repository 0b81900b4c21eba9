"""Found: a field's value with the evidence for it, before it is judged."""

from __future__ import annotations

from dataclasses import dataclass, field

from imaging.model import Box
from ocr.extract.grids import Grid
from ocr.kinds import Normalised

LABEL, GRID, LOOSE, TICK, STAMP = "label", "grid", "loose", "tick", "stamp"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for a value. `how` it was found (by its label, in a grid of digits, loose on the page, ticked, as a
    stamp); `least` and `mean` confidence of its characters; `role` certainty of what the label asks for, 0 without one;
    `place` and `misfit` costs (0 best); `margin` to the next best text; `again` the least confidence of a second one
    that says the same, -1 where it says something else, 0 where there was none; `proofs` the rules that it passes and
    `doubts` those that it fails."""

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


@dataclass(frozen=True, slots=True)
class Found:
    """One field's value, what was read for it, where it stands, where it was expected to stand (its cell), and the
    evidence. `card` says that it is printed under 卡号, `lines` are the boxes of its rows of print."""

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


def least_and_mean(confidences: tuple[float, ...]) -> tuple[float, float]:
    """The least and the mean confidence of characters, zeros where there are none."""
    if not confidences:
        return 0.0, 0.0
    return min(confidences), sum(confidences) / len(confidences)
