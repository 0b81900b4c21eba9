"""Hostile files for `bench.fuzz`: small whole files of every accepted kind, and what is done to them."""

from __future__ import annotations

import io
import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import fpdf
import numpy as np
import pikepdf
from PIL import Image, ImageDraw

from bench.fuzz_bombs import BOMBS

SUFFIXES = ("jpg", "png", "tif", "bmp", "webp", "pdf", "jp2", "gif", "docx")


@dataclass(frozen=True, slots=True)
class Case:
    """One hostile file: its number, what it was made from, what was done to it, the name it bears."""

    number: int
    kind: str
    change: str
    name: str
    data: bytes


def _sheet(mode: str = "RGB", size: tuple[int, int] = (420, 300)) -> Image.Image:
    """A small page with rules, words and a red stamp."""
    page = Image.new("RGB", size, (250, 248, 240))
    draw = ImageDraw.Draw(page)
    for y in range(40, size[1], 50):
        draw.line((20, y, size[0] - 20, y), fill=(60, 60, 60), width=2)
        draw.text((30, y + 12), f"No {y * 7919} 1,234.{y % 100:02d}", fill=(20, 20, 30))
    draw.ellipse((260, 150, 350, 240), outline=(210, 20, 30), width=5)
    noise = np.random.default_rng(7).integers(-6, 7, (size[1], size[0], 3))
    worn = np.clip(np.asarray(page, dtype=np.int16) + noise, 0, 255).astype(np.uint8)
    return Image.fromarray(worn).convert(mode)


def _saved(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def _pdf(*pictures: bytes, text: str = "") -> bytes:
    document = fpdf.FPDF(unit="pt", format=(216, 155))
    for picture in pictures or (b"",):
        document.add_page()
        if picture:
            document.image(io.BytesIO(picture), 0, 0, 216, 155)
        if text:
            document.set_font("helvetica", size=12)
            document.text(20, 40, text)
    return bytes(document.output())


def _odd_pdf(filter_name: str, data: bytes, **entries: object) -> bytes:
    """A PDF whose page is one image with a filter of its own (JPEG 2000, CCITT)."""
    document = pikepdf.new()
    document.add_blank_page(page_size=(216, 155))
    image = pikepdf.Stream(
        document, data, Subtype=pikepdf.Name.Image, Width=420, Height=300, Filter=pikepdf.Name(filter_name), **entries
    )
    page = document.pages[0]
    page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=image))
    page.Contents = document.make_stream(b"q 216 0 0 155 0 0 cm /Im0 Do Q")
    out = io.BytesIO()
    document.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return out.getvalue()


def _tiffs() -> dict[str, bytes]:
    colour, gray, black = _sheet(), _sheet("L"), _sheet("1")
    kinds = {f"tiff {name}": _saved(colour, "TIFF", compression=name) for name in (
        "raw", "tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg", "zstd", "lzma",
    )}  # fmt: skip
    kinds |= {f"tiff {name}": _saved(black, "TIFF", compression=name) for name in ("group3", "group4", "tiff_ccitt")}
    more = [_sheet("L", (300 + 9 * n, 200)) for n in range(4)]
    kinds["tiff pages"] = _saved(gray, "TIFF", save_all=True, append_images=more, compression="tiff_lzw")
    kinds["tiff big"] = _saved(gray, "TIFF", big_tiff=True, compression="tiff_adobe_deflate")
    kinds["tiff turned"] = _saved(colour, "TIFF", tiffinfo={274: 6}, compression="tiff_lzw")
    kinds["tiff 16 bits"] = _saved(gray.convert("I;16"), "TIFF")
    return kinds


@lru_cache(maxsize=1)
def seeds() -> dict[str, bytes]:
    """A whole file of every accepted kind and coding, by name."""
    colour, gray, black = _sheet(), _sheet("L"), _sheet("1")
    turned = Image.Exif()
    turned[274] = 8
    jpeg, g4 = _saved(colour, "JPEG", quality=80), _saved(black, "TIFF", compression="group4")
    with Image.open(io.BytesIO(g4)) as strip:
        at, size = strip.tag_v2[273][0], strip.tag_v2[279][0]
    fax = pikepdf.Dictionary(K=-1, Columns=420, Rows=300)
    return _tiffs() | {
        "jpeg": jpeg,
        "jpeg progressive": _saved(colour, "JPEG", progressive=True),
        "jpeg gray": _saved(gray, "JPEG"),
        "jpeg cmyk": _saved(colour.convert("CMYK"), "JPEG"),
        "jpeg turned": _saved(colour, "JPEG", exif=turned.tobytes()),
        "png": _saved(colour, "PNG"),
        "png palette": _saved(colour.quantize(32), "PNG"),
        "png clear": _saved(colour.convert("RGBA"), "PNG"),
        "png black": _saved(black, "PNG"),
        "png 16 bits": _saved(gray.convert("I;16"), "PNG"),
        "bmp": _saved(colour, "BMP"),
        "bmp palette": _saved(gray, "BMP"),
        "webp": _saved(colour, "WEBP"),
        "webp lossless": _saved(colour.convert("RGBA"), "WEBP", lossless=True),
        "pdf jpeg": _pdf(jpeg, jpeg),
        "pdf flate": _pdf(_saved(colour, "PNG")),
        "pdf text": _pdf(text="electronic receipt 1,234.56"),
        "pdf both": _pdf(jpeg, text="stamped"),
        "pdf jpeg2000": _odd_pdf("/JPXDecode", _saved(colour, "JPEG2000")),
        "pdf fax": _odd_pdf("/CCITTFaxDecode", g4[at : at + size], DecodeParms=fax, BitsPerComponent=1,
                            ColorSpace=pikepdf.Name.DeviceGray),
        "jpeg2000": _saved(colour, "JPEG2000"),
        "gif": _saved(gray, "GIF"),
    }  # fmt: skip


def _cut(data: bytes, rng: random.Random) -> bytes:
    return data[: rng.randrange(len(data))]


def _flip_bits(data: bytes, rng: random.Random) -> bytes:
    out = bytearray(data)
    for _ in range(2 ** rng.randrange(9)):
        out[rng.randrange(len(out))] ^= 1 << rng.randrange(8)
    return bytes(out)


def _flip_head(data: bytes, rng: random.Random) -> bytes:
    out = bytearray(data)
    for _ in range(rng.randrange(1, 6)):
        out[rng.randrange(min(400, len(out)))] = rng.choice((0, 1, 0x7F, 0x80, 0xFF, rng.randrange(256)))
    return bytes(out)


def _flip_tail(data: bytes, rng: random.Random) -> bytes:
    out = bytearray(data)
    for _ in range(rng.randrange(1, 6)):
        out[-1 - rng.randrange(min(600, len(out)))] = rng.choice((0, 1, 0x7F, 0x80, 0xFF, rng.randrange(256)))
    return bytes(out)


def _garbage(data: bytes, rng: random.Random) -> bytes:
    at, size = rng.randrange(len(data)), rng.randrange(1, 2_000)
    return data[:at] + rng.randbytes(size) + data[at + size :]


def _zeros(data: bytes, rng: random.Random) -> bytes:
    at, size = rng.randrange(len(data)), rng.randrange(1, 5_000)
    return data[:at] + bytes(min(size, len(data) - at)) + data[at + size :]


def _lost(data: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(data))
    return data[:at] + data[at + rng.randrange(1, 3_000) :]


def _doubled(data: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(data))
    end = at + rng.randrange(1, 3_000)
    return data[:end] + data[at:end] * rng.randrange(1, 5) + data[end:]


def _numbers(data: bytes, rng: random.Random) -> bytes:
    """One or two numbers of the file become large: binary words, or the digits that a PDF writes."""
    out = bytearray(data)
    if data.startswith(b"%PDF"):
        places = [at for at in range(len(out)) if out[at : at + 1].isdigit()]
        for at in rng.sample(places, min(len(places), rng.randrange(1, 4))):
            out[at : at + 1] = rng.choice((b"9", b"0", b"999999", b"2147483647", b"-1", b"4294967296"))
        return bytes(out)
    for _ in range(rng.randrange(1, 3)):
        at, size = rng.randrange(min(len(out), 2_000)), rng.choice((2, 4))
        value = rng.choice((0, 1, 0x7FFF, 0xFFFF, 0x10000, 0x7FFFFFFF, 0xFFFFFFFF)) & (2 ** (8 * size) - 1)
        out[at : at + size] = value.to_bytes(size, rng.choice(("little", "big")))
    return bytes(out)


CHANGES: dict[str, Callable[[bytes, random.Random], bytes]] = {
    "cut": _cut,
    "bits": _flip_bits,
    "head": _flip_head,
    "tail": _flip_tail,
    "garbage": _garbage,
    "zeros": _zeros,
    "lost": _lost,
    "doubled": _doubled,
    "numbers": _numbers,
    "none": lambda data, _: data,
}


def case(seed: int, number: int) -> Case:
    """The case of that number: always the same one for the same seed. Every 64th is a bomb, every 50th has a name that
    lies or no content."""
    rng = random.Random(f"{seed}/{number}")
    suffix = rng.choice(SUFFIXES)
    if number % 64 == 0:
        kind = rng.choice(sorted(BOMBS))
        data, change = BOMBS[kind](rng), "bomb"
        if rng.random() < 0.2:
            change = rng.choice(sorted(CHANGES))
            data = CHANGES[change](data, rng)
        return Case(number, kind, change, f"{number:06d}.{suffix}", data)
    kind = rng.choice(sorted(seeds()))
    if number % 50 == 1:
        odd = rng.choice((b"", b"\0", rng.randbytes(rng.randrange(1, 4_000)), seeds()[kind][:8]))
        return Case(number, kind, "odd", f"{number:06d}.{suffix}", odd)
    change = rng.choice(sorted(CHANGES))
    data = CHANGES[change](seeds()[kind], rng)
    if rng.random() < 0.15:
        second = rng.choice(sorted(CHANGES))
        change, data = f"{change} {second}", CHANGES[second](data or b"\0", rng)
    return Case(number, kind, change, f"{number:06d}.{suffix}", data)
