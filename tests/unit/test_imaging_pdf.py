"""PDF pages: scanned ones keep their own pixels whichever way they are laid, all others are drawn as they look."""

from __future__ import annotations

import io
import tracemalloc

import imaging_pages as drawn
import numpy as np
import pikepdf
import pytest
from PIL import Image

from imaging import decode
from imaging.formats import guarded
from imaging.model import Page, Pixels

SHEET = drawn.form()[:600, :1000]
TALL = (1000 * 0.36, 600 * 0.36)  # points that the sheet measures at 200 dpi


def placed(pictures: list[tuple[bytes, str]], size: tuple[float, float] = TALL, **page: object) -> Page:
    """The page of a PDF that shows JPEG pictures, each by its matrix; `page` are entries of the page's dictionary."""
    document = pikepdf.new()
    document.add_blank_page(page_size=size)
    only, names, marks = document.pages[0], pikepdf.Dictionary(), ""
    for at, (data, matrix) in enumerate(pictures):
        width, height = Image.open(io.BytesIO(data)).size
        names[f"/Im{at}"] = pikepdf.Stream(
            document,
            data,
            Subtype=pikepdf.Name.Image,
            Width=width,
            Height=height,
            BitsPerComponent=8,
            ColorSpace=pikepdf.Name.DeviceRGB,
            Filter=pikepdf.Name.DCTDecode,
        )
        marks += f"q {matrix} cm /Im{at} Do Q\n"
    only.Resources = pikepdf.Dictionary(XObject=names)
    only.Contents = document.make_stream(marks.encode())
    for name, value in page.items():
        only.obj[f"/{name}"] = value
    out = io.BytesIO()
    document.save(out)
    return decode.decode(drawn.scan(out.getvalue(), "made.pdf"))


def jpeg(pixels: Pixels, quality: int = 90) -> bytes:
    return drawn.encoded(pixels, "JPEG", quality=quality)


def own(data: bytes) -> Pixels:
    return decode.decode(drawn.scan(data)).pixels


def test_a_scanned_page_has_exactly_the_pixels_of_the_jpeg_in_it() -> None:
    page = placed([(jpeg(SHEET, 60), "360 0 0 216 0 0")])
    assert page.note("decode")["native"] is True
    assert round(page.dpi) == 200
    assert np.array_equal(page.pixels, own(jpeg(SHEET, 60)))


@pytest.mark.parametrize("rotate", [90, 180, 270])
def test_a_rotated_page_keeps_its_pixels(rotate: int) -> None:
    page = placed([(jpeg(SHEET), "360 0 0 216 0 0")], Rotate=rotate)
    assert page.note("decode")["native"] is True
    assert np.array_equal(page.pixels, np.rot90(own(jpeg(SHEET)), -rotate // 90))


@pytest.mark.parametrize(
    ("matrix", "size", "quarters"),
    [("0 360 -216 0 216 0", TALL[::-1], 1), ("0 -360 216 0 0 360", TALL[::-1], -1), ("-360 0 0 -216 360 216", TALL, 2)],
)
def test_an_image_laid_on_its_side_keeps_its_pixels(matrix: str, size: tuple[float, float], quarters: int) -> None:
    page = placed([(jpeg(SHEET), matrix)], size)
    assert page.note("decode")["native"] is True
    assert np.array_equal(page.pixels, np.rot90(own(jpeg(SHEET)), quarters))


def test_a_mirrored_image_is_drawn_as_it_looks() -> None:
    page = placed([(jpeg(SHEET), "-360 0 0 216 360 0")])
    assert page.note("decode")["native"] is False
    assert np.abs(page.pixels.astype(int) - SHEET[:, ::-1]).mean() < 12


def test_a_cropped_page_shows_only_what_its_crop_box_leaves() -> None:
    page = placed([(jpeg(SHEET), "360 0 0 216 0 0")], CropBox=pikepdf.Array([0, 108, 180, 216]))
    assert (page.width, page.height) == (500, 300)
    assert np.abs(page.pixels.astype(int) - SHEET[:300, :500]).mean() < 12


def test_an_image_that_lies_half_outside_its_page_is_drawn() -> None:
    assert placed([(jpeg(SHEET), "360 0 0 216 180 0")]).note("decode")["native"] is False


def test_a_page_scanned_in_strips_keeps_the_strips_resolution() -> None:
    fine = np.repeat(np.repeat(SHEET, 2, 0), 2, 1)  # the same sheet at 400 dpi
    strips = [(jpeg(fine[at : at + 300]), f"360 0 0 54 0 {162 - at * 0.18}") for at in range(0, 1200, 300)]
    page = placed(strips)
    assert (page.width, page.height, round(page.dpi)) == (2000, 1200, 400)
    assert np.abs(page.pixels.astype(int) - fine).mean() < 6


@pytest.mark.parametrize("kind", ["JPEG", "TIFF", "PNG"])
def test_a_page_of_600_dpi_comes_out_at_300(kind: str) -> None:
    page = decode.decode(drawn.scan(drawn.encoded(SHEET, kind, dpi=(600, 600))))
    assert (page.width, page.height, round(page.dpi), page.note("decode")["shrunk"]) == (500, 300, 300, 2)
    halved = SHEET.reshape(300, 2, 500, 2, 3).mean(axis=(1, 3))
    assert np.abs(page.pixels - halved).mean() < 4


def test_a_scanned_pdf_page_of_600_dpi_comes_out_at_300() -> None:
    page = placed([(jpeg(SHEET), "120 0 0 72 0 0")], (120, 72))
    assert (page.width, page.height, round(page.dpi)) == (500, 300, 300)


def test_large_pages_decoded_in_bands_are_the_same() -> None:
    large = np.tile(drawn.form(), (4, 2, 1))
    assert np.array_equal(decode.decode(drawn.scan(drawn.encoded(large, "PNG", dpi=(200, 200)))).pixels, large)


@pytest.mark.parametrize("kind", ["TIFF", "PDF"])
def test_a_file_of_many_pages_is_decoded_a_page_at_a_time(kind: str) -> None:
    sheets = [Image.new("L", (1000, 1000 + n), 255) for n in range(60)]
    out = io.BytesIO()
    options = {"compression": "tiff_lzw", "dpi": (200, 200)} if kind == "TIFF" else {"resolution": 200}
    sheets[0].save(out, kind, save_all=True, append_images=sheets[1:], **options)
    scan = drawn.scan(out.getvalue())
    tracemalloc.start()
    heights = [page.height for page in decode.pages(scan)]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert heights == [1000 + n for n in range(60)]
    assert peak < 12_000_000  # all sixty are 60 MB


def test_any_page_of_a_tiff_can_be_asked_for_first() -> None:
    sheets = [Image.new("L", (300 + n, 200), 3 * n) for n in range(40)]
    for big in (False, True):
        out = io.BytesIO()
        sheets[0].save(out, "TIFF", save_all=True, append_images=sheets[1:], compression="tiff_lzw", big_tiff=big)
        page = decode.decode(drawn.scan(out.getvalue()), 31)
        assert (page.width, page.pixels.max()) == (330, 90)


def test_a_pdf_larger_than_a_reader_may_grow_is_looked_through(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guarded, "MOST_MB", 60)
    document, picture = pikepdf.new(), jpeg(SHEET) + bytes(500_000)
    image = {"/Subtype": pikepdf.Name.Image, "/Width": 1000, "/Height": 600, "/BitsPerComponent": 8,
             "/ColorSpace": pikepdf.Name.DeviceRGB, "/Filter": pikepdf.Name.DCTDecode}  # fmt: skip
    for _ in range(200):
        page = document.add_blank_page(page_size=TALL)
        shown = document.make_indirect(pikepdf.Stream(document, picture, image))
        page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im=shown))
        page.Contents = document.make_stream(b"360 0 0 216 0 0 cm /Im Do")
    out = io.BytesIO()
    document.save(out)
    assert decode.probe(drawn.scan(out.getvalue(), "large.pdf")).count == 200
