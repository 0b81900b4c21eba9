"""Crops: the pixels of a value cut from the full page as it lies on the form, its own print around it erased."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from imaging.model import Pixels
from imaging.ops import block, colour, darkest, level, u8
from ocr.known.dark import RED, bleached, cut, full
from ocr.known.ink import Ink
from ocr.known.model import PER_MM, Affine, KnownForm, Rect

_PRINT = 40
_RULE_DARK, _RULE_SHARE, _MARGIN = 40, 0.88, 0.45  # the margin in heights of the crop
_INK, _MOSTLY = 60, 0.7  # how much darker than paper; of the ink
_UPRIGHT, _CLOSE_MM, _TOUCH_MM, _LEAST_STROKE = 0.8, 0.9, 0.7, 3  # of a row's height; mm; pixels of ink
_TALLEST = 64  # rows of a crop: engines read 48


@dataclass(frozen=True, slots=True)
class Lie:
    """How a form lies on a full page: the page's pixels (its text stream), the matrix from the form's mm to them, and
    their number per mm."""

    pixels: Pixels
    to_page: Affine
    per_mm: float

    @classmethod
    def of(cls, pixels: Pixels, affine: Affine, times: float) -> Lie:
        """From the matrix between form and page at 100 dpi; `times` is by how much the full page is larger."""
        to_page = full(affine, times)
        return cls(pixels, to_page, float(np.sqrt(abs(np.linalg.det(to_page[:, :2])))))


def crop(lie: Lie, rect: Rect) -> Pixels:
    """A rectangle of the form (mm) as it looks on the page, in the page's resolution or a little less, H×W×3."""
    scale = min(lie.per_mm, _TALLEST / max(0.5, rect.h))
    width, height = max(4, round(rect.w * scale)), max(4, round(rect.h * scale))
    matrix = np.empty((2, 3))
    matrix[:, :2] = lie.to_page[:, :2] / scale
    corner = np.array([rect.x + 0.5 / scale, rect.y + 0.5 / scale])
    matrix[:, 2] = lie.to_page[:, :2] @ corner + lie.to_page[:, 2] - 0.5
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    made = cv2.warpAffine(lie.pixels, matrix, (width, height), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return colour(np.asarray(made, np.uint8))


def calm(picture: Pixels) -> Pixels:
    """A crop (H×W×3) without red ink, black under it kept."""
    blue, green, red = cv2.split(picture)
    is_red = cv2.threshold(cv2.subtract(red, cv2.max(blue, green)), RED, 255, cv2.THRESH_BINARY)[1]
    if not cv2.countNonZero(is_red):
        return picture
    clear = bleached(u8(red))
    return u8(cv2.copyTo(cv2.merge((clear, clear, clear)), is_red, picture.copy()))


def is_red(picture: Pixels) -> bool:
    """Whether most of the ink in a picture (H×W×3) is red."""
    if picture.ndim == 2 or not picture.size:
        return False
    light = darkest(picture)
    ink = light < level(light, 0.7) - _INK
    red = cv2.subtract(u8(picture[:, :, 2]), u8(cv2.max(picture[:, :, 0], picture[:, :, 1]))) > RED
    return bool(np.count_nonzero(ink & red) > _MOSTLY * np.count_nonzero(ink) > 0)


def crossed(row: Rect, form: KnownForm, ink: Ink) -> list[Rect]:
    """The upright rules that a row's characters were printed over: a stroke of which a rule's width is painted over is
    another one (部 becomes 音), with the rule through it it is read well. Ink stands close at both sides of them."""
    return [rule.grown(_CLOSE_MM / 2, row.h) for rule in _rules_at(row, form) if all(_inked(ink, rule, _CLOSE_MM))]


def touched(row: Rect, form: KnownForm, ink: Ink) -> list[Rect]:
    """The upright rules that a row's ink reaches: they may hide a part of a character (a 6 without its left side is
    a 5)."""
    return [rule.grown(_CLOSE_MM / 2, row.h) for rule in _rules_at(row, form) if any(_inked(ink, rule, _TOUCH_MM))]


def _rules_at(row: Rect, form: KnownForm) -> list[Rect]:
    """The upright rules in and beside a row."""
    row = row.grown(_CLOSE_MM, 0.0)
    printed = cut(form.template, row)
    if not printed.size:
        return []
    dark = np.mean(printed > _PRINT, axis=0) >= _UPRIGHT
    edges = np.flatnonzero(np.diff(np.concatenate([[0], dark.astype(np.int8), [0]]))) + max(0, round(row.x * PER_MM))
    pairs = zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
    return [Rect(a / PER_MM, row.y, (b - a) / PER_MM, row.h) for a, b in pairs]


def _inked(ink: Ink, rule: Rect, reach: float) -> list[bool]:
    """Whether ink stands close (mm) at the left and at the right of a rule."""
    sides = (Rect(x, rule.y, reach, rule.h) for x in (rule.x - reach, rule.right))
    return [int(np.count_nonzero(cut(ink.mask, side))) >= _LEAST_STROKE for side in sides]


def erased(picture: Pixels, rect: Rect, form: KnownForm, ink: Ink, kept: Sequence[Rect] = ()) -> Pixels:
    """The crop of a rectangle with the form's rules and words painted over by paper, where no ink of the value touches
    them, but for the rules that are `kept`."""
    printed, own = cut(form.template, rect).copy(), cut(ink.mask, rect)
    for rule in kept:
        x = round(rule.x * PER_MM) - max(0, round(rect.x * PER_MM))
        printed[:, max(0, x) : max(0, x + round(rule.w * PER_MM))] = 0
    if printed.shape != own.shape or not printed.size:
        return picture
    mask = cv2.dilate(u8(cv2.threshold(printed, _PRINT, 255, cv2.THRESH_BINARY)[1]), block(3, 3))
    mask = cv2.bitwise_and(mask, cv2.bitwise_not(cv2.dilate(own, block(3, 3))))
    if not cv2.countNonZero(mask):
        return picture
    # The crop may begin outside the form, where nothing is printed.
    left, top = max(0, round(rect.x * PER_MM)), max(0, round(rect.y * PER_MM))
    scale_x, scale_y = picture.shape[1] / (rect.w * PER_MM), picture.shape[0] / (rect.h * PER_MM)
    shift = np.array(
        [[scale_x, 0, (left - rect.x * PER_MM) * scale_x], [0, scale_y, (top - rect.y * PER_MM) * scale_y]]
    )
    large = cv2.warpAffine(mask, shift, (picture.shape[1], picture.shape[0]), flags=cv2.INTER_LINEAR)
    made = picture.copy()
    made[large > 127] = _paper(picture)
    return made


def without_edges(picture: Pixels) -> Pixels:
    """A crop without upright rules in its margins, which are read as 1: columns that are dark from top to bottom."""
    margin = min(max(1, round(_MARGIN * picture.shape[0])), picture.shape[1] // 2)
    paper = _paper(picture)
    limit, least = int(paper.min()) - _RULE_DARK, _RULE_SHARE * picture.shape[0]
    rules = np.zeros(picture.shape[1], bool)
    for side in (slice(0, margin), slice(picture.shape[1] - margin, None)):
        rules[side] = np.count_nonzero(darkest(picture[:, side]) < limit, axis=0) >= least
    if not rules.any():
        return picture
    rules |= np.roll(rules, 1) | np.roll(rules, -1)
    rules[margin + 1 : -margin - 1] = False
    made = picture.copy()
    made[:, rules] = paper
    return made


def _paper(picture: Pixels) -> Pixels:
    """The usual colour of a crop, by a few of its pixels."""
    few = picture[::3, ::5].reshape(-1, 3)
    return np.asarray(np.partition(few, len(few) // 2, axis=0)[len(few) // 2], np.uint8)
