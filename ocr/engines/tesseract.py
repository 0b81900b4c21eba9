"""The engine `tesseract`: Tesseract 5 through pytesseract, a second opinion on Latin letters and digits."""

from __future__ import annotations

import os
from collections.abc import Iterable
from itertools import groupby
from typing import Any

import cv2
import numpy as np
import pytesseract

from imaging.model import Box, Page, Pixels
from ocr.engines import EngineError
from ocr.model import Line, Reading

PAGE, ONE_LINE = "--psm 11", "--psm 7"  # words anywhere on the page; one line of text
Word = dict[str, Any]


class TesseractEngine:
    """Reads with Tesseract's `languages`, joined by plus. It can never read an amount in words: the signs 叁柒捌仟¥
    are not in `chi_sim`. It tells words and their boxes, but not where each character stands. Raises EngineError where
    the program or a language is missing."""

    name = "tesseract"

    def __init__(self, languages: str = "chi_sim+eng") -> None:
        # One page a process: more threads would only make workers wait for each other.
        os.environ["OMP_THREAD_LIMIT"] = "1"
        self._languages = languages
        _demand(languages.split("+"))

    def read(self, page: Page) -> Reading:
        """The lines of a page, in Tesseract's order."""
        found = self._words(page.pixels, PAGE)
        lines = [
            _line(words) for _, words in groupby(found, key=lambda word: (word["block"], word["par"], word["line"]))
        ]
        return Reading(tuple(lines), self.name, page.width, page.height)

    def read_lines(self, crops: list[Pixels]) -> list[Line]:
        """Each crop as one line; empty, with confidence 0, where there is none."""
        return [self._read_line(crop) for crop in crops]

    def _read_line(self, crop: Pixels) -> Line:
        words = list(self._words(crop, ONE_LINE))
        if not words:
            return Line("", 0.0)
        line = _line(words)
        return Line(line.text, line.confidence)

    def _words(self, pixels: Pixels, config: str) -> Iterable[Word]:
        seen = pixels if pixels.ndim == 2 else np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB), np.uint8)
        table = pytesseract.image_to_data(
            seen, lang=self._languages, config=config, output_type=pytesseract.Output.DICT
        )
        names = {"block": "block_num", "par": "par_num", "line": "line_num"}
        columns = {
            name: table[names.get(name, name)] for name in (*names, "text", "conf", "left", "top", "width", "height")
        }
        rows = (dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True))
        return [row for row in rows if row["text"].strip() and float(row["conf"]) >= 0]


def _demand(languages: list[str]) -> None:
    try:
        installed = set(pytesseract.get_languages())
    except (pytesseract.TesseractNotFoundError, pytesseract.TesseractError) as error:
        raise EngineError("Tesseract is not installed: install the Debian package tesseract-ocr") from error
    missing = [language for language in languages if language not in installed]
    if missing:
        packages = ", ".join("tesseract-ocr-" + language.replace("_", "-") for language in missing)
        raise EngineError(f"Tesseract lacks the language {', '.join(missing)}: install the Debian package {packages}")


def _line(words: Iterable[Word]) -> Line:
    parts = list(words)
    boxes = [Box(word["left"], word["top"], word["width"], word["height"]) for word in parts]
    whole = boxes[0]
    for box in boxes[1:]:
        whole = whole.union(box)
    confidence = sum(float(word["conf"]) for word in parts) / len(parts) / 100
    return Line(_joined([word["text"].strip() for word in parts]), confidence, whole)


def _joined(words: list[str]) -> str:
    """Words with spaces between them, but none between Chinese characters, each of which Tesseract takes for a word."""
    text = words[0]
    for word in words[1:]:
        text += word if ord(text[-1]) > 0x2E80 or ord(word[0]) > 0x2E80 else f" {word}"
    return text
