"""Processor time a page by imaging stage, on the scans of a folder: `python bench/imaging_stages.py FOLDER [PAGES]`."""

from __future__ import annotations

import sys
import time
from collections import defaultdict
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any

import cv2

from imaging.decode import decode, probe
from imaging.derivatives import access_copy, thumbnail
from imaging.lines import table
from imaging.model import Scan, ScanError
from imaging.phash import phash
from imaging.recipe import READING, RECIPE, run
from imaging.stages.stamps import split_stamps
from ocr.cover import read_cover

Times = dict[str, list[float]]
ROUNDS = 3


def timed(times: dict[str, float], name: str, work: Callable[..., Any], *values: Any) -> Any:
    """What `work` returns; `times` keeps the best of its times in milliseconds."""
    begun = time.process_time()
    result = work(*values)
    times[name] = min(times.get(name, float("inf")), (time.process_time() - begun) * 1_000)
    return result


def measure(scan: Scan, times: Times) -> None:
    """Every stage on the first page of the scan, ROUNDS times from the file on: stages share what one of them made."""
    best: dict[str, float] = {}
    for _ in range(ROUNDS):
        timed(best, "probe", probe, scan)
        page = timed(best, "decode", decode, scan, 1)
        for stage in RECIPE:
            page = timed(best, stage.__name__, stage, page)
        timed(best, "cover", read_cover, page)
        reading = timed(best, "background", run, page, READING)
        text = timed(best, "stamps", split_stamps, reading).text_stream
        timed(best, "table", table, text)
        for made in (access_copy, thumbnail, phash):
            timed(best, made.__name__, made, page)
    for name, spent in best.items():
        times[name].append(spent)


def main(folder: Path, pages: int) -> None:
    cv2.setNumThreads(1)
    times: Times = defaultdict(list)
    for path in islice(sorted(p for p in folder.iterdir() if p.suffix in (".jpg", ".png", ".tif", ".pdf")), pages):
        try:
            measure(Scan.of(path.name, path.read_bytes()), times)
        except ScanError as error:
            print(f"refused: {error}")
    for name, values in times.items():
        print(f"{name:12} median {median(values):6.1f} ms   worst {max(values):6.1f} ms")
    print(f"{'all':12} median {sum(median(values) for values in times.values()):6.1f} ms")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 12)
