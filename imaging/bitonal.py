"""Bitonal: the print of a page that came in black and white alone, as networks read it that learned on gray."""

from __future__ import annotations

import cv2
import numpy as np

from imaging.model import Page, Pixels
from imaging.ops import block, components, is_bilevel, pixels_of, row_runs, u8

BILEVEL = "bilevel"
"""The figure of the note `deskew` that says that the page came in black and white alone."""

_INK = 127
_LEVEL_MM, _UPRIGHT_MM = 10.0, 8.0  # longer than the strokes of titles
_THICKEST_MM = 1.6  # a black border is no rule
_BREAK = 3  # pixels over which a rule goes on
_STROKE = 5  # pixels: what stands out less from a fold is its ragged edge, and no stroke that crosses it
_SPECK = 4  # pixels
_SOFT = 0.9  # pixels: the spread of a lens that would have seen such edges


def is_bitonal(page: Page) -> bool:
    """Whether a page came in black and white alone, turned since or not."""
    return bool(page.note("deskew").get(BILEVEL, False)) or is_bilevel(page.pixels)


def unruled(page: Page) -> Page:
    """A page that came in black and white without its rules and folds, which print that was shifted onto them hangs
    together with; any other is the same. Strokes that cross a rule are whole."""
    return page.noted("unruled", without_rules(page.pixels, page.dpi)) if is_bitonal(page) else page


def softened(page: Page) -> Page:
    """A page that came in black and white with edges as a lens sees them; any other is the same."""
    return page.noted("softened", u8(cv2.GaussianBlur(page.pixels, (0, 0), _SOFT))) if is_bitonal(page) else page


def without_rules(pixels: Pixels, dpi: float) -> Pixels:
    """H×W pixels without straight level or upright lines longer than the strokes of letters, broken or ragged ones
    too."""
    ink = u8(cv2.threshold(pixels, _INK, 255, cv2.THRESH_BINARY_INV)[1])
    thickest = pixels_of(_THICKEST_MM, dpi, 3)
    solid = cv2.dilate(cv2.morphologyEx(ink, cv2.MORPH_OPEN, block(thickest, thickest)), block(5, 5))
    thin = u8(cv2.bitwise_not(solid))
    upright = u8(cv2.bitwise_and(_long(ink, pixels_of(_UPRIGHT_MM, dpi)), thin))
    level = u8(cv2.bitwise_and(_flipped(_long(_flipped(ink), pixels_of(_LEVEL_MM, dpi))), thin))
    rules = u8(cv2.bitwise_or(upright, level))
    text = u8(cv2.bitwise_and(ink, cv2.bitwise_not(rules)))
    rules = u8(cv2.bitwise_or(rules, _crumbs(text, rules)))
    kept = _crossing(text, upright, thickest)
    kept |= _flipped(_crossing(_flipped(text), _flipped(level), thickest))
    out = pixels.copy()
    out[rules > 0] = 255
    out[kept > 0] = 0
    return out


def _flipped(mask: Pixels) -> Pixels:
    return u8(cv2.transpose(mask))


def _long(ink: Pixels, least: int) -> Pixels:
    """Mask of upright lines of at least `least` pixels, and the pixel at both sides of them."""
    closed = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, block(1, _BREAK))
    return u8(cv2.dilate(cv2.morphologyEx(closed, cv2.MORPH_OPEN, block(1, least)), block(3, 1)))


def _crumbs(text: Pixels, rules: Pixels) -> Pixels:
    """Mask of what a ragged line leaves beside it."""
    out = np.zeros_like(text)
    beside = cv2.dilate(rules, block(3, 3))
    for x, y, w, h, _ in components(text).tolist():
        if max(w, h) <= _SPECK and beside[y : y + h, x : x + w].any():
            out[y : y + h, x : x + w] = text[y : y + h, x : x + w]
    return out


def _crossing(text: Pixels, upright: Pixels, thickest: int) -> Pixels:
    """Mask of the parts of upright lines that strokes of `text` cross: those that reach them from both sides."""
    strokes = cv2.morphologyEx(text, cv2.MORPH_OPEN, block(_STROKE, 1))
    near = cv2.dilate(strokes, block(3, 3))
    rows, left, right = row_runs(upright)
    kept = (right - left <= thickest + 2) & (left > 0) & (right < upright.shape[1])
    rows, left, right = rows[kept], left[kept], right[kept]
    both = (near[rows, left - 1] > 0) & (near[rows, right] > 0)
    out = np.zeros_like(upright)
    for row, first, end in zip(rows[both].tolist(), left[both].tolist(), right[both].tolist(), strict=True):
        out[row, first:end] = 255
    return out
