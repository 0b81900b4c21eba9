"""A Pillow image as page pixels: BGR or gray, upright by its EXIF, transparency on white."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps

from imaging.model import Pixels

_GRAY_MODES = {"1", "L", "I;16", "I;16L", "I;16B", "I", "F", "LA", "La"}


def to_pixels(image: Image.Image) -> Pixels:
    """H×W×3 BGR or H×W uint8. Decodes the image; Pillow's OSError passes through where its data end early."""
    image.load()
    upright = ImageOps.exif_transpose(image)
    if upright.mode in ("I;16", "I;16L", "I;16B", "I", "F"):
        return _to_8_bit(np.asarray(upright))
    if upright.mode in ("LA", "La", "RGBA", "RGBa", "PA") or "transparency" in upright.info:
        upright = _on_white(upright)
    if upright.mode in _GRAY_MODES:
        return np.asarray(upright.convert("L"))
    return cv2.cvtColor(np.asarray(upright.convert("RGB")), cv2.COLOR_RGB2BGR).astype(np.uint8, copy=False)


def declared_dpi(image: Image.Image) -> float | None:
    """The resolution across that the file declares, or None."""
    declared = image.info.get("dpi")
    try:
        across = float(declared[0]) if declared else 0.0
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    return across if np.isfinite(across) and across > 0 else None


def _to_8_bit(deep: npt.NDArray[Any]) -> Pixels:
    values = np.asarray(deep, dtype=np.float32)
    # Pillow widens some 8-bit data to `I`; only values above 255 are 16 bits deep.
    scale = 255.0 / 65535.0 if values.size and values.max() > 255 else 1.0
    return np.asarray(np.clip(values * scale, 0, 255), dtype=np.uint8)


def _on_white(image: Image.Image) -> Image.Image:
    rgba = image.convert("RGBA")
    gray = image.mode in ("LA", "La")
    flat = Image.alpha_composite(Image.new("RGBA", rgba.size, "white"), rgba)
    return flat.convert("L" if gray else "RGB")
