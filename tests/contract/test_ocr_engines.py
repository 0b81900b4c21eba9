"""What every OCR engine keeps to, whichever is set: lines, boxes, places, crops and kinds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from imaging.model import Box, Page, Pixels
from ocr.engines import load
from ocr.engines.masks import MASKS
from ocr.engines.recorded import RecordedEngine, record
from ocr.model import Engine, Reading

DIGITS, WORDS = "6225880137654321", "Amount 1,234.50"
CROPS = (Box(50, 45, 480, 48), Box(50, 115, 480, 48))


def drawn() -> Page:
    pixels = np.full((220, 900, 3), 255, np.uint8)
    for number, text in enumerate((DIGITS, WORDS)):
        cv2.putText(pixels, text, (60, 80 + 70 * number), cv2.FONT_HERSHEY_SIMPLEX, 1.0, (40, 20, 20), 2, cv2.LINE_AA)
    return Page(pixels, 200.0)


def crops() -> list[Pixels]:
    return [np.ascontiguousarray(drawn().pixels[box.y : box.bottom, box.x : box.right]) for box in CROPS]


def recorded(folder: Path) -> Engine:
    """An engine that answers from recordings of this file's page and crops."""
    recorder = record(load("rapid"), folder)
    recorder.read(drawn())
    recorder.read_lines([*crops(), white()])
    return RecordedEngine(folder)


def white() -> Pixels:
    return np.full((40, 200, 3), 255, np.uint8)


MAKERS: dict[str, Callable[[Path], Engine]] = {
    "rapid": lambda _: load("rapid"),
    "rapid, full text": lambda _: load("rapid", full_text=True),
    "tesseract": lambda _: load("tesseract", languages="eng"),
    "recorded": recorded,
}


@pytest.fixture(scope="module", params=sorted(MAKERS))
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Engine:
    return MAKERS[request.param](tmp_path_factory.mktemp("recorded"))


@pytest.fixture(scope="module")
def reading(engine: Engine) -> Reading:
    return engine.read(drawn())


def test_a_page_is_read_from_top_to_bottom(reading: Reading) -> None:
    assert [line.text.replace(" ", "") for line in reading.lines] == [DIGITS, "Amount1,234.50"]
    assert (reading.width, reading.height) == (900, 220)


def test_a_line_has_a_box_around_its_ink(reading: Reading) -> None:
    box = reading.lines[0].box
    assert box is not None
    assert box.x <= 64 and box.y <= 62 and box.bottom >= 78 and box.right <= 480


def test_each_character_has_its_place_in_its_line(reading: Reading) -> None:
    for line in reading.lines:
        assert line.box is not None
        assert len(line.centers) == len(line.text) and list(line.centers) == sorted(line.centers)
        assert line.box.x <= line.centers[0] and line.centers[-1] <= line.box.right


def test_confidences_are_shares_of_one(reading: Reading) -> None:
    for line in reading.lines:
        assert len(line.char_confidences) == len(line.text)
        assert all(0 <= each <= 1 for each in (line.confidence, *line.char_confidences))
        assert line.confidence > 0.6


def test_crops_are_read_in_their_order(engine: Engine) -> None:
    assert [line.text.replace(" ", "") for line in engine.read_lines(crops())] == [DIGITS, "Amount1,234.50"]


def test_an_empty_crop_is_no_text(engine: Engine) -> None:
    (line,) = engine.read_lines([white()])
    assert (line.text, line.confidence) == ("", 0.0)


def test_no_crops_are_no_lines(engine: Engine) -> None:
    assert engine.read_lines([]) == []


def test_a_crop_of_a_known_kind_is_read_with_the_characters_of_its_kind(engine: Engine) -> None:
    (line,) = engine.read_lines(crops()[:1], ["account"])
    assert line.text.replace(" ", "") == DIGITS and set(line.text) <= MASKS["account"]


def test_alternatives_are_of_each_character_and_never_itself(engine: Engine) -> None:
    for line in engine.read_lines(crops()):
        assert len(line.alternatives) in {0, len(line.text)}
        for text, others in zip(line.text, line.alternatives, strict=False):
            assert text not in [other for other, _ in others]


def test_nothing_in_an_engine_depends_on_what_it_read_before(engine: Engine) -> None:
    first = engine.read_lines(crops())
    engine.read(drawn())
    assert engine.read_lines(crops()) == first
