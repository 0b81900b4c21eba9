"""Accuracy of reading: vouchers of the own generator and of the held-out one, by a seed that no test or tuning used."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from ocr.evaluate import evaluate
from ocr.synthesis.day import make_day

from .heldout.__main__ import write

SEED = 271828


def run(out: Path, pages: int = 160) -> dict[str, object]:
    """Type accuracy, exact fields, accepted share and wrong among the accepted, for both generators."""
    own, held = out / "own", out / "heldout"
    make_day(own, seed=SEED, vouchers=pages, business_date=date(2026, 4, 21), branch_no="0310", teller_no="0099")
    write(held, SEED, pages)
    return {"own generator": figures(own), "held-out layouts": figures(held)}


def figures(folder: Path) -> dict[str, object]:
    """The headline figures of one folder, shares of 1."""
    found = evaluate(folder)
    names = ("pages", "type_accuracy", "fields", "field_exact", "accepted", "accepted_wrong", "pages_per_second")
    return {name: getattr(found, name) for name in names}
