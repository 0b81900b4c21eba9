"""Dark: a page at 100 dpi as darkness, its profiles, and the way between its pixels and the page's."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from imaging.model import Box, Page, Pixels
from imaging.ops import darkest, level, shrunk, to_dpi, u8
from ocr.known.model import DPI, PER_MM, Affine, Rect

Floats = npt.NDArray[np.floating]

RED = 18  # a red pixel's red channel is so much lighter than the others
_BLEACHED = np.clip((np.arange(256) - 60) * (255 / 70), 0, 255).astype(np.uint8)  # stamps are 130 and more
_MOST_DARK = 110
_BROAD = 31


@dataclass(frozen=True, slots=True)
class Dark:
    """A page at 100 dpi: `pixels` is its darkness (0 paper, 255 black), `times` by how much the page is larger."""

    pixels: Pixels
    times: float

    def flipped(self) -> Dark:
        """The page on its head."""
        return Dark(np.ascontiguousarray(self.pixels[::-1, ::-1]), self.times)


def dark(page: Page) -> Dark:
    """A page (its text stream) as darkness at 100 dpi."""
    light = _at_dpi(darkest(page.pixels), page)
    return Dark(_darkness(light), page.dpi / DPI)


def calmed(page: Page, small: Dark) -> Pixels:
    """The darkness of a page (its text stream, `small` is it at 100 dpi) without red ink, which is that of stamps and
    forms: where a pixel is red, as dark as its red channel."""
    if page.pixels.ndim == 2:
        return small.pixels
    blue, green, red = (u8(each) for each in cv2.split(_at_dpi(page.pixels, page)))
    is_red = cv2.threshold(cv2.subtract(red, cv2.max(blue, green)), RED, 255, cv2.THRESH_BINARY)[1]
    if not cv2.countNonZero(is_red):
        return small.pixels
    return u8(cv2.copyTo(255 - bleached(255 - _darkness(red)), is_red, small.pixels.copy()))


def bleached(red: Pixels) -> Pixels:
    """The red channel of red ink as white as paper, of black ink under it as black."""
    return u8(cv2.LUT(red, _BLEACHED))


def _at_dpi(pixels: Pixels, page: Page) -> Pixels:
    times = to_dpi(page, DPI, 100_000)
    light = shrunk(pixels, times)
    rest = DPI * times / page.dpi
    if abs(rest - 1) > 0.004:
        light = u8(cv2.resize(light, None, fx=rest, fy=rest, interpolation=cv2.INTER_AREA))
    return light


def _darkness(light: Pixels) -> Pixels:
    paper = max(60.0, level(light, 0.7))
    spread = np.clip((paper - np.arange(256)) * (255 / paper), 0, 255).astype(np.uint8)
    return u8(cv2.LUT(light, spread))


def profiles(pixels: Pixels) -> tuple[Floats, Floats]:
    """How dark the rows and the columns are, less what is dark all around: rules and lines of print stand out."""
    capped = cv2.min(pixels, np.full_like(pixels, _MOST_DARK))
    return _sharp(cv2.reduce(capped, 1, cv2.REDUCE_SUM, dtype=cv2.CV_32F)), _sharp(
        cv2.reduce(capped, 0, cv2.REDUCE_SUM, dtype=cv2.CV_32F)
    )


def _sharp(sums: npt.NDArray[np.generic]) -> Floats:
    flat = np.asarray(sums, np.float32).ravel()
    window = np.ones(_BROAD, np.float32) / _BROAD
    return np.asarray(flat - np.convolve(flat, window, mode="same"), np.float32)


def to_form(pixels: Pixels, affine: Affine, shape: tuple[int, int]) -> Pixels:
    """The darkness of a page moved onto a form of `shape` (rows, columns); `affine` leads from the form to the page."""
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return u8(cv2.warpAffine(pixels, affine, (shape[1], shape[0]), flags=flags, borderMode=cv2.BORDER_CONSTANT))


def moved(affine: Affine, x: float, y: float) -> tuple[float, float]:
    """A point moved by an affine matrix."""
    return (
        float(affine[0, 0] * x + affine[0, 1] * y + affine[0, 2]),
        float(affine[1, 0] * x + affine[1, 1] * y + affine[1, 2]),
    )


def inverse(affine: Affine) -> Affine:
    """The way back."""
    return np.asarray(cv2.invertAffineTransform(affine), np.float64)


def full(affine: Affine, times: float) -> Affine:
    """From the form's millimetres to the pixels of the full page, where `affine` leads from its pixels to those of the
    small page."""
    made = np.array(affine, np.float64)
    made[:, 2] = (made[:, 2] + 0.5 - 0.5 * made[:, :2].sum(axis=1)) * times
    made[:, :2] *= PER_MM * times
    return made


def page_box(to_page: Affine, rect: Rect, width: int, height: int) -> Box:
    """The upright box in page pixels around a rectangle of the form, cut to the page; `to_page` is that of `full`."""
    (a, b, left), (c, d, top) = to_page.tolist()
    x0, x1, y0, y1 = rect.x, rect.x + rect.w, rect.y, rect.y + rect.h
    right = left + max(a * x0, a * x1) + max(b * y0, b * y1)
    bottom = top + max(c * x0, c * x1) + max(d * y0, d * y1)
    x = max(0, round(left + min(a * x0, a * x1) + min(b * y0, b * y1)))
    y = max(0, round(top + min(c * x0, c * x1) + min(d * y0, d * y1)))
    return Box(x, y, max(1, min(width, round(right)) - x), max(1, min(height, round(bottom)) - y))


def form_rect(to_page: Affine, box: Box) -> Rect:
    """The rectangle of the form in mm that a box in page pixels covers."""
    back = inverse(to_page)
    corners = [moved(back, x, y) for x in (box.x, box.right) for y in (box.y, box.bottom)]
    left, top = min(c[0] for c in corners), min(c[1] for c in corners)
    return Rect(left, top, max(c[0] for c in corners) - left, max(c[1] for c in corners) - top)


def cut(pixels: Pixels, rect: Rect) -> Pixels:
    """The part of a form's picture at 100 dpi that a rectangle in mm covers."""
    left, top = max(0, round(rect.x * PER_MM)), max(0, round(rect.y * PER_MM))
    return pixels[top : max(top, round(rect.bottom * PER_MM)), left : max(left, round(rect.right * PER_MM))]
