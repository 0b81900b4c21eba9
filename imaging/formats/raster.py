"""JPEG, PNG, WebP and BMP: one page a file, judged whole by walking its structure before its pixels are decoded."""

from __future__ import annotations

import io
import warnings
import zlib
from collections.abc import Callable

import numpy as np
from PIL import Image

from imaging.formats import jpeg, webp
from imaging.formats.base import PageInfo, Probe, damaged, reduction, refuse_number, refuse_size, resolution, truncated
from imaging.formats.pixels import declared_dpi, orientation, to_pixels, upright
from imaging.model import Page, Pixels, Scan, ScanError

_PILLOW = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP", "image/bmp": "BMP"}
_TURNED_BY_EXIF = {5, 6, 7, 8}
_GRAY_OF_MISSING_DATA = 128
_MISSING_ROWS = 16


def probe(scan: Scan, media_type: str) -> Probe:
    """What the file declares. Raises ScanError where its structure is cut, damaged or absurd."""
    whole = _CHECKS[media_type](scan)
    info, _ = _declared(scan, media_type)
    if not whole:
        _pixels(scan, media_type)
    return Probe(media_type, (info,))


def _declared(scan: Scan, media_type: str) -> tuple[PageInfo, int]:
    """What the header says, and the EXIF orientation (1 to 8)."""
    with _opened(scan, media_type) as image:
        try:
            turn = orientation(image)
            width, height = (image.height, image.width) if turn in _TURNED_BY_EXIF else image.size
            dpi, guessed = resolution(declared_dpi(image), width, height)
        except Exception as error:  # as in `_opened`: a PNG is decoded where its EXIF is asked for
            raise _refusal(scan, error) from error
    return PageInfo(width, height, dpi, guessed), turn


def decode(scan: Scan, media_type: str, number: int) -> Page:
    """The page of the file. Raises ScanError where the file is not whole."""
    refuse_number(scan, number, 1)
    frame = jpeg.walked(scan) if media_type == "image/jpeg" else None
    if frame is None:
        _CHECKS[media_type](scan)
    info, turn = _declared(scan, media_type)
    times = reduction(info.dpi)
    if media_type == "image/webp":
        plain = webp.plain_pixels(scan, times)
    else:
        plain = _whole(scan, jpeg.plain_pixels(scan, frame, times)) if frame else None
    pixels = _pixels(scan, media_type, times) if plain is None else upright(plain, turn)
    return Page(pixels, info.dpi / times, number).noted(
        "decode", media_type=media_type, dpi=info.dpi / times, dpi_guessed=info.dpi_guessed, shrunk=times
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


def _pixels(scan: Scan, media_type: str, times: int = 1) -> Pixels:
    with _opened(scan, media_type) as image:
        refuse_size(scan, image.width, image.height)
        pixels = decoded(scan, image, times)
    if media_type == "image/jpeg":
        _whole(scan, pixels)
    return pixels


def decoded(scan: Scan, image: Image.Image, times: int = 1) -> Pixels:
    """Pixels of an opened image, upright and shrunk `times`. Raises ScanError `truncated` or `damaged`."""
    try:
        return to_pixels(image, times)
    except Exception as error:  # as in `_opened`; memory errors too are the file's doing here
        raise _refusal(scan, error) from error


def _refusal(scan: Scan, error: Exception) -> ScanError:
    """What a failure of Pillow's says of the file."""
    if "truncated" in str(error) or "unexpected end" in str(error):
        return truncated(scan, str(error))
    return damaged(scan, error)


def _whole(scan: Scan, pixels: Pixels | None) -> Pixels | None:
    """The pixels of a JPEG as they are stored, unless their last rows are what libjpeg fills in for missing data, in
    silence where an end marker was put after the cut."""
    tail = pixels[-_MISSING_ROWS:] if pixels is not None else None
    if pixels is not None and pixels.shape[0] > _MISSING_ROWS and bool(np.all(tail == _GRAY_OF_MISSING_DATA)):
        raise truncated(scan, "its last rows carry no picture data")
    return pixels


def _check_jpeg(scan: Scan) -> bool:
    jpeg.walked(scan)
    return True


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
