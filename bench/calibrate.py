"""Fits ocr/calibration.yaml: weights of the evidence, levels of confidence and thresholds of acceptance by kind, on
generated pages whose truth is known.

    .venv/bin/python -m bench.calibrate KEPT [--pages 1200] [--seed 77] [--processes 2] [--out ocr/calibration.yaml]

KEPT is a folder outside the repository that keeps the evidence by pile, so that a run that was stopped goes on; with
`--pages 0` only what is kept there is fitted. A third of the pages are of bench/heldout: bench.accuracy measures on
seeds of both generators that no fit and no mending saw.
"""

from __future__ import annotations

import argparse
import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

import numpy as np
import numpy.typing as npt
import yaml
from scipy.optimize import minimize

from bench.gathering import Gathered, cases, draw_pile, gather, kept, piles, run_all
from bench.levels import Odds, errors_of, levels_of, stated
from ocr.calibration import MONEY, OTHERS, STAMPS, Calibration, group_of, knots_of, read
from ocr.forms import catalogue
from ocr.judge import PAGE, barred, features

# Evidence that cannot speak against a value, and evidence that cannot speak for it; also by kind (`least amount`).
FOR = (
    "least", "mean", "again", "margin", "proved", "same", "covered", "edged", "page", "inked_page",
    "tick_sure", "stamp_sure", "stamp_absent_sure", "stamp_bare_sure", "stamp_absent_bare_sure",
)  # fmt: skip
AGAINST = (
    "differs", "place", "misfit", "rival", "close", "unled", "left", "uncovered", "cut", "open",
    "stamp_absent_ink", "tick_bitonal", "failed", "mended", "dependent", "broken", "numbered", "alien", "bitonal",
    "repaired", "two_in_one", "traditional", "rows", "bare", "how_loose", "how_missed", "how_derived",
)  # fmt: skip
STRENGTH = 0.6  # of the pull of weights towards 0, in samples
OWN = 4.0  # times as strong on the weights of one kind alone
FOLDS = 5
ENOUGH = 150  # samples that a kind must have in a source for levels of its own there
Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Sample:
    """One value that was found: its kind and source, its evidence as figures, whether it is right and whether it is
    barred from acceptance, and the print that it stood on."""

    kind: str
    source: str
    features: dict[str, float]
    right: bool
    barred: bool
    print: str


def samples_of(pages: Sequence[Gathered]) -> list[Sample]:
    """The values found on pages, with whether they are right. A value that the page does not have at all is wrong."""
    found = []
    for page, row in cases(pages):
        kind = catalogue().fields[row.found.field].kind
        source = "zone" if page.form else PAGE
        figures = features(row.found, kind, source)
        found.append(Sample(kind, source, figures, row.right, barred(row.found, kind), page.pile.print))
    return found


def fit(samples: Sequence[Sample]) -> dict[str, float]:
    """Weights of a logistic model, with the signs that evidence must have."""
    names = sorted({name for sample in samples for name in sample.features})
    table = np.array([[sample.features.get(name, 0.0) for name in names] + [1.0] for sample in samples])
    right = np.array([sample.right for sample in samples], float)
    pull = np.array([STRENGTH * (OWN if " " in name else 1.0) for name in names] + [0.01])

    def loss(weights: Numbers) -> tuple[float, Numbers]:
        odds = table @ weights
        value = np.logaddexp(0, odds) - right * odds
        slope = table.T @ (1 / (1 + np.exp(-odds)) - right)
        return float(value.sum() + (pull * weights**2).sum()), slope + 2 * pull * weights

    bounds = [_bounds(name) for name in [*names, "bias"]]
    found = minimize(loss, np.zeros(len(names) + 1), jac=True, bounds=bounds, method="L-BFGS-B")
    return {name: round(float(weight), 4) for name, weight in zip([*names, "bias"], found.x, strict=True)}


def _bounds(name: str) -> tuple[float | None, float | None]:
    common = name.split(" ", maxsplit=1)[0]
    return (0, None) if common in FOR else (None, 0) if common in AGAINST else (None, None)


def fold_of(sample: Sample) -> int:
    """Values of one print stay together: a print never seen is what calibration must hold for."""
    return crc32(sample.print.encode()) % FOLDS


def odds_unseen(samples: Sequence[Sample]) -> list[Odds]:
    """The log-odds of each sample by weights that were fitted on the prints of the other folds."""
    found: list[Odds] = []
    for fold in range(FOLDS):
        theirs = [sample for sample in samples if fold_of(sample) != fold]
        mine = [sample for sample in samples if fold_of(sample) == fold]
        if not mine:
            continue
        model = Calibration("", fit(theirs), {}, {}, 0.7, frozenset())
        found += [Odds(s.kind, s.source, model.odds(s.features), s.right, s.barred, fold) for s in mine]
    return found


def _groups(odds: Sequence[Odds]) -> dict[str, list[Odds]]:
    """Odds by kind, and by kind and source where those are enough."""
    groups: dict[str, list[Odds]] = defaultdict(list)
    for each in odds:
        groups[each.kind].append(each)
        groups[f"{each.kind} {each.source}"].append(each)
    return {name: group for name, group in groups.items() if " " not in name or len(group) >= ENOUGH}


def calibrated(samples: Sequence[Sample], odds: Sequence[Odds], version: str) -> dict[str, object]:
    """The contents of calibration.yaml."""
    groups = _groups(odds)
    common = levels_of(odds)
    levels = {name: levels_of(group, common) for name, group in sorted(groups.items())}
    known = Calibration("", {}, knots_of(levels), {}, 0.7, frozenset())
    errors = {}
    for group in (MONEY, STAMPS, OTHERS):
        mine = [each for each in odds if group_of(each.kind) == group and not each.barred]
        errors[group] = errors_of([(known.level(each.kind, each.source, each.odds), each.right) for each in mine])
    return {"version": version, "engines": ["rapid", "zone"], "type_sure": 0.7, "weights": fit(samples),
            "levels": levels, "errors": errors}  # fmt: skip


def checked(samples: Sequence[Sample], odds: Sequence[Odds]) -> dict[str, dict[str, float]]:
    """What levels and thresholds made of the prints of the other folds do on the prints of each."""
    told: list[tuple[Odds, float, bool]] = []
    for fold in range(FOLDS):
        known = read(calibrated(samples[:1], [each for each in odds if each.fold != fold], ""))
        for each in odds:
            if each.fold == fold:
                sure = known.level(each.kind, each.source, each.odds)
                told.append((each, sure, sure >= known.threshold(each.kind) and not each.barred))
    return stated(told)


HEAD = """# Weights of ocr/judge.py, levels of confidence, and shares of wrong values above each, fitted by
# bench/calibrate.py on ocr/synthesis and bench/heldout: never edit by hand, fit again.
"""


def write(path: Path, pages: Sequence[Gathered]) -> None:
    """Write the calibration that the pages give, and print what it does on prints that it was not made of."""
    samples = samples_of(pages)
    odds = odds_unseen(samples)
    today = dt.datetime.now(dt.UTC).date()
    version = f"{today.isoformat()} pages {len(pages)} values {len(samples)}"
    said = calibrated(samples, odds, version)
    path.write_text(HEAD + yaml.safe_dump(said, allow_unicode=True, sort_keys=True, default_flow_style=None), "utf-8")
    print(f"{version}, {sum(s.right for s in samples)} right, written to {path}")
    for kind, figures in checked(samples, odds).items():
        print(f"{kind:12}", *(f"{name} {value}" for name, value in figures.items()))


def main() -> None:
    """Gather and fit as the command line asks."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kept", type=Path)
    parser.add_argument("--pages", type=int, default=1200)
    parser.add_argument("--seed", type=int, default=77)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--draw", action="store_true", help="only generate the pages, to be read later")
    parser.add_argument("--out", type=Path, default=Path("ocr/calibration.yaml"))
    given = parser.parse_args()
    wanted = piles(given.seed, given.pages) if given.pages else []
    if given.draw:
        run_all(draw_pile, wanted, given.kept, given.processes)
        return
    pages = gather(wanted, given.kept, given.processes) if wanted else kept(given.kept)
    write(given.out, pages)


if __name__ == "__main__":
    main()
