"""JPEG: judged whole by walking its markers, decoded by OpenCV straight to BGR or gray, at a half or a quarter where
that is all that is wanted."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from imaging.formats.base import damaged, refuse_size, truncated
from imaging.model import Pixels, Scan
from imaging.ops import shrunk

_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_USUAL = frozenset({0xC0, 0xC1, 0xC2})  # baseline, extended and progressive, Huffman coded
_SCAN, _END = 0xDA, 0xD9
_MOST_SCANS = 100  # every scan of a progressive picture goes over the whole of it: thousands are a bomb
_MOST_WORK = 1_200_000_000  # pixels times scans: a progressive A3 page at 600 dpi has 70 million and 10
_REDUCED = {
    (1, 1): cv2.IMREAD_GRAYSCALE,
    (1, 2): cv2.IMREAD_REDUCED_GRAYSCALE_2,
    (1, 4): cv2.IMREAD_REDUCED_GRAYSCALE_4,
    (3, 1): cv2.IMREAD_COLOR,
    (3, 2): cv2.IMREAD_REDUCED_COLOR_2,
    (3, 4): cv2.IMREAD_REDUCED_COLOR_4,
}


@dataclass(frozen=True, slots=True)
class Frame:
    """What the header of the picture says: `kind` is its marker's second byte, `bits` those of a sample."""

    kind: int
    bits: int
    width: int
    height: int
    channels: int


def walked(scan: Scan, data: bytes | None = None) -> Frame:
    """The picture's header, once its markers were walked to the end, which a cut file has lost. `data` is a picture
    inside the scan, where it is not all of it. Raises ScanError."""
    data, at, scans = scan.data if data is None else data, 2, 0
    frame: Frame | None = None
    while True:
        marker = _MARKER.search(data, at)
        if marker is None:
            raise truncated(scan, "its end marker is missing")
        kind, at = data[marker.end() - 1], marker.end()
        if kind == _END:
            break
        if kind in (0x01, 0xD8):
            continue
        if kind in _FRAMES:
            frame = _frame(scan, data, at, kind)
        scans += kind == _SCAN
        if scans > _MOST_SCANS or (frame and scans * frame.width * frame.height > _MOST_WORK):
            raise damaged(scan, f"it has {scans} layers or more")
        at += max(int.from_bytes(data[at : at + 2], "big"), 2)
        if at > len(data):
            raise truncated(scan, "it ends inside a segment")
    if frame is None or not scans:
        raise damaged(scan, "it has no picture data")
    return frame


def plain_pixels(scan: Scan, frame: Frame, times: int = 1, data: bytes | None = None) -> Pixels | None:
    """H×W×3 BGR or H×W pixels as they are stored (not turned by EXIF), shrunk `times` (a power of two); None where the
    coding is an unusual one (CMYK, 12 bits, arithmetic, lossless). Raises ScanError `damaged`."""
    if frame.kind not in _USUAL or frame.bits != 8 or frame.channels not in (1, 3):
        return None
    step = min(times, 4)
    flags = _REDUCED[frame.channels, step] | cv2.IMREAD_IGNORE_ORIENTATION
    size = (-(-frame.height // step), -(-frame.width // step), 3)[: 3 if frame.channels == 3 else 2]
    try:
        pixels = _decoded(scan.data if data is None else data, flags, np.empty(size, np.uint8))
    except (cv2.error, MemoryError) as error:
        raise damaged(scan, error) from error
    if pixels is None:
        raise damaged(scan, "its compressed data are not a picture's")
    return shrunk(pixels.astype(np.uint8, copy=False), times // step)


def _decoded(data: bytes, flags: int, out: Pixels) -> npt.NDArray[Any] | None:
    """What cv2 decodes, in `out` where it is of the picture's shape; None for what it cannot."""
    # Of bytes cv2 decodes into memory of its own and copies that, a sixth of the whole; of a "file" into ours.
    place = os.memfd_create("picture")
    try:
        with open(place, "wb", closefd=False) as file:
            file.write(data)
        pixels = cv2.imread(f"/proc/self/fd/{place}", out, flags)
    finally:
        os.close(place)
    # Where a process may not see its own files the long way is left.
    return cv2.imdecode(np.frombuffer(data, np.uint8), flags) if pixels is None else pixels


def _frame(scan: Scan, data: bytes, at: int, kind: int) -> Frame:
    height, width = (int.from_bytes(data[at + k : at + k + 2], "big") for k in (3, 5))
    refuse_size(scan, width, height)
    return Frame(kind, data[at + 2], width, height, data[at + 7] if at + 7 < len(data) else 0)
