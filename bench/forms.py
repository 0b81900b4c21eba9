"""Known forms: learned from five samples each, read on other pages: exact fields, fall-backs, CPU time a page."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import cv2

from imaging.decode import decode
from imaging.model import Page, Scan
from imaging.recipe import run as imaged
from ocr.engines import load
from ocr.evaluate import Truth, read_truth, stored
from ocr.known.learn import learn
from ocr.known.model import FormError, KnownForm
from ocr.known.samples import Labelled, read_sample
from ocr.model import Engine, Voucher
from ocr.synthesis.day import make_day
from ocr.understand import understand

SEED = 20_261_129
ON = date(2026, 3, 9)
SAMPLES, PAGES = 5, 5
TYPES = (
    "transfer_cheque", "cash_cheque", "deposit_slip", "wire_transfer", "cash_deposit", "special_transfer_debit",
    "teller_slip", "discount", "account_opening", "loss_report",
)  # fmt: skip
PRINTS = ("bank 31", "bank 32")
STAMP = "stamp_"
ZONE = "ocr:zone"


@dataclass(slots=True)
class Tally:
    """Counts and CPU seconds over the pages read."""

    counts: Counter[str] = field(default_factory=Counter)
    seconds: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    faults: list[str] = field(default_factory=list)

    def said(self) -> dict[str, object]:
        """The figures as shares of 1 and milliseconds of CPU a page."""
        of, pages = self.counts, max(1, self.counts["pages"])
        known, whole = max(1, of["pages"] - of["fell back"]), max(1, of["fell back"])
        return {
            "pages": of["pages"],
            "fell back": of["fell back"],
            "type right": _share(of["types"], of["pages"]),
            "fields": of["fields"],
            "exact": _share(of["exact"], of["fields"]),
            "exact by zones": _share(of["zone exact"], of["zone fields"]),
            "accepted": _share(of["accepted"], of["fields"]),
            "wrong of accepted": of["accepted wrong"],
            "stamps right": _share(of["stamps right"], of["stamps"]),
            "decode and imaging, CPU ms a page": _ms(self.seconds["imaging"], pages),
            "by zones, CPU ms a page": _ms(self.seconds["zones"], known),
            "fallen back, CPU ms a page": _ms(self.seconds["whole"], whole),
            "unknown, CPU ms a page": _ms(self.seconds["unknown"], max(1, of["unknown"])),
            "faults": self.faults,
        }


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0


def _ms(seconds: float, pages: int) -> float:
    return round(seconds / pages * 1000, 1)


def run(out: Path, pages: int = PAGES, types: Sequence[str] = TYPES, seed: int = SEED) -> dict[str, object]:
    """Learns a form of each type and reads `pages` other pages of each with all forms in force."""
    cv2.setNumThreads(1)
    engine = load("rapid")
    forms: list[KnownForm] = []
    for number, kind in enumerate(types):
        folder = out / f"{kind}-samples"
        _make(folder, seed + number, SAMPLES, kind, PRINTS[number % len(PRINTS)])
        try:
            forms.append(
                learn([read_sample(_labelled(folder, each), engine).sample for each in read_truth(folder)], kind)
            )
        except FormError as error:
            print(error)
    tally = Tally()
    for number, kind in enumerate(types):
        folder = out / f"{kind}-pages"
        _make(folder, seed + 1000 + number, pages, kind, PRINTS[number % len(PRINTS)])
        for place, truth in enumerate(read_truth(folder)):
            _measure(folder, truth, engine, forms, tally, also_unknown=place == 0)
    return {"forms learned": len(forms), **tally.said()}


def _make(folder: Path, seed: int, count: int, kind: str, geometry: str) -> None:
    make_day(
        folder, seed=seed, vouchers=count, business_date=ON, branch_no="0102", teller_no="0417",
        geometries=(geometry,), types=(kind,), extras=False, journal=False,
    )  # fmt: skip


def _page(folder: Path, truth: Truth) -> Page:
    return imaged(decode(Scan.of(truth.file, (folder / truth.file).read_bytes()), truth.page))


def _labelled(folder: Path, truth: Truth) -> Labelled:
    values = {name: stored(name, value) for name, value in truth.fields.items()}
    return Labelled(_page(folder, truth), truth.type, values, truth.file)


def _measure(
    folder: Path, truth: Truth, engine: Engine, forms: Sequence[KnownForm], tally: Tally, *, also_unknown: bool
) -> None:
    begin = time.process_time()
    page = _page(folder, truth)
    middle = time.process_time()
    voucher = understand(page, engine, business_date=ON, forms=forms).voucher
    end = time.process_time()
    zones = any(value.source == ZONE for value in voucher.fields.values())
    tally.seconds["imaging"] += middle - begin
    tally.seconds["zones" if zones else "whole"] += end - middle
    tally.counts["fell back"] += not zones
    if also_unknown:
        understand(page, engine, business_date=ON)
        tally.seconds["unknown"] += time.process_time() - end
        tally.counts["unknown"] += 1
    _count(truth, voucher, zones, tally, f"{folder.name}/{truth.file}")


def _count(truth: Truth, voucher: Voucher, zones: bool, tally: Tally, place: str) -> None:
    tally.counts["pages"] += 1
    tally.counts["types"] += voucher.type == truth.type
    for name, value in truth.fields.items():
        found = voucher.fields.get(name)
        right = found is not None and found.value == stored(name, value)
        if name.startswith(STAMP):
            tally.counts.update({"stamps": 1, "stamps right": int(right)})
            continue
        accepted = found is not None and found.accepted
        tally.counts.update({"fields": 1, "exact": int(right), "accepted": int(accepted and right)})
        tally.counts.update({"zone fields": int(zones), "zone exact": int(zones and right)})
        tally.counts["accepted wrong"] += accepted and not right
        if not right:
            said = found.value if found else "nothing"
            tally.faults.append(f"{place} {name}: {value} read as {said}{'' if zones else ' (whole)'}")
