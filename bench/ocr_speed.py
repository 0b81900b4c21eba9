"""How fast the engine `rapid` reads a folder of pages, beside rapidocr's own pipeline, on the same files in one run:
`python bench/ocr_speed.py FOLDER [--pages N] [--json]`. Both use OpenVINO with one thread."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from imaging.model import Page, Pixels
from ocr import engines

IMAGES = {".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff"}
DPI = 200.0


def main() -> None:
    """Print pages a second of both, and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--pages", type=int, default=20)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    pages = load(options.folder, options.pages)
    result = measure(pages)
    sys.stdout.write(json.dumps(result) + "\n" if options.json else table(result))


def load(folder: Path, most: int) -> list[Pixels]:
    """The first images of a folder, as H×W×3 BGR."""
    files = [path for path in sorted(folder.iterdir()) if path.suffix.lower() in IMAGES][:most]
    if not files:
        raise SystemExit(f"no page image in {folder}")
    found = (cv2.imread(str(path), cv2.IMREAD_COLOR) for path in files)
    return [np.asarray(image, np.uint8) for image in found if image is not None]


def measure(pages: list[Pixels]) -> dict[str, Any]:
    """Pages a second of the bare library and of our engine, page by page in turn, so that both meet the same load."""
    bare, ours = bare_rapidocr(), our_engine()
    for read in (bare, ours):
        read(pages[0])
    seconds, lines = {"bare": 0.0, "ours": 0.0}, {"bare": 0, "ours": 0}
    for page in pages:
        for name, read in (("bare", bare), ("ours", ours)):
            start = time.perf_counter()
            lines[name] += read(page)
            seconds[name] += time.perf_counter() - start
    rates = {name: len(pages) / taken for name, taken in seconds.items()}
    return {"pages": len(pages), "pages_per_second": rates, "lines": lines, "ratio": rates["ours"] / rates["bare"]}


def bare_rapidocr() -> Callable[[Pixels], int]:
    """rapidocr's own pipeline with its defaults, but OpenVINO on one thread; it answers the number of lines."""
    from rapidocr import EngineType, RapidOCR

    chosen = {f"{part}.engine_type": EngineType.OPENVINO for part in ("Det", "Cls", "Rec")}
    openvino = {"inference_num_threads": 1, "enable_cpu_pinning": False}
    settings = {f"EngineConfig.openvino.{name}": value for name, value in openvino.items()}
    library = RapidOCR(params={**chosen, **settings, "Global.log_level": "error"})
    return lambda pixels: len(library(pixels).txts or ())


def our_engine() -> Callable[[Pixels], int]:
    """The engine `rapid`; it answers the number of lines."""
    engine = engines.load("rapid")
    return lambda pixels: len(engine.read(Page(pixels, DPI)).lines)


def table(result: dict[str, Any]) -> str:
    """The result for people."""
    rows = [
        f"{name:>5}  {result['pages_per_second'][name]:6.2f} pages/s  {result['lines'][name]:5} lines"
        for name in ("bare", "ours")
    ]
    return "\n".join([f"{result['pages']} pages", *rows, f"ratio  {result['ratio']:.2f}", ""])


if __name__ == "__main__":
    main()
