"""A PDF of images, written as they come: a JPEG goes in as it is, and nothing but a table of offsets stays in memory.
(pikepdf, fpdf2 and pypdfium2 hold the whole file until it is saved.)"""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

_A4 = (595, 842)
_MARGIN, _HEAD, _SIZE = 28, 20, 9
_CATALOGUE, _PAGES, _FONT, _GLYPHS, _SHAPE = 1, 2, 3, 4, 5
_FIXED = {
    _CATALOGUE: b"<< /Type /Catalog /Pages 2 0 R >>",
    _FONT: b"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light-UniGB-UTF16-H /Encoding /UniGB-UTF16-H"
    b" /DescendantFonts [4 0 R] >>",
    _GLYPHS: b"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /DW 1000 /W [1 95 500]"
    b" /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 5 >> /FontDescriptor 5 0 R >>",
    _SHAPE: b"<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [-25 -254 1000 880]"
    b" /ItalicAngle 0 /Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>",
}


class PdfWriter:
    """Pages of A4, upright or across as the image is. `close(whole=True)` ends the file; before, it is no PDF."""

    def __init__(self, path: Path) -> None:
        self._file: BinaryIO = path.open("wb")
        self._at: dict[int, int] = {}
        self._pages: list[int] = []
        self._last = max(_FIXED)
        self._file.write(b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n")

    def page(self, caption: str, jpeg: bytes) -> None:
        """One page; without an image it holds the caption alone."""
        wide, high, colours = jpeg_shape(jpeg) if jpeg else (0, 0, 0)
        across = wide > high
        size = (_A4[1], _A4[0]) if across else _A4
        image = self._new(_image(wide, high, colours, jpeg)) if jpeg else 0
        drawn = _drawn(caption, size, wide, high)
        content = self._new(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawn), drawn))
        drawable = b" /XObject << /I %d 0 R >>" % image if image else b""
        self._pages.append(
            self._new(
                b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Contents %d 0 R"
                b" /Resources << /Font << /F 3 0 R >>%s >> >>" % (*size, content, drawable)
            )
        )

    def _new(self, body: bytes) -> int:
        self._last += 1
        return self._write(self._last, body)

    def _write(self, number: int, body: bytes) -> int:
        self._at[number] = self._file.tell()
        self._file.write(b"%d 0 obj\n" % number)
        self._file.write(body)
        self._file.write(b"\nendobj\n")
        return number

    def close(self, whole: bool) -> None:
        with self._file:
            if whole:
                self._end()

    def _end(self) -> None:
        kids = b" ".join(b"%d 0 R" % number for number in self._pages)
        self._write(_PAGES, b"<< /Type /Pages /Count %d /Kids [%s] >>" % (len(self._pages), kids))
        for number, body in _FIXED.items():
            self._write(number, body)
        start = self._file.tell()
        self._file.write(b"xref\n0 %d\n0000000000 65535 f \n" % (self._last + 1))
        self._file.writelines(b"%010d 00000 n \n" % self._at[number] for number in range(1, self._last + 1))
        self._file.write(b"trailer\n<< /Size %d /Root 1 0 R >>\n" % (self._last + 1))
        self._file.write(b"startxref\n%d\n%%%%EOF\n" % start)


def _image(wide: int, high: int, colours: int, jpeg: bytes) -> bytes:
    space = {1: b"/DeviceGray", 3: b"/DeviceRGB"}[colours]
    head = b"<< /Type /XObject /Subtype /Image /Width %d /Height %d /BitsPerComponent 8 /ColorSpace %s" % (
        wide,
        high,
        space,
    )
    return b"%s /Filter /DCTDecode /Length %d >>\nstream\n%s\nendstream" % (head, len(jpeg), jpeg)


def _drawn(caption: str, size: tuple[int, int], wide: int, high: int) -> bytes:
    """The caption at the top, and below it the image as large as fits, in the middle."""
    room = (size[0] - 2 * _MARGIN, size[1] - 2 * _MARGIN - _HEAD)
    text = b"BT /F %d Tf %d %d Td <%s> Tj ET" % (
        _SIZE,
        _MARGIN,
        size[1] - _MARGIN - _SIZE,
        caption.encode("utf-16-be").hex().encode(),
    )
    if not wide:
        return text
    scale = min(room[0] / wide, room[1] / high)
    left = _MARGIN + (room[0] - wide * scale) / 2
    low = _MARGIN + room[1] - high * scale
    return text + b"\nq %.2f 0 0 %.2f %.2f %.2f cm /I Do Q" % (wide * scale, high * scale, left, low)


def jpeg_shape(data: bytes) -> tuple[int, int, int]:
    """Width, height and number of colours of a JPEG. ValueError where it is none."""
    at = 2
    while data[:2] == b"\xff\xd8" and at + 9 < len(data) and data[at] == 0xFF:
        kind = data[at + 1]
        if 0xC0 <= kind <= 0xCF and kind not in {0xC4, 0xC8, 0xCC}:
            high, wide = (int.from_bytes(data[at + i : at + i + 2], "big") for i in (5, 7))
            return wide, high, data[at + 9]
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    raise ValueError("an access copy is no JPEG")
