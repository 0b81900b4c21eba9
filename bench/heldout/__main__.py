"""`python -m bench.heldout OUT --seed N --pages N`: writes held-out vouchers and truth.jsonl into the folder OUT."""

from __future__ import annotations

import argparse
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import cv2
import numpy as np
from playwright.sync_api import Page, sync_playwright

from bench.heldout import wear
from bench.heldout.pages import HERE, Sheet, draw

DPI = 200
ATTEMPTS = 12
SWITCHES = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run "
    "--disable-background-networking --disable-component-update --disable-sync"
)


@contextmanager
def browser() -> Iterator[Page]:
    """A page of the machine's own Chromium, at 200 dots an inch."""
    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=shutil.which("chromium"), args=SWITCHES.split())
        yield chromium.new_page(viewport={"width": 900, "height": 950}, device_scale_factor=DPI / 96)
        chromium.close()


def picture(page: Page, sheet: Sheet) -> wear.Image:
    """The sheet as pixels, H×W×3 BGR, at 200 dpi."""
    data = page.locator(".sheet").screenshot(type="jpeg", quality=100)
    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    if image is None:
        raise ValueError(f"{sheet.type}: Chromium gave no picture; check that it starts by hand")
    return np.asarray(image, np.uint8)


def legible(page: Page, seed: int, index: int, verbose: bool) -> Sheet:
    """The sheet of place `index`, drawn again with other values until no text is cut off, small or covered."""
    script = (HERE / "fit.js").read_text(encoding="utf-8")
    for attempt in range(ATTEMPTS):
        sheet = draw(seed, index, attempt)
        page.set_content(sheet.html)
        faults = page.evaluate(script)
        if not faults:
            return sheet
        if verbose:
            print(index, sheet.type, attempt, faults[:3])
    raise ValueError(
        f"page {index} ({sheet.type}) stays illegible after {ATTEMPTS} attempts: {faults[0]}; use another seed"
    )


def write(out: Path, seed: int, pages: int, clean: bool = False, verbose: bool = False) -> None:
    """Writes `pages` JPEG files and truth.jsonl into `out`; `clean` leaves out the wear."""
    out.mkdir(parents=True, exist_ok=True)
    with browser() as page, (out / "truth.jsonl").open("w", encoding="utf-8") as truth:
        for index in range(pages):
            sheet = legible(page, seed, index, verbose)
            chance = Random(f"{seed}/wear/{index}")
            image = picture(page, sheet)
            name = f"{index + 1:04d}.jpg"
            (out / name).write_bytes(wear.jpeg(image if clean else wear.worn(image, chance), chance))
            line = {"file": name, "page": 1, "type": sheet.type, "fields": sheet.fields}
            truth.write(json.dumps(line, ensure_ascii=False) + "\n")


def main() -> None:
    """Reads the command line and writes the pages."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--pages", type=int, default=200)
    parser.add_argument("--clean", action="store_true", help="without wear")
    parser.add_argument("--verbose", action="store_true", help="say why a page was drawn again")
    given = parser.parse_args()
    write(given.out, given.seed, given.pages, given.clean, given.verbose)


if __name__ == "__main__":
    main()
