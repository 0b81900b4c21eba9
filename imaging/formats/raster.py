"""JPEG, PNG, WebP and BMP: one page a file, judged whole by walking its structure before its pixels are decoded."""

from __future__ import annotations

import io
import re
import warnings
import zlib
from collections.abc import Callable

import numpy as np
from PIL import Image

from imaging.formats.base import PageInfo, Probe, refuse_number, refuse_size, resolution
from imaging.formats.pixels import declared_dpi, to_pixels
from imaging.model import Page, Pixels, Scan, ScanError

_PILLOW = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP", "image/bmp": "BMP"}
_TURNED_BY_EXIF = {5, 6, 7, 8}
_EXIF_ORIENTATION = 274
_JPEG_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_GRAY_OF_MISSING_DATA = 128
_MISSING_ROWS = 16


def probe(scan: Scan, media_type: str) -> Probe:
    """What the file declares. Raises ScanError where its structure is cut, damaged or absurd."""
    whole = _CHECKS[media_type](scan)
    info = _declared(scan, media_type)
    if not whole:
        _pixels(scan, media_type)
    return Probe(media_type, (info,))


def _declared(scan: Scan, media_type: str) -> PageInfo:
    with _opened(scan, media_type) as image:
        try:
            width, height = _upright_size(image)
            dpi, guessed = resolution(declared_dpi(image), width, height)
        except Exception as error:  # as in `_opened`: a PNG is decoded where its EXIF is asked for
            raise _refusal(scan, error) from error
    return PageInfo(width, height, dpi, guessed)


def decode(scan: Scan, media_type: str, number: int) -> Page:
    """The page of the file. Raises ScanError where the file is not whole."""
    refuse_number(scan, number, 1)
    _CHECKS[media_type](scan)
    info = _declared(scan, media_type)
    pixels = _pixels(scan, media_type)
    return Page(pixels, info.dpi, number).noted(
        "decode", media_type=media_type, dpi=info.dpi, dpi_guessed=info.dpi_guessed
    )


def _opened(scan: Scan, media_type: str) -> Image.Image:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return Image.open(io.BytesIO(scan.data), formats=[_PILLOW[media_type]])
    except Image.DecompressionBombError as error:
        raise ScanError(scan.name, "too_large", f"its declared size is absurd ({error}).") from error
    except Exception as error:  # Pillow's parsers raise what they stumble on: struct, Syntax, Value, OS errors
        raise damaged(scan, error) from error


def _pixels(scan: Scan, media_type: str) -> Pixels:
    with _opened(scan, media_type) as image:
        refuse_size(scan, image.width, image.height)
        pixels = decoded(scan, image)
    if media_type == "image/jpeg" and _ends_in_nothing(pixels):
        raise truncated(scan, "its last rows carry no picture data")
    return pixels


def decoded(scan: Scan, image: Image.Image) -> Pixels:
    """Pixels of an opened image. Raises ScanError `truncated` or `damaged`."""
    try:
        return to_pixels(image)
    except Exception as error:  # as in `_opened`; memory errors too are the file's doing here
        raise _refusal(scan, error) from error


def _refusal(scan: Scan, error: Exception) -> ScanError:
    """What a failure of Pillow's says of the file."""
    if "truncated" in str(error) or "unexpected end" in str(error):
        return truncated(scan, str(error))
    return damaged(scan, error)


def truncated(scan: Scan, found: str) -> ScanError:
    """The refusal of a file that was cut: `found` is what was seen."""
    return ScanError(scan.name, "truncated", f"the file was cut short ({found}); copy or scan it again.")


def damaged(scan: Scan, error: Exception | str) -> ScanError:
    """The refusal of a file that cannot be read, with what the decoder said."""
    said = str(error).replace("<_io.BytesIO object", "").split(" at 0x")[0].strip() or type(error).__name__
    return ScanError(scan.name, "damaged", f"the picture data cannot be read ({said}); scan the paper again.")


def _upright_size(image: Image.Image) -> tuple[int, int]:
    if image.getexif().get(_EXIF_ORIENTATION) in _TURNED_BY_EXIF:
        return image.height, image.width
    return image.width, image.height


def _ends_in_nothing(pixels: Pixels) -> bool:
    """libjpeg fills what is missing with mid gray, silently where an end marker was put after the cut."""
    tail = pixels[-_MISSING_ROWS:]
    return pixels.shape[0] > _MISSING_ROWS and bool(np.all(tail == _GRAY_OF_MISSING_DATA))


def _check_jpeg(scan: Scan) -> bool:
    """Walks the markers to the end of the image, which a cut file has lost."""
    data, at = scan.data, 2
    while True:
        marker = _JPEG_MARKER.search(data, at)
        if marker is None:
            raise truncated(scan, "its end marker is missing")
        kind, at = data[marker.end() - 1], marker.end()
        if kind == 0xD9:
            return True
        if kind in (0x01, 0xD8):
            continue
        length = int.from_bytes(data[at : at + 2], "big")
        if kind in _JPEG_FRAMES:
            height, width = (int.from_bytes(data[at + k : at + k + 2], "big") for k in (3, 5))
            refuse_size(scan, width, height)
        at += max(length, 2)
        if at > len(data):
            raise truncated(scan, "it ends inside a segment")


def _check_png(scan: Scan) -> bool:
    data, at, picture = scan.data, 8, 0
    while True:
        if at + 12 > len(data):
            raise truncated(scan, f"its picture ends after {len(data):,} bytes")
        length, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        if kind == b"IHDR":
            width, height = (int.from_bytes(data[at + k : at + k + 4], "big") for k in (8, 12))
            refuse_size(scan, width, height)
        if kind == b"IEND":
            break
        end = at + 8 + length
        if end + 4 > len(data):
            raise truncated(scan, f"a piece of it needs {end + 4 - len(data):,} more bytes")
        if kind[:1].isupper() and zlib.crc32(memoryview(data)[at + 4 : end]) != int.from_bytes(data[end : end + 4]):
            raise damaged(scan, f"checksum of piece {kind.decode('latin-1')} differs")
        picture, at = picture + (kind == b"IDAT"), end + 4
    if not picture:
        raise truncated(scan, "it has no picture data")
    return True


def _check_webp(scan: Scan) -> bool:
    declared = int.from_bytes(scan.data[4:8], "little") + 8
    if declared > len(scan.data):
        raise truncated(scan, f"{len(scan.data):,} of {declared:,} bytes are there")
    return True


def _check_bmp(scan: Scan) -> bool:
    data = scan.data
    if len(data) < 26:
        raise truncated(scan, "its header is not whole")
    if int.from_bytes(data[14:18], "little") >= 40:
        width, height = (int.from_bytes(data[at : at + 4], "little", signed=True) for at in (18, 22))
        refuse_size(scan, abs(width), abs(height))
    return False


_CHECKS: dict[str, Callable[[Scan], bool]] = {
    "image/jpeg": _check_jpeg,
    "image/png": _check_png,
    "image/webp": _check_webp,
    "image/bmp": _check_bmp,
}
