"""A Pillow image as page pixels: BGR or gray, upright by its EXIF, transparency on white, in bands of rows so that a
large page is not held several times over."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from imaging.model import Pixels
from imaging.ops import shrunk

_GRAY_MODES = {"1", "L", "LA", "La"}
_DEEP_MODES = {"I;16", "I;16L", "I;16B", "I", "F"}
_CLEAR_MODES = {"LA", "La", "RGBA", "RGBa", "PA"}
_BAND_PIXELS = 4_000_000
_ORIENTATION = 274


def to_pixels(image: Image.Image, times: int = 1) -> Pixels:
    """H×W×3 BGR or H×W uint8, shrunk `times`. Decodes the image, and closes it; Pillow's OSError passes through where
    its data end early."""
    image.load()
    turn = orientation(image)
    deep = _deep(image)
    rows = max(1, _BAND_PIXELS // image.width // times) * times
    if rows >= image.height:
        return upright(shrunk(_band(image, deep), times), turn)
    out: Pixels | None = None
    height, at = max(1, image.height // times), 0
    for top in range(0, image.height, rows):
        band = _band(image.crop((0, top, image.width, min(image.height, top + rows))), deep)
        if top and len(band) < times:
            break  # what does not fill a square is left out, as `shrunk` does
        band = shrunk(band, times)
        if out is None:
            out = np.empty((height, *band.shape[1:]), np.uint8)
        out[at : at + len(band)] = band
        at += len(band)
    image.close()
    return upright(out if out is not None else _band(image, deep), turn)


def orientation(image: Image.Image) -> int:
    """The EXIF orientation, 1 (as it is) to 8."""
    turn = image.getexif().get(_ORIENTATION, 1)
    return turn if isinstance(turn, int) and 1 <= turn <= 8 else 1


def upright(pixels: Pixels, turn: int) -> Pixels:
    """The pixels turned and mirrored as EXIF orientation `turn` asks."""
    if turn in (2, 5, 7):
        pixels = pixels[:, ::-1]
    if turn in (3, 4):
        pixels = pixels[::-1, ::-1] if turn == 3 else pixels[::-1]
    quarters = {5: 1, 6: 3, 7: 3, 8: 1}.get(turn, 0)
    return np.ascontiguousarray(np.rot90(pixels, quarters))


def declared_dpi(image: Image.Image) -> float | None:
    """The resolution across that the file declares, or None."""
    declared = image.info.get("dpi")
    try:
        across = float(declared[0]) if declared else 0.0
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    return across if np.isfinite(across) and across > 0 else None


def _deep(image: Image.Image) -> float:
    """What to divide the samples by to have 8 bits: Pillow widens some 8-bit data to `I`, so only values above 255 are
    16 bits deep."""
    if image.mode not in _DEEP_MODES:
        return 1.0
    extrema: Any = image.getextrema()
    return 65535.0 / 255.0 if extrema and extrema[1] > 255 else 1.0


def _band(image: Image.Image, deep: float) -> Pixels:
    if image.mode in _DEEP_MODES:
        return _to_8_bit(np.asarray(image), deep)
    if image.mode in _CLEAR_MODES or "transparency" in image.info:
        image = _on_white(image)
    if image.mode in _GRAY_MODES:
        return np.asarray(image if image.mode == "L" else image.convert("L"))
    rgb = np.asarray(image if image.mode == "RGB" else image.convert("RGB"))
    return cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR).astype(np.uint8, copy=False)


def _to_8_bit(values: npt.NDArray[Any], deep: float) -> Pixels:
    return np.asarray(np.clip(np.asarray(values, dtype=np.float32) / deep, 0, 255), dtype=np.uint8)


def _on_white(image: Image.Image) -> Image.Image:
    rgba = image.convert("RGBA")
    gray = image.mode in ("LA", "La")
    flat = Image.alpha_composite(Image.new("RGBA", rgba.size, "white"), rgba)
    return flat.convert("L" if gray else "RGB")
