"""Full-text mode and the other settings of reading reach the engine; what else is read in parts is read whole."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from api.settings import Settings
from api.wiring import engine_of, worker_config
from archive.model import Batch, BatchState
from imaging.model import Page, Pixels
from imaging.recipe import run
from ocr.cover import Cover
from ocr.engines import EngineError
from ocr.engines.tesseract import TesseractEngine
from ocr.model import BATCH_COVER, Line, Reading
from ocr.synthesis.cover import cover_sheet
from processing.engines import open_engine
from processing.pipeline import read

ON = date(2026, 3, 9)


class OneWord:
    """An engine that reads one word on every page."""

    name = "one_word"

    def read(self, page: Page, quick: bool = False) -> Reading:
        return Reading((Line("交接", 0.9),), self.name, page.width, page.height)

    def read_lines(self, crops: list[Pixels], kinds: object = None, quick: bool = False) -> list[Line]:
        return [Line("", 0.0) for _ in crops]


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOUCH_FULL_TEXT", "true")
    monkeypatch.setenv("VOUCH_LANGUAGES", "eng")


def test_an_engine_gets_only_the_settings_that_it_takes() -> None:
    assert isinstance(open_engine("tesseract", cache="networks", full_text=True, languages="eng"), TesseractEngine)


def test_an_engine_that_is_not_installed_is_named() -> None:
    with pytest.raises(EngineError, match="abbyy"):
        open_engine("abbyy", full_text=True)


def test_the_settings_of_reading_reach_workers_and_evaluation(tmp_path: Path) -> None:
    chosen = Settings(data=tmp_path)
    config, made = worker_config(chosen), engine_of(chosen, "printed_code")()
    assert (config.full_text, config.languages) == (True, "eng")
    assert vars(made) == {"full_text": True}


@pytest.mark.parametrize(("full_text", "text"), [(True, "交接"), (False, None)])
def test_a_cover_of_which_only_the_code_is_needed_is_read_in_full_text_mode(full_text: bool, text: str | None) -> None:
    pixels, _ = cover_sheet(Cover("0102", "0417", ON, 3), "a", 200)
    batch = Batch(1, "0102", "0417", ON, BatchState.OPEN, None, None, None, False, "op", datetime.now(UTC))
    _, voucher = read(run(Page(pixels, 200.0)), OneWord(), batch, full_text=full_text)
    assert voucher.type == BATCH_COVER
    assert (voucher.reading.text if voucher.reading else None) == text
