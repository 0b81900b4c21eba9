"""Perceptual hash: 64 bits that stay when a picture is saved again, and differ between vouchers of one form."""

from __future__ import annotations

import cv2
import numpy as np

from imaging.model import Page
from imaging.ops import shrunk
from imaging.views import view

SAME = 5
"""At most so many bits differ between a picture and itself saved again; vouchers of one form differ in more."""
_SIDE = 128
_LOWEST, _BITS = 60, 64


def phash(page: Page) -> int:
    """64 bits of middle cosine coefficients against their median. The lowest, in which all vouchers of one form agree,
    are left out."""
    light = view(page).light
    small = shrunk(light, max(1, min(light.shape) // (2 * _SIDE)))
    square = cv2.resize(small, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA).astype(np.float32)
    waves = np.asarray(cv2.dct(square))
    band = waves[_BAND]
    bits = band > np.median(band)
    return int.from_bytes(np.packbits(bits).tobytes(), "big")


def hamming(one: int, other: int) -> int:
    """In how many of the 64 bits two hashes differ."""
    return (one ^ other).bit_count()


def _zigzag() -> tuple[list[int], list[int]]:
    places = [(row, column) for row in range(_SIDE) for column in range(_SIDE) if row and column]
    places.sort(key=lambda place: (sum(place), place))
    band = [place for place in places if sum(place) >= _LOWEST][:_BITS]
    return [row for row, _ in band], [column for _, column in band]


_BAND = _zigzag()
