"""Levels: from log-odds and whether values were right to levels of confidence and shares of wrong values above them."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ocr.calibration import MOST, between

BLOCK = 15  # values that a level stands for, at least
PRIOR = 0.3  # wrong values added to a level's count, as many as the model expects there
TRUST = 50  # values that the model's own expectation counts as much as
CAUTION = 1.0  # times the expected share of wrong values
MOST_KNOTS = 24
STEP = 1.1  # of the error from one threshold to the next
Knot = list[float]


@dataclass(frozen=True, slots=True)
class Odds:
    """A value's kind and source, the log-odds that weights of other prints give it, and whether it is right."""

    kind: str
    source: str
    odds: float
    right: bool
    barred: bool
    fold: int


def _sure(odds: float) -> float:
    return float(1 / (1 + np.exp(-odds)))


def levels_of(group: Sequence[Odds], common: Sequence[Knot] = ()) -> list[Knot]:
    """Log-odds and how many are right there, both rising: neighbouring values are pooled until shares rise (isotonic
    regression), each level drawn towards what is `common` to all kinds, or to the model's own expectation, which alone
    order the surest."""
    ranked = sorted(group, key=lambda each: each.odds)
    wanted = _common(common)
    blocks: list[list[Odds]] = []
    for start in range(0, len(ranked), BLOCK):
        blocks.append(ranked[start : start + BLOCK])
        while len(blocks) > 1 and _share(blocks[-2], wanted) >= _share(blocks[-1], wanted):
            last = blocks.pop()
            blocks[-1] = blocks[-1] + last
    return _rising([knot for block in blocks for knot in _ends(block, wanted)])


def _common(common: Sequence[Knot]) -> Callable[[float], float]:
    if not common:
        return _sure
    knots = [(x, y) for x, y in common]
    return lambda odds: between(knots, odds)


def _share(block: Sequence[Odds], wanted: Callable[[float], float]) -> float:
    """The share of a block that is right, with as many more values as are expected to hold PRIOR wrong ones."""
    expected = max(1e-4, 1 - sum(wanted(each.odds) for each in block) / len(block))
    wrong = sum(not each.right for each in block)
    return 1 - (wrong + PRIOR) / (len(block) + PRIOR / expected)


def _ends(block: Sequence[Odds], wanted: Callable[[float], float]) -> list[Knot]:
    """A block as knots, risen as the expectation rises within it, about the block's own share."""
    share = _share(block, wanted)
    expected = sum(wanted(each.odds) for each in block) / len(block)
    # Odds against: a block twice as often wrong as expected is so at both of its ends.
    times = (1 - share) / max(1e-6, 1 - expected)
    places = np.linspace(0, len(block) - 1, 2 if len(block) < 4 * BLOCK else 5)
    odds = [block[round(float(i))].odds for i in places]
    return [[x, min(MOST, max(0.02, 1 - times * (1 - wanted(x))))] for x in odds]


def _rising(knots: Sequence[Knot]) -> list[Knot]:
    """The knots with heights that never fall, rounded, few."""
    kept: list[Knot] = []
    highest = 0.0
    for x, y in knots:
        highest = max(highest, y)
        if kept and x <= kept[-1][0]:
            kept[-1][1] = highest
        else:
            kept.append([x, highest])
    if len(kept) > MOST_KNOTS:
        chosen = sorted({round(i) for i in np.linspace(0, len(kept) - 1, MOST_KNOTS)})
        kept = [kept[i] for i in chosen]
    return [[round(x, 3), round(y, 5)] for x, y in kept]


def errors_of(told: Sequence[tuple[float, bool]]) -> list[Knot]:
    """Confidences, and what share is wrong of what is accepted from each on, from the surest down: the wrong ones seen,
    with as many as the confidences expect of TRUST more values, and caution. `told` are how sure each value is and
    whether it is right."""
    free = sorted(told, reverse=True)
    found: list[Knot] = []
    wrong, expected = 0, 0.0
    for count, (sure, right) in enumerate(free, 1):
        wrong += not right
        expected += 1 - sure
        if count >= BLOCK and (count == len(free) or free[count][0] < sure):
            found.append([sure, CAUTION * (wrong + TRUST * expected / count) / (count + TRUST)])
    # One wrong value among the surest weighs much there and little in all: what counts is the share of the whole.
    least = math.inf
    for knot in reversed(found):
        least = knot[1] = min(least, knot[1])
    return _thinned(found)


def _thinned(found: Sequence[Knot]) -> list[Knot]:
    """One confidence, rounded up, for each step of the error: the least one that is no worse."""
    kept: list[Knot] = []
    for sure, wrong in found:
        here = [min(MOST, round(sure + 4e-6, 5)), round(wrong + 5e-7, 6)]
        if kept and (here[0] == kept[-1][0] or here[1] <= STEP * kept[-1][2]):
            kept[-1][:2] = here[0], max(here[1], kept[-1][1])
        else:
            kept.append([*here, here[1]])
    return [knot[:2] for knot in kept]


def stated(told: Sequence[tuple[Odds, float, bool]]) -> dict[str, dict[str, float]]:
    """By kind: values, right, accepted of all, wrong of the accepted, and expected calibration error in points."""
    groups: dict[str, list[tuple[Odds, float, bool]]] = defaultdict(list)
    for each in told:
        for name in (each[0].kind, f"{each[0].kind} {each[0].source}", "all"):
            groups[name].append(each)
    return {name: _figures(group) for name, group in sorted(groups.items())}


def _figures(group: Sequence[tuple[Odds, float, bool]]) -> dict[str, float]:
    accepted = [each for each, _, yes in group if yes]
    return {
        "values": len(group),
        "right": round(sum(each.right for each, *_ in group) / len(group), 4),
        "accepted": round(len(accepted) / len(group), 4),
        "wrong": sum(not each.right for each in accepted),
        "ece": round(100 * ece([sure for _, sure, _ in group], [each.right for each, *_ in group]), 2),
    }


def ece(sure: Sequence[float], right: Sequence[bool], bins: int = 10) -> float:
    """The expected calibration error, 0..1: over bins of as many values each, the mean distance between how sure the
    values are said to be and how many are right."""
    if not sure:
        return 0.0
    order = np.argsort(np.array(sure), kind="stable")
    off = 0.0
    for part in np.array_split(order, min(bins, len(sure))):
        said, true = np.mean([sure[i] for i in part]), np.mean([right[i] for i in part])
        off += len(part) / len(sure) * abs(float(said - true))
    return off
