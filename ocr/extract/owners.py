"""Owners: whose a stamp is, by what it says, by its shape, and by where it stands."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from imaging.model import Box, Page
from ocr.extract.outlines import ROUND, SQUARE, Outline
from ocr.model import Engine

BANK, CUSTOMER = "stamp_bank", "stamp_customer"
CUSTOMERS = re.compile("财务|合同|法人|发票")
BANKS = re.compile("业务[^,，。]?专用|业务章|[转收付清现][讫论迄沱]|核算|受理凭|受理章|结算专|汇票专|会计业|储蓄专")
_BANK_LETTERS, _CUSTOMER_LETTERS = "业转讫收付清现核算结受理", "财司"  # 人 and 合 stand in labels and places
# Print that holds such characters and stands under stamps.
_LABELS = re.compile("复核|经办|[收付]款|支付|现金支票|现转|收[据入]|现金[收付]?")
_DATED = re.compile(r"(?:19|20)\d{2}[.\-/年·,，]")
_SURE, _SHAPED, _LETTERED, _UNREAD, _PRINTED = 0.999, 0.99, 0.97, 0.9, 0.8
SAID = 0.93  # where the words may be the form's own or are one character
_LEAST = 0.5  # how sure a line is that was read in a stamp
_SEAL_MM = 16.5
_PAPER = (288, 384)  # pixels, rows and columns, that a stamp is laid on to be read
_EDGE = 6  # pixels around a stamp that are read with it


@dataclass(frozen=True, slots=True)
class Stamp:
    """A stamp found: its box on the page, how clear its outline is (0..1), whose it is and how sure that is (0..1)."""

    box: Box
    clear: float
    whose: str
    sure: float


@dataclass(frozen=True, slots=True)
class Calls:
    """What may tell whose a stamp is: the stamps that the type may carry, the points of the page that call for each or
    where it usually stands, the words read on the page with their boxes, and the page itself, on which words in stamps
    of colour are still to be read; `bare` is a page without colour, which was read with its stamps; a stamp as
    `near` its place, in mm, needs no words."""

    page: Page
    names: Sequence[str]
    places: Mapping[str, Sequence[tuple[float, float]]]
    words: Sequence[tuple[str, Box]]
    bare: bool
    near: float = 0.0

    def away(self, box: Box) -> dict[str, float]:
        """How far, in mm, a stamp is from the places of each."""
        x, y = box.center
        mm = 25.4 / self.page.dpi
        return {name: mm * min(math.hypot(x - px, y - py) for px, py in self.places[name]) for name in self.names}

    def at(self, box: Box) -> str:
        """The stamp in whose place a box stands; "" where that is nobody's or two's."""
        close = [name for name, away in self.away(box).items() if away < 2 * self.near]
        return close[0] if len(close) == 1 and self.away(box)[close[0]] < self.near else ""

    @property
    def unread(self) -> bool:
        """Whether the page was read without its stamps: in colour they are lifted off, and of a known form only its
        zones are read."""
        return not self.bare or self.near > 0

    def words_in(self, box: Box) -> str:
        """What was read inside a stamp with the page."""
        return "".join(text for text, each in self.words if box.has_middle_of(each))


def letters(text: str) -> int:
    """Above 0 for the characters of a bank's stamp, below for a customer's."""
    own = _LABELS.sub("", text)
    return sum(c in _BANK_LETTERS for c in own) - 2 * sum(c in _CUSTOMER_LETTERS for c in own)


def said_by(text: str) -> dict[str, float]:
    """Whose stamps say such words, and how sure that is; two where stamps lie over each other."""
    dated, banks = _DATED.search(text) is not None, BANKS.search(text) is not None
    if CUSTOMERS.search(text):
        return {CUSTOMER: _SURE} | ({BANK: _SURE} if dated and banks else {})
    # Tellers' stamps carry the day, whatever their shape.
    if dated:
        return {BANK: _SURE}
    weight = letters(text)
    if not weight and not banks:
        return {}
    # A word alone may be the label printed beside, a character a company's or that of a label under the stamp.
    sure = _SURE if weight > 2 else _LETTERED if banks or abs(weight) > 1 else SAID
    return {BANK if weight > 0 or banks else CUSTOMER: sure}


def owned(outline: Outline, calls: Calls, engine: Engine, whole: bool = False, faint: bool = False) -> list[Stamp]:
    """An outline with whose stamp it is: what it says tells, then its shape, as squares are a customer's seals, ovals
    and oblongs a bank's, then its place. A shape that is not the `whole` of a blob of colour may be two stamps'; what
    is so `faint` that only its words make it one is read by itself."""
    box = outline.box(calls.page.dpi)
    clear = outline.score * outline.covered
    if len(calls.names) == 1 and outline.shape and not calls.bare:
        return [Stamp(box, clear, calls.names[0], 1.0)]
    mine = calls.at(box) if calls.near else ""
    if mine and (outline.shape in {"", ROUND} or mine == _by_kind(outline)):
        return [Stamp(box, clear if outline.shape else max(clear, 0.5), mine, _SURE if outline.shape else _LETTERED)]
    words = calls.words_in(box)
    if not outline.shape and not calls.bare:
        return _told(box, clear, calls, read_in(box, calls.page, engine), words)
    shaped = outline.shape not in {"", ROUND}
    said = said_by(words)
    # A square that is larger than a person's seal may be a part of a bank's frame, or one with a cell that it touches.
    settled = outline.w <= _SEAL_MM if outline.shape == SQUARE else shaped and whole
    if (calls.unread or faint) and max(said.values(), default=0.0) < _SURE and not settled:
        words += read_in(box, calls.page, engine)
        said = said_by(words)
    likely = CUSTOMER if CUSTOMER in said else BANK if BANK in said else ""
    if likely and (not shaped or (said[likely] >= _SURE and _may_say(outline, words))):
        stamp = Stamp(box, clear, likely, said[likely])
    elif shaped:
        stamp = Stamp(box, clear, _by_kind(outline), _by_shape(outline, words, calls.bare))
    else:
        stamp = _placed(box, clear, calls)
    if stamp.whose in calls.names:
        return [stamp]
    return [replace(stamp, whose=calls.names[0], sure=min(stamp.sure, _UNREAD))]


def said_over(words: str, printed: str) -> dict[str, float]:
    """Whose stamp the `words` read in it are, and how sure: less where that is also `printed` there, read on the page
    without its stamps, or is no more than single characters: labels and days of a form in the stamps' colour."""
    said, doubted = said_by(words), said_by(printed)
    if not any(phrase.search(words) for phrase in (CUSTOMERS, BANKS, _DATED)):
        doubted = said
    return {name: min(sure, SAID) if name in doubted else sure for name, sure in said.items()}


def _told(box: Box, clear: float, calls: Calls, words: str, printed: str) -> list[Stamp]:
    """The stamps of a blob of colour that has no rim of its own."""
    said = {name: sure for name, sure in said_over(words, printed).items() if name in calls.names}
    told = [Stamp(box, clear if sure <= SAID else max(clear, 0.5), name, sure) for name, sure in said.items()]
    return told or [_placed(box, clear, calls)]


def _by_kind(outline: Outline) -> str:
    return CUSTOMER if outline.shape == SQUARE else BANK


def _by_shape(outline: Outline, words: str, bare: bool) -> float:
    """How sure it is that an outline of a clear shape is the stamp's that has such a shape. On a page without colour
    rules, cells and torn edges make oblongs too, but say nothing that a bank's stamp says; a square that says it is a
    part of its frame."""
    banks = BANKS.search(words) is not None
    if outline.shape == SQUARE:
        return _UNREAD if banks else _SHAPED if words else _LETTERED if bare else _SURE
    if bare:
        return _LETTERED if banks else _PRINTED if words else _UNREAD
    return _SHAPED if words else _SURE


def _may_say(outline: Outline, words: str) -> bool:
    """Whether what was read inside an outline may be its own words: a label beside a seal may reach into it."""
    return outline.shape != SQUARE or _DATED.search(words) is not None


def read_in(box: Box, page: Page, engine: Engine) -> str:
    """The words in a stamp, read on the page in its colours: the page was read without its stamps."""
    area = box.padded(_EDGE, page.width, page.height)
    if area.w < 8 or area.h < 8:
        return ""
    cut = page.pixels[area.y : area.bottom, area.x : area.right]
    # The detector prepares itself anew for every size that it meets: all stamps are laid on paper of one.
    less = max(1.0, area.w / _PAPER[1], area.h / _PAPER[0])
    size = (max(1, round(area.w / less)), max(1, round(area.h / less)))
    paper = np.full((*_PAPER, *cut.shape[2:]), 255, np.uint8)
    paper[: size[1], : size[0]] = cv2.resize(cut, size, interpolation=cv2.INTER_AREA) if less > 1 else cut
    lines = engine.read(Page(paper, page.dpi / less), quick=True).lines
    return " ".join(line.text for line in lines if line.confidence >= _LEAST)


def _placed(box: Box, clear: float, calls: Calls) -> Stamp:
    """A stamp that only its place gives an owner."""
    away = {name: mm / 25.4 * calls.page.dpi / calls.page.width for name, mm in calls.away(box).items()}
    nearest = min(away, key=lambda name: away[name])
    if len(away) == 1:
        return Stamp(box, clear, nearest, 0.9)
    return Stamp(box, clear, nearest, min(0.9, 0.5 + 2 * (max(away.values()) - away[nearest])))
