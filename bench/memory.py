"""Memory of a worker: `python -m bench.memory [--pages N] [--every N]`, resident megabytes of one process after so many
pages of every size through decoding, imaging and understanding. The pages are made by the own generator, cut and scaled
at random, so that hardly two have one size."""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import date
from multiprocessing import get_context
from pathlib import Path

import cv2
import numpy as np

from api.settings import Settings
from imaging.decode import decode
from imaging.model import Scan
from imaging.recipe import run
from ocr.synthesis.day import make_day
from ocr.understand import understand
from processing.engines import open_engine
from processing.heap import give_back, resident

DAY = date(2026, 4, 21)
PRINTS = tuple(f"memory {number}" for number in range(8))
SEED = 90210


def main() -> None:
    """Print the resident memory by number of pages, and the growth from the first to the last tenth."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=5000)
    parser.add_argument("--every", type=int, default=250)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "day"
        # Processes of their own: what making pages takes must not be counted, and libraries have one thread, as in a
        # worker, only where they are told before they are imported.
        os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OMP_THREAD_LIMIT", "OPENBLAS_NUM_THREADS"), "1"))
        _alone(make, made)
        _alone(measure, made, options.pages, options.every)


def _alone(act: Callable[..., None], *given: object) -> None:
    process = get_context("spawn").Process(target=act, args=given)
    process.start()
    process.join()


def make(folder: Path) -> None:
    """A day's pages."""
    make_day(folder, seed=SEED, vouchers=40, geometries=PRINTS, business_date=DAY, branch_no="0310", teller_no="0099")


def measure(folder: Path, pages: int, every: int) -> None:
    """Print a line each `every` pages: how much this process holds, and the most after any page since the last line.
    Freed memory is given back as a worker does."""
    images = [path for path in sorted(folder.iterdir()) if path.suffix in {".jpg", ".png"}]
    engine = open_engine("rapid", cache=str(Settings().cache), ready=True)  # as a worker has it
    most = 0.0
    for number, scan in enumerate(scans(images, pages), 1):
        understand(run(decode(scan)), engine, business_date=DAY)
        give_back()
        most = max(most, resident() / 1e6)
        if number % every == 0:
            sys.stdout.write(f"{number:6} pages  {resident() / 1e6:5.0f} MB, {most:5.0f} at most\n")
            sys.stdout.flush()
            most = 0.0


def scans(images: list[Path], pages: int) -> Iterator[Scan]:
    """So many files of random sizes."""
    chance = random.Random(SEED)
    for number in range(pages):
        pixels = cv2.imdecode(np.fromfile(chance.choice(images), np.uint8), cv2.IMREAD_COLOR)
        if pixels is None:
            raise RuntimeError("a page of the own generator cannot be decoded")
        scale = chance.uniform(0.75, 1.1)
        small = cv2.resize(pixels, None, fx=scale, fy=scale * chance.uniform(0.97, 1.03))
        height = round(small.shape[0] * chance.uniform(0.8, 1.0))
        data = cv2.imencode(".jpg", small[:height])[1].tobytes()
        yield Scan.of(f"{number}.jpg", data)


if __name__ == "__main__":
    main()
