"""Unlifted: values under stamps as scanned: where a stamp is taken off, pale strokes under it are bleached."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from imaging.model import Pixels
from imaging.ops import level, u8
from ocr.known.crops import Lie, crop
from ocr.known.dark import RED, Floats
from ocr.known.model import Rect

_PAPER = 0.7  # of a crop's pixels are darker than its paper
_DARKEST = 0.02  # of paper: what is darker counts as this dark
_LEAST_STAMP = 12  # pixels of a stamp's ink: fewer are no stroke
_FULL, _BLACK = 98.5, 200.0  # percentile of the ink that is made so dark
_LEAST_TINT = 0.15  # the angle (as sine) between a stamp's ink and gray; below it nothing tells them apart


@dataclass(frozen=True, slots=True)
class Scan:
    """A page as it was scanned, stamps and all: how a form lies on it, and on the layer that the ink of its lifted
    stamps makes."""

    page: Lie
    layer: Lie

    @classmethod
    def of(cls, lie: Lie, page: Pixels, layer: Pixels) -> Scan | None:
        """From the lie of a form on the page's text stream; None where it has no colour."""
        if page.ndim == 2:
            return None
        return cls(replace(lie, pixels=page), replace(lie, pixels=layer))

    def readings(self, rect: Rect) -> tuple[Pixels, Pixels] | None:
        """A rectangle of the form (mm) without a stamp's ink, in two ways: the print alone as it is mixed with the
        stamp, and the channel in which the stamp is palest. None where neither a stamp nor other red ink was, which
        is bleached as well."""
        picture = crop(self.page, rect)
        blue, green, red = cv2.split(picture)
        stamped = (crop(self.layer, rect)[:, :, 0] > 127) | (cv2.subtract(red, cv2.max(blue, green)) > RED)
        if np.count_nonzero(stamped) < _LEAST_STAMP:
            return None
        density = _density(picture)
        stamp = np.median(density[stamped], axis=0)
        weights = _of_gray(stamp)
        if weights is None:
            return None
        return _picture(density @ weights), _picture(density[:, :, int(np.argmin(stamp))])


def _density(picture: Pixels) -> Floats:
    """How much ink lies on each pixel, by channel: inks that lie over each other add up in it."""
    made = []
    for channel in cv2.split(picture):
        paper = max(60.0, level(u8(channel), _PAPER))
        table = -np.log(np.clip(np.arange(256) / paper, _DARKEST, 1.0))
        made.append(table[channel])
    return np.stack(made, axis=2)


def _of_gray(stamp: Floats) -> Floats | None:
    """The weights of the channels by which a mixture of gray ink and a stamp's says how much of it is gray."""
    inks = np.stack([stamp, np.ones(3)], axis=1)
    sine = np.linalg.norm(np.cross(stamp, np.ones(3))) / max(1e-6, np.linalg.norm(stamp) * np.sqrt(3.0))
    return np.asarray(np.linalg.pinv(inks)[1]) if sine >= _LEAST_TINT else None


def _picture(ink: Floats) -> Pixels:
    """An amount of ink a pixel as a picture (H×W×3) of black print on white."""
    full = max(0.05, float(np.percentile(ink, _FULL)))
    light = np.clip(250.0 - ink * (_BLACK / full), 0, 255).astype(np.uint8)
    return u8(cv2.merge((light, light, light)))
