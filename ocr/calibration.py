"""Calibration: the weights of evidence, how likely a value of some odds is right, and from which confidence on one
stands without a person, as bench/calibrate.py fitted them."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from ocr import yamltext

# Of the values accepted without a person as many may be wrong, by kind: the parameter `accept_error`.
ACCEPT_ERROR: Mapping[str, float] = {"default": 0.001, "amount": 0.0002, "amount_cn": 0.0002}
MONEY, STAMPS, OTHERS = "money", "stamps", "others"
MONEY_KINDS = frozenset({"amount", "amount_cn"})
MOST = 0.9999  # no machine is surer
NEVER = 1.1
Knots = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Calibration:
    """What was fitted, with its `version`. `weights` of the evidence by name; `levels` by kind, or kind and source
    (`amount zone`): log-odds and the share right there, both rising; `errors` of the MONEY kinds, of STAMPS and of the
    OTHERS: a confidence and what share is wrong, at most, of what is accepted from there on; `type_sure` is how sure a
    page's type must be; `engines` are those it holds for."""

    version: str
    weights: Mapping[str, float]
    levels: Mapping[str, Knots]
    errors: Mapping[str, Knots]
    type_sure: float
    engines: frozenset[str]

    def odds(self, features: Mapping[str, float]) -> float:
        """The log-odds that a value with these features is right, before they are levelled."""
        total = self.weights.get("bias", 0.0)
        for name, value in features.items():
            if value:
                total += self.weights.get(name, 0.0) * value
        return max(-30.0, min(30.0, total))

    def level(self, kind: str, source: str, odds: float) -> float:
        """How likely a value of a kind, found in a way, with such odds is right, 0..1."""
        knots = self.levels.get(f"{kind} {source}") or self.levels.get(kind, ())
        if not knots:
            return min(MOST, 1.0 / (1.0 + math.exp(-odds)))
        return min(MOST, between(knots, odds))

    def threshold(self, kind: str, accept_error: Mapping[str, float] = ACCEPT_ERROR) -> float:
        """The least confidence from which on no more than the wanted share is wrong; NEVER where there is none."""
        if kind not in self.levels:
            return NEVER
        wanted = accept_error.get(kind, accept_error.get("default", ACCEPT_ERROR["default"]))
        errors = self.errors.get(group_of(kind), ())
        return min((confidence for confidence, wrong in errors if wrong <= wanted), default=NEVER)


def group_of(kind: str) -> str:
    """The kinds whose errors are counted together: confidences are levelled by kind, so that those of other kinds can
    be compared, and the few errors of many values tell more than those of few. Stamps are ink: their errors would keep
    values from standing that were read."""
    return MONEY if kind in MONEY_KINDS else STAMPS if kind == "stamp" else OTHERS


def between(knots: Sequence[tuple[float, float]], at: float) -> float:
    """The height of a line through knots (x rising) at some x; beyond the ends it runs level."""
    place = bisect_right(knots, (at, math.inf))
    if place == 0:
        return knots[0][1]
    if place == len(knots):
        return knots[-1][1]
    (x0, y0), (x1, y1) = knots[place - 1], knots[place]
    return y0 + (y1 - y0) * (at - x0) / (x1 - x0)


def knots_of(said: Mapping[str, Sequence[Sequence[float]]]) -> dict[str, Knots]:
    """Knots by name from plain lists."""
    return {name: tuple((float(x), float(y)) for x, y in knots) for name, knots in said.items()}


def read(said: Mapping[str, Any]) -> Calibration:
    """A calibration from what its YAML holds."""
    levels, errors = knots_of(said["levels"]), knots_of(said["errors"])
    weights = {name: float(weight) for name, weight in said["weights"].items()}
    return Calibration(
        str(said["version"]), weights, levels, errors, float(said["type_sure"]), frozenset(said["engines"])
    )


@cache
def fitted() -> Calibration:
    """The calibration that the package carries."""
    return read(yamltext.load(files("ocr").joinpath("calibration.yaml").read_text(encoding="utf-8")))
