"""The files of exports: tables that no spreadsheet runs, masked values, a PDF that other readers open."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pikepdf
import pypdfium2
import pytest
from PIL import Image

from archive.masking import masked
from processing.export_files import plain
from processing.export_pdf import PdfWriter, jpeg_shape
from processing.export_rows import safe


@pytest.mark.parametrize("cell", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "＝1"])
def test_what_a_spreadsheet_would_run_stands_behind_an_apostrophe(cell: str) -> None:
    assert safe(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["-12.50", "1234.50", "张伟", "", "6222021234567890"])
def test_numbers_and_words_stay_as_they_are(cell: str) -> None:
    assert safe(cell) == cell


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("payer_name", "张明明", "张*明"),
        ("payer_name", "张明", "张*"),
        ("payer_account", "6222021234560123", "6222****0123"),
        ("payer_account", "12345678", "********"),
        ("holder_id_no", "110101199001011234", "1101****1234"),
        ("payer_bank", "示范银行城东支行", "示范银行城东支行"),
        ("amount", "1234.50", "1234.50"),
    ],
)
def test_masked_values_tell_no_person_and_no_account(name: str, value: str, shown: str) -> None:
    assert masked(name, value) == shown


@pytest.mark.parametrize(
    ("name", "kept"),
    [("../../etc/passwd", "passwd"), ("a:b?.jpg", "a_b_.jpg"), ("..", "file"), ("凭证 1.tif", "凭证 1.tif")],
)
def test_a_files_name_in_a_zip_leads_nowhere_else(name: str, kept: str) -> None:
    assert plain(name) == kept


def jpeg(wide: int, high: int, colour: bool = True) -> bytes:
    out = io.BytesIO()
    shape = (high, wide, 3) if colour else (high, wide)
    Image.fromarray(np.full(shape, 128, np.uint8)).save(out, "JPEG")
    return out.getvalue()


def test_a_jpeg_goes_into_the_pdf_as_it_is(tmp_path: Path) -> None:
    images = [jpeg(400, 200), jpeg(200, 400, colour=False)]
    writer = PdfWriter(tmp_path / "a.pdf")
    for image in images:
        writer.page("电汇凭证 1,234.50", image)
    writer.page("无影像", b"")
    writer.close(whole=True)
    with pikepdf.open(tmp_path / "a.pdf") as read:
        assert read.check_pdf_syntax() == []
        assert [p.get_images()["/I"].read_raw_bytes() for p in read.pages[:2]] == images
        assert [tuple(map(int, p.mediabox)) for p in read.pages] == [
            (0, 0, 842, 595),
            (0, 0, 595, 842),
            (0, 0, 595, 842),
        ]


def test_the_caption_of_a_pdf_page_can_be_searched(tmp_path: Path) -> None:
    writer = PdfWriter(tmp_path / "a.pdf")
    writer.page("电汇凭证 B-12", jpeg(20, 10))
    writer.close(whole=True)
    text = pypdfium2.PdfDocument(tmp_path / "a.pdf")[0].get_textpage().get_text_bounded()
    assert "电汇凭证 B-12" in text


def test_what_is_no_jpeg_is_refused() -> None:
    with pytest.raises(ValueError, match="no JPEG"):
        jpeg_shape(b"\x89PNG....")
