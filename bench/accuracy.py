"""Accuracy of reading against the bars: vouchers of the own generator in prints that no test or tuning used, by look,
with stamps or without, and the held-out layouts. Learned forms are measured by bench.forms.

    .venv/bin/python -m bench.accuracy OUT [--pages 200] [--grey 60] [--bitonal 60] [--stamps 60] [--heldout 60]
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from pathlib import Path

from ocr.engines import load
from ocr.evaluate import TRUTH, Evaluation, How, Said, calibration_error, evaluate
from ocr.synthesis.day import make_day

from .heldout.__main__ import write

SEED = 271828
PRINTS = 12  # any name is a print of its own
DAY = date(2026, 4, 21)
MONEY = frozenset({"amount", "amount_cn"})
PAGES: Mapping[str, int] = {"pages": 100, "grey": 40, "bitonal": 40, "stamps": 40, "heldout": 60}


def run(out: Path, wanted: Mapping[str, int] = PAGES, seed: int = SEED, processes: int = 2) -> dict[str, object]:
    """The figures of each part by its pages, and of all parts together; parts without pages are left out."""
    found: dict[str, Evaluation] = {}
    looks = {"own generator, colour": ("pages", "jpg"), "own generator, grey": ("grey", "grey"),
             "own generator, bitonal": ("bitonal", "bitonal")}  # fmt: skip
    for number, (name, (part, formats)) in enumerate(looks.items()):
        if wanted.get(part):
            found[name] = own(out / part, seed + number, wanted[part], processes, formats)
    if wanted.get("heldout"):
        if not (out / "heldout" / TRUTH).exists():
            write(out / "heldout", seed, wanted["heldout"])
        found["held-out layouts"] = read(out / "heldout", processes)
    told: dict[str, object] = {name: figures(each.said) | types(each) for name, each in found.items()}
    told["together"] = figures([said for each in found.values() for said in each.said])
    if wanted.get("stamps"):
        told["the same vouchers with and without stamps"] = stamps(out, seed + 7, wanted["stamps"], processes)
    return told


def own(
    out: Path, seed: int, pages: int, processes: int, formats: str = "jpg", stamped: bool = True
) -> Evaluation:  # fmt: skip
    """Pages of the own generator, in prints of this seed alone, written where they are not there yet, and read."""
    if not (out / TRUTH).exists():
        prints = tuple(f"unseen {seed} {number}" for number in range(PRINTS))
        make_day(
            out, seed=seed, vouchers=pages, geometries=prints, formats=formats, stamped=stamped, business_date=DAY,
            branch_no="0310", teller_no="0099", extras=False, journal=False,
        )  # fmt: skip
    return read(out, processes)


def read(folder: Path, processes: int) -> Evaluation:
    """A folder read and compared with its truth."""
    return evaluate(folder, partial(load, "rapid"), None, processes, How())


def types(found: Evaluation) -> dict[str, object]:
    """Pages and types of one part."""
    return {"pages": found.pages, "type right": round(found.type_accuracy, 4)}


def figures(said: Sequence[Said]) -> dict[str, object]:
    """Shares of the fields printed, counts of what was accepted and is wrong, and calibration errors in points."""
    printed = [each for each in said if each.truth is not None]
    read_ = [each for each in printed if each.kind != "stamp"]
    taken = [each for each in said if each.accepted]
    return {
        "fields": len(printed),
        "exact": _share(printed),
        "exact, stamps apart": _share(read_),
        "accepted and right": round(sum(each.accepted and each.right for each in printed) / max(1, len(printed)), 4),
        "accepted": len(taken),
        "accepted wrong": sum(not each.right for each in taken),
        "amounts accepted": sum(each.kind in MONEY for each in taken),
        "amounts accepted wrong": sum(each.kind in MONEY and not each.right for each in taken),
        "accepted share by kind": {kind: _accepted(printed, kind) for kind in _kinds(printed)},
        "calibration error, points": {kind: _off(said, kind) for kind in ("", *_kinds(printed))},
        "wrong": [f"{e.file} {e.field}: {e.said} for {e.truth}" for e in taken if not e.right],
    }


def _kinds(said: Sequence[Said]) -> list[str]:
    return sorted({each.kind for each in said})


def _share(said: Sequence[Said]) -> float:
    return round(sum(each.right for each in said) / max(1, len(said)), 4)


def _accepted(said: Sequence[Said], kind: str) -> float:
    mine = [each for each in said if each.kind == kind]
    return round(sum(each.accepted and each.right for each in mine) / max(1, len(mine)), 4)


def _off(said: Sequence[Said], kind: str) -> float:
    mine = [each for each in said if each.said is not None and kind in {"", each.kind}]
    return round(100 * calibration_error([each.sure for each in mine], [each.right for each in mine]), 2)


def stamps(out: Path, seed: int, pages: int, processes: int) -> dict[str, object]:
    """What stamps over the print cost: the fields exactly right on the same vouchers with and without them."""
    with_, without = (
        own(out / f"stamped-{stamped}", seed, pages, processes, "jpg", stamped) for stamped in (True, False)
    )
    shares = [_share([s for s in each.said if s.truth is not None and s.kind != "stamp"]) for each in (with_, without)]
    return {"pages": pages, "exact, stamped": shares[0], "exact, unstamped": shares[1],
            "points lost": round(100 * (shares[1] - shares[0]), 2)}  # fmt: skip


def main() -> None:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    for name, pages in PAGES.items():
        parser.add_argument(f"--{name}", type=int, default=pages)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--processes", type=int, default=2)
    given = parser.parse_args()
    wanted = {name: getattr(given, name) for name in PAGES}
    print(json.dumps(run(given.out, wanted, given.seed, given.processes), indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main()
