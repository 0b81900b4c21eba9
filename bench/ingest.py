"""Ingest of A5 pages at 200 dpi: files to archived, indexed and served, beside a bare run of the same OCR engine."""

from __future__ import annotations

import json
import os
import resource
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


def _cpu() -> float:
    """CPU seconds of all the processes that this one started and that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def timed_ingest(folder: Path, data: Path) -> tuple[dict[str, object], float, float]:
    """The JSON that `vouch ingest` ends with, its wall time and its CPU time in seconds, from an empty data folder."""
    shutil.rmtree(data, ignore_errors=True)
    words = ("ingest", str(folder), "--branch", BRANCH, "--teller", TELLER, "--date", DAY.isoformat(), "--json")
    begin, used = time.perf_counter(), _cpu()
    done = subprocess.run(vouch(*words, data=data), stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout), time.perf_counter() - begin, _cpu() - used


def stage_times(data: Path, note: str = "timing") -> dict[str, float]:
    """Median milliseconds of each step over the pages of a data folder, of wall or (`cpu`) of CPU time."""
    timings = _timings(data, note)
    names = list(dict.fromkeys(name for timing in timings for name in timing))
    return {name: statistics.median(t[name] for t in timings if name in t) for name in names}


def shares(data: Path, cpu: float) -> dict[str, float]:
    """Parts of the CPU seconds of an ingest: reading, imaging with decoding, and all else, start-up too."""
    timings = _timings(data, "cpu")

    def share(*names: str) -> float:
        return sum(timing.get(name, 0.0) for timing in timings for name in names) / 1000 / cpu

    reading, imaging = share("reading"), share("decode", "imaging")
    return {"reading": round(reading, 3), "imaging": round(imaging, 3), "else": round(1 - reading - imaging, 3)}


def _timings(data: Path, note: str) -> list[Mapping[str, float]]:
    rows = sqlite3.connect(data / "catalogue.db").execute("SELECT notes FROM page").fetchall()
    return [json.loads(row[0]).get(note, {}) for row in rows]


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
    report, whole, cpu = timed_ingest(folder, data)
    return {
        "pages": report["pages_done"],
        "seconds": round(whole, 1),
        "pages_per_second": round(pages / whole, 2),
        "bare_pages_per_second": round(pages / bare, 2),
        "ratio": round(bare / whole, 3),
        "cpu_ms_a_page": round(cpu / pages * 1000),
        "cpu_shares": shares(data, cpu),
        "stages_ms": stage_times(data),
        "stages_cpu_ms": stage_times(data, "cpu"),
    }
