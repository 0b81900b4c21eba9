"""PDF by pdfium: a page that is one image is taken at that image's own pixels, any other is drawn."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any

import cv2
import numpy as np
import pypdfium2 as pdfium
from pypdfium2 import raw

from imaging.formats import jpeg
from imaging.formats.base import (
    OfFile,
    PageInfo,
    Probe,
    damaged,
    reduction,
    refuse_count,
    refuse_number,
    refuse_size,
    truncated,
)
from imaging.formats.guarded import MOST_SECONDS, Found, guarded
from imaging.model import Page, Pixels, Scan, ScanError
from imaging.ops import shrunk

DRAWN_DPI = 200.0
_POINTS = 72.0
_TAIL = 2_048
_WHOLE_PAGE = 0.85
_OVER = 1.02
_A_PART = 0.02
_STRAIGHT = 1e-4
_CHANNELS = {raw.FPDF_COLORSPACE_DEVICEGRAY: 1, raw.FPDF_COLORSPACE_DEVICERGB: 3}
_HIGHEST_DPI = 600.0
_DEPTH = 3  # forms within forms that are looked into
_BYTES_A_SECOND = 2_000_000  # what a second of `probe` goes through, at the least
_MOST_OBJECTS = 5_000  # a page of more is a drawing, and no scan
_AT_ONCE = 50  # pages; an open document keeps the streams of every page that was looked at, as large as the file
_PDFIUM = threading.RLock()
"""pdfium may be called by one thread at a time; it is used in children only, and so is always fresh in them."""


_recoloured = OfFile(lambda scan: bool(re.search(rb"/Decode\s*\[", scan.data)))
"""Whether an image of the file is to be shown in other values than its own, which pdfium then does."""


@dataclass(frozen=True, slots=True)
class _Lone:
    """The image that is all of a page, and by how many quarters clockwise it is shown."""

    image: Any
    quarters: int


def probe(scan: Scan) -> Probe:
    """What the file declares. Raises ScanError where it is cut, encrypted, absurd or more than a reader can bear."""
    seconds = MOST_SECONDS + len(scan.data) // _BYTES_A_SECOND
    with _PDFIUM:
        figures, _ = guarded(scan, lambda: _probed(scan), "the file", seconds)
    return Probe("application/pdf", tuple(PageInfo(*said) for said in figures["pages"]))


def decode(scan: Scan, number: int) -> Page:
    """One page, from 1. Raises ScanError where it cannot be drawn."""
    recoloured = _recoloured(scan)
    with _PDFIUM:
        figures, pixels = guarded(scan, lambda: _decoded(scan, number, recoloured), f"page {number}")
    assert pixels is not None
    return Page(pixels, figures["dpi"], number).noted(
        "decode", media_type="application/pdf", dpi_guessed=False, native=figures["native"], shrunk=figures["shrunk"]
    )


def _probed(scan: Scan) -> Found:
    infos: list[PageInfo] = []
    count = 1
    while len(infos) < count:
        with _opened(scan) as document:
            count = len(document)
            for number in range(len(infos) + 1, min(count, len(infos) + _AT_ONCE) + 1):
                with _page(scan, document, number) as page:
                    infos.append(_info(scan, page, number))
    return {"pages": [(info.width, info.height, info.dpi, info.dpi_guessed) for info in infos]}, None


def _decoded(scan: Scan, number: int, recoloured: bool) -> Found:
    with _opened(scan) as document:
        refuse_number(scan, number, len(document))
        with _page(scan, document, number) as page:
            info = _info(scan, page, number)
            times = reduction(info.dpi)
            lone = _lone_image(page)
            pixels = _own_pixels(scan, lone, times, recoloured) if lone else None
            native = pixels is not None
            if pixels is None:
                pixels = _drawn(scan, page, info.dpi / times, number)
    return {"dpi": info.dpi / times, "native": native, "shrunk": times}, pixels


@contextmanager
def _opened(scan: Scan) -> Iterator[pdfium.PdfDocument]:
    _check_end(scan)
    try:
        document = pdfium.PdfDocument(scan.data)
    except pdfium.PdfiumError as error:
        raise _refusal(scan, error) from error
    try:
        refuse_count(scan, len(document))
        yield document
    finally:
        document.close()


@contextmanager
def _page(scan: Scan, document: pdfium.PdfDocument, number: int) -> Iterator[Any]:
    try:
        page = document[number - 1]
    except pdfium.PdfiumError as error:
        raise damaged(scan, f"page {number}: {error}") from error
    try:
        yield page
    finally:
        page.close()


def _check_end(scan: Scan) -> None:
    """pdfium mends a cut file in silence, with the pages that are left; its end tells."""
    if b"%%EOF" not in scan.data[-_TAIL:]:
        raise truncated(scan, "its end mark is missing")
    places = re.findall(rb"startxref\s+(\d+)", scan.data[-_TAIL:])
    if places and int(places[-1]) >= len(scan.data):
        raise truncated(scan, "its table of contents lies past its end")


def _refusal(scan: Scan, error: Exception) -> ScanError:
    # pdfium's last error may be that of the file before, so the file itself must say that it is encrypted.
    if b"/Encrypt" in scan.data and re.search("password|security", str(error), re.IGNORECASE):
        return ScanError(scan.name, "encrypted", "the file is locked with a password; hand it in without one.")
    return damaged(scan, error)


def _info(scan: Scan, page: Any, number: int) -> PageInfo:
    width, height = page.get_size()
    refuse_size(scan, width / _POINTS * DRAWN_DPI, height / _POINTS * DRAWN_DPI, f"page {number}")
    lone = _lone_image(page)
    if lone is not None:
        across, down = lone.image.get_px_size()
        refuse_size(scan, across, down, f"the image of page {number}")
        if lone.quarters % 2:
            across, down = down, across
        return PageInfo(across, down, across / width * _POINTS, False)
    dpi = _drawing_dpi(scan, page, number)
    return PageInfo(round(width * dpi / _POINTS), round(height * dpi / _POINTS), dpi, False)


def _drawing_dpi(scan: Scan, page: Any, number: int) -> float:
    """The finest resolution among the images that fill a good part of the page, so that one scanned in strips or tiles
    keeps its pixels; else DRAWN_DPI."""
    width, height = page.get_size()
    finest = DRAWN_DPI
    if raw.FPDFPage_CountObjects(page.raw) > _MOST_OBJECTS:
        return finest
    for image in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=_DEPTH):
        across, down = image.get_px_size()
        refuse_size(scan, max(across, 1), max(down, 1), f"an image of page {number}")
        left, bottom, right, top = image.get_bounds()
        shown = (right - left) * (top - bottom)
        if shown >= width * height * _A_PART and right > left:
            finest = max(finest, (across * down / shown) ** 0.5 * _POINTS)
    return min(finest, _HIGHEST_DPI)


def _lone_image(page: Any) -> _Lone | None:
    """The one image that is all the page shows, not slanted or mirrored, and filling it; None where the page must be
    drawn."""
    seen = list(islice((item for item in page.get_objects(max_depth=_DEPTH) if not _invisible(item)), 2))
    if len(seen) != 1 or seen[0].type != raw.FPDF_PAGEOBJ_IMAGE or raw.FPDFPage_GetAnnotCount(page.raw):
        return None
    width, height = page.get_size()
    rotation = page.get_rotation() // 90
    if rotation % 2:
        width, height = height, width
    laid = _laid(seen[0].get_matrix().get())
    left, bottom, right, top = seen[0].get_bounds()
    shown_left, shown_bottom, shown_right, shown_top = page.get_bbox()
    inside = min(right, shown_right) - max(left, shown_left), min(top, shown_top) - max(bottom, shown_bottom)
    filling = min(inside[0] / width, inside[1] / height) >= _WHOLE_PAGE
    over = max((right - left) / width, (top - bottom) / height) <= _OVER
    return _Lone(seen[0], (laid + rotation) % 4) if laid is not None and filling and over else None


def _laid(matrix: tuple[float, ...]) -> int | None:
    """By how many quarters clockwise a matrix turns an image; None where it slants or mirrors it."""
    a, b, c, d = matrix[:4]
    if abs(b) < _STRAIGHT * abs(a) and abs(c) < _STRAIGHT * abs(d) and a * d > 0:
        return 0 if a > 0 else 2
    if abs(a) < _STRAIGHT * abs(b) and abs(d) < _STRAIGHT * abs(c) and b * c < 0:
        return 3 if b > 0 else 1
    return None


def _invisible(item: Any) -> bool:
    """A text layer that a reading program laid over the image."""
    if item.type != raw.FPDF_PAGEOBJ_TEXT:
        return False
    return bool(raw.FPDFTextObj_GetTextRenderMode(item.raw) == raw.FPDF_TEXTRENDERMODE_INVISIBLE)


def _own_pixels(scan: Scan, lone: _Lone, times: int, recoloured: bool) -> Pixels | None:
    """The image's pixels as they are stored, turned as the page shows them; None where it needs its mask or palette."""
    if raw.FPDFPageObj_HasTransparency(lone.image.raw):
        return None
    pixels = None if recoloured else _of_jpeg(scan, lone.image, times)
    if pixels is None:
        pixels = _of_bitmap(lone.image)
        if pixels is None:
            return None
        pixels = shrunk(pixels, times)
    return np.ascontiguousarray(np.rot90(pixels, -lone.quarters))


def _of_jpeg(scan: Scan, image: Any, times: int) -> Pixels | None:
    """The pixels of a JPEG laid into the PDF, from its own bytes; None where it is none."""
    if image.get_filters() != ["DCTDecode"]:
        return None
    channels = _CHANNELS.get(image.get_metadata().colorspace)
    data = bytes(image.get_data())
    try:
        frame = jpeg.walked(scan, data)
        plain = jpeg.plain_pixels(scan, frame, times, data) if frame.channels == channels else None
    except ScanError:
        return None  # pdfium draws what can be seen of a faulty picture, as every viewer does
    stored = tuple(image.get_px_size())
    return plain if (frame.width, frame.height) == stored else None


def _of_bitmap(image: Any) -> Pixels | None:
    try:
        bitmap = image.get_bitmap(render=False)
    except pdfium.PdfiumError:
        return None
    return _from_bitmap(bitmap) if (bitmap.width, bitmap.height) == tuple(image.get_px_size()) else None


def _drawn(scan: Scan, page: Any, dpi: float, number: int) -> Pixels:
    try:
        return _from_bitmap(page.render(scale=dpi / _POINTS))
    except (pdfium.PdfiumError, MemoryError) as error:
        raise damaged(scan, f"page {number}: {error}") from error


def _from_bitmap(bitmap: Any) -> Pixels:
    """A copy of pdfium's BGR, BGRx, BGRA or gray bitmap; one that holds no colour becomes gray."""
    pixels = np.array(bitmap.to_numpy(), dtype=np.uint8)
    if pixels.ndim == 3 and pixels.shape[2] == 1:
        return np.ascontiguousarray(pixels[:, :, 0])
    if pixels.ndim == 3 and pixels.shape[2] == 4:
        pixels = cv2.cvtColor(pixels, cv2.COLOR_BGRA2BGR).astype(np.uint8, copy=False)
    return pixels
