"""Accuracy of reading: vouchers of the own generator and of the held-out one, by a seed that no test or tuning used."""

from __future__ import annotations

import json
import subprocess
from datetime import date
from pathlib import Path

from ocr.synthesis.day import make_day

from .heldout.__main__ import write
from .ingest import vouch

SEED = 271828
UNSEEN = tuple(f"bank {number}" for number in range(12))  # any name is a print of its own


def run(out: Path, pages: int = 100) -> dict[str, object]:
    """Type accuracy, exact fields, accepted share and wrong among the accepted, for both generators."""
    own, held = out / "own", out / "heldout"
    where = {"business_date": date(2026, 4, 21), "branch_no": "0310", "teller_no": "0099"}
    make_day(own, seed=SEED, vouchers=pages, geometries=UNSEEN, **where)  # type: ignore[arg-type]
    write(held, SEED, pages)
    return {"own generator, unseen prints": figures(own, out), "held-out layouts": figures(held, out)}


def figures(folder: Path, data: Path) -> dict[str, object]:
    """The headline figures of `vouch evaluate` over one folder, shares of 1."""
    done = subprocess.run(vouch("evaluate", str(folder), "--json", data=data), stdout=subprocess.PIPE, check=True)
    found = json.loads(done.stdout)
    names = ("pages", "type_accuracy", "fields", "field_exact", "accepted", "accepted_wrong", "pages_per_second")
    return {name: round(found[name], 4) for name in names}
