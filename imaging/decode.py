"""Decode: a scan's media type by its content, what it declares (`probe`), and its pages as pixels (`decode`)."""

from __future__ import annotations

from collections.abc import Iterator

from imaging.formats import pdf, raster, tiff
from imaging.formats.base import PageInfo, Probe
from imaging.model import Page, Scan, ScanError

__all__ = ["MEDIA_TYPES", "PageInfo", "Probe", "decode", "media_type", "pages", "probe"]

MEDIA_TYPES = ("image/tiff", "application/pdf", "image/jpeg", "image/png", "image/webp", "image/bmp")

_MAGIC = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"II+\0", "image/tiff"),
    (b"MM\0+", "image/tiff"),
    (b"BM", "image/bmp"),
)
_OTHERS = (
    (b"PK\x03\x04", "a ZIP (Office, OFD) file"),
    (b"GIF8", "a GIF"),
    (b"\xd0\xcf\x11\xe0", "an old Office file"),
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"MZ", "a program"),
)
_PDF_HEAD = 1_024


def media_type(scan: Scan) -> str:
    """The media type by the first bytes, never by the name. Raises ScanError `empty` or `not_an_image`."""
    data = scan.data
    if not data:
        raise ScanError(scan.name, "empty", "the file is empty (0 bytes); scan the paper again.")
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    found = next((kind for magic, kind in _MAGIC if data.startswith(magic)), None)
    if found:
        return found
    if b"%PDF-" in data[:_PDF_HEAD]:
        return "application/pdf"
    raise ScanError(
        scan.name,
        "not_an_image",
        f"its content is {_looks_like(data)}, not a picture; hand in TIFF, PDF, JPEG, PNG, WebP or BMP.",
    )


def probe(scan: Scan) -> Probe:
    """What the file declares, without decoding pixels where its structure proves it whole. Raises ScanError where
    the file is empty, no image, encrypted, truncated, damaged or too large."""
    kind = media_type(scan)
    if kind == "image/tiff":
        return tiff.probe(scan)
    return pdf.probe(scan) if kind == "application/pdf" else raster.probe(scan, kind)


def decode(scan: Scan, number: int = 1) -> Page:
    """Page `number` (from 1) as pixels, noted as `decode` with `media_type`, `dpi`, `dpi_guessed`. Raises ScanError."""
    kind = media_type(scan)
    if kind == "image/tiff":
        return tiff.decode(scan, number)
    return pdf.decode(scan, number) if kind == "application/pdf" else raster.decode(scan, kind, number)


def pages(scan: Scan) -> Iterator[Page]:
    """Every page in order, decoded one at a time. Raises ScanError before the first where the file is unfit."""
    for number in range(1, probe(scan).count + 1):
        yield decode(scan, number)


def _looks_like(data: bytes) -> str:
    other = next((name for magic, name in _OTHERS if data.startswith(magic)), None)
    if other:
        return other
    head = data[:4_096]
    try:
        text = head.decode("utf-8", errors="strict" if len(data) <= len(head) else "ignore")
    except UnicodeDecodeError:
        return "unknown"
    return "text" if text.strip() and all(c.isprintable() or c.isspace() for c in text) else "unknown"
