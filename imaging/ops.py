"""Small pixel operations that the stages share."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from imaging.model import Page, Pixels

MM_PER_INCH = 25.4


def u8(array: npt.NDArray[Any]) -> Pixels:
    """What cv2 returned, typed as pixels; converts only where it is not uint8."""
    return array if array.dtype == np.uint8 else np.clip(array, 0, 255).astype(np.uint8)


def gray(pixels: Pixels) -> Pixels:
    """H×W luminance of H×W×3 BGR or H×W pixels."""
    return pixels if pixels.ndim == 2 else u8(cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY))


def darkest(pixels: Pixels) -> Pixels:
    """H×W darkest channel, in which ink of any colour is dark."""
    if pixels.ndim == 2:
        return pixels
    blue, green, red = cv2.split(pixels)
    return u8(cv2.min(cv2.min(blue, green), red))


def shrunk(pixels: Pixels, times: int) -> Pixels:
    """The pixels averaged over squares of `times` × `times`; what does not fill a square at the right and bottom is
    left out. Whole factors are many times cheaper than any other."""
    while times % 2 == 0:
        pixels, times = _halved(pixels, 2), times // 2
    return _halved(pixels, times) if times > 1 else pixels


def _halved(pixels: Pixels, times: int) -> Pixels:
    height, width = (max(1, side // times) for side in pixels.shape[:2])
    whole = pixels[: height * times, : width * times]
    return u8(cv2.resize(whole, (width, height), interpolation=cv2.INTER_AREA))


def to_dpi(page: Page, dpi: float, longest: int = 1_800) -> int:
    """By how many whole times a page is to be shrunk to come to about `dpi`, its long side to at most `longest`
    pixels (a guessed dpi may be far off)."""
    return max(1, round(page.dpi / dpi), -(-max(page.width, page.height) // longest))


def pixels_of(mm: float, dpi: float, least: int = 1) -> int:
    """Millimetres as whole pixels at `dpi`."""
    return max(least, round(mm / MM_PER_INCH * dpi))


def block(width: int, height: int) -> Pixels:
    """A rectangular structuring element."""
    return u8(cv2.getStructuringElement(cv2.MORPH_RECT, (max(1, width), max(1, height))))


def level(values: Pixels, share: float) -> float:
    """The gray level below which `share` (0..1) of the pixels lie. Page-sized arrays are sampled."""
    flat = values[::3, ::3] if values.ndim == 2 and values.size > 90_000 else values
    counts = np.bincount(flat.ravel(), minlength=256).cumsum()
    return float(np.searchsorted(counts, share * counts[-1]))


def ink_mask(light: Pixels, dpi: float, strength: float = 0.75) -> Pixels:
    """H×W mask (255 ink): darker than `strength` × the paper around, the paper taken as the mean of the brighter
    pixels within about 8 mm, so that shadows and tinted bands do not count."""
    reach = pixels_of(8.0, dpi, 7)
    # At a quarter of the size the paper's level is as good and the filters cost a sixteenth.
    small = shrunk(light, 4)
    paper = cv2.dilate(small, block(max(3, reach // 8) | 1, max(3, reach // 8) | 1))
    paper = cv2.blur(paper, (max(3, reach // 4) | 1, max(3, reach // 4) | 1))
    bound = cv2.resize(paper, (light.shape[1], light.shape[0]), interpolation=cv2.INTER_LINEAR)
    bound = cv2.convertScaleAbs(bound, alpha=strength)
    return u8(cv2.compare(light, bound, cv2.CMP_LT))


def is_bilevel(pixels: Pixels) -> bool:
    """Whether the page came as black and white only."""
    if pixels.ndim == 3:
        return False
    sample = pixels[::7, ::5]
    return bool(np.all((sample == 0) | (sample == 255)))
