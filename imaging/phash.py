"""Perceptual hash: 64 bits that stay when a picture is saved again, and differ between vouchers of one form."""

from __future__ import annotations

import cv2
import numpy as np

from imaging.model import Page
from imaging.ops import gray, shrunk

SAME = 5
"""At most so many bits differ between a picture and itself saved again; vouchers of one form differ in more."""
_SIDE = 128
_LOWEST, _BITS = 60, 64


def phash(page: Page) -> int:
    """64 bits of middle cosine coefficients against their median. The lowest, in which all vouchers of one form agree,
    are left out."""
    small = shrunk(gray(page.pixels), max(1, min(page.width, page.height) // (2 * _SIDE)))
    square = cv2.resize(small, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA).astype(np.float32)
    waves = np.asarray(cv2.dct(square))
    band = np.array([waves[row, column] for row, column in _BAND])
    bits = band > np.median(band)
    return int("".join("1" if bit else "0" for bit in bits), 2)


def hamming(one: int, other: int) -> int:
    """In how many of the 64 bits two hashes differ."""
    return (one ^ other).bit_count()


def _zigzag() -> list[tuple[int, int]]:
    places = [(row, column) for row in range(_SIDE) for column in range(_SIDE) if row and column]
    places.sort(key=lambda place: (sum(place), place))
    return [place for place in places if sum(place) >= _LOWEST][:_BITS]


_BAND = _zigzag()
