"""PDF by pdfium: a page that is one image is taken at that image's own pixels, any other is drawn."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import cv2
import numpy as np
import pypdfium2 as pdfium
from pypdfium2 import raw

from imaging.formats.base import PageInfo, Probe, refuse_count, refuse_number, refuse_size
from imaging.formats.raster import damaged, truncated
from imaging.model import Page, Pixels, Scan, ScanError

DRAWN_DPI = 200.0
_POINTS = 72.0
_TAIL = 2_048
_WHOLE_PAGE = 0.85
_HIGHEST_DPI = 600.0
_PDFIUM = threading.RLock()
"""pdfium may be called by one thread at a time."""


def probe(scan: Scan) -> Probe:
    """What the file declares. Raises ScanError where it is cut, encrypted or absurd."""
    with _opened(scan) as document:
        infos = []
        for number in range(1, len(document) + 1):
            with _page(scan, document, number) as page:
                infos.append(_info(scan, page, number))
    return Probe("application/pdf", tuple(infos))


def decode(scan: Scan, number: int) -> Page:
    """One page, from 1. Raises ScanError where it cannot be drawn."""
    with _opened(scan) as document:
        refuse_number(scan, number, len(document))
        with _page(scan, document, number) as page:
            info = _info(scan, page, number)
            image = _lone_image(page)
            pixels = _own_pixels(image, page.get_rotation()) if image else None
            native = pixels is not None
            if pixels is None:
                pixels = _drawn(scan, page, info.dpi, number)
    return Page(pixels, info.dpi, number).noted(
        "decode", media_type="application/pdf", dpi=info.dpi, dpi_guessed=False, native=native
    )


@contextmanager
def _opened(scan: Scan) -> Iterator[pdfium.PdfDocument]:
    _check_end(scan)
    with _PDFIUM:
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
    image = _lone_image(page)
    if image is not None:
        across, down = image.get_px_size()
        refuse_size(scan, across, down, f"the image of page {number}")
        if page.get_rotation() in (90, 270):
            across, down = down, across
        return PageInfo(across, down, across / width * _POINTS, False)
    dpi = _drawing_dpi(scan, page, number)
    return PageInfo(round(width * dpi / _POINTS), round(height * dpi / _POINTS), dpi, False)


def _drawing_dpi(scan: Scan, page: Any, number: int) -> float:
    """The finest image's resolution, so that a page scanned in strips keeps its pixels; else DRAWN_DPI."""
    width, _ = page.get_size()
    finest = DRAWN_DPI
    for image in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE]):
        across, down = image.get_px_size()
        refuse_size(scan, max(across, 1), max(down, 1), f"an image of page {number}")
        left, bottom, right, top = image.get_bounds()
        if right - left >= width * _WHOLE_PAGE and top > bottom:
            finest = max(finest, across / (right - left) * _POINTS)
    return min(finest, _HIGHEST_DPI)


def _lone_image(page: Any) -> Any | None:
    """The one image that is all the page shows, upright and filling it; None where the page must be drawn."""
    seen = [item for item in page.get_objects() if not _invisible(item)]
    if len(seen) != 1 or seen[0].type != raw.FPDF_PAGEOBJ_IMAGE or raw.FPDFPage_GetAnnotCount(page.raw):
        return None
    width, height = page.get_size()
    if page.get_rotation() in (90, 270):
        width, height = height, width
    a, b, c, d, _, _ = seen[0].get_matrix().get()
    upright = abs(b) < 1e-3 and abs(c) < 1e-3 and a > 0 and d > 0
    filling = 1.02 >= a / width >= _WHOLE_PAGE and 1.02 >= d / height >= _WHOLE_PAGE
    return seen[0] if upright and filling else None


def _invisible(item: Any) -> bool:
    """A text layer that a reading program laid over the image."""
    if item.type != raw.FPDF_PAGEOBJ_TEXT:
        return False
    return bool(raw.FPDFTextObj_GetTextRenderMode(item.raw) == raw.FPDF_TEXTRENDERMODE_INVISIBLE)


def _own_pixels(image: Any, rotation: int) -> Pixels | None:
    """The image's pixels as they are stored, turned as the page is; None where it needs its mask or palette."""
    if raw.FPDFPageObj_HasTransparency(image.raw):
        return None
    try:
        bitmap = image.get_bitmap(render=False)
    except pdfium.PdfiumError:
        return None
    if (bitmap.width, bitmap.height) != tuple(image.get_px_size()):
        return None
    pixels = _from_bitmap(bitmap)
    return np.ascontiguousarray(np.rot90(pixels, -(rotation // 90)))


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
