"""Views: what several stages ask of the same pixels, made once: a page at about 100 dpi, its luminance, its darkest
channel, and the ground that its ink stands on."""

from __future__ import annotations

from functools import cached_property, reduce

import cv2
import numpy as np

from imaging.model import Page, Pixels
from imaging.ops import gray, ground, inked, shrunk, to_dpi, u8

DPI = 100.0
_MEMO = "view"


class View:
    """Pixels at `dpi`, `times` smaller than those that they were made of. Nothing in it may be written to."""

    def __init__(self, small: Pixels, times: int, dpi: float, source: Pixels | None = None) -> None:
        self.small, self.times, self.dpi, self.source = small, times, dpi, source

    @cached_property
    def light(self) -> Pixels:
        """H×W luminance."""
        return gray(self.small)

    @cached_property
    def channels(self) -> tuple[Pixels, ...]:
        """Blue, green and red, or the one channel of a gray page."""
        return (self.small,) if self.small.ndim == 2 else tuple(u8(each) for each in cv2.split(self.small))

    @cached_property
    def dark(self) -> Pixels:
        """H×W darkest channel, in which ink of any colour is dark."""
        return reduce(lambda one, other: u8(cv2.min(one, other)), self.channels)

    @cached_property
    def half(self) -> Pixels:
        """The luminance at half the size, about 50 dpi."""
        return shrunk(self.light, 2)

    @cached_property
    def ground(self) -> Pixels:
        """H×W level of the paper around each pixel of `dark`."""
        return ground(self.dark, self.dpi)

    def ink(self, strength: float) -> Pixels:
        """H×W mask (255 ink) of what is darker than `strength` × the paper around, in any colour."""
        return inked(self.dark, self.ground, strength)

    def cut(self, left: int, top: int, width: int, height: int) -> View:
        """A part of it, in its own pixels, at least one of them."""
        rows, columns = self.dark.shape
        left, top = min(left, columns - 1), min(top, rows - 1)
        part = np.s_[top : max(top + 1, top + height), left : max(left + 1, left + width)]
        made = View(self.small[part], self.times, self.dpi)
        made.dark = np.ascontiguousarray(self.dark[part])
        return made


def view(page: Page) -> View:
    """The page's view at about 100 dpi, made at the first asking and kept with its pixels."""
    kept = page.memo.get(_MEMO)
    if isinstance(kept, View) and kept.source is page.pixels:
        return kept
    return keep(page, shrunk(page.pixels, to_dpi(page, DPI)))


def keep(page: Page, small: Pixels) -> View:
    """The page's view from now on; `small` is its pixels `shrunk` to DPI."""
    times = to_dpi(page, DPI)
    made = page.memo[_MEMO] = View(small, times, page.dpi / times, page.pixels)
    return made
