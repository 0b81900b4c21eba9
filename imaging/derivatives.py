"""Derivatives: the files that are served in the page's stead, as bytes."""

from __future__ import annotations

import io

import cv2
import numpy as np
from PIL import Image

from imaging.model import Box, Page, Pixels
from imaging.ops import gray, is_bilevel, pixels_of, shrunk, u8
from imaging.views import view

ACCESS_BYTES = 250_000
THUMBNAIL_SIZE = (160, 114)
THUMBNAIL_BYTES = 6_000
_ACCESS_QUALITIES = (80, 70, 60, 50)
_THUMBNAIL_QUALITIES = (70, 55, 40, 25, 10)


def access_copy(page: Page) -> bytes:
    """The page in full size as JPEG, quality 80, or as much lower as keeps it within ACCESS_BYTES (not below 50)."""
    return _within(page.pixels, _ACCESS_QUALITIES, ACCESS_BYTES)


def thumbnail(page: Page) -> bytes:
    """The page within 160 × 114 pixels as JPEG of at most 6 KB."""
    width, height = THUMBNAIL_SIZE
    scale = min(width / page.width, height / page.height, 1.0)
    # What the stages saw is large enough, unless the page is a strip or smaller than its thumbnail.
    seen = view(page)
    pixels = seen.small if scale * seen.times <= 1 else page.pixels
    size = (max(1, round(page.width * scale)), max(1, round(page.height * scale)))
    return _within(_fitted(pixels, size), _THUMBNAIL_QUALITIES, THUMBNAIL_BYTES)


def resized(page: Page, width: int) -> bytes:
    """The page as JPEG, `width` pixels across; never larger than it is."""
    return _jpeg(_scaled(page.pixels, min(1.0, width / page.width)), _ACCESS_QUALITIES[0])


def snippet(page: Page, box: Box, pad: int = 0) -> bytes:
    """The box with `pad` pixels around it, as PNG. Raises ValueError where it lies outside the page."""
    area = box.padded(pad, page.width, page.height)
    if area.w <= 0 or area.h <= 0:
        raise ValueError(f"box {box} lies outside page {page.number} of {page.width} × {page.height} pixels")
    return _encoded(".png", page.pixels[area.y : area.bottom, area.x : area.right], [cv2.IMWRITE_PNG_COMPRESSION, 3])


def bitonal_g4(page: Page) -> bytes:
    """The page in black and white as TIFF with Group 4 compression (ITU-T T.6) and its resolution."""
    light = gray(page.pixels)
    if not is_bilevel(light):
        around = pixels_of(5.0, page.dpi, 11) | 1
        light = u8(cv2.adaptiveThreshold(light, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY, around, 18))
    out = io.BytesIO()
    image = Image.fromarray(light).convert("1", dither=Image.Dither.NONE)
    image.save(out, "TIFF", compression="group4", dpi=(page.dpi, page.dpi))
    return out.getvalue()


def _scaled(pixels: Pixels, scale: float) -> Pixels:
    if scale >= 1.0:
        return pixels
    return _fitted(pixels, (max(1, round(pixels.shape[1] * scale)), max(1, round(pixels.shape[0] * scale))))


def _fitted(pixels: Pixels, size: tuple[int, int]) -> Pixels:
    """The pixels averaged down to `size` (width, height)."""
    scale = min(size[0] / pixels.shape[1], size[1] / pixels.shape[0])
    # Powers of two first: the averaging over any other number of pixels is dear, and then has little left to do.
    pixels = shrunk(pixels, 1 << max(1, int(0.8 / scale)).bit_length() - 1)
    return u8(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA))


def _within(pixels: Pixels, qualities: tuple[int, ...], most: int) -> bytes:
    """The first JPEG that fits, or the smallest."""
    data = b""
    for quality in qualities:
        data = _jpeg(pixels, quality)
        if len(data) <= most:
            break
    return data


def _jpeg(pixels: Pixels, quality: int) -> bytes:
    return _encoded(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])


def _encoded(suffix: str, pixels: Pixels, options: list[int]) -> bytes:
    done, data = cv2.imencode(suffix, np.ascontiguousarray(pixels), options)
    if not done:
        raise ValueError(f"a picture of {pixels.shape} pixels could not be written as {suffix}")
    return bytes(data.tobytes())
