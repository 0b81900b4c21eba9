"""Report: what an evaluation shows beside its shares: reliability, accepted share against error, losses by cause, the
worst values, and confusion by type."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from rapidfuzz.distance import Levenshtein

from ocr.calibration import Calibration, fitted
from ocr.evaluate import Evaluation, Said, calibration_error

BINS = 10
MONEY = frozenset({"amount", "amount_cn"})
# Causes of loss, in the order in which they are looked for.
TYPE, UNPRINTED, MISSED, CUT, MORE, MISREAD, OTHER, ASKED = (
    "type", "unprinted", "missed", "cut", "more", "misread", "other", "asked",
)  # fmt: skip
CAUSES = (TYPE, MISSED, CUT, MORE, MISREAD, OTHER, UNPRINTED, ASKED)
_Z = 1.96  # a 95 % interval


@dataclass(frozen=True, slots=True)
class Bin:
    """Values of about one confidence: how many, how sure on the mean, the share right and its 95 % interval, 0..1."""

    count: int
    sure: float
    right: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Reliability:
    """How far confidence can be believed, for the values of one kind from one source (empty: all)."""

    kind: str
    source: str
    count: int
    right: float
    error: float
    bins: tuple[Bin, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """All that is drawn. `curves` by name: points of the accepted share and the share wrong of the accepted, from the
    surest value on; `here` the point of each that the thresholds choose; `causes` losses by cause and kind; `worst` the
    wrong values, accepted ones first, then the surest; `confused` the true and the said type of pages with their count;
    `calibration` the version that gave the confidences."""

    evaluation: Evaluation
    reliability: tuple[Reliability, ...]
    curves: Mapping[str, tuple[tuple[float, float], ...]]
    here: Mapping[str, tuple[float, float]]
    causes: Mapping[str, Mapping[str, int]]
    worst: tuple[Said, ...]
    confused: tuple[tuple[str, str, int], ...]
    calibration: str


def report(evaluation: Evaluation, worst: int = 48, known: Calibration | None = None) -> Report:
    """The report of an evaluation, with at most so many of its worst values."""
    said = evaluation.said
    groups = {"all": said, "money": [each for each in said if each.kind in MONEY]}
    wrong = [each for each in said if each.said is not None and not each.right and (each.truth or each.accepted)]
    wrong.sort(key=lambda each: (not each.accepted, -each.sure, each.file, each.page, each.field))
    confused = [(true, said_, n) for (true, said_), n in evaluation.confused.items()]
    return Report(
        evaluation,
        tuple(_reliabilities(said)),
        {name: tuple(curve(group)) for name, group in groups.items()},
        {name: _chosen(group) for name, group in groups.items()},
        causes(said),
        tuple(wrong[:worst]),
        tuple(sorted(confused, key=lambda each: (each[0] == each[1], -each[2], each[0]))),
        (known or fitted()).version,
    )


def _reliabilities(said: Sequence[Said]) -> Iterable[Reliability]:
    kinds = sorted({each.kind for each in said if each.said is not None})
    sources = sorted({each.source for each in said})
    yield _reliability("all", "", said)
    for kind in kinds:
        mine = [each for each in said if each.kind == kind]
        yield _reliability(kind, "", mine)
        if len(sources) > 1:
            parts = [(source, [each for each in mine if each.source == source]) for source in sources]
            yield from (_reliability(kind, source, part) for source, part in parts if part)


def _reliability(kind: str, source: str, said: Sequence[Said]) -> Reliability:
    ranked = sorted((each.sure, each.right) for each in said if each.said is not None)
    edges = sorted({round(len(ranked) * place / BINS) for place in range(BINS + 1)})
    bins = tuple(_bin(ranked[low:high]) for low, high in pairwise(edges))
    right = sum(true for _, true in ranked) / max(1, len(ranked))
    error = calibration_error([sure for sure, _ in ranked], [true for _, true in ranked], BINS)
    return Reliability(kind, source, len(ranked), right, error, bins)


def _bin(part: Sequence[tuple[float, bool]]) -> Bin:
    right = sum(true for _, true in part)
    low, high = interval(right, len(part))
    return Bin(len(part), sum(sure for sure, _ in part) / len(part), right / len(part), low, high)


def interval(right: int, count: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927), 0..1."""
    if not count:
        return 0.0, 1.0
    share, bent = right / count, _Z**2 / count
    middle = (share + bent / 2) / (1 + bent)
    half = _Z * math.sqrt(share * (1 - share) / count + bent / 4 / count) / (1 + bent)
    return max(0.0, middle - half), min(1.0, middle + half)


def curve(said: Sequence[Said]) -> Iterable[tuple[float, float]]:
    """From the surest value on: the share of the printed values that would be accepted so far and right, and the share
    wrong among them; a point wherever a wrong one comes in, and at the end."""
    printed = sum(each.truth is not None for each in said)
    if not printed:
        return
    ranked = sorted((each for each in said if each.said is not None), key=lambda each: -each.sure)
    right = wrong = 0
    for place, each in enumerate(ranked):
        if not each.right and right:
            yield right / printed, wrong / (right + wrong)
        right, wrong = right + each.right, wrong + (not each.right)
        if place == len(ranked) - 1:
            yield right / printed, wrong / (right + wrong)


def _chosen(said: Sequence[Said]) -> tuple[float, float]:
    printed = sum(each.truth is not None for each in said)
    taken = [each for each in said if each.accepted]
    right = sum(each.right for each in taken)
    return right / max(1, printed), (len(taken) - right) / max(1, len(taken))


def cause(said: Said) -> str:
    """Why a value is lost: of CAUSES, empty for one that is right and accepted, or rightly not given."""
    if said.right:
        return "" if said.accepted else ASKED
    if said.truth is None:
        return UNPRINTED if said.accepted else ""
    if said.typed != said.type:
        return TYPE
    return MISSED if said.said is None else _differs(said.truth, said.said)


def _differs(truth: str, said: str) -> str:
    if _within(said, truth):
        return CUT
    if _within(truth, said):
        return MORE
    return MISREAD if Levenshtein.distance(truth, said) <= max(1, 0.4 * len(truth)) else OTHER


def _within(part: str, whole: str) -> bool:
    """Whether the characters of one text stand in another in their order."""
    rest = iter(whole)
    return len(part) < len(whole) and all(char in rest for char in part)


def causes(said: Sequence[Said]) -> dict[str, dict[str, int]]:
    """Losses by cause and kind of value, causes in their order."""
    counts = Counter((cause(each), each.kind) for each in said)
    return {
        name: {kind: n for (why, kind), n in sorted(counts.items()) if why == name}
        for name in CAUSES
        if any(why == name for why, _ in counts)
    }
