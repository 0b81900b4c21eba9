"""Bombs for `bench.fuzz`: small files that declare, unpack to or loop through far more than a page can be."""

from __future__ import annotations

import io
import random
import struct
import zlib
from collections.abc import Callable
from functools import lru_cache

import numpy as np
from PIL import Image

Bomb = Callable[[random.Random], bytes]
SIDES = (1, 8_600, 20_000, 60_000, 65_500, 65_535, 100_000, 2**31 - 1)
LARGEST = (8_600, 8_700)  # as many pixels as a page may have, nearly


@lru_cache(maxsize=8)
def _zeros(megabytes: int) -> bytes:
    """So many MB of zeros, deflated: one block of them over and over, and the sum that the end needs."""
    packer = zlib.compressobj(9, wbits=-15)
    block = packer.compress(bytes(2**20)) + packer.flush(zlib.Z_FULL_FLUSH)
    end = struct.pack(">HH", megabytes * 2**20 % 65_521, 1)
    return b"\x78\xda" + block * megabytes + b"\x03\0" + end


def _size(rng: random.Random) -> tuple[int, int]:
    return LARGEST if rng.random() < 0.3 else (rng.choice(SIDES), rng.choice(SIDES))


def png(rng: random.Random) -> bytes:
    """A PNG that declares any size over a stream of zeros."""
    width, height = _size(rng)
    head = struct.pack(">IIBBBBB", width & 2**32 - 1, height, rng.choice((1, 8, 8, 16)), rng.choice((0, 2, 6)), 0, 0, 0)

    def piece(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    extra = rng.choice((b"", piece(b"zTXt", b"k\0\0" + _zeros(80)), piece(b"iCCP", b"k\0\0" + _zeros(80))))
    body = piece(b"IDAT", _zeros(rng.choice((1, 100, 300))))
    return b"\x89PNG\r\n\x1a\n" + piece(b"IHDR", head) + extra + body + piece(b"IEND", b"")


def bmp(rng: random.Random) -> bytes:
    """A BMP that declares any size, depth and coding over little data."""
    width, height = _size(rng)
    bits, coding = rng.choice(((1, 0), (4, 2), (8, 1), (24, 0), (32, 3), (16, 3)))
    sizes = struct.pack("<IiiHHIIiiII", 40, width, rng.choice((1, -1)) * height, 1, bits, coding, 0, 2835, 2835, 256, 0)
    body = bytes(1_024) + rng.randbytes(rng.randrange(4_000))
    return b"BM" + struct.pack("<IHHI", 54 + len(body), 0, 0, rng.choice((54, 1_078, 2**31))) + sizes + body


@lru_cache(maxsize=2)
def _large_jpeg(progressive: bool) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", LARGEST, (250, 250, 240)).save(out, "JPEG", quality=50, progressive=progressive, subsampling=0)
    return out.getvalue()


def jpeg(rng: random.Random) -> bytes:
    """A JPEG of the largest size, with other sizes written in, or with its layers repeated a thousand times."""
    data = bytearray(_large_jpeg(rng.random() < 0.5))
    choice = rng.randrange(3)
    if choice == 1:
        at = next(data.find(bytes((0xFF, kind))) for kind in (0xC2, 0xC0) if bytes((0xFF, kind)) in data)
        struct.pack_into(">HH", data, at + 5, rng.choice((1, 60_000, 65_500)), rng.choice((1, 9_000, 65_500)))
    if choice == 2:
        at = data.rfind(b"\xff\xda")
        data[at:-2] = bytes(data[at:-2])[:200_000] * rng.choice((3, 50, 1_000))
    return bytes(data)


def webp(rng: random.Random) -> bytes:
    """A WebP that declares up to its own largest size."""
    out = io.BytesIO()
    Image.new("RGB", rng.choice(((64, 64), LARGEST)), "white").save(out, "WEBP", lossless=rng.random() < 0.5)
    data = bytearray(out.getvalue())
    if rng.random() < 0.6:
        data[20:30] = rng.randbytes(10)
    return bytes(data)


def _tiff_entries(entries: list[tuple[int, int, int, int]], tail: bytes, after: int = 0) -> bytes:
    """A TIFF of one directory at byte 8, then `tail`."""
    body = struct.pack("<H", len(entries)) + b"".join(struct.pack("<HHII", *entry) for entry in sorted(entries))
    return b"II*\0\x08\0\0\0" + body + struct.pack("<I", after) + tail


def tiff(rng: random.Random) -> bytes:
    """A TIFF that declares any size, coding, strip and count over little or much deflated data."""
    width, height = _size(rng)
    coding = rng.choice((1, 2, 3, 4, 5, 7, 8, 32773, 32946, 34712, 34925, 50000, 50001))
    many = rng.choice((1, 1, 3, 4))
    body = _zeros(rng.choice((1, 100, 280))) if coding in (8, 32946) else rng.randbytes(rng.randrange(1, 5_000))
    place = 8 + 2 + 12 * 10 + 4
    entries = [
        (256, 4, 1, width), (257, 4, 1, height), (258, 3, 1, rng.choice((1, 8, 8, 16))), (259, 3, 1, coding),
        (262, 3, 1, rng.choice((0, 1, 2, 6)) if many > 1 else 1), (273, 4, 1, place), (277, 3, 1, many),
        (278, 4, 1, rng.choice((1, 16, height))), (279, 4, 1, len(body)), (284, 3, 1, rng.choice((1, 1, 2))),
    ]  # fmt: skip
    return _tiff_entries(entries, body, rng.choice((0, 0, 8, 2**31)))


def tiff_counts(rng: random.Random) -> bytes:
    """A TIFF whose tags count millions of values, all in the same few bytes, or whose directories are thousands."""
    if rng.random() < 0.5:
        count = rng.choice((900_000, 2**28, 2**32 - 1))
        entries = [(tag, rng.choice((3, 4, 16, 5)), count, 8) for tag in (256, 257, 273, 279, 324, 325, 700, 34377)]
        return _tiff_entries(entries, rng.randbytes(rng.choice((100, 4_000_000))))
    one = struct.pack("<H", 1) + struct.pack("<HHII", 256, 4, 1, 10)
    links = [8 + 18 * (n + 1) for n in range(rng.choice((2_500, 60_000)))]
    return b"II*\0\x08\0\0\0" + b"".join(one + struct.pack("<I", at) for at in links) + bytes(6)


def _pdf(objects: list[bytes], size: int | None = None) -> bytes:
    """A PDF of these objects, numbered from 1; the first is its root."""
    out, places = bytearray(b"%PDF-1.7\n"), []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    at = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (size or len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<</Root 1 0 R/Size %d>>\nstartxref\n%d\n%%%%EOF\n" % (size or len(objects) + 1, at)
    return bytes(out)


def _stream(body: bytes, entries: bytes = b"") -> bytes:
    return b"<<" + entries + b"/Length %d>>\nstream\n" % len(body) + body + b"\nendstream"


def _page(resources: bytes = b"", size: tuple[int, int] = (400, 300)) -> list[bytes]:
    tree = b"<</Type/Pages/Kids[3 0 R]/Count 1>>"
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 %d %d]/Resources<<%s>>/Contents 4 0 R>>" % (*size, resources)
    return [b"<</Type/Catalog/Pages 2 0 R>>", tree, page]


def pdf_stream(rng: random.Random) -> bytes:
    """A page whose marks unpack to hundreds of MB, packed once or twice."""
    packed = _zeros(rng.choice((300, 900)))
    filters = b"/Filter/FlateDecode"
    if rng.random() < 0.5:
        packed, filters = zlib.compress(packed, 9), b"/Filter[/FlateDecode/FlateDecode]"
    return _pdf([*_page(), _stream(packed, filters)])


def pdf_marks(rng: random.Random) -> bytes:
    """A page that draws the same thing a million times."""
    mark = rng.choice(
        (b"0 0 400 300 re f\n", b"q\n", b"0 0 m 400 300 l S\n", b"BT /F 900 Tf (xxxx) Tj ET\n", b"[[[[[[")
    )
    packed = zlib.compress(mark * rng.choice((20_000, 1_000_000)), 9)
    return _pdf([*_page(), _stream(packed, b"/Filter/FlateDecode")])


def pdf_image(rng: random.Random) -> bytes:
    """A page of one image that declares any size over deflated zeros, a palette or a mask."""
    width, height = _size(rng)
    colours = rng.choice(
        (b"/DeviceRGB", b"/DeviceGray", b"/DeviceCMYK", b"[/Indexed/DeviceRGB 255 <%s>]" % (b"00" * 768))
    )
    entries = b"/Subtype/Image/Width %d/Height %d/BitsPerComponent %d/ColorSpace%s/Filter/%s" % (
        width, height, rng.choice((1, 8, 16)), colours, rng.choice((b"FlateDecode", b"LZWDecode", b"JPXDecode",
        b"CCITTFaxDecode", b"JBIG2Decode", b"RunLengthDecode", b"DCTDecode")),
    )  # fmt: skip
    marks = b"q 400 0 0 300 0 0 cm /I Do Q\n" * rng.choice((1, 1, 40))
    image = _stream(_zeros(rng.choice((1, 250))), entries + rng.choice((b"", b"/SMask 5 0 R")))
    return _pdf([*_page(b"/XObject<</I 5 0 R>>"), _stream(marks), image])


def pdf_forms(rng: random.Random) -> bytes:
    """Forms that draw ten forms each that draw ten …, or themselves."""
    depth, wide = rng.choice(((30, 10), (6, 10), (1, 200))), b"/F Do\n"
    forms = []
    for level in range(depth[0]):
        deeper = 5 + (level + 1) % depth[0]
        entries = b"/Type/XObject/Subtype/Form/BBox[0 0 400 300]/Resources<</XObject<</F %d 0 R>>>>" % deeper
        forms.append(_stream(wide * depth[1] + b"0 0 9 9 re f\n", entries))
    if rng.random() < 0.6:
        forms[-1] = _stream(b"0 0 9 9 re f\n", b"/Type/XObject/Subtype/Form/BBox[0 0 400 300]")
    return _pdf([*_page(b"/XObject<</F 5 0 R>>"), _stream(wide), *forms])


def pdf_pattern(rng: random.Random) -> bytes:
    """A page painted with a tile of a thousandth of a point, or a shading by a function of a function."""
    step = rng.choice((b"0.001", b"0.1", b"1"))
    tile = _stream(b"0 0 1 1 re f\n", b"/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 1 1]/XStep %s/YStep %s"
                   b"/Resources<<>>" % (step, step))  # fmt: skip
    return _pdf([*_page(b"/Pattern<</P 5 0 R>>"), _stream(b"/Pattern cs /P scn 0 0 400 300 re f\n"), tile])


def pdf_tree(rng: random.Random) -> bytes:
    """Page trees that run in circles, lie about their count or are thousands deep; absurd page sizes."""
    choice = rng.randrange(4)
    if choice == 0:
        return _pdf([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 9>>"])
    if choice == 1:
        many = rng.choice((1_900, 2**31 - 1))
        return _pdf([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count %d>>" % many, *_page()[2:]])
    if choice == 2:
        deep = [b"<</Type/Pages/Kids[%d 0 R]/Count 1>>" % (n + 3) for n in range(3_000)]
        return _pdf([b"<</Type/Catalog/Pages 2 0 R>>", *deep, b"<</Type/Page/MediaBox[0 0 400 300]>>"])
    side = rng.choice((0, -5, 5_000, 14_400, 2**31 - 1))
    return _pdf([*_page(size=(side, rng.choice((1, 300, side)))), _stream(b"0 0 9 9 re f\n")])


def pdf_nested(rng: random.Random) -> bytes:
    """Arrays and dictionaries a hundred thousand deep; tables of objects of a billion rows, or in a circle."""
    choice = rng.randrange(3)
    if choice == 0:
        return _pdf([rng.choice((b"[", b"<</A")) * 100_000, *_page()[1:], _stream(b"")])
    if choice == 1:
        return _pdf([*_page(), _stream(b"")], size=rng.choice((10**6, 10**9, 2**31 - 1)))
    data = _pdf([*_page(), _stream(b"")])
    at = data.rfind(b"xref\n0", 0, data.rfind(b"startxref"))
    return data.replace(b"/Root 1 0 R", b"/Root 1 0 R/Prev %d" % at)


def noise(rng: random.Random) -> bytes:
    """A magic number, then noise."""
    heads = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"II*\0", b"MM\0+", b"BM", b"%PDF-1.4\n", b"RIFF\0\0\0\0WEBPVP8X")
    tail = rng.choice((b"", b"\xff\xd9", b"%%EOF"))
    return rng.choice(heads) + rng.randbytes(rng.choice((10, 1_000, 300_000))) + tail


@lru_cache(maxsize=1)
def _checkered() -> bytes:
    """The dearest black and white page: every pixel changes."""
    rows, columns = np.indices((3_000, 3_000), dtype=np.uint16)
    out = io.BytesIO()
    Image.fromarray((((rows ^ columns) & 1) * 255).astype(np.uint8)).convert("1").save(
        out, "TIFF", compression="group4"
    )
    return out.getvalue()


def fax(rng: random.Random) -> bytes:
    """A checkered G4 page of 9 million pixels, whole or with a piece lost."""
    data = _checkered()
    at = rng.randrange(len(data))
    return data if rng.random() < 0.3 else data[:at] + bytes(50) + data[at + 50 :]


BOMBS: dict[str, Bomb] = {
    "bomb png": png, "bomb bmp": bmp, "bomb jpeg": jpeg, "bomb webp": webp, "bomb tiff": tiff, "bomb fax": fax,
    "bomb tiff counts": tiff_counts, "bomb pdf stream": pdf_stream, "bomb pdf marks": pdf_marks,
    "bomb pdf image": pdf_image, "bomb pdf forms": pdf_forms, "bomb pdf pattern": pdf_pattern,
    "bomb pdf tree": pdf_tree, "bomb pdf nested": pdf_nested, "bomb noise": noise,
}  # fmt: skip
