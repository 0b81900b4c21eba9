"""Bulk files: what a page of a 500-page PDF or TIFF costs a worker before its imaging, fetch and decode, and memory."""

from __future__ import annotations

import argparse
import io
import json
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

ACROSS, DOWN, DPI = 1654, 1165, 200  # A5
LOOKS = 10  # pages that look different; each page has its own bytes all the same
TIFFS = {"tiff-jpeg": ("jpeg", "YCbCr"), "tiff-g4": ("group4", "1")}  # as scanners write them
KINDS = ("pdf-jpeg", *TIFFS)
Look = npt.NDArray[np.uint8]


def looks() -> list[Look]:
    """Pages of grain and lines of text, whose JPEG is as large as that of a scan."""
    rng = np.random.default_rng(5)
    made = []
    for number in range(LOOKS):
        page = np.clip(rng.normal(240, 4, (DOWN, ACROSS, 3)), 0, 255).astype(np.uint8)
        for row in range(28):
            text = f"{number:02d} {row:02d} 6225 8801 {rng.integers(10**9):09d} {rng.integers(10**9):09d} AMOUNT"
            cv2.putText(page, text, (60, 60 + 38 * row), cv2.FONT_HERSHEY_SIMPLEX, 1.0, (40, 20, 20), 2, cv2.LINE_AA)
        made.append(page)
    return made


def images(pages: int, mode: str) -> Iterator[Image.Image]:
    """So many pages, each with its number on it, in a mode of Pillow's."""
    made = looks()
    for number in range(1, pages + 1):
        page = made[number % LOOKS].copy()
        cv2.putText(page, f"PAGE {number}", (60, 1140), cv2.FONT_HERSHEY_SIMPLEX, 1.0, (0, 0, 0), 2, cv2.LINE_AA)
        image = Image.fromarray(np.ascontiguousarray(page[:, :, ::-1]))
        yield image.convert(mode, dither=Image.Dither.NONE)


def make(path: Path, kind: str, pages: int) -> None:
    """A file of that kind with so many pages."""
    if kind == "pdf-jpeg":
        _make_pdf(path, images(pages, "RGB"))
        return
    packing, mode = TIFFS[kind]
    options: dict[str, Any] = {"quality": 85} if packing == "jpeg" else {}
    rest = images(pages, mode)
    next(rest).save(path, "TIFF", save_all=True, append_images=rest, compression=packing, dpi=(DPI, DPI), **options)


def _make_pdf(path: Path, made: Iterator[Image.Image]) -> None:
    import pikepdf

    size = (ACROSS * 72 / DPI, DOWN * 72 / DPI)
    document = pikepdf.new()
    for image in made:
        out = io.BytesIO()
        image.save(out, "JPEG", quality=85, dpi=(DPI, DPI))
        said = {
            "/Type": pikepdf.Name.XObject, "/Subtype": pikepdf.Name.Image, "/Width": ACROSS, "/Height": DOWN,
            "/ColorSpace": pikepdf.Name.DeviceRGB, "/BitsPerComponent": 8, "/Filter": pikepdf.Name.DCTDecode,
        }  # fmt: skip
        page = document.add_blank_page(page_size=size)
        shown = pikepdf.Stream(document, out.getvalue(), said)
        page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(I=document.make_indirect(shown)))
        page.Contents = pikepdf.Stream(document, f"{size[0]} 0 0 {size[1]} 0 0 cm /I Do".encode())
    document.save(path)


def measure(path: Path) -> dict[str, float]:
    """Every page fetched from a folder store and decoded as a worker does it, one after the other. Milliseconds of
    processor time a page with those of children, and the most megabytes that this process and a child held."""
    from archive.objects.folder import FolderStore
    from imaging.decode import decode, probe
    from imaging.model import Scan
    from processing.originals import original

    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        store = FolderStore(Path(folder))
        name = store.put_file(path)
        pages = probe(Scan(path.name, original(store, name), name)).count
        bytes(30 << 20)  # freed at once, as imaging's arrays are: from then on malloc keeps such pieces for the next
        begin = _used()
        for number in range(1, pages + 1):
            decode(Scan(path.name, original(store, name), name), number)
        used = [after - before for before, after in zip(begin, _used(), strict=True)]
    return {
        "megabytes of the file": round(path.stat().st_size / 1e6, 1),
        "pages": pages,
        "cpu ms a page": round(sum(used) / pages * 1000, 1),
        "of it in children": round(used[1] / pages * 1000, 1),
        "peak MB": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "peak MB of a child": round(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024),
    }


def _used() -> list[float]:
    spent = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return [each.ru_utime + each.ru_stime for each in spent]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=500)
    parser.add_argument("--folder", type=Path, help="keeps the files; without it they are made anew")
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--make", nargs=2, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.measure:
        sys.stdout.write(json.dumps(measure(asked.measure)))
    elif asked.make:
        make(Path(asked.make[0]), asked.make[1], asked.pages)
    else:
        with tempfile.TemporaryDirectory() as scratch:
            _run(asked.folder or Path(scratch), asked.pages)


def _run(folder: Path, pages: int) -> None:
    """Each in a process of its own, so that the memory of one is not that of another."""
    folder.mkdir(parents=True, exist_ok=True)
    again = [sys.executable, "-m", "bench.bulk", "--pages", str(pages)]
    for kind in KINDS:
        path = folder / f"{kind}-{pages}"
        if not path.exists():
            subprocess.run([*again, "--make", str(path), kind], check=True)
        done = subprocess.run([*again, "--measure", str(path)], check=True, stdout=subprocess.PIPE, text=True)
        print(kind, done.stdout, flush=True)


if __name__ == "__main__":
    main()
