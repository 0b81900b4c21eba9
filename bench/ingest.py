"""Ingest of A5 pages at 200 dpi: files to archived, indexed and served, beside a bare run of the same OCR engine."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from multiprocessing import get_context
from pathlib import Path

from ocr.synthesis.day import make_day

BRANCH, TELLER, DAY = "0102", "0417", date(2026, 3, 9)


def vouch(*words: str, data: Path) -> list[str]:
    """The command line of `vouch` as installed beside this interpreter."""
    return ["env", f"VOUCH_DATA={data}", str(Path(sys.executable).parent / "vouch"), *words]


def make_pages(folder: Path, pages: int, seed: int) -> None:
    """`pages` vouchers, one a JPEG file, in `folder`; kept when they are there."""
    if not (folder / "truth.jsonl").exists():
        shutil.rmtree(folder, ignore_errors=True)
        make_day(
            folder,
            seed=seed,
            vouchers=pages,
            business_date=DAY,
            branch_no=BRANCH,
            teller_no=TELLER,
            wear="normal",
            extras=False,
        )


def timed_ingest(folder: Path, data: Path) -> tuple[dict[str, object], float]:
    """The JSON that `vouch ingest` ends with and its wall time in seconds, from an empty data folder."""
    shutil.rmtree(data, ignore_errors=True)
    words = ("ingest", str(folder), "--branch", BRANCH, "--teller", TELLER, "--date", DAY.isoformat(), "--json")
    begin = time.perf_counter()
    done = subprocess.run(vouch(*words, data=data), stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout), time.perf_counter() - begin


def stage_times(data: Path) -> dict[str, float]:
    """Median milliseconds of each step over the pages of a data folder."""
    rows = sqlite3.connect(data / "catalogue.db").execute("SELECT notes FROM page").fetchall()
    timings: list[Mapping[str, float]] = [json.loads(row[0]).get("timing", {}) for row in rows]
    names = list(dict.fromkeys(name for timing in timings for name in timing))
    return {name: statistics.median(t[name] for t in timings if name in t) for name in names}


def _bare(paths: list[str]) -> float:
    """Seconds of a bare run: decode, then the same engine's `read`, nothing else."""
    import cv2

    from imaging.decode import decode
    from imaging.model import Scan
    from ocr.engines import load

    cv2.setNumThreads(1)
    engine = load("rapid")
    begin = time.perf_counter()
    for path in paths:
        engine.read(decode(Scan.of(path, Path(path).read_bytes()), 1))
    return time.perf_counter() - begin


def bare_engine(folder: Path, processes: int) -> float:
    """Wall seconds of the bare engine over the same files, in as many processes."""
    files = sorted(str(p) for p in folder.glob("*.jpg"))
    shares = [files[n::processes] for n in range(processes)]
    begin = time.perf_counter()
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        list(pool.map(_bare, shares))
    return time.perf_counter() - begin


def run(out: Path, pages: int = 200, seed: int = 20260309) -> dict[str, object]:
    """The figures of one run: pages a second of the whole and of the bare engine, their ratio, time by stage."""
    processes = len(os.sched_getaffinity(0))
    folder, data = out / f"pages-{seed}-{pages}", out / "data"
    make_pages(folder, pages, seed)
    bare = bare_engine(folder, processes)
    report, whole = timed_ingest(folder, data)
    return {
        "pages": report["pages_done"],
        "seconds": round(whole, 1),
        "pages_per_second": round(pages / whole, 2),
        "bare_pages_per_second": round(pages / bare, 2),
        "ratio": round(bare / whole, 3),
        "stages_ms": stage_times(data),
    }
