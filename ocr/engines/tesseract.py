"""The engine `tesseract`: Tesseract 5 through pytesseract, a second opinion on Latin letters and digits."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from xml.etree import ElementTree

import cv2
import numpy as np
import pytesseract

from imaging.model import Box, Page, Pixels
from ocr.engines import EngineError
from ocr.engines.masks import mask_of
from ocr.model import Line, Reading

# Words anywhere on the page; one line of text, with what else each character may be.
PAGE = "--psm 11 -c hocr_char_boxes=1"
ONE_LINE = "--psm 7 -c hocr_char_boxes=1 -c lstm_choice_mode=2"
LINES = frozenset({"ocr_line", "ocr_header", "ocr_caption", "ocr_textfloat"})
Alternatives = tuple[tuple[str, float], ...]
Element = ElementTree.Element


@dataclass(frozen=True, slots=True)
class Glyph:
    """A character with its middle across the page, its confidence (0..1), and what else it may be."""

    text: str
    center: float
    confidence: float
    others: Alternatives = ()


@dataclass(frozen=True, slots=True)
class Word:
    """Characters without a blank, their box and the confidence of the whole (0..1)."""

    glyphs: tuple[Glyph, ...]
    box: Box
    confidence: float


class TesseractEngine:
    """Reads with Tesseract's `languages`, joined by plus. It can never read an amount in words: the signs 叁柒捌仟¥
    are not in `chi_sim`. It tells where each character stands and how sure it is, and of a crop what else a character
    may be. Raises EngineError where the program or a language is missing."""

    name = "tesseract"

    def __init__(self, languages: str = "chi_sim+eng") -> None:
        # One page a process: more threads would only make workers wait for each other.
        os.environ["OMP_THREAD_LIMIT"] = "1"
        self._languages = languages
        _demand(languages.split("+"))

    def read(self, page: Page, quick: bool = False) -> Reading:
        """The lines of a page, in Tesseract's order."""
        del quick  # there is one way to read
        lines = [_line(words) for words in self._lines(page.pixels, PAGE)]
        return Reading(tuple(lines), self.name, page.width, page.height)

    def read_lines(
        self, crops: list[Pixels], kinds: Sequence[str | None] | None = None, quick: bool = False
    ) -> list[Line]:
        """Each crop as one line; empty, with confidence 0, where there is none. A crop of a known kind is read with the
        characters of its kind."""
        del quick  # there is one way to read
        return [self._read_line(crop, kind) for crop, kind in zip(crops, kinds or [None] * len(crops), strict=True)]

    def _read_line(self, crop: Pixels, kind: str | None) -> Line:
        allowed = mask_of(kind)
        only = "" if allowed is None else " -c " + shlex.quote("tessedit_char_whitelist=" + "".join(sorted(allowed)))
        words = [word for line in self._lines(crop, ONE_LINE + only) for word in line]
        if not words:
            return Line("", 0.0)
        line = _line(words)
        return Line(line.text, line.confidence, None, line.centers, line.char_confidences, line.alternatives)

    def _lines(self, pixels: Pixels, config: str) -> Iterator[list[Word]]:
        """The words of each line that has some."""
        seen = pixels if pixels.ndim == 2 else np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB), np.uint8)
        said = pytesseract.image_to_pdf_or_hocr(seen, lang=self._languages, config=config, extension="hocr")
        for element in ElementTree.fromstring(said).iter():  # noqa: S314 (a local program wrote it)
            if element.get("class") in LINES:
                words = [_word(each) for each in element.iter() if each.get("class") == "ocrx_word"]
                readable = [word for word in words if word.glyphs and word.confidence > 0]
                if readable:
                    yield readable


def _word(element: Element) -> Word:
    said = _title(element)
    left, top, right, bottom = (int(each) for each in said["bbox"])
    glyphs: list[Glyph] = []
    for each in element:
        title = _title(each)
        if "x_bboxes" in title:
            glyphs += _glyphs(each, title)
        elif glyphs:
            glyphs[-1] = _with_others(glyphs[-1], each)
    return Word(tuple(glyphs), Box(left, top, right - left, bottom - top), float(said["x_wconf"][0]) / 100)


def _glyphs(element: Element, title: dict[str, list[str]]) -> list[Glyph]:
    text = "".join(element.itertext()).strip()
    left, right = int(title["x_bboxes"][0]), int(title["x_bboxes"][2])
    step, sure = (right - left) / max(1, len(text)), min(1.0, max(0.0, float(title["x_conf"][0]) / 100))
    return [Glyph(each, left + step * (number + 0.5), sure) for number, each in enumerate(text)]


def _with_others(glyph: Glyph, choices: Element) -> Glyph:
    found = [("".join(each.itertext()).strip(), float(_title(each)["x_confs"][0]) / 100) for each in choices]
    others = sorted((each for each in found if each[0] != glyph.text and each[1] > 0), key=lambda each: -each[1])
    return Glyph(glyph.text, glyph.center, glyph.confidence, tuple(others))


def _title(element: Element) -> dict[str, list[str]]:
    """What an hOCR element says of itself: names and their values."""
    parts = [part.split() for part in (element.get("title") or "").split(";")]
    return {part[0]: part[1:] for part in parts if part}


def _demand(languages: list[str]) -> None:
    try:
        installed = set(pytesseract.get_languages())
    except (pytesseract.TesseractNotFoundError, pytesseract.TesseractError) as error:
        raise EngineError("Tesseract is not installed: install the Debian package tesseract-ocr") from error
    missing = [language for language in languages if language not in installed]
    if missing:
        packages = ", ".join("tesseract-ocr-" + language.replace("_", "-") for language in missing)
        raise EngineError(f"Tesseract lacks the language {', '.join(missing)}: install the Debian package {packages}")


def _line(words: Sequence[Word]) -> Line:
    whole = words[0].box
    for word in words[1:]:
        whole = whole.union(word.box)
    glyphs = [*words[0].glyphs]
    for before, word in pairwise(words):
        glyphs += _blank(before.glyphs[-1], word.glyphs[0]) + list(word.glyphs)
    return Line(
        "".join(each.text for each in glyphs),
        sum(word.confidence for word in words) / len(words),
        whole,
        tuple(each.center for each in glyphs),
        tuple(each.confidence for each in glyphs),
        tuple(each.others for each in glyphs),
    )


def _blank(last: Glyph, first: Glyph) -> list[Glyph]:
    """The blank between two words, none beside a Chinese character, each of which Tesseract takes for a word."""
    if ord(last.text) > 0x2E80 or ord(first.text) > 0x2E80:
        return []
    return [Glyph(" ", (last.center + first.center) / 2, min(last.confidence, first.confidence))]
