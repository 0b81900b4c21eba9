"""The bars of imaging on drawn pages of a seed, without OCR: `python -m bench.imaging_bars [PAGES] [BLANKS] [SEED]`."""

from __future__ import annotations

import random
import sys
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import cv2
import numpy as np

from bench.faint_sides import LEAST, LEFT, LOOKS, empty_back, faintly_written, left_of, looking
from imaging.model import Page, Pixels
from imaging.ops import gray, u8
from imaging.phash import SAME, hamming, phash
from imaging.recipe import geometry, reading_stream, run
from imaging.stages.quality import GATES
from ocr.synthesis import stamps
from ocr.synthesis.form import Colour
from ocr.synthesis.ink import lay
from ocr.synthesis.layouts.design import PLANS, design
from ocr.synthesis.misfeeds import MISFEEDS, misfed
from ocr.synthesis.sheets import Side, printed_voucher
from ocr.synthesis.values import Values

SEED, DPI = 20261129, 200
_DAY = date(2026, 6, 9)
_BEDS = (6, 18, 45, 70, 255, 255)
_KINDS = {"round": "round", "oval": "oval", "dated": "rectangular", "square": "square", "name": "square"}
_INKS: tuple[tuple[str, Colour], ...] = (
    ("red", (200, 30, 40)), ("red", (225, 70, 70)), ("red", (185, 25, 60)), ("blue", (50, 60, 170)),
    ("blue", (70, 60, 150)),
)  # fmt: skip

Figures = dict[str, list[float]]


@dataclass(frozen=True, slots=True)
class Feed:
    """How a sheet is fed: degrees clockwise, quarter turns clockwise, the bed's gray (255 where none shows)."""

    degrees: float
    quarters: int
    bed: int


def side(rng: random.Random, stamped: bool = True) -> Side:
    """One voucher of a bank and a type drawn by chance."""
    name = rng.choice(sorted(PLANS))
    form = design(name, f"bars {rng.randrange(40)}")
    values = Values(rng, _DAY)
    return printed_voucher(form, values.fill(name, form.monthly_rate, None), values, DPI, None, stamped)


def fed(pixels: Pixels, feed: Feed, rng: random.Random) -> Pixels:
    """The sheet as the scanner sees it: turned, on its bed, blurred a little, noisy, saved as JPEG."""
    height, width = pixels.shape[:2]
    room = rng.randrange(20, 90) if feed.bed < 255 else 0
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), -feed.degrees, 1)
    cos, sin = abs(matrix[0, 0]), abs(matrix[0, 1])
    size = (int(width * cos + height * sin) + 2 * room, int(height * cos + width * sin) + 2 * room)
    matrix[:, 2] += ((size[0] - width) / 2, (size[1] - height) / 2)
    fill = (feed.bed,) * 3 if feed.bed < 255 else tuple(int(v) for v in pixels[2, 2])
    seen = cv2.warpAffine(pixels, matrix, size, flags=cv2.INTER_LINEAR, borderValue=fill)
    if rng.random() < 0.3:
        seen = cv2.GaussianBlur(seen, (0, 0), rng.uniform(0.4, 0.8))
    noise = np.random.default_rng(rng.getrandbits(32)).standard_normal((size[1], size[0], 1), np.float32)
    seen = np.clip(seen + noise * rng.uniform(1, 6), 0, 255).astype(np.uint8)
    return saved(np.ascontiguousarray(np.rot90(seen, -feed.quarters)), rng.randrange(60, 91))


def saved(pixels: Pixels, quality: int) -> Pixels:
    """The pixels after a JPEG file."""
    done = cv2.imdecode(cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], cv2.IMREAD_COLOR)
    return np.asarray(done, dtype=np.uint8)


def page_of(pixels: Pixels) -> Page:
    """A decoded page."""
    return Page(pixels, float(DPI)).noted("decode", dpi_guessed=False)


def sheets(pages: int, out: Figures, seed: str) -> None:
    """Skew left, axis of the text, size of the sheet by bed, false faults, false blanks."""
    for number in range(pages):
        rng = random.Random(f"{seed}/sheet/{number}")
        pixels = side(rng).pixels
        feed = Feed(rng.choice((rng.uniform(-1.5, 1.5), rng.uniform(-5, 5))), rng.randrange(4), rng.choice(_BEDS))
        page = run(page_of(fed(pixels, feed, rng)))
        found = geometry(page)
        out["skew left, degrees"].append(abs(found.degrees + feed.degrees))
        out["axis of the text wrong"].append(float((found.quarters + feed.quarters) % 2))
        out["sound pages with a fault"].append(float(page.note("quality")["fault"] != ""))
        out["printed pages called blank"].append(float(page.note("blank")["blank"]))
        if (found.quarters + feed.quarters) % 2 == 0:
            angle = np.deg2rad(abs(feed.degrees))
            sides = np.array([[np.cos(angle), np.sin(angle)], [np.sin(angle), np.cos(angle)]])
            # The crop is upright around a turned sheet; on white nothing shows where the sheet ends.
            full = sides @ (sides @ pixels.shape[1::-1])
            off = np.abs(np.array([page.width, page.height]) - full).max() * 25.4 / DPI
            where = "dark" if feed.bed < 255 else "white"
            out[f"sheet on a {where} bed off by more than 4 mm"].append(float(off > 4))


def blanks(sides: int, out: Figures, seed: str) -> None:
    """Sides with faint writing called blank, and empty backs that are not, in colour, gray, and black and white."""
    fronts = [side(random.Random(f"{seed}/front/{k}")).pixels for k in range(24)]
    for number in range(sides):
        rng = random.Random(f"{seed}/blank/{number}")
        pixels, look, written = empty_back(rng.choice(fronts), rng), rng.choice(LOOKS), number % 4 != 3
        bare = pixels
        if written:
            pixels, bare = faintly_written(pixels, rng, LEAST[look])
        feed = Feed(rng.uniform(-1.5, 1.5), 0, rng.choice(_BEDS))
        state = rng.getstate()
        lying = looking(fed(pixels, feed, rng), look, rng)
        called = bool(run(page_of(lying)).note("blank")["blank"])
        rng.setstate(state)
        if written and look == "bitonal" and left_of(lying, looking(fed(bare, feed, rng), look, rng)) < LEFT:
            out["sides whose writing the threshold took, called blank"].append(float(called))
            continue
        name = "sides with faint writing called blank" if written else "empty backs not called blank"
        out[f"{name}, {look}"].append(float(called is written))


def pressed(pages: int, out: Figures, seed: str) -> None:
    """Stamps found, and found where none is; their colour and kind; print under them after they were split off."""
    for number in range(pages):
        rng = random.Random(f"{seed}/stamp/{number}")
        pixels = side(rng, stamped=False).pixels
        shape, (colour, ink) = rng.choice(sorted(_KINDS)), rng.choice(_INKS)
        tile = stamps.pressed(stamps.drawn(shape, Values(rng, _DAY).company(), "业务专用章", DPI, str(_DAY)), rng)
        room = (max(1, pixels.shape[1] - tile.shape[1]), max(1, pixels.shape[0] - tile.shape[0]))
        at, clean = (rng.randrange(room[0]), rng.randrange(room[1])), pixels.copy()
        lay(pixels, tile, at, ink, 0.85)
        bare, with_stamp = (
            reading_stream(page_of(fed(each, Feed(0, 0, 255), random.Random(number)))) for each in (clean, pixels)
        )
        out["stamps found where none is, a page"].append(float(len(bare.boxes)))
        middle = (at[0] + tile.shape[1] / 2, at[1] + tile.shape[0] / 2)
        near = [s for s in with_stamp.boxes if np.hypot(*np.subtract(s.box.center, middle)) < 0.35 * tile.shape[1]]
        out[f"{colour} stamps missed"].append(float(not near))
        if near:
            out["colour of a stamp wrong"].append(float(near[0].colour != colour))
            out[f"kind of a stamp wrong, {_KINDS[shape]}"].append(float(near[0].kind != _KINDS[shape]))
            box = near[0].box
            part = np.s_[box.y : box.bottom, box.x : box.right]
            ink_of = [stream.text_stream.pixels[part].min(axis=2) < 140 for stream in (bare, with_stamp)]
            if ink_of[0].sum() > 400:
                kept = (ink_of[0] & ink_of[1]).sum() / ink_of[0].sum()
                out["print under a stamp that is lost, share"].append(float(1 - kept))


def _spoiled(fault: str, pixels: Pixels, rng: random.Random) -> Page:
    """A page with the fault."""
    if fault == "blurred":
        return page_of(u8(cv2.GaussianBlur(pixels, (0, 0), rng.uniform(3.0, 4.0))))
    if fault == "low_contrast":
        return page_of((205 + (pixels.astype(int) - 205) * rng.uniform(0.1, 0.18)).clip(0, 255).astype(np.uint8))
    if fault == "dark":
        return page_of((pixels * rng.uniform(0.2, 0.33)).astype(np.uint8))
    if fault == "low_resolution":
        small = cv2.resize(pixels, None, fx=0.4, fy=0.4, interpolation=cv2.INTER_AREA)
        return Page(np.asarray(small, np.uint8), 80.0).noted("decode", dpi_guessed=False)
    return page_of(np.ascontiguousarray(pixels[:, pixels.shape[1] // 3 :]))


def faults(pages: int, out: Figures, seed: str) -> None:
    """Faults that the gate does not name."""
    for number in range(pages):
        rng = random.Random(f"{seed}/fault/{number}")
        pixels = side(rng).pixels
        for fault in ("blurred", "low_contrast", "dark", "low_resolution"):
            page = run(_spoiled(fault, saved(pixels, 85), rng))
            out[f"{fault} not named (gate {GATES[fault]})"].append(float(page.note("quality")["fault"] != fault))


def misfeeds(pages: int, out: Figures, seed: str) -> None:
    """Joined and folded sheets and missing corners that are not named, on colour, gray and bitonal pages; and whole
    sheets, gray and bitonal, that are said to have any fault (those in colour are counted by `sheets`)."""
    for number in range(pages):
        rng = random.Random(f"{seed}/misfeed/{number}")
        pixels, bed, look = side(rng).pixels, rng.choice(_BEDS[:4]), number % 3
        for kind in MISFEEDS:
            lying = fed(misfed(pixels, kind, bed, DPI, rng), Feed(rng.uniform(-3, 3), rng.randrange(4), bed), rng)
            fault = run(page_of(_looking(lying, look))).note("quality")["fault"]
            out[f"{kind} sheets not named"].append(float(fault != kind))
        whole = fed(pixels, Feed(rng.uniform(-3, 3), rng.randrange(4), rng.choice(_BEDS)), rng)
        for look in (1, 2):
            fault = run(page_of(_looking(whole, look))).note("quality")["fault"]
            name = "gray" if look == 1 else "bitonal"
            out[f"sound {name} pages said to be joined, folded or cornered"].append(float(fault in MISFEEDS))


def _looking(pixels: Pixels, look: int) -> Pixels:
    """The page in colour (0), gray (1) or black and white (2)."""
    if look == 0:
        return pixels
    light = gray(pixels)
    return light if look == 1 else np.asarray(cv2.threshold(light, 0, 255, cv2.THRESH_OTSU)[1], dtype=np.uint8)


def twins(pages: int, out: Figures, seed: str) -> None:
    """Pages fed twice that are not flagged, and pairs of different pages that are."""
    prints = []
    for number in range(pages):
        rng = random.Random(f"{seed}/twin/{number}")
        pixels = side(rng).pixels
        one = run(page_of(fed(pixels, Feed(0, 0, 255), rng)))
        out["same page saved again not flagged"].append(
            float(hamming(phash(one), phash(run(page_of(saved(one.pixels, 70))))) > SAME)
        )
        prints.append(phash(one))
    pairs = [float(hamming(a, b) <= SAME) for at, a in enumerate(prints) for b in prints[at + 1 :]]
    out["pairs of different pages flagged"].extend(pairs)


def report(out: Figures) -> None:
    """Prints a line a figure: how many, the share, or the quantiles of the skew."""
    for name, values in sorted((name, values) for name, values in out.items() if values):
        if name.endswith((", degrees", ", share")):
            told = " ".join(f"p{q} {np.quantile(values, q / 100):.3f}" for q in (50, 90, 99, 100))
        else:
            told = f"{sum(values):.0f} ({100 * sum(values) / len(values):.2f} %)"
        print(f"{name:52} n {len(values):5}  {told}")


def main(pages: int, sides: int, seed: str) -> None:
    """Measures all on pages drawn from the seed and prints the table."""
    cv2.setNumThreads(1)
    out: Figures = defaultdict(list)
    parts: Counter[Callable[[int, Figures, str], None]] = Counter(
        {
            sheets: pages,
            blanks: sides,
            pressed: pages // 2,
            faults: pages // 10,
            misfeeds: pages // 4,
            twins: pages // 4,
        }
    )
    for part, count in parts.items():
        part(count, out, seed)
    report(out)


if __name__ == "__main__":
    asked = sys.argv[1:] + ["600", "2668", str(SEED)][len(sys.argv) - 1 :]
    main(int(asked[0]), int(asked[1]), asked[2])
