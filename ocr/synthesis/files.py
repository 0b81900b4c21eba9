"""Pages as files: JPEG, PNG, WebP, bitonal G4 TIFF, multi-page TIFF and image-only PDF, always the same bytes."""

from __future__ import annotations

import io
import time
from collections.abc import Sequence

import cv2
import numpy as np
from PIL import Image

from ocr.synthesis.form import Pixels

SINGLE = ("jpg", "jpg", "jpg", "grey.jpg", "png", "webp", "g4.tif")
MULTIPLE = ("lzw.tif", "jpeg.tif", "g4.tif", "pdf")
GREY = ("grey.jpg",)
BITONAL = ("g4.tif", "hard.tif")
_HARD = 0.86  # of the paper's level: scanners with one threshold for the page thin out light ink
_EPOCH = time.gmtime(0)  # a PDF carries its date of making, which would differ from run to run


def _bitonal(pixels: Pixels, hard: bool = False) -> Image.Image:
    """Black and white as a scanner's own threshold makes it, a `hard` one the same all over the page."""
    grey = cv2.GaussianBlur(cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY), (3, 3), 0)
    if hard:
        binary = cv2.threshold(grey, _HARD * float(np.median(grey)), 255, cv2.THRESH_BINARY)[1]
    else:
        binary = cv2.adaptiveThreshold(grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY, 61, 14)
    return Image.fromarray(binary).convert("1", dither=Image.Dither.NONE)


def _image(pixels: Pixels) -> Image.Image:
    return Image.fromarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB))


def encode(pages: Sequence[Pixels], kind: str, dpi: int, quality: int = 80) -> bytes:
    """One file of `kind` (of SINGLE, MULTIPLE or BITONAL) holding `pages` (H×W×3 BGR); a single kind takes one page."""
    images = [_bitonal(page, kind == "hard.tif") if kind in BITONAL else _image(page) for page in pages]
    out = io.BytesIO()
    rest = {"save_all": True, "append_images": images[1:]}
    if kind == "grey.jpg":
        images[0].convert("L").save(out, "JPEG", quality=quality, dpi=(dpi, dpi))
    elif kind == "jpg":
        images[0].save(out, "JPEG", quality=quality, dpi=(dpi, dpi))
    elif kind == "png":
        images[0].save(out, "PNG", compress_level=1, dpi=(dpi, dpi))
    elif kind == "webp":
        images[0].save(out, "WEBP", quality=quality, method=2)
    elif kind in BITONAL:
        images[0].save(out, "TIFF", compression="group4", dpi=(dpi, dpi), **rest)
    elif kind == "lzw.tif":
        images[0].save(out, "TIFF", compression="tiff_lzw", dpi=(dpi, dpi), **rest)
    elif kind == "jpeg.tif":
        images[0].save(out, "TIFF", compression="jpeg", quality=quality, dpi=(dpi, dpi), **rest)
    elif kind == "pdf":
        images[0].save(out, "PDF", resolution=dpi, quality=quality, creationDate=_EPOCH, modDate=_EPOCH, **rest)
    else:
        raise ValueError(f"{kind} is not a kind of file: use one of {sorted({*SINGLE, *MULTIPLE, *BITONAL})}")
    return out.getvalue()


def suffix(kind: str) -> str:
    """The file name's ending for a kind."""
    return kind.rsplit(".", maxsplit=1)[-1]
