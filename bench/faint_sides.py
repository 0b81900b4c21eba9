"""Sides that bear next to nothing, drawn by chance: faint writing of many kinds, and backs that are empty but for what
shows through, dust, holes and creases."""

from __future__ import annotations

import random
from collections.abc import Callable

import cv2
import numpy as np

from imaging.model import Pixels
from imaging.ops import gray, u8
from ocr.synthesis.form import Colour
from ocr.synthesis.ink import METHODS, Ink, tile

DPI = 200
_PAPERS: tuple[Colour, ...] = (
    (250, 250, 248), (245, 246, 247), (236, 236, 236), (247, 242, 226), (252, 232, 236), (228, 240, 250),
    (229, 243, 229), (224, 220, 210), (208, 208, 206),
)  # fmt: skip
_WORDS = (
    "已核对", "张伟", "同意", "王小明 3月8日", "作废", "补印", "转账", "见附件二", "第3笔", "6222 0210 01", "1,250.00",
    "No. 47", "李 13800138000", "刘芳代办", "88", "ok", "收",
)  # fmt: skip
LOOKS = ("colour", "colour", "colour", "gray", "bitonal")
LEAST = {"colour": 0.14, "gray": 0.14, "bitonal": 0.45}
"""By how much of the paper's level the palest writing is darker; in black and white paler writing leaves nothing."""
LEFT = 4
"""Of how many pixels (less than a speck of dust) a text on a black and white side is there at all. Red and thin strokes
may be paler than LEAST says, and a hard threshold take all of them."""

# By how much each of blue, green and red is darker than the depth says: worn ribbons, red and blue pens; graphite;
# thermal paper turned brown or violet; carbon copies.
_INKS = ((1.0, 1.0, 1.0), (1.0, 1.0, 1.0), (1.15, 1.1, 0.35), (0.35, 1.0, 1.15))
_GRAPHITE, _CARBON = ((1.0, 1.0, 1.0),), ((0.4, 0.9, 1.1),)
_THERMAL = ((1.0, 1.0, 1.0), (1.1, 1.0, 0.8), (0.9, 1.1, 1.0))
_EDGES = (2.5, 4.5)  # mm from the sheet's edge


def _mm(low: float, high: float, rng: random.Random) -> int:
    return max(1, round(rng.uniform(low, high) * DPI / 25.4))


def _typed(method: str, rng: random.Random) -> Pixels:
    ink = Ink(method, "kai" if method == "hand" else "song", (0, 0, 0), 1.0, 0, 0, 0)
    return tile(rng.choice(_WORDS), ink, _mm(3.2, 6.5, rng), rng)


def _scrawl(rng: random.Random) -> Pixels:
    """A joined-up signature of one pen stroke."""
    across, down, waves = _mm(14, 40, rng), _mm(5, 9, rng), rng.uniform(3, 7)
    at = np.linspace(0, 1, 240)
    swing = np.sin(at * waves * 2 * np.pi) * np.interp(at, (0, 0.3, 1), (1.0, rng.uniform(0.4, 0.9), 0.3))
    x, y = 8 + at * across + 6 * np.cos(at * waves * 2 * np.pi), 8 + (down / 2) * (1 + swing)
    cover = np.zeros((down + 18, across + 24), np.uint8)
    points = np.stack([x, y], axis=1).round().astype(np.int32)
    cv2.polylines(cover, [points], False, 255, _mm(0.2, 0.4, rng), cv2.LINE_AA)
    return cover


def _tick(rng: random.Random) -> Pixels:
    """A tick or a ring of a reviewer."""
    side, thick = _mm(4, 9, rng), _mm(0.25, 0.5, rng)
    cover = np.zeros((side + 16, side + 16), np.uint8)
    if rng.random() < 0.5:
        corners = np.array(((8, 8 + side // 2), (8 + side // 3, 8 + side), (8 + side, 8)), np.int32)
        cv2.polylines(cover, [corners], False, 255, thick, cv2.LINE_AA)
    else:
        cv2.ellipse(cover, (8 + side // 2,) * 2, (side // 2, side // 3), 0, 0, 350, 255, thick, cv2.LINE_AA)
    return cover


def _plotted(rng: random.Random) -> Pixels:
    face, size = rng.choice((cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_SCRIPT_SIMPLEX)), rng.uniform(0.6, 1.0)
    text = "".join(rng.choice("0123456789ABCDEFKMRT") for _ in range(rng.randrange(5, 14)))
    cover = np.zeros((60, 420), np.uint8)
    cv2.putText(cover, text, (8, 42), face, size, 255, rng.choice((1, 2)), cv2.LINE_AA)
    return cover


def _penciled(rng: random.Random) -> Pixels:
    """A word or a tick in pencil: thin strokes that the paper's grain breaks."""
    cover = _scrawl(rng) if rng.random() < 0.3 else _typed("hand", rng)
    if rng.random() < 0.7:
        cover = u8(cv2.erode(cover, np.ones((2, 2), np.uint8)))
    seeded = np.random.default_rng(rng.getrandbits(32))
    grain = cv2.GaussianBlur(seeded.random(cover.shape, np.float32), (0, 0), 0.8)
    return u8(cover * np.clip(1.0 + (grain - 0.5) * 4.0, 0.3, 1.0))


def _thermal(rng: random.Random) -> Pixels:
    """Lines of a till's thermal print that fades in patches and to one side."""
    lines = [_typed("inkjet", rng) for _ in range(rng.choice((1, 1, 2, 4)))]
    size = (sum(line.shape[0] for line in lines), max(line.shape[1] for line in lines))
    cover, y = np.zeros(size, np.uint8), 0
    for line in lines:
        cover[y : y + line.shape[0], : line.shape[1]] = line
        y += line.shape[0]
    seeded = np.random.default_rng(rng.getrandbits(32))
    patches = cv2.resize(seeded.random((3, 5), np.float32), (size[1], size[0]), interpolation=cv2.INTER_CUBIC)
    return u8(cover * np.clip(0.55 + 0.6 * patches, 0.35, 1.0) * np.linspace(1, rng.uniform(0.4, 1), size[1]))


def _pinned(rng: random.Random) -> Pixels:
    """A print whose pins stand apart: dots of a quarter of a millimetre, one to 0.38 mm."""
    ink = Ink("laser", "song", (0, 0, 0), 1.0, 0, 0, 0)
    pins = cv2.resize(tile(rng.choice(_WORDS), ink, 24, rng), None, fx=0.6, fy=0.6, interpolation=cv2.INTER_AREA) > 70
    dot = np.array([[255, 255, 0], [255, 255, 0], [0, 0, 0]], np.uint8)
    return u8(np.kron(pins.astype(np.uint8), dot))


def _carbon(rng: random.Random) -> Pixels:
    """A carbon copy: broad and soft."""
    cover = _scrawl(rng) if rng.random() < 0.2 else _typed(rng.choice(("hand", "dots")), rng)
    framed = cv2.copyMakeBorder(cover, 4, 4, 4, 4, cv2.BORDER_CONSTANT)
    return u8(cv2.GaussianBlur(framed, (0, 0), rng.uniform(0.8, 1.3)))


def _written_by(method: str) -> Callable[[random.Random], Pixels]:
    return lambda rng: _typed(method, rng)


Depths = tuple[float, float, float]
WRITINGS: tuple[tuple[Callable[[random.Random], Pixels], tuple[Depths, ...]], ...] = (
    *((_written_by(method), _INKS) for method in METHODS), (_scrawl, _INKS), (_tick, _INKS), (_plotted, _INKS),
    (_penciled, _GRAPHITE), (_thermal, _THERMAL), (_pinned, _INKS), (_carbon, _CARBON),
)  # fmt: skip
"""What draws a tile of coverage (h×w uint8) of some writing, and the inks that it is written with."""


def empty_back(front: Pixels, rng: random.Random) -> Pixels:
    """An empty back (H×W×3 BGR at 200 dpi) on paper of any tint, with the front showing through, its folds and dirt."""
    shape = front.shape[:2]
    mirrored = cv2.GaussianBlur(gray(u8(cv2.flip(front, 1))), (0, 0), rng.uniform(1.7, 3.0)).astype(np.float32)
    shows = rng.choice((0.0, rng.uniform(0, 0.09), rng.uniform(0.05, 0.15)))
    light = 1 - shows * (1 - mirrored / 255)
    light *= _cloudy(shape, rng) * _creased(shape, rng)
    paper = np.array(rng.choice(_PAPERS)[::-1], np.float32)
    pixels = np.clip(light[:, :, None] * paper, 0, 255).astype(np.uint8)
    _dirtied(pixels, rng)
    return pixels


def _cloudy(shape: tuple[int, int], rng: random.Random) -> Pixels:
    """The paper's own unevenness, and a shadow on one side."""
    seeded = np.random.default_rng(rng.getrandbits(32))
    size = (shape[1], shape[0])
    clouds = cv2.resize(seeded.standard_normal((12, 16), np.float32), size, interpolation=cv2.INTER_CUBIC)
    fibres = cv2.resize(seeded.standard_normal((shape[0] // 3, shape[1] // 3), np.float32), size)
    light = 1 + 0.006 * clouds + rng.choice((0, 0.004, 0.01)) * fibres
    if rng.random() < 0.25:
        light *= (
            1 - rng.uniform(0.05, 0.25) * np.linspace(0, 1, shape[1], dtype=np.float32)[None, :: rng.choice((1, -1))]
        )
    return np.asarray(light)


def _creased(shape: tuple[int, int], rng: random.Random) -> Pixels:
    """Folds from edge to edge, some of them light."""
    light = np.ones(shape, np.float32)
    for _ in range(rng.choice((0, 0, 0, 1, 2))):
        upright, depth = rng.random() < 0.6, rng.uniform(0.08, 0.35) * rng.choice((1, 1, -0.3))
        along, across = (shape[0], shape[1]) if upright else (shape[1], shape[0])
        at = rng.uniform(0.15, 0.85) * across + np.linspace(-1, 1, along)[:, None] * rng.uniform(-8, 8)
        band = 1 - depth * np.exp(-np.abs(np.arange(across)[None, :] - at) / rng.uniform(1.2, 4))
        light *= (band if upright else band.T).astype(np.float32)
    return np.asarray(light)


def _dirtied(pixels: Pixels, rng: random.Random) -> None:
    """Punched holes, staple holes, dust, smudges and a dark edge, drawn on the pixels."""
    height, width = pixels.shape[:2]
    if rng.random() < 0.3:
        level, x, first = rng.randrange(10, 90), _mm(7, 11, rng), rng.uniform(0.25, 0.35)
        for part in (first, first + 0.4):
            cv2.circle(pixels, (x, round(height * part)), _mm(2.2, 3.0, rng), (level,) * 3, -1, cv2.LINE_AA)
    if rng.random() < 0.2:
        x, y = rng.randrange(30, 120), rng.randrange(30, 120)
        for k in (0, _mm(9, 12, rng)):
            cv2.circle(pixels, (x + k, y + k // 3), 2, (70,) * 3, -1, cv2.LINE_AA)
    for _ in range(rng.choice((0, 0, 3, 10, 40))):
        x, y, level = rng.randrange(width), rng.randrange(height), rng.randrange(20, 170)
        cv2.ellipse(
            pixels, (x, y), (rng.randrange(1, 4), rng.randrange(1, 3)), rng.uniform(0, 180), 0, 360, (level,) * 3, -1
        )
    if rng.random() < 0.2:
        spot = np.zeros((200, 300, 1), np.float32)
        cv2.ellipse(spot, (150, 100), (rng.randrange(20, 90), rng.randrange(10, 50)), 0, 0, 360, 1.0, -1)
        spot = cv2.GaussianBlur(spot, (0, 0), rng.uniform(6, 14))[:, :, None] * rng.uniform(0.04, 0.2)
        y, x = rng.randrange(height - 200), rng.randrange(width - 300)
        pixels[y : y + 200, x : x + 300] = (pixels[y : y + 200, x : x + 300] * (1 - spot)).astype(np.uint8)
    if rng.random() < 0.25:
        pixels[:, : rng.randrange(2, 14)] = rng.randrange(20, 120)
        pixels[height - rng.randrange(1, 9) :] = rng.randrange(20, 120)


def faintly_written(pixels: Pixels, rng: random.Random, least: float) -> tuple[Pixels, Pixels]:
    """An empty side with one faint text on it, `least` (0..1) of the paper's level darker or more, and the same without
    the text. Half of the texts stand at an edge, in a corner or beside a dark blot, where faint strokes are easily
    overlooked."""
    done, (draw, inks) = pixels.copy(), rng.choice(WRITINGS)
    cover = draw(rng)
    height, width = pixels.shape[:2]
    beside = rng.random()
    margin = _mm(*_EDGES, rng) if beside < 0.3 else _mm(4.5, 8, rng)
    cover = cover[: height - 2 * margin, : width - 2 * margin]
    right, bottom = max(margin, width - margin - cover.shape[1]), max(margin, height - margin - cover.shape[0])
    x, y = rng.randint(margin, right), rng.randint(margin, bottom)
    if beside < 0.15:
        x, y = rng.choice(((margin, y), (right, y), (x, margin), (x, bottom)))
    elif beside < 0.3:
        x, y = rng.choice((margin, right)), rng.choice((margin, bottom))
    elif beside < 0.5:
        reach = rng.choice((3, 6, 12, 20))
        blot = (x + rng.choice((-reach - 4, cover.shape[1] + reach)), y + rng.randrange(cover.shape[0]))
        cv2.circle(done, blot, reach, (rng.randrange(10, 90),) * 3, -1, cv2.LINE_AA)
    depth = (least + rng.random() ** 1.5 * (0.6 - least)) * np.array(rng.choice(inks), np.float32)
    bare = done.copy()
    # Thin strokes are pale at the core too: the depth is that of their darkest tenth.
    core = float(np.percentile(cover[cover > 60], 90)) if (cover > 60).any() else 255.0
    share = np.minimum(1, cover[:, :, None].astype(np.float32) / core) * depth
    spot = done[y : y + cover.shape[0], x : x + cover.shape[1]]
    spot[:] = (spot * (1 - share)).astype(np.uint8)
    return done, bare


def left_of(written: Pixels, bare: Pixels) -> int:
    """How many pixels are left of the text on a black and white side; `bare` is the same side without it."""
    return int(np.count_nonzero((written == 0) & (bare != 0)))


def looking(pixels: Pixels, look: str, rng: random.Random) -> Pixels:
    """The side as scans in `colour`, `gray` or black and white (`bitonal`) show it."""
    if look == "colour":
        return pixels
    light = gray(pixels)
    if look == "gray":
        return light
    bound = float(np.median(light[::16, ::16])) * rng.uniform(0.72, 0.84)
    return np.asarray(cv2.threshold(light, bound, 255, cv2.THRESH_BINARY)[1], dtype=np.uint8)
