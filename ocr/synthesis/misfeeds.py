"""Misfeeds: sheets that reach the scanner joined, folded or without a corner, drawn on its bed."""

from __future__ import annotations

import random

import cv2
import numpy as np

from ocr.synthesis.form import Pixels, px

MISFEEDS = ("joined", "folded", "corner")


def misfed(page: Pixels, kind: str, bed: int, dpi: int, rng: random.Random) -> Pixels:
    """The sheet (H×W×3) lying on a bed of gray level `bed` as a new array: `joined` with another slip over or beside
    it, `folded` over, so that a part of it is behind, or with a `corner` folded behind. ValueError for another kind."""
    if kind not in MISFEEDS:
        raise ValueError(f"misfeed {kind}: choose one of {MISFEEDS}")
    return {"joined": _joined, "folded": _folded, "corner": _cornered}[kind](page, bed, dpi, rng)


def _framed(page: Pixels, bed: int, room: int) -> Pixels:
    return np.asarray(
        cv2.copyMakeBorder(page, room, room, room, room, cv2.BORDER_CONSTANT, value=(bed,) * 3), dtype=np.uint8
    )


def _joined(page: Pixels, bed: int, dpi: int, rng: random.Random) -> Pixels:
    h, w = page.shape[:2]
    slip = page[: round(h * rng.uniform(0.5, 0.8)), : round(w * rng.uniform(0.45, 0.8))]
    slip = np.asarray(cv2.rotate(slip, cv2.ROTATE_180), dtype=np.uint8)
    # From overlapping by a third of the slip to lying 12 mm beside the sheet.
    gap = round(rng.uniform(-0.33 * slip.shape[1], px(12, dpi)))
    room = px(4, dpi)
    canvas = np.full((h + 2 * room, w + slip.shape[1] + max(0, gap) + 2 * room, 3), bed, np.uint8)
    canvas[room : room + h, room : room + w] = page
    x, y = room + w + gap, room + rng.randrange(h - slip.shape[0])
    canvas[max(0, y - 2) : y + slip.shape[0], max(0, x - 3) : x] //= 2
    canvas[y : y + slip.shape[0], x : x + slip.shape[1]] = slip
    return canvas[:, : max(x + slip.shape[1], room + w) + room]


def _folded(page: Pixels, bed: int, dpi: int, rng: random.Random) -> Pixels:
    h, w = page.shape[:2]
    left = rng.uniform(0.35, 0.65)
    kept = page[:, : round(w * left)] if rng.random() < 0.5 else page[: round(h * left)]
    return _framed(kept, bed, px(rng.uniform(4, 9), dpi))


def _cornered(page: Pixels, bed: int, dpi: int, rng: random.Random) -> Pixels:
    h, w = page.shape[:2]
    legs = [px(rng.uniform(16, 50), dpi) for _ in range(2)]
    across, down = rng.choice((0, w - 1)), rng.choice((0, h - 1))
    along = (across, down), (abs(across - legs[0]), down), (across, abs(down - legs[1]))
    page = page.copy()
    cv2.fillPoly(page, [np.array(along, np.int32)], (bed,) * 3, cv2.LINE_AA)
    return _framed(page, bed, px(rng.uniform(4, 9), dpi))
