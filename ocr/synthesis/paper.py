"""What happens to paper between the counter and the scanner: skew, borders, folds, shadows, show-through, noise."""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np

from ocr.synthesis.form import Pixels, px
from ocr.synthesis.misfeeds import MISFEEDS, misfed


@dataclass(frozen=True, slots=True)
class Wear:
    """How much a pile suffers: skew in degrees, shares of pages with each mark, noise in grey levels, share of sheets
    that are fed joined, folded or without a corner."""

    skew: float
    turns: float = 0.0
    folds: float = 0.0
    shadows: float = 0.0
    borders: float = 0.0
    blur: float = 0.0
    holes: float = 0.0
    scribbles: float = 0.0
    noise: float = 0.0
    misfeeds: float = 0.0


_QUARTERS = (cv2.ROTATE_90_CLOCKWISE, cv2.ROTATE_180, cv2.ROTATE_90_COUNTERCLOCKWISE)
_BEDS = (8, 15, 30, 60)
WEARS = {
    "clean": Wear(0.3),
    "normal": Wear(1.5, 0.06, 0.2, 0.25, 0.45, 0.15, 0.1, 0.12, 3.5),
    "hard": Wear(4.0, 0.25, 0.5, 0.5, 0.6, 0.35, 0.2, 0.25, 7.0),
    "misfed": Wear(1.5, 0.06, 0.2, 0.25, 0.45, 0.15, 0.1, 0.12, 3.5, 0.5),
}


@cache
def _noise_tile() -> Pixels:
    """Noise of deviation 32 about 128, cut at random places so that no page waits for fresh numbers."""
    seeded = np.random.default_rng(7)
    noise = seeded.standard_normal((1400, 1900, 3), np.float32) * 18
    noise += seeded.standard_normal((1400, 1900, 1), np.float32) * 26
    return np.asarray(np.clip(noise + 128, 0, 255), dtype=np.uint8)


def _grain(page: Pixels, level: float, rng: random.Random) -> Pixels:
    """`page` with noise of `level` grey levels."""
    h, w = page.shape[:2]
    tile = _noise_tile()
    if h >= tile.shape[0] or w >= tile.shape[1]:
        tile = np.tile(tile, (h // tile.shape[0] + 1, w // tile.shape[1] + 1, 1))
    y, x = rng.randrange(tile.shape[0] - h + 1), rng.randrange(tile.shape[1] - w + 1)
    share = level / 32
    return np.asarray(cv2.addWeighted(page, 1, tile[y : y + h, x : x + w], share, -128 * share), dtype=np.uint8)


def _light(page: Pixels, fold: bool, shadow: bool, rng: random.Random) -> Pixels:
    """The page under an uneven light: a darker side, a crease across it."""
    h, w = page.shape[:2]
    if shadow:
        slope = np.linspace(0, 1, w, dtype=np.float32)[None, :, None] ** rng.uniform(1, 4)
        light = 255 * (1 - rng.uniform(0.12, 0.35) * (slope if rng.random() < 0.5 else slope[:, ::-1]))
        page = np.asarray(cv2.multiply(page, np.broadcast_to(light, page.shape).astype(np.uint8), scale=1 / 255))
    if fold:
        at, reach = rng.randrange(w // 4, w * 3 // 4), 30
        tilt = np.linspace(-1, 1, h, dtype=np.float32)[:, None] * rng.uniform(-6, 6)
        away = np.abs(np.arange(-reach, reach, dtype=np.float32)[None, :] - tilt)
        crease = 1 - rng.uniform(0.15, 0.4) * np.exp(-away / rng.uniform(1.5, 5))
        page[:, at - reach : at + reach] = page[:, at - reach : at + reach] * crease[:, :, None]
    return page


def _on_bed(page: Pixels, skew: float, border: bool, dpi: int, rng: random.Random) -> Pixels:
    """The sheet turned by `skew` degrees on the scanner's bed, which shows black, grey or white around it."""
    h, w = page.shape[:2]
    ground = rng.choice(_BEDS) if border else 255
    room = px(rng.uniform(2, 9), dpi) if border else 0
    turn = cv2.getRotationMatrix2D((w / 2, h / 2), skew, 1.0)
    cos, sin = abs(turn[0, 0]), abs(turn[0, 1])
    size = (int(w * cos + h * sin) + 2 * room, int(h * cos + w * sin) + 2 * room)
    turn[:, 2] += ((size[0] - w) / 2, (size[1] - h) / 2)
    fill = (ground, ground, ground) if border else tuple(int(v) for v in page[2, 2])
    return np.asarray(cv2.warpAffine(page, turn, size, flags=cv2.INTER_LINEAR, borderValue=fill), dtype=np.uint8)


def _holes(page: Pixels, dpi: int, rng: random.Random) -> None:
    """Binding holes along one edge, black as the scanner's bed or showing through white."""
    h, w = page.shape[:2]
    x = px(rng.uniform(5, 8), dpi) if rng.random() < 0.8 else w - px(rng.uniform(5, 8), dpi)
    grey = rng.choice((10, 25, 235))
    for part in rng.choice(((0.3, 0.7), (0.2, 0.5, 0.8))):
        cv2.circle(page, (x, round(h * part)), px(rng.uniform(2.2, 2.8), dpi), (grey, grey, grey), -1, cv2.LINE_AA)


def _scribble(page: Pixels, dpi: int, rng: random.Random) -> None:
    """A reviewer's tick or circle in red, blue or grey pen."""
    h, w = page.shape[:2]
    x, y = rng.randrange(w // 6, w * 5 // 6), rng.randrange(h // 4, h * 4 // 5)
    colour = rng.choice(((60, 60, 200), (170, 60, 40), (90, 90, 90)))
    thick = max(1, px(0.35, dpi))
    if rng.random() < 0.6:
        size = px(rng.uniform(4, 9), dpi)
        corners = np.array(((x, y), (x + size // 3, y + size // 2), (x + size, y - size // 2)), np.int32)
        cv2.polylines(page, [corners], False, colour, thick, cv2.LINE_AA)
    else:
        axes = (px(rng.uniform(10, 22), dpi), px(rng.uniform(4, 6), dpi))
        cv2.ellipse(page, (x, y), axes, rng.uniform(-8, 8), 0, rng.uniform(330, 380), colour, thick, cv2.LINE_AA)


def worn(page: Pixels, wear: str, dpi: int, rng: random.Random) -> Pixels:
    """`page` as a scanner sees it after `wear` (a name of WEARS): a new H×W×3 array, perhaps a quarter turned."""
    how = WEARS[wear]
    page = page.copy()
    if rng.random() < how.holes:
        _holes(page, dpi, rng)
    if rng.random() < how.scribbles:
        _scribble(page, dpi, rng)
    fold, shadow = rng.random() < how.folds, rng.random() < how.shadows
    if fold or shadow:
        page = _light(page, fold, shadow, rng)
    if how.misfeeds and rng.random() < how.misfeeds:
        page = misfed(page, rng.choice(MISFEEDS), rng.choice(_BEDS), dpi, rng)
        page = _on_bed(page, rng.uniform(-how.skew, how.skew), False, dpi, rng)
    else:
        page = _on_bed(page, rng.uniform(-how.skew, how.skew), rng.random() < how.borders, dpi, rng)
    if rng.random() < how.blur:
        page = np.asarray(cv2.GaussianBlur(page, (0, 0), rng.uniform(0.4, 0.9)), dtype=np.uint8)
    if how.noise:
        page = _grain(page, how.noise * rng.uniform(0.4, 1), rng)
    if rng.random() < how.turns:
        page = np.asarray(cv2.rotate(page, rng.choice(_QUARTERS)), dtype=np.uint8)
    return page


def blank_back(front: Pixels, rng: random.Random) -> Pixels:
    """The empty back of a sheet: paper, with the front showing through faintly, mirrored."""
    mirrored = cv2.GaussianBlur(cv2.flip(front, 1), (0, 0), 2.2)
    faint = rng.uniform(0.0, 0.09)
    ground = np.median(front[::16, ::16].reshape(-1, 3), axis=0)
    paper = np.full_like(front, ground.astype(np.uint8))
    return np.asarray(cv2.addWeighted(paper, 1 - faint, mirrored, faint, 0), dtype=np.uint8)
