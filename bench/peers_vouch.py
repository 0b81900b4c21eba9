"""Vouch as a contestant of `bench.peers`: `vouch ingest` by known forms and without; its engine in full text."""

from __future__ import annotations

import json
import shutil
import sqlite3
import statistics
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from bench.ingest import DAY, vouch
from bench.peers_others import Turn, read_by
from bench.peers_watch import watched
from ocr.synthesis.day import make_day
from ocr.synthesis.plan import voucher_types

ROOT = Path(__file__).parent.parent
BRANCH, TELLER = "0102", "0417"
SAMPLES, WORKERS = 5, 2
APPROVER = "bench-approver"


def make_vouchers(folder: Path, pages: int, seed: int, geometries: Sequence[str], types: Sequence[str] | None) -> None:
    """`pages` vouchers of normal wear, one a JPEG file of A5 at 200 dpi; kept when they are there."""
    if (folder / "truth.jsonl").exists():
        return
    shutil.rmtree(folder, ignore_errors=True)
    make_day(
        folder, seed=seed, vouchers=pages, business_date=DAY, branch_no=BRANCH, teller_no=TELLER, wear="normal",
        extras=False, journal=False, geometries=geometries, types=types,
    )  # fmt: skip


def learn_forms(out: Path, seed: int, geometries: Sequence[str], types: Sequence[str] | None) -> Path:
    """A data folder whose forms were learned from samples of their own and approved, by the command line; kept when it
    is there and finished."""
    kinds = sorted(set(voucher_types(types)))
    data = out / f"forms-{seed}-{''.join(geometries)}-{len(kinds)}"
    if (data / "ready").exists():
        return data
    shutil.rmtree(data, ignore_errors=True)
    _run(data, "user", "add", APPROVER, "--role", "parameter_administrator")
    wanted = [(kind, one) for kind in kinds for one in geometries]
    for number, (kind, one) in enumerate(wanted):
        make_vouchers(out / "samples" / f"{seed}-{kind}-{one}", SAMPLES, seed + number, (one,), (kind,))

    def learn(form: tuple[str, str]) -> None:
        name, samples = "-".join(form), out / "samples" / f"{seed}-{form[0]}-{form[1]}"
        if _run(data, "forms", "learn", str(samples), "--name", name, "--type", form[0]):
            _run(data, "forms", "approve", name, "--as", APPROVER)

    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(learn, wanted))
    (data / "ready").write_text("", encoding="utf-8")
    return data


def _run(data: Path, *words: str) -> bool:
    done = subprocess.run(vouch(*words, data=data), check=False, capture_output=True, text=True)
    if done.returncode:
        print(f"vouch {' '.join(words)}: {done.stderr.strip()[-300:]}", file=sys.stderr)
    return done.returncode == 0


class Ingest:
    """`vouch ingest`, files to archived and indexed, two workers, into one growing data folder."""

    def __init__(self, name: str, data: Path, base: Path | None) -> None:
        self.name, self.data, self.turns = name, data, 0
        shutil.rmtree(data, ignore_errors=True)
        if base is not None:
            shutil.copytree(base, data)

    def missing(self) -> str:
        """Nothing ever is."""
        return ""

    def turn(self, files: Sequence[Path], _scratch: Path) -> Turn:
        """Ingests the files as a teller's batch of their own. RuntimeError where not all of them were archived."""
        self.turns += 1
        words = ["ingest", *map(str, files), "--branch", BRANCH, "--teller", f"{self.turns:04d}"]
        took = watched(
            [vouch(*words, "--date", DAY.isoformat(), "--json", data=self.data)], {"VOUCH_WORKERS": str(WORKERS)}
        )
        done = json.loads(took.said)["pages_done"]
        if done != len(files):
            raise RuntimeError(f"{self.name}: {done} of {len(files)} pages archived")
        early = min(WORKERS, len(files) - 1)
        return Turn(len(files), took, self._done(early) - took.begun, early)

    def _done(self, pages: int) -> float:
        """When that many pages of the last batch were done, as time.time(): the workers are warm then."""
        asked = "SELECT done_at FROM page WHERE batch_id = (SELECT max(id) FROM batch) ORDER BY done_at LIMIT ?"
        moments = sqlite3.connect(self.data / "catalogue.db").execute(asked, (max(1, pages),)).fetchall()
        return datetime.fromisoformat(moments[-1][0]).replace(tzinfo=UTC).timestamp()

    def stages(self) -> dict[str, float]:
        """Median milliseconds of each step over all pages."""
        rows = sqlite3.connect(self.data / "catalogue.db").execute("SELECT notes FROM page").fetchall()
        timings = [json.loads(row[0]).get("timing", {}) for row in rows]
        names = list(dict.fromkeys(name for timing in timings for name in timing))
        return {name: round(statistics.median(t.get(name, 0.0) for t in timings), 1) for name in names}

    def by_form(self) -> float:
        """The share of fields that were read in the zones of a known form."""
        rows = sqlite3.connect(self.data / "catalogue.db").execute("SELECT source FROM record_field").fetchall()
        return round(sum(row[0] == "ocr:zone" for row in rows) / max(1, len(rows)), 4)


class FullText:
    """The engine alone, from the file to all lines of the upright page, two processes."""

    name = "Vouch, full text (engine alone)"

    def missing(self) -> str:
        """Nothing ever is."""
        return ""

    def turn(self, files: Sequence[Path], _scratch: Path) -> Turn:
        """Reads the files."""
        return read_by(sys.executable, "vouch", files, {"PYTHONPATH": str(ROOT)})
