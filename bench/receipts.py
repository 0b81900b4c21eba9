"""Full text on real receipts: `python -m bench.receipts [FOLDER] [--count N] [--json]`, the character error rate of the
engine `rapid` in its full-text mode.

FOLDER holds NAME.jpg and NAME.csv, a line of print a row: eight corners in pixels, then its text; it is
`VOUCH_RECEIPTS` or `../shared/data/receipts` where none is given. The error rate: a character that was read belongs to
the row of the truth in whose box its middle lies; the distance of Levenshtein between what a row says and the
characters that it got, from left to right, summed over all rows, by the number of the truth's characters. The order of
rows plays no part. Blanks are left out, and letters are compared as capitals, because this truth has no small ones.
Characters in no row's box (print that the truth passes over) are counted apart, as `outside`.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import sys
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from rapidfuzz.distance import Levenshtein

from imaging.decode import decode, probe
from imaging.model import Box, Scan
from ocr import engines
from ocr.model import Engine, Line

DEFAULT = Path(__file__).resolve().parents[2] / "shared" / "data" / "receipts"
SLACK = 0.15  # of a box's height that its characters may lie above or below it


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the truth: its box in pixels and its text."""

    box: Box
    text: str


@dataclass(slots=True)
class Score:
    """Characters of the truth, wrong ones by the distance of Levenshtein, ones read outside of every row, rows, rows
    without an error, and the seconds of CPU time that reading took."""

    receipts: int = 0
    characters: int = 0
    wrong: int = 0
    outside: int = 0
    rows: int = 0
    right_rows: int = 0
    seconds: float = 0.0

    @property
    def rate(self) -> float:
        """The character error rate, 0 to 1 and above."""
        return self.wrong / max(1, self.characters)


def folder_of(given: Path | None) -> Path:
    """The folder with receipts. SystemExit where there is none."""
    folder = given or Path(os.environ.get("VOUCH_RECEIPTS", DEFAULT))
    if not any(folder.glob("*.csv")):
        raise SystemExit(f"no receipts in {folder}: give a folder with NAME.jpg and NAME.csv, or set VOUCH_RECEIPTS")
    return folder


def read_rows(path: Path, scale: float = 1.0) -> list[Row]:
    """The truth of one receipt, its boxes scaled: decoding makes an image of very many pixels smaller."""
    rows = []
    for line in csv.reader(path.read_text("utf-8", errors="replace").splitlines(), quoting=csv.QUOTE_NONE):
        if len(line) < 9:
            continue
        xs, ys = [int(each) for each in line[:8:2]], [int(each) for each in line[1:8:2]]
        x, y, right, bottom = (round(each * scale) for each in (min(xs), min(ys), max(xs), max(ys)))
        box = Box(x, y, right - x, bottom - y)
        rows.append(Row(box, ",".join(line[8:])))
    return rows


def plain(text: str) -> str:
    """Text as it is compared: without blanks, in capitals, its full-width signs narrow."""
    narrow = "".join(chr(ord(each) - 0xFEE0) if 0xFF01 <= ord(each) <= 0xFF5E else each for each in text)
    return "".join(narrow.split()).upper()


def compare(rows: list[Row], lines: Iterable[Line], score: Score, show: bool = False) -> None:
    """Add what was read of one receipt to the score."""
    got: list[list[tuple[float, str]]] = [[] for _ in rows]
    for line in lines:
        for text, x, y in _characters(line):
            place = _row_at(rows, x, y)
            if place is None:
                score.outside += len(plain(text))
            else:
                got[place].append((x, text))
    for row, found in zip(rows, got, strict=True):
        said, read = plain(row.text), plain("".join(text for _, text in sorted(found, key=lambda each: each[0])))
        wrong = Levenshtein.distance(said, read)
        if show and wrong:
            sys.stderr.write(f"{wrong:3} {said!r} {read!r}\n")
        score.characters, score.wrong = score.characters + len(said), score.wrong + wrong
        score.rows, score.right_rows = score.rows + 1, score.right_rows + (wrong == 0)


def _characters(line: Line) -> list[tuple[str, float, float]]:
    """Each character and its middle; a line whose characters have no places is spread evenly over its box."""
    if line.box is None:
        return []
    step = line.box.w / max(1, len(line.text))
    middles = line.centers or tuple(line.box.x + step * (number + 0.5) for number in range(len(line.text)))
    return [(text, x, line.box.center[1]) for text, x in zip(line.text, middles, strict=True)]


def _row_at(rows: list[Row], x: float, y: float) -> int | None:
    """The row whose box holds a point, the one whose middle is nearest where several do."""
    held = [
        number
        for number, row in enumerate(rows)
        if row.box.x - row.box.h / 4 <= x <= row.box.right + row.box.h / 4
        and row.box.y - SLACK * row.box.h <= y <= row.box.bottom + SLACK * row.box.h
    ]
    return min(held, key=lambda number: abs(rows[number].box.center[1] - y), default=None)


def measure(engine: Engine, folder: Path, count: int, names: str = "*.csv", show: bool = False) -> Score:
    """The score of an engine on the first `count` receipts of a folder."""
    score = Score()
    for path in sorted(folder.glob(names))[:count]:
        image = path.with_suffix(".jpg")
        scan = Scan.of(image.name, image.read_bytes())
        page = decode(scan)
        rows = read_rows(path, page.width / probe(scan).pages[0].width)
        start = time.process_time()
        reading = engine.read(page)
        score.seconds += time.process_time() - start
        if show:
            sys.stderr.write(f"== {image.name} {page.width}x{page.height} dpi {page.dpi:.0f}\n")
        compare(rows, reading.lines, score, show)
        score.receipts += 1
    return score


def main() -> None:
    """Print the error rate."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--names", default="*.csv", help="the pattern of the rows' files")
    parser.add_argument("--engine", default="rapid")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--show", action="store_true", help="every row with an error, on stderr")
    options = parser.parse_args()
    engine = engines.load(options.engine, **({"full_text": True} if options.engine == "rapid" else {}))
    score = measure(engine, folder_of(options.folder), options.count, options.names, options.show)
    said = {**asdict(score), "character_error_rate": round(score.rate, 5)}
    sys.stdout.write(json.dumps(said) + "\n" if options.json else "".join(f"{k:>22} {v}\n" for k, v in said.items()))


if __name__ == "__main__":
    main()
