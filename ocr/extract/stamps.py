"""Stamps: which of the stamps that a type asks for are on the paper, by their outlines, their words and their place."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from imaging.model import Box, Page, Pixels
from imaging.ops import colour
from imaging.stages.stamps import Stamps
from ocr.extract import Extraction, Layout
from ocr.extract.found import STAMP, Evidence, Found
from ocr.extract.outlines import OBLONG, OVAL, ROUND, SQUARE, Outline, find_outlines, outline_of
from ocr.extract.roles import Role
from ocr.extract.runs import union
from ocr.extract.stampink import StampInk, stamp_ink
from ocr.kinds import Normalised
from ocr.model import Engine, Line, Reading

BANK, CUSTOMER = "stamp_bank", "stamp_customer"
_BANK_WORDS = ("业务专用", "转讫", "收讫", "付讫", "清讫", "核算", "汇票专用", "结算专用", "受理")
_BANK_LETTERS, _CUSTOMER_LETTERS = "业转讫收付清现核算结受理", "财合同法人"
# Where each usually stands where no label asks for it, in shares of the page.
_USUAL = {CUSTOMER: (0.35, 0.8), BANK: (0.85, 0.75)}
_LEAST = {ROUND: 0.18, OVAL: 0.18, OBLONG: 0.19, SQUARE: 0.25}
_LEAST_BARE = {ROUND: 0.19, OVAL: 0.19, OBLONG: 0.2, SQUARE: 0.27}
_TURNS = (-12.0, 0.0, 12.0)
_WORD = (0.62, 0.9, 0.12)  # of a round stamp's height: where its word stands; of its width: the room beside it
_DATED = re.compile(r"(?:19|20)\d{2}[.\-/年·,，]")
_DAY = re.compile(r"(?:19|20)\d{2}[.\-/年]\d{1,2}[.\-/月]\d{1,2}日?")
_SLIM, _LONG = 12.0, 2.4  # mm, and times its height: no stamp is slimmer
_INKED = 0.18  # of a stamp's box that is its ink
_NO_INK = 0.25  # cm² below which nothing can be a stamp
_PART, _FILLED = 0.75, 0.55  # of a blob's area: one of two stamps in it at most, both at least


@dataclass(frozen=True, slots=True)
class Sheet:
    """What stamps are looked for on: the page as it was read, its layout, what was extracted, and the stamps split from
    the text by their colour, with their layer."""

    page: Page
    layout: Layout
    first: Extraction
    split: Stamps

    @property
    def names(self) -> list[str]:
        """The stamps that the type may carry."""
        return [name for name, field in self.first.fields.items() if field.kind == "stamp"]

    def roles(self, name: str) -> Sequence[Role]:
        """The labels that ask for a stamp."""
        return self.first.roles.get(name, ())


@dataclass(frozen=True, slots=True)
class _Stamp:
    """A stamp found: its box on the page, how clear its outline is (0..1), whose it is and how sure that is (0..1)."""

    box: Box
    clear: float
    whose: str
    sure: float


def _words_in(box: Box, layout: Layout) -> str:
    """What was read inside a stamp."""
    inside = [
        r for r in layout.runs if box.x <= r.box.center[0] <= box.right and box.y <= r.box.center[1] <= box.bottom
    ]
    return "".join(run.text for run in inside)


def _distance(stamp: Box, roles: Sequence[Role], usual: tuple[float, float], page: Reading) -> float:
    """How far a stamp is from the nearest label that asks for it, or from where it usually stands, in page widths."""
    x, y = stamp.center
    places = [role.mark.box.center for role in roles] or [(usual[0] * page.width, usual[1] * page.height)]
    return min(math.hypot(x - px, y - py) for px, py in places) / page.width


def _strips(pixels: Pixels, box: Box) -> list[Pixels]:
    """The word of a round stamp, which a hand may have turned either way."""
    found = []
    top, bottom, side = _WORD
    size = (max(8, round(box.w * (1 - 2 * side))), max(8, round(box.h * (bottom - top))))
    for turn in _TURNS:
        matrix = cv2.getRotationMatrix2D(box.center, turn, 1.0)
        matrix[:, 2] -= np.array([box.x + side * box.w, box.y + top * box.h])
        found.append(colour(np.asarray(cv2.warpAffine(pixels, matrix, size, borderValue=(255, 255, 255)), np.uint8)))
    return found


def _said(box: Box, sheet: Sheet, engine: Engine) -> int:
    """Above 0 for the words of a bank's round stamp, below for a customer's."""
    lines = engine.read_lines(_strips(sheet.page.pixels, box))
    text = _words_in(box, sheet.layout) + "".join(line.text for line in lines)
    return 3 if _DATED.search(text) else _letters(text)


def _letters(text: str) -> int:
    return sum(c in _BANK_LETTERS for c in text) - 2 * sum(c in _CUSTOMER_LETTERS for c in text)


def _owned(outline: Outline, sheet: Sheet, engine: Engine) -> _Stamp:
    """An outline with whose stamp it is: squares are a customer's seals, ovals and oblongs a bank's; round ones are
    told by their words, else by their place."""
    box = outline.box(sheet.page.dpi)
    clear = outline.score * outline.covered
    if len(sheet.names) == 1:
        return _Stamp(box, clear, sheet.names[0], 1.0)
    # Tellers' stamps carry the day, whatever their shape.
    words = _words_in(box, sheet.layout)
    if _DATED.search(words) or _letters(words) > 2:
        return _Stamp(box, clear, BANK, 0.999)
    if outline.shape and outline.shape != ROUND:
        return _Stamp(box, clear, CUSTOMER if outline.shape == SQUARE else BANK, 0.99 if words else 0.999)
    said = _said(box, sheet, engine)
    if said:
        return _Stamp(box, clear, BANK if said > 0 else CUSTOMER, 0.999 if abs(said) > 2 else 0.97)
    page = sheet.layout.reading
    away = {name: _distance(box, sheet.roles(name), _USUAL[name], page) for name in sheet.names}
    nearest = min(away, key=lambda name: away[name])
    return _Stamp(box, clear, nearest, min(0.9, 0.5 + 2 * (max(away.values()) - away[nearest])))


def _worded(sheet: Sheet) -> Box | None:
    """A bank's stamp known by its words alone: they stand beside a printed label, or are larger than print."""
    runs = sheet.layout.runs
    heights = sorted(run.box.h for run in runs if not run.tall)
    usual = heights[len(heights) // 2] if heights else 1
    worded = [role.mark for role in sheet.roles(BANK) if any(w in role.mark.meaning.label for w in _BANK_WORDS)]
    others = len(sheet.roles(BANK)) - len(worded)
    stamped = [m for m in worded if others or len(worded) > 1 or m.box.h > 1.6 * usual]
    return min((m.box for m in stamped), key=lambda box: box.y, default=None)


def _imprint(sheet: Sheet) -> Box | None:
    """A bank's stamp known by its day and the word above or below it, where its rim was not found."""
    runs = [run for run in sheet.layout.runs if not run.tall]
    days = [run.box for run in runs if _DAY.fullmatch(run.text)]
    words = [run.box for run in runs if _letters(run.text) > 1 and not run.text.endswith((":", ")"))]
    for day in days:
        for word in words:
            apart = max(word.y - day.bottom, day.y - word.bottom)
            if apart <= day.h and abs(day.center[0] - word.center[0]) <= 0.5 * max(day.w, word.w):
                return union((day, word))
    return None


def look(page: Page, even: Page, lines: Sequence[Line], cells: Sequence[Box]) -> tuple[StampInk, Sequence[Outline]]:
    """The ink on a page that may be stamps, and the outlines in it, clear or not; `even` is it on even paper, `lines`
    and `cells` are what print explains."""
    ink = stamp_ink(page, even, lines, cells)
    return ink, find_outlines(ink.map) if ink.area > _NO_INK else ()


def is_clear(outline: Outline, bare: bool) -> bool:
    """Whether an outline is clear enough for a stamp, on a page with or without (`bare`) colour."""
    return outline.score * outline.covered >= (_LEAST_BARE if bare else _LEAST)[outline.shape]


def find_stamps(sheet: Sheet, engine: Engine, asked: Sequence[str] = ()) -> list[Found]:
    """`present` or `absent` for each stamp that the type may carry; of one that is neither on the paper, nor called for
    by a label or `asked` for, nothing is said."""
    if not sheet.names:
        return []
    split = [outline_of(sheet.split.layer, each.box, sheet.page.dpi) for each in sheet.split.boxes]
    whole = [each for each in split if each.shape]
    if whole and len(sheet.names) == 1:
        stamps = [_owned(each, sheet, engine) for each in whole]
        return [_told(sheet.names[0], sheet, stamps, StampInk(np.zeros((1, 1), np.float32), 0.0, False), 0.0)]
    ink, outlines = look(sheet.page, sheet.split.text_stream, sheet.layout.reading.lines, sheet.layout.cells.boxes)
    seen = [each for each in outlines if is_clear(each, ink.bare)]
    whole = [each for each in whole if not _is_two(each, seen)]
    whole += [each for each in split if _is_wide(each) and _hides(each, seen) and _is_bank(each, sheet, engine)]
    # A blob of colour with a stamp's whole rim tells its size better than any model of an outline.
    clear = whole + [each for each in seen if not any(_covers(other, each) for other in whole)]
    # One that no outline explains is a stamp, whatever its shape.
    clear += [each for each in split if _is_wide(each) and not any(_covers(other, each) for other in clear)]
    stamps = [_owned(each, sheet, engine) for each in clear]
    rest = [each for each in outlines if not any(_covers(other, each) for other in clear)]
    weak = max((each.score * each.covered for each in rest), default=0.0)
    told = [_told(name, sheet, stamps, ink, weak) for name in sheet.names]
    return [each for each in told if each.box or sheet.roles(each.field) or each.field in asked]


def _is_wide(outline: Outline) -> bool:
    low, high = sorted((outline.w, outline.h))
    return low >= _SLIM and high <= _LONG * low


def _area(outline: Outline) -> float:
    return outline.w * outline.h * (math.pi / 4 if outline.shape in {ROUND, OVAL} else 1.0)


def _is_two(blob: Outline, seen: Sequence[Outline]) -> bool:
    """Whether a blob is two stamps that touch: outlines in it, none of which is it, fill most of it."""
    inside = [_area(each) for each in seen if _covers(blob, each)]
    return len(inside) > 1 and max(inside) < _PART * _area(blob) and sum(inside) > _FILLED * _area(blob)


def _hides(blob: Outline, seen: Sequence[Outline]) -> bool:
    """Whether a blob without a shape has the outline of a seal in it: sides of a larger frame make squares."""
    return not blob.shape and any(each.shape == SQUARE and _covers(blob, each) for each in seen)


def _is_bank(blob: Outline, sheet: Sheet, engine: Engine) -> bool:
    """Whether the lines of a blob say a day or a bank's words."""
    box = blob.box(sheet.page.dpi)
    crop = sheet.page.pixels[max(0, box.y) : box.bottom, max(0, box.x) : box.right]
    strips = [colour(np.ascontiguousarray(part)) for part in np.array_split(crop, 3) if part.size]
    text = "".join(line.text for line in engine.read_lines(strips))
    return bool(_DATED.search(text)) or _letters(text) > 2


def _covers(outline: Outline, other: Outline) -> bool:
    """Whether the middle of one outline lies inside another."""
    return abs(outline.x - other.x) < 0.5 * outline.w and abs(outline.y - other.y) < 0.5 * outline.h


def _told(name: str, sheet: Sheet, stamps: Sequence[_Stamp], ink: StampInk, weak: float) -> Found:
    """What the stamps found say of one that is asked for."""
    mine = [stamp for stamp in stamps if stamp.whose == name]
    label = 1.0 if sheet.roles(name) else 0.5
    others = min([1.0, *(stamp.sure for stamp in stamps if stamp.whose != name)])
    imprint = _imprint(sheet) if name == BANK and not mine else None
    worded = imprint or (_worded(sheet) if name == BANK and not mine else None)
    inked = sum(stamp.box.w * stamp.box.h for stamp in stamps) * (2.54 / sheet.page.dpi) ** 2
    left = max(0.0, ink.area - _INKED * inked)
    if mine:
        sure = max((1 - 10 ** (-8 * stamp.clear)) * stamp.sure for stamp in mine)
    elif worded:
        sure = 0.97 if imprint else 0.6
    else:
        sure = others * (1 - 10 ** -max(0.3, (1.5 if ink.bare else 3.0) - 8 * weak - 2 * left))
    box = union(stamp.box for stamp in mine) if mine else worded
    value = Normalised("present" if box else "absent")
    evidence = Evidence(
        STAMP, sure, sure, label, 0.0, 0.0 if box else 1.0, float(len(mine)), ink=left, bare=float(ink.bare)
    )
    return Found(name, value, value.value, box, evidence)
