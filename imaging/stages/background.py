"""Background: shadows and folds flattened by dividing through the paper's own brightness, colours kept."""

from __future__ import annotations

import cv2
import numpy as np

from imaging.model import Page, Pixels
from imaging.ops import block, is_bilevel, pixels_of, shrunk, u8
from imaging.views import view

_SPOT, _SHRINK = 5, 4
_PRINT_MM = 5.0
_DARKEST_PAPER = 70
_EVEN = 6.0
_BAND = 64


def background(page: Page) -> Page:
    """The page with an even, white paper. All channels get the same gain, so that inks keep their hue. Notes `paper`
    (median level before), `unevenness` (spread of the paper's level, 0..255) and `applied`."""
    if is_bilevel(page.pixels):
        return page.noted("background", applied=False, paper=255.0, unevenness=0.0)
    paper = _paper(page)
    spread = float(np.percentile(paper, 98) - np.percentile(paper, 2))
    median = float(np.median(paper))
    applied = spread > _EVEN or median < 250
    pixels = _flattened(page.pixels, paper) if applied else page.pixels
    return page.noted("background", pixels, applied=applied, paper=median, unevenness=round(spread, 1))


def _paper(page: Page) -> Pixels:
    """The paper's level at about 25 dpi: print is filled by the paper around it, then smoothed."""
    seen = view(page)
    # The brightest of each spot first: an average would take fine print for gray paper.
    small = shrunk(u8(cv2.dilate(seen.light, block(_SPOT, _SPOT))), _SHRINK)
    reach = pixels_of(_PRINT_MM, seen.dpi / _SHRINK, 3) | 1
    closed = cv2.morphologyEx(small, cv2.MORPH_CLOSE, block(reach, reach))
    return u8(cv2.GaussianBlur(cv2.medianBlur(closed, 5), (0, 0), 1.5))


def _flattened(pixels: Pixels, paper: Pixels) -> Pixels:
    gain = 255.0 / np.maximum(paper, _DARKEST_PAPER).astype(np.float32)
    size = (pixels.shape[1], pixels.shape[0])
    # Gains as 8-bit fixed point (64 is 1.0): multiplying bytes is several times cheaper than dividing floats.
    fixed = cv2.resize(np.minimum(gain * 64, 255).astype(np.uint8), size, interpolation=cv2.INTER_LINEAR)
    if pixels.ndim == 2:
        return u8(cv2.multiply(pixels, fixed, scale=1 / 64))
    out = np.empty_like(pixels)
    for top in range(0, size[1], _BAND):  # so that the gains of three channels stay in the cache
        rows = np.s_[top : top + _BAND]
        cv2.multiply(pixels[rows], cv2.merge([fixed[rows]] * 3), dst=out[rows], scale=1 / 64)
    return out
