"""What happens to paper between the counter and the scanner: skew, borders, folds, shadows, show-through, noise."""

from __future__ import annotations

import random
from functools import cache

import cv2
import numpy as np

from ocr.synthesis.form import Pixels, px

WEARS = ("clean", "normal", "hard")
_SHARES = {  # wear: (skew in degrees, share of quarter turns, folds, shadows, borders, blur, noise in grey levels)
    "clean": (0.3, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
    "normal": (1.5, 0.06, 0.2, 0.25, 0.45, 0.15, 3.5),
    "hard": (4.0, 0.25, 0.5, 0.5, 0.6, 0.35, 7.0),
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
    """The page under an uneven light: a crease across it, a darker side."""
    h, w = page.shape[:2]
    light = np.ones((h // 8 + 1, w // 8 + 1), np.float32)
    if shadow:
        slope = np.linspace(0, 1, light.shape[1], dtype=np.float32)[None, :] ** rng.uniform(1, 4)
        light -= rng.uniform(0.12, 0.35) * (slope if rng.random() < 0.5 else slope[:, ::-1])
    mask = cv2.resize(light, (w, h), interpolation=cv2.INTER_LINEAR)
    if fold:
        at = rng.randrange(w // 4, w * 3 // 4)
        tilt = np.linspace(-1, 1, h, dtype=np.float32)[:, None] * rng.uniform(-6, 6)
        reach = np.abs(np.arange(w, dtype=np.float32)[None, :] - at - tilt)
        mask = mask * (1 - rng.uniform(0.15, 0.4) * np.exp(-reach / rng.uniform(1.5, 5)))
    grey = cv2.cvtColor((mask * 255).astype(np.uint8), cv2.COLOR_GRAY2BGR)
    return np.asarray(cv2.multiply(page, grey, scale=1 / 255), dtype=np.uint8)


def _on_bed(page: Pixels, skew: float, border: bool, dpi: int, rng: random.Random) -> Pixels:
    """The sheet turned by `skew` degrees on the scanner's bed, which shows black, grey or white around it."""
    h, w = page.shape[:2]
    ground = rng.choice((8, 15, 30, 60)) if border else 255
    room = px(rng.uniform(2, 9), dpi) if border else 0
    turn = cv2.getRotationMatrix2D((w / 2, h / 2), skew, 1.0)
    cos, sin = abs(turn[0, 0]), abs(turn[0, 1])
    size = (int(w * cos + h * sin) + 2 * room, int(h * cos + w * sin) + 2 * room)
    turn[:, 2] += ((size[0] - w) / 2, (size[1] - h) / 2)
    fill = (ground, ground, ground) if border else tuple(int(v) for v in page[2, 2])
    return np.asarray(cv2.warpAffine(page, turn, size, flags=cv2.INTER_LINEAR, borderValue=fill), dtype=np.uint8)


def worn(page: Pixels, wear: str, dpi: int, rng: random.Random) -> Pixels:
    """`page` as a scanner sees it after `wear` (one of WEARS); a new H×W×3 array, perhaps a quarter turned. KeyError for
    an unknown wear."""
    skew, turns, folds, shadows, borders, blur, noise = _SHARES[wear]
    fold, shadow = rng.random() < folds, rng.random() < shadows
    if fold or shadow:
        page = _light(page, fold, shadow, rng)
    page = _on_bed(page, rng.uniform(-skew, skew), rng.random() < borders, dpi, rng)
    if rng.random() < blur:
        page = np.asarray(cv2.GaussianBlur(page, (0, 0), rng.uniform(0.4, 0.9)), dtype=np.uint8)
    if noise:
        page = _grain(page, noise * rng.uniform(0.4, 1), rng)
    if rng.random() < turns:
        page = np.ascontiguousarray(np.rot90(page, rng.randrange(1, 4)))
    return page


def blank_back(front: Pixels, rng: random.Random) -> Pixels:
    """The empty back of a sheet: paper, with the front showing through faintly, mirrored."""
    mirrored = cv2.GaussianBlur(cv2.flip(front, 1), (0, 0), 2.2)
    faint = rng.uniform(0.0, 0.09)
    ground = np.median(front[::16, ::16].reshape(-1, 3), axis=0)
    paper = np.full_like(front, ground.astype(np.uint8))
    return np.asarray(cv2.addWeighted(paper, 1 - faint, mirrored, faint, 0), dtype=np.uint8)
