"""Decode: every format to upright pixels, at the file's resolution."""

from __future__ import annotations

import io
import tracemalloc

import fpdf
import imaging_pages as drawn
import numpy as np
import pytest
from PIL import Image

from imaging import decode

SMALL = drawn.form()[100:400, 100:500]


def pdf_of(data: bytes, width_mm: float, height_mm: float, text: str = "") -> bytes:
    document = fpdf.FPDF(unit="mm", format=(width_mm, height_mm))
    document.set_margin(0)
    document.set_auto_page_break(False)
    document.add_page()
    document.image(io.BytesIO(data), 0, 0, width_mm, height_mm)
    if text:
        document.set_font("helvetica", size=12)
        document.text(10, 10, text)
    return bytes(document.output())


@pytest.mark.parametrize(
    ("kind", "options", "media_type"),
    [
        ("PNG", {"dpi": (200, 200)}, "image/png"),
        ("TIFF", {"dpi": (200, 200), "compression": "tiff_lzw"}, "image/tiff"),
        ("WEBP", {"lossless": True}, "image/webp"),
        ("BMP", {"dpi": (200, 200)}, "image/bmp"),
    ],
)
def test_lossless_formats_come_back_as_they_were(kind: str, options: dict[str, object], media_type: str) -> None:
    scan = drawn.scan(drawn.encoded(SMALL, kind, **options), "name.that.tells.nothing")
    assert decode.probe(scan).media_type == media_type
    page = decode.decode(scan)
    assert np.array_equal(page.pixels, SMALL)
    assert round(page.dpi) == 200


def test_jpeg_comes_back_nearly_as_it_was() -> None:
    page = decode.decode(drawn.scan(drawn.encoded(SMALL, "JPEG", quality=95)))
    assert np.abs(page.pixels.astype(int) - SMALL).mean() < 3


def test_gray_jpeg_is_a_gray_page() -> None:
    assert decode.decode(drawn.scan(drawn.encoded(SMALL[:, :, 1], "JPEG"))).pixels.ndim == 2


def test_cmyk_jpeg_keeps_its_white_and_red() -> None:
    out = io.BytesIO()
    rgb = Image.new("RGB", (120, 60), "white")
    rgb.paste((220, 30, 30), (0, 0, 60, 60))
    rgb.convert("CMYK").save(out, "JPEG", quality=95)
    pixels = decode.decode(drawn.scan(out.getvalue())).pixels
    assert pixels[30, 100].min() > 240
    assert pixels[30, 20][2] > 180 > 90 > pixels[30, 20][0]


def test_a_jpeg_stands_upright_by_its_exif() -> None:
    exif = Image.Exif()
    exif[274] = 6
    scan = drawn.scan(drawn.encoded(np.rot90(SMALL), "JPEG", quality=95, exif=exif.tobytes()))
    page = decode.decode(scan)
    assert page.pixels.shape == SMALL.shape
    assert np.abs(page.pixels.astype(int) - SMALL).mean() < 3
    assert (decode.probe(scan).pages[0].width, decode.probe(scan).pages[0].height) == (page.width, page.height)


def test_transparency_lies_on_white() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (40, 40), (0, 0, 0, 0)).save(out, "PNG")
    assert decode.decode(drawn.scan(out.getvalue())).pixels.min() == 255


def test_sixteen_bits_become_eight() -> None:
    out = io.BytesIO()
    Image.fromarray(np.linspace(0, 65_535, 1_600).astype(np.uint16).reshape(40, 40)).save(out, "PNG")
    pixels = decode.decode(drawn.scan(out.getvalue())).pixels
    assert pixels.dtype == np.uint8
    assert (pixels[0, 0], pixels[-1, -1]) == (0, 255)
    assert 120 <= pixels[20, 0] <= 135


def test_a_bitonal_g4_tiff_is_a_gray_page_of_black_and_white() -> None:
    bilevel = Image.fromarray(np.where(SMALL[:, :, 1] > 150, 255, 0).astype(np.uint8)).convert("1")
    out = io.BytesIO()
    bilevel.save(out, "TIFF", compression="group4", dpi=(300, 300))
    page = decode.decode(drawn.scan(out.getvalue()))
    assert set(np.unique(page.pixels)) == {0, 255}
    assert np.array_equal(page.pixels, np.asarray(bilevel.convert("L")))
    assert page.dpi == 300


def test_every_page_of_a_tiff_comes_in_order() -> None:
    shades = [Image.new("L", (200 + k, 100), 40 * k) for k in range(5)]
    out = io.BytesIO()
    shades[0].save(out, "TIFF", save_all=True, append_images=shades[1:])
    scan = drawn.scan(out.getvalue())
    pages = list(decode.pages(scan))
    assert [(p.number, p.width, int(p.pixels[0, 0])) for p in pages] == [(k + 1, 200 + k, 40 * k) for k in range(5)]
    assert [info.width for info in decode.probe(scan).pages] == [p.width for p in pages]


@pytest.mark.parametrize("compression", ["raw", "tiff_lzw", "jpeg", "tiff_adobe_deflate"])
def test_a_late_page_of_a_tiff_is_what_it_would_be_alone(compression: str) -> None:
    looks = [drawn.form(seed) for seed in (1, 2, 3)]
    images = [Image.fromarray(np.ascontiguousarray(look[:, :, ::-1])) for look in looks]
    together, alone = io.BytesIO(), io.BytesIO()
    images[0].save(together, "TIFF", save_all=True, append_images=images[1:], compression=compression, dpi=(200, 200))
    images[2].save(alone, "TIFF", compression=compression, dpi=(200, 200))
    late = decode.decode(drawn.scan(together.getvalue(), "many.tif"), 3)
    assert np.array_equal(late.pixels, decode.decode(drawn.scan(alone.getvalue(), "one.tif")).pixels)


def test_a_page_of_a_large_tiff_costs_no_copy_of_the_file() -> None:
    images, out = [Image.new("1", (200, 200), number) for number in (0, 1)], io.BytesIO()
    images[0].save(out, "TIFF", save_all=True, append_images=images[1:], compression="group4")
    large = drawn.scan(out.getvalue() + bytes(30_000_000), "many.tif")
    tracemalloc.start()
    try:
        decode.decode(large, 2)
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


def test_a_fax_with_oblong_pixels_is_made_square() -> None:
    out = io.BytesIO()
    Image.new("L", (408, 196), 255).save(out, "TIFF", dpi=(204, 98))
    page = decode.decode(drawn.scan(out.getvalue()))
    assert (page.width, page.height, round(page.dpi)) == (408, 408, 204)


def test_a_page_that_is_one_image_keeps_that_images_pixels() -> None:
    data = drawn.encoded(drawn.form(), "PNG")
    page = decode.decode(drawn.scan(pdf_of(data, 210, 147.9)))
    assert np.array_equal(page.pixels, drawn.form())
    assert page.note("decode")["native"] is True
    assert 199 < page.dpi < 201


def test_a_bitonal_pdf_image_keeps_its_pixels() -> None:
    black_white = np.where(drawn.form()[:, :, 1] > 150, 255, 0).astype(np.uint8)
    out = io.BytesIO()
    Image.fromarray(black_white).convert("1").save(out, "PDF", resolution=200)
    page = decode.decode(drawn.scan(out.getvalue()))
    assert page.pixels.shape[:2] == black_white.shape
    assert np.abs(page.pixels.reshape(*black_white.shape, -1)[:, :, 0].astype(int) - black_white).mean() < 1


def test_a_page_with_text_over_its_image_is_drawn_with_the_text() -> None:
    white = drawn.encoded(np.full((1165, 1654, 3), 255, np.uint8), "PNG")
    page = decode.decode(drawn.scan(pdf_of(white, 210, 148, text="stamped")))
    assert page.note("decode")["native"] is False
    assert page.pixels.min() < 60


def test_a_drawn_pdf_page_has_200_dpi() -> None:
    document = fpdf.FPDF(unit="mm", format=(148, 210))
    document.add_page()
    document.set_font("helvetica", size=12)
    document.text(20, 20, "electronic receipt")
    page = decode.decode(drawn.scan(bytes(document.output())))
    assert (page.dpi, abs(page.width - 1165) <= 2, abs(page.height - 1654) <= 2) == (200, True, True)


@pytest.mark.parametrize(
    ("shape", "declared", "dpi", "guessed"),
    [
        ((1654, 1165), None, 200, True),
        ((2480, 1748), 72, 300, True),
        ((1654, 1165), 240, 240, False),
        ((777, 1500), None, 200, True),
        ((1244, 1728), None, 200, True),
    ],
)
def test_resolution_is_declared_or_guessed_from_the_paper(
    shape: tuple[int, int], declared: int | None, dpi: int, guessed: bool
) -> None:
    options = {"dpi": (declared, declared)} if declared else {}
    scan = drawn.scan(drawn.encoded(np.full(shape, 255, np.uint8), "JPEG", **options))
    assert (decode.decode(scan).dpi, decode.decode(scan).note("decode")["dpi_guessed"]) == (dpi, guessed)
    assert (decode.probe(scan).pages[0].dpi, decode.probe(scan).pages[0].dpi_guessed) == (dpi, guessed)
