"""WebP by OpenCV: one buffer of pixels, where Pillow's reader of animations holds the picture four times."""

from __future__ import annotations

import cv2
import numpy as np

from imaging.formats.base import damaged, refuse_size
from imaging.model import Pixels, Scan, ScanError
from imaging.ops import shrunk

_ANIMATED = 0x02
_MOST_MOVING = 20_000_000
_BAND = 512


def plain_pixels(scan: Scan, times: int = 1) -> Pixels | None:
    """H×W×3 BGR pixels as they are stored, what is transparent on white, shrunk `times`; None where it moves. Raises
    ScanError `damaged` or `too_large`."""
    data = scan.data
    if data[12:16] == b"VP8X":
        width, height = (int.from_bytes(data[at : at + 3], "little") + 1 for at in (24, 27))
        refuse_size(scan, width, height)
        if data[20] & _ANIMATED:
            if width * height > _MOST_MOVING:
                raise ScanError(scan.name, "too_large", "it is a moving picture of many pixels; scan the paper.")
            return None
    try:
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED | cv2.IMREAD_IGNORE_ORIENTATION)
    except (cv2.error, MemoryError) as error:
        raise damaged(scan, error) from error
    if pixels is None or pixels.ndim != 3 or pixels.dtype != np.uint8:
        raise damaged(scan, "its compressed data are not a picture's")
    stored = np.asarray(pixels, np.uint8)
    return shrunk(_on_white(stored) if stored.shape[2] == 4 else stored, times)


def _on_white(clear: Pixels) -> Pixels:
    out = np.empty((*clear.shape[:2], 3), np.uint8)
    for top in range(0, len(clear), _BAND):
        band = clear[top : top + _BAND]
        share = band[:, :, 3:].astype(np.float32) / 255.0
        out[top : top + _BAND] = np.rint(band[:, :, :3] * share + 255.0 * (1.0 - share))
    return out
