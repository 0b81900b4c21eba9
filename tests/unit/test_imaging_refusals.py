"""Refusals: a file that is unfit is refused by name, with a reason, at probe and at decode."""

from __future__ import annotations

import io
import pickle
import struct
import zlib

import fpdf
import imaging_pages as drawn
import numpy as np
import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from imaging import decode
from imaging.formats.base import MAX_PAGES
from imaging.model import ScanError

SMALL = drawn.noisy(drawn.form()[100:500, 100:700])
WHOLE = {
    "jpg": drawn.encoded(SMALL, "JPEG", quality=80),
    "progressive.jpg": drawn.encoded(SMALL, "JPEG", quality=80, progressive=True),
    "png": drawn.encoded(SMALL, "PNG"),
    "tif": drawn.encoded(SMALL, "TIFF", compression="tiff_lzw"),
    "g4.tif": drawn.encoded(np.where(SMALL[:, :, 1] > 150, 255, 0).astype(np.uint8) > 0, "TIFF", compression="group4"),
    "webp": drawn.encoded(SMALL, "WEBP", quality=80),
    "bmp": drawn.encoded(SMALL, "BMP"),
    "pdf": drawn.encoded(SMALL, "PDF", resolution=200),
}


def refusal(data: bytes, name: str = "0001.jpg") -> ScanError:
    """The refusal at probe, which decode must share."""
    scan = drawn.scan(data, name)
    with pytest.raises(ScanError) as at_probe:
        decode.probe(scan)
    with pytest.raises(ScanError) as at_decode:
        decode.decode(scan)
    assert at_probe.value.reason == at_decode.value.reason
    assert at_probe.value.name == name
    assert name in str(at_probe.value)
    return at_probe.value


def png_of(width: int, height: int, body: bytes = zlib.compress(b"\0" * 999)) -> bytes:
    def piece(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + piece(b"IHDR", head) + piece(b"IDAT", body) + piece(b"IEND", b"")


def drawn_pdf(pages: int = 1, size: tuple[float, float] = (100, 100)) -> bytes:
    document = pikepdf.new()
    for _ in range(pages):
        document.add_blank_page(page_size=size)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def test_an_empty_file() -> None:
    assert refusal(b"").reason == "empty"


def test_text_named_jpg() -> None:
    error = refusal("这不是图片，只是文字。\n".encode())
    assert error.reason == "not_an_image"
    assert "text" in error.detail


def test_an_office_file_is_named_for_what_it_is() -> None:
    assert "ZIP" in refusal(b"PK\x03\x04" + bytes(100), "list.pdf").detail


@pytest.mark.parametrize("kind", WHOLE)
@pytest.mark.parametrize("left", [1 / 3, 0.6, 0.97])
def test_a_file_cut_short(kind: str, left: float) -> None:
    whole = WHOLE[kind]
    decode.decode(drawn.scan(whole, "whole"))
    assert refusal(whole[: int(len(whole) * left)], f"cut.{kind}").reason == "truncated"


def test_a_cut_jpeg_with_an_end_marker_put_behind() -> None:
    data = WHOLE["jpg"][: len(WHOLE["jpg"]) // 3] + b"\xff\xd9"
    with pytest.raises(ScanError, match="cut short"):
        decode.decode(drawn.scan(data))


def test_a_jpeg_that_lacks_only_its_end_marker() -> None:
    assert refusal(WHOLE["jpg"][:-2]).reason == "truncated"


def test_a_whole_jpeg_with_bytes_behind_it_is_taken() -> None:
    assert decode.decode(drawn.scan(WHOLE["jpg"] + bytes(500))).width == 600


def test_a_png_with_a_changed_byte() -> None:
    data = bytearray(WHOLE["png"])
    data[len(data) // 2] ^= 0x55
    assert refusal(bytes(data), "bad.png").reason == "damaged"


def test_a_png_that_declares_100000_by_100000_pixels() -> None:
    error = refusal(png_of(100_000, 100_000), "bomb.png")
    assert error.reason == "too_large"
    assert "100,000 × 100,000" in error.detail


@pytest.mark.parametrize("body", [zlib.compress(b"\0" * 999), b"no stream at all" * 9])
def test_a_png_whose_pixels_are_not_those_that_it_declares(body: bytes) -> None:
    assert refusal(png_of(1000, 1400, body)).reason in {"truncated", "damaged"}


def test_a_jpeg_that_declares_65000_by_65000_pixels() -> None:
    data = bytearray(WHOLE["jpg"])
    at = data.index(b"\xff\xc0") + 5
    data[at : at + 4] = struct.pack(">HH", 65_000, 65_000)
    assert refusal(bytes(data)).reason == "too_large"


def test_a_tiff_whose_directory_runs_in_a_circle() -> None:
    data = bytearray(drawn.encoded(SMALL, "TIFF"))
    at = struct.unpack_from("<I", data, 4)[0]
    count = struct.unpack_from("<H", data, at)[0]
    struct.pack_into("<I", data, at + 2 + 12 * count, at)
    error = refusal(bytes(data), "loop.tif")
    assert error.reason == "damaged"
    assert "circle" in error.detail


def test_a_tiff_that_declares_too_many_pixels() -> None:
    data = bytearray(drawn.encoded(SMALL, "TIFF"))
    at = struct.unpack_from("<I", data, 4)[0]
    for entry in range(at + 2, at + 2 + 12 * struct.unpack_from("<H", data, at)[0], 12):
        if struct.unpack_from("<H", data, entry)[0] in (256, 257):
            struct.pack_into("<HHII", data, entry, *struct.unpack_from("<H", data, entry), 4, 1, 100_000)
    assert refusal(bytes(data), "bomb.tif").reason == "too_large"


def test_a_pdf_with_a_password() -> None:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(drawn_pdf())) as document:
        document.save(out, encryption=pikepdf.Encryption(owner="owner", user="secret"))
    error = refusal(out.getvalue(), "locked.pdf")
    assert error.reason == "encrypted"
    assert "password" in error.detail


def test_a_pdf_that_anyone_may_open_is_taken() -> None:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(drawn_pdf())) as document:
        document.save(out, encryption=pikepdf.Encryption(owner="owner", user=""))
    assert decode.probe(drawn.scan(out.getvalue())).count == 1


def test_a_pdf_with_a_giant_page() -> None:
    assert refusal(drawn_pdf(size=(14_400, 14_400)), "giant.pdf").reason == "too_large"


def test_a_pdf_with_too_many_pages() -> None:
    assert refusal(drawn_pdf(MAX_PAGES + 1), "pages.pdf").reason == "too_large"


def test_a_pdf_whose_image_declares_too_many_pixels() -> None:
    document = fpdf.FPDF()
    document.add_page()
    document.image(io.BytesIO(drawn.encoded(SMALL, "PNG")), 0, 0, 210, 297)
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(bytes(document.output()))) as changed:
        image = next(iter(changed.pages[0].get_images().values()))
        image.Width = image.Height = 50_000
        changed.save(out)
    assert refusal(out.getvalue(), "bomb.pdf").reason == "too_large"


def test_a_pdf_without_pages() -> None:
    out = io.BytesIO()
    pikepdf.new().save(out)
    assert refusal(out.getvalue(), "none.pdf").reason == "damaged"


def test_a_page_that_the_file_does_not_have() -> None:
    for kind in ("jpg", "tif", "pdf"):
        with pytest.raises(ScanError, match="page 2"):
            decode.decode(drawn.scan(WHOLE[kind]), 2)


def test_a_refusal_travels_between_processes() -> None:
    error = refusal(b"", "0007.tif")
    again = pickle.loads(pickle.dumps(error))
    assert (again.name, again.reason, again.detail) == (error.name, error.reason, error.detail)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(WHOLE)), st.floats(0, 1), st.binary(min_size=1, max_size=40))
def test_garbage_anywhere_is_refused_or_read_but_never_crashes(kind: str, place: float, garbage: bytes) -> None:
    data = bytearray(WHOLE[kind])
    at = int(place * (len(data) - len(garbage)))
    data[at : at + len(garbage)] = garbage
    scan = drawn.scan(bytes(data), f"garbage.{kind}")
    try:
        decode.probe(scan)
        page = decode.decode(scan)
    except ScanError as error:
        assert error.reason in {"damaged", "truncated", "too_large", "encrypted", "not_an_image"}
    else:
        assert page.pixels.dtype == np.uint8


def test_pillow_is_not_told_to_take_cut_files() -> None:
    from PIL import ImageFile

    assert ImageFile.LOAD_TRUNCATED_IMAGES is False
    assert Image.MAX_IMAGE_PIXELS is not None
