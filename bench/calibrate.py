"""Fits ocr/calibration.yaml: weights of the evidence and thresholds of acceptance, on pages whose truth is known.

    .venv/bin/python -m bench.calibrate FOLDER... [--out ocr/calibration.yaml]

A folder holds images and truth.jsonl, as `ocr.synthesis.day.make_day` writes them; never fit on bench/heldout.
"""

from __future__ import annotations

import argparse
import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml
from scipy.optimize import minimize

from imaging.decode import decode
from imaging.lines import cells
from imaging.model import Scan
from imaging.recipe import run
from ocr.classify import classify
from ocr.engines import load
from ocr.evaluate import Truth, read_truth, stored
from ocr.extract import analyse
from ocr.forms import catalogue
from ocr.judge import barred, features
from ocr.model import Engine
from ocr.understand import STAMPS_ASKED, Seen, evidence_of, see

# Evidence that cannot speak against a value, and evidence that cannot speak for it.
FOR = ("least", "mean", "again", "same", "margin", "role", "proved")
AGAINST = (
    "differs",
    "place",
    "misfit",
    "failed",
    "repaired",
    "mended",
    "rows",
    "how_loose",
    "how_missed",
    "how_derived",
)
STRENGTH = 0.02  # of the pull of weights towards 0
MOST_WRONG = 0.001  # of the accepted, on these pages
MARGIN = 0.7  # added to a threshold's log-odds
LEAST = 0.985


@dataclass(frozen=True, slots=True)
class Sample:
    """One value that was found: its kind, its evidence as figures, and whether it is right. `barred` values are never
    accepted."""

    kind: str
    features: dict[str, float]
    right: bool
    barred: bool


def samples_of(seen: Seen, truth: Truth, engine: Engine, on: dt.date) -> Iterator[Sample]:
    """The values found on one page, with whether they are right."""
    layout = analyse(seen.reading, cells(seen.stamps.text_stream))
    guess = classify(seen.reading, layout.runs, layout.marks)
    if guess.type != truth.type or guess.type not in catalogue().types:
        return
    found, _ = evidence_of(seen, layout, guess, engine, on, STAMPS_ASKED)
    for name, each in found.items():
        wanted = truth.fields.get(name)
        kind = catalogue().fields[name].kind
        right = wanted is not None and stored(name, wanted) == each.value.value
        yield Sample(kind, features(each, kind), right, barred(each, kind))


def collect(folder: Path, engine: Engine) -> list[Sample]:
    """The samples of a folder's pages, read with the engine."""
    found: list[Sample] = []
    for truth in read_truth(folder):
        path = folder / truth.file
        page = run(decode(Scan.of(path.name, path.read_bytes()), truth.page))
        found += samples_of(see(page, engine), truth, engine, dt.datetime.now(dt.UTC).date())
    return found


def fit(samples: Sequence[Sample]) -> dict[str, float]:
    """Weights of a logistic model, with the signs that evidence must have."""
    names = sorted({name for sample in samples for name in sample.features})
    table = np.array([[sample.features.get(name, 0.0) for name in names] + [1.0] for sample in samples])
    right = np.array([sample.right for sample in samples], float)

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        odds = table @ weights
        value = np.logaddexp(0, odds) - right * odds
        slope = table.T @ (1 / (1 + np.exp(-odds)) - right)
        return float(value.sum() + STRENGTH * len(samples) ** 0.5 * (weights**2).sum()), slope + 2 * STRENGTH * len(
            samples
        ) ** 0.5 * weights

    bounds = [(0, None) if n in FOR else (None, 0) if n in AGAINST else (None, None) for n in [*names, "bias"]]
    found = minimize(loss, np.zeros(len(names) + 1), jac=True, bounds=bounds, method="L-BFGS-B")
    return {name: round(float(weight), 4) for name, weight in zip([*names, "bias"], found.x, strict=True)}


def odds_of(sample: Sample, weights: dict[str, float]) -> float:
    """The log-odds that a sample is right."""
    return weights["bias"] + sum(weights.get(name, 0.0) * value for name, value in sample.features.items())


def threshold(samples: Sequence[Sample], weights: dict[str, float]) -> float:
    """The confidence from which on at most MOST_WRONG of the samples are wrong, with a margin."""
    ranked = sorted(((odds_of(s, weights), s.right) for s in samples if not s.barred), reverse=True)
    best, wrong = float("inf"), 0
    for count, (odds, right) in enumerate(ranked, 1):
        wrong += not right
        if wrong <= MOST_WRONG * count:
            best = odds
    return round(max(LEAST, 1 / (1 + float(np.exp(-(best + MARGIN))))), 5) if best < float("inf") else 1.1


def calibrated(samples: Sequence[Sample]) -> dict[str, dict[str, float]]:
    """The contents of calibration.yaml."""
    weights = fit(samples)
    kinds = sorted({sample.kind for sample in samples})
    thresholds = {kind: threshold([s for s in samples if s.kind == kind], weights) for kind in kinds}
    return {"weights": weights, "thresholds": {**thresholds, "default": max(thresholds.values()), "type": 0.7}}


HEAD = (
    "# Weights of ocr/judge.py and thresholds of acceptance by kind, fitted by bench/calibrate.py on ocr/synthesis.\n"
)


def write(path: Path, samples: Sequence[Sample]) -> None:
    """Write the calibration that the samples give."""
    path.write_text(HEAD + yaml.safe_dump(calibrated(samples), allow_unicode=True, sort_keys=True), "utf-8")


def main() -> None:
    """Fit on the folders named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--out", type=Path, default=Path("ocr/calibration.yaml"))
    given = parser.parse_args()
    engine = load("rapid")
    samples = [sample for folder in given.folders for sample in collect(folder, engine)]
    write(given.out, samples)
    print(f"{len(samples)} values, {sum(s.right for s in samples)} right, written to {given.out}")


if __name__ == "__main__":
    main()
