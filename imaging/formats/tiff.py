"""TIFF: directories walked by hand (loops, cuts and bombs are seen before a pixel is decoded), pixels by Pillow."""

from __future__ import annotations

import io
import struct
import warnings
from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image

from imaging.formats.base import (
    MAX_PAGES,
    OfFile,
    PageInfo,
    Probe,
    damaged,
    reduction,
    refuse_count,
    refuse_number,
    refuse_size,
    resolution,
    truncated,
)
from imaging.formats.raster import decoded
from imaging.model import Page, Pixels, Scan, ScanError

_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 16: 8, 17: 8, 18: 8}
_INTEGERS = {1: "B", 3: "H", 4: "I", 16: "Q"}
_SUBFILE, _WIDTH, _HEIGHT, _ORIENTATION = 254, 256, 257, 274
_STRIPS, _STRIP_BYTES, _TILES, _TILE_BYTES = 273, 279, 324, 325
_ACROSS, _DOWN, _UNIT = 282, 283, 296
_CENTIMETRES = 3
_MOST_VALUES = 1_000_000

Tags = Mapping[int, tuple[float, ...]]


@dataclass(frozen=True, slots=True)
class _Layout:
    """Byte order and field widths of a TIFF (classic or BigTIFF)."""

    order: str
    big: bool

    def whole(self, data: bytes, at: int, size: int) -> int:
        raw = data[at : at + size]
        if len(raw) < size:
            raise EOFError
        return int.from_bytes(raw, "little" if self.order == "<" else "big")


@dataclass(frozen=True, slots=True)
class _Directory:
    at: int
    tags: Tags

    def number(self, tag: int, default: float = 0) -> float:
        values = self.tags.get(tag, ())
        return values[0] if values else default


def probe(scan: Scan) -> Probe:
    """What the file declares. Raises ScanError where its directories loop, are cut or absurd."""
    return Probe("image/tiff", tuple(_info(directory) for directory in _pages(scan)))


def decode(scan: Scan, number: int) -> Page:
    """One page, from 1. Raises ScanError where the file is not whole."""
    pages = _pages(scan)
    refuse_number(scan, number, len(pages))
    directory = pages[number - 1]
    info = _info(directory)
    times = reduction(info.dpi)
    pixels = _square(_pixels(scan, directory.at, times), directory)
    return Page(pixels, info.dpi / times, number).noted(
        "decode", media_type="image/tiff", dpi=info.dpi / times, dpi_guessed=info.dpi_guessed, shrunk=times
    )


def _found_pages(scan: Scan) -> tuple[_Directory, ...]:
    """The directories that are pages (reduced-size copies are not), checked."""
    pages = tuple(d for d in _walk(scan) if not int(d.number(_SUBFILE)) & 1)
    refuse_count(scan, len(pages))
    for at, directory in enumerate(pages, 1):
        refuse_size(scan, directory.number(_WIDTH), directory.number(_HEIGHT), f"page {at}")
        _check_data(scan, directory, at)
    return pages


_pages = OfFile(_found_pages)


def _walk(scan: Scan) -> list[_Directory]:
    data = scan.data
    layout = _layout(data)
    found: list[_Directory] = []
    seen: set[int] = set()
    try:
        at = layout.whole(data, 8 if layout.big else 4, 8 if layout.big else 4)
        while at:
            if at in seen:
                raise ScanError(scan.name, "damaged", "its page directory runs in a circle; scan the paper again.")
            seen.add(at)
            if len(found) >= 2 * MAX_PAGES:
                refuse_count(scan, len(found))
            place, (tags, at) = at, _directory(data, at, layout)
            found.append(_Directory(place, tags))
    except EOFError as error:
        raise truncated(scan, "its page directory lies past its end") from error
    except (struct.error, OverflowError) as error:
        raise damaged(scan, error) from error
    return found


def _layout(data: bytes) -> _Layout:
    return _Layout("<" if data[:2] == b"II" else ">", data[2:4] in (b"+\0", b"\0+"))


def _directory(data: bytes, at: int, layout: _Layout) -> tuple[Tags, int]:
    """The tags of the directory at `at`, and the place of the next one. EOFError where the file ends inside."""
    head, entry = (8, 20) if layout.big else (2, 12)
    count = layout.whole(data, at, head)
    if at + head + count * entry > len(data):
        raise EOFError
    starts = range(at + head, at + head + count * entry, entry)
    tags = {layout.whole(data, start, 2): _values(data, start, layout) for start in starts}
    return tags, layout.whole(data, at + head + count * entry, 8 if layout.big else 4)


def _values(data: bytes, start: int, layout: _Layout) -> tuple[float, ...]:
    word = 8 if layout.big else 4
    kind, count = layout.whole(data, start + 2, 2), layout.whole(data, start + 4, word)
    size = _SIZES.get(kind, 0) * count
    if (kind not in _INTEGERS and kind != 5) or count > _MOST_VALUES:
        return ()
    inside = start + 4 + word
    at = inside if size <= word else layout.whole(data, inside, word)
    if at + size > len(data):
        raise EOFError
    if kind == 5:
        pairs = struct.unpack_from(f"{layout.order}{2 * count}I", data, at)
        return tuple(over / under if under else 0.0 for over, under in zip(pairs[::2], pairs[1::2], strict=True))
    return struct.unpack_from(f"{layout.order}{count}{_INTEGERS[kind]}", data, at)


def _check_data(scan: Scan, directory: _Directory, number: int) -> None:
    tags = directory.tags
    starts = tags.get(_STRIPS) or tags.get(_TILES) or ()
    sizes = tags.get(_STRIP_BYTES) or tags.get(_TILE_BYTES) or ()
    if not starts:
        raise damaged(scan, f"page {number} has no picture data")
    missing = [start + size for start, size in zip(starts, sizes, strict=False) if start + size > len(scan.data)]
    if missing or max(starts) >= len(scan.data):
        raise truncated(scan, f"the picture of page {number} lies past its end")


def _dpi(directory: _Directory) -> tuple[float, ...]:
    """Declared dpi across and down, empty where it is not declared."""
    scale = 2.54 if directory.number(_UNIT, 2) == _CENTIMETRES else 1.0
    both = tuple(directory.number(tag) * scale for tag in (_ACROSS, _DOWN))
    return both if min(both) > 0 else ()


def _factors(directory: _Directory) -> tuple[float, float]:
    """How much to stretch across and down so that pixels are square (a fax is 204 × 98 dpi)."""
    both = _dpi(directory)
    if not both or max(both) / min(both) < 1.1 or max(both) / min(both) > 3:
        return 1.0, 1.0
    return max(both) / both[0], max(both) / both[1]


def _info(directory: _Directory) -> PageInfo:
    across, down = _factors(directory)
    width, height = round(directory.number(_WIDTH) * across), round(directory.number(_HEIGHT) * down)
    if directory.number(_ORIENTATION, 1) >= 5:
        width, height = height, width
    dpi, guessed = resolution(max(_dpi(directory), default=None), width, height)
    return PageInfo(width, height, dpi, guessed)


def _square(pixels: Pixels, directory: _Directory) -> Pixels:
    across, down = _factors(directory)
    if directory.number(_ORIENTATION, 1) >= 5:
        across, down = down, across
    if across == down:
        return pixels
    return cv2.resize(pixels, None, fx=across, fy=down, interpolation=cv2.INTER_LINEAR).astype(np.uint8, copy=False)


def _pixels(scan: Scan, at: int, times: int) -> Pixels:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image = Image.open(_BeginningAt(scan.data, at), formats=["TIFF"])
    except Exception as error:  # Pillow's parser raises what it stumbles on
        raise damaged(scan, error) from error
    with image:
        return decoded(scan, image, times)


class _BeginningAt(io.BytesIO):
    """The file as if the directory at byte `at` were its first: Pillow goes through all that come before a page. It
    holds the file's own bytes: to write the place into them would copy the whole file for each page."""

    def __init__(self, data: bytes, at: int) -> None:
        super().__init__(data)
        layout = _layout(data)
        place, size = (8, 8) if layout.big else (4, 4)
        self._head = data[:place] + at.to_bytes(size, "little" if layout.order == "<" else "big")

    def read(self, size: int | None = -1, /) -> bytes:
        """As of any file; libtiff, which is told where the directory is, takes the bytes without reading."""
        at, found = self.tell(), super().read(size)
        own = self._head[at : at + len(found)]
        return own + found[len(own) :] if own else found
