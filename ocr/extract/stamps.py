"""Stamps: which of the stamps that a type asks for are on the paper, by their outlines, their words and their place."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from imaging.model import Box, Page
from imaging.stages.stamps import Stamps
from ocr.extract import Extraction, Layout
from ocr.extract.found import STAMP, Evidence, Found
from ocr.extract.imprints import banks_places, imprint_on
from ocr.extract.outlines import DPI, OBLONG, OVAL, ROUND, SQUARE, Outline, find_outlines, outline_of
from ocr.extract.owners import BANK, CUSTOMER, SAID, Calls, Stamp, owned
from ocr.extract.runs import union
from ocr.extract.stampink import StampInk, is_gray, stamp_ink
from ocr.kinds import Normalised
from ocr.model import Engine, Line

# Where each usually stands where no label asks for it, in shares of the page.
_USUAL = {CUSTOMER: (0.35, 0.8), BANK: (0.85, 0.75)}
_LEAST = {ROUND: 0.18, OVAL: 0.18, OBLONG: 0.19, SQUARE: 0.25}
_LEAST_BARE = {ROUND: 0.19, OVAL: 0.19, OBLONG: 0.2, SQUARE: 0.27}
_SLIM, _LONG = 12.0, 2.4  # mm, and times its height: no stamp is slimmer
_NO_INK = 0.25  # cm² below which nothing can be a stamp
_TOLD = 0.95  # how sure its owner is, from which a blob without a stamp's outline is one
_LARGE = 20.0  # mm: no person's seal is wider
_UNDECIDED, _DEALT = 0.75, 0.6  # how sure its owner is by its place alone, and once it was given to who has none
_WITHIN = 0.8
_LEAST_FAINT, _FAINT = 0.1, 0.25  # how clear an outline is that only words make a stamp, and counts as then
_UNSAID = 0.1  # how clear a blob is that has neither a stamp's outline nor its words
_SAME, _PRINTED = 0.6, 0.9  # from which share on a blob is a cell, and how sure it is a stamp all the same
_CELLS = 3  # so many in a blob of colour are a table's
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Sheet:
    """What stamps are looked for on: the page as it was read, the stamps split from the text by their colour, with
    their layer; the lines and cells that were read on it; the `names` of the stamps that the type may carry, the
    `places` that call for each, its labels or where it always stood; the bank's `imprint` by words alone, with how
    sure that is; and how near (mm) to its place a stamp needs no words to tell whose it is."""

    page: Page
    split: Stamps
    lines: Sequence[Line]
    cells: Callable[[], Sequence[Box]]
    names: Sequence[str]
    places: Mapping[str, Sequence[Point]]
    words: Sequence[tuple[str, Box]] = ()
    imprint: Callable[[], tuple[Box, float] | None] = lambda: None
    near: float = 0.0

    @classmethod
    def of(cls, page: Page, layout: Layout, first: Extraction, split: Stamps) -> Sheet:
        """A page that was read whole."""
        names = [name for name, field in first.fields.items() if field.kind == "stamp"]
        roles = {**first.roles, BANK: banks_places(layout, first)}
        places = {name: [role.mark.box.center for role in roles.get(name, ())] for name in names}
        words = [(run.text, run.box) for run in layout.runs]
        lines, boxes = layout.reading.lines, layout.cells.boxes
        return cls(page, split, lines, lambda: boxes, names, places, words, lambda: imprint_on(layout, first))

    def calls(self) -> Calls:
        """What tells whose a stamp on it is."""
        width, height = self.page.width, self.page.height
        usual = {name: [(_USUAL[name][0] * width, _USUAL[name][1] * height)] for name in self.names}
        places = {name: self.places.get(name) or usual[name] for name in self.names}
        return Calls(self.page, self.names, places, self.words, is_gray(self.page), self.near)


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
    calls = sheet.calls()
    split = [outline_of(sheet.split.layer, each.box, sheet.page.dpi) for each in sheet.split.boxes]
    # A blob of colour with a stamp's whole rim tells its size better than any model of an outline.
    known = [each for each in split if each.shape]
    stamps = [stamp for each in known for stamp in _whole(each, sheet, calls, engine)]
    told_of: list[Outline] = []
    vague: list[tuple[Outline, list[Stamp]]] = []
    for blob in (each for each in split if not each.shape and _is_wide(each)):
        found = owned(blob, calls, engine)
        if all(each.sure >= _TOLD for each in found):
            told_of, stamps = [*told_of, blob], [*stamps, *found]
        elif not _is_printed(blob, found, sheet):
            vague.append((blob, found))
    ink, weak = StampInk(np.zeros((1, 1), np.float32), 0.0, 0.0, calls.bare), 0.0
    if {each.whose for each in stamps} < set(sheet.names):
        ink, outlines = look(sheet.page, sheet.split.text_stream, sheet.lines, sheet.cells())
        clear = [each for each in outlines if is_clear(each, ink.bare) and not _is_one_of(each, known)]
        for each in clear:
            mine = owned(each, calls, engine)
            # In a blob of stamps that lie over each other words told one: another outline in it may be a part of that.
            stamps += [replace(s, sure=min(s.sure, _WITHIN)) for s in mine] if _is_one_of(each, told_of) else mine
        stamps += _faint([e for e in outlines if e not in clear], sheet, calls, stamps, engine) if ink.bare else []
        stamps += [replace(s, clear=_UNSAID) for blob, found in vague if not _is_one_of(blob, clear) for s in found]
        weak = max(
            (e.score * e.covered for e in outlines if not _is_one_of(e, [*known, *told_of, *clear])), default=0.0
        )
    stamps = _dealt(stamps, sheet)
    told = [_told(name, sheet, stamps, ink, weak) for name in sheet.names]
    return [each for each in told if each.box or sheet.places.get(each.field) or each.field in asked]


def _whole(blob: Outline, sheet: Sheet, calls: Calls, engine: Engine) -> list[Stamp]:
    """The stamps of a blob of colour with a rim, which a cell that is printed in colour, with words in it, has too."""
    found = owned(blob, calls, engine, whole=True)
    if sheet.near or blob.shape not in {SQUARE, OBLONG} or not calls.words_in(blob.box(sheet.page.dpi)):
        return found
    box = blob.box(sheet.page.dpi)
    printed = any(_shared(box, cell) > _SAME for cell in sheet.cells())
    return [replace(each, sure=min(each.sure, _PRINTED)) if printed else each for each in found]


def _faint(
    outlines: Sequence[Outline], sheet: Sheet, calls: Calls, known: Sequence[Stamp], engine: Engine
) -> list[Stamp]:
    """The bank's stamps, on a page without colour, of outlines that are not clear, by what they say."""
    if BANK not in sheet.names or any(stamp.whose == BANK for stamp in known):
        return []
    likely = [each for each in outlines if each.shape != SQUARE and each.score * each.covered >= _LEAST_FAINT]
    told = [stamp for each in likely for stamp in owned(each, calls, engine, faint=True)]
    return [replace(each, clear=_FAINT) for each in told if each.whose == BANK and each.sure > SAID]


def _dealt(stamps: Sequence[Stamp], sheet: Sheet) -> list[Stamp]:
    """The stamps, those of doubtful owners given to who has none: nobody presses two large stamps on a voucher."""
    least = _LARGE / 25.4 * sheet.page.dpi
    served = {each.whose for each in stamps if each.sure >= _TOLD and each.box.w > least}
    without = [name for name in sheet.names if all(each.whose != name for each in stamps)]
    return [
        replace(each, whose=without[0], sure=_DEALT)
        if without and each.whose in served and each.sure < _UNDECIDED and each.box.w > least
        else each
        for each in stamps
    ]


def _shared(box: Box, other: Box) -> float:
    """The area that two boxes share, of that which both cover."""
    across = min(box.right, other.right) - max(box.x, other.x)
    down = min(box.bottom, other.bottom) - max(box.y, other.y)
    both = max(0, across) * max(0, down)
    return both / (box.w * box.h + other.w * other.h - both)


def _is_one_of(outline: Outline, others: Sequence[Outline]) -> bool:
    return any(_covers(other, outline) for other in others)


def _is_printed(blob: Outline, found: Sequence[Stamp], sheet: Sheet) -> bool:
    """Whether a blob of colour is a form's own print: one cell of it, or several in which nothing says that it is a
    stamp."""
    box = blob.box(sheet.page.dpi)
    inside = [cell for cell in sheet.cells() if box.has_middle_of(cell)]
    many = sum(cell.w < box.w and cell.h < box.h for cell in inside) >= _CELLS
    silent = all(each.sure < SAID for each in found)
    return (many and silent) or any(_shared(box, cell) > _SAME for cell in inside)


def _is_wide(outline: Outline) -> bool:
    low, high = sorted((outline.w, outline.h))
    return low >= _SLIM and high <= _LONG * low


def _covers(outline: Outline, other: Outline) -> bool:
    """Whether the middle of one outline lies inside another."""
    return abs(outline.x - other.x) < 0.5 * outline.w and abs(outline.y - other.y) < 0.5 * outline.h


def _outside(ink: StampInk, stamps: Sequence[Stamp], dpi: float) -> float:
    """The share of the ink of a map that lies in no stamp."""
    total, rest, k = float(ink.map.sum()), ink.map.copy(), DPI / dpi
    for box in (stamp.box for stamp in stamps if stamp.clear > _UNSAID):
        rest[round(box.y * k) : round(box.bottom * k) + 1, round(box.x * k) : round(box.right * k) + 1] = 0
    return float(rest.sum()) / total if total else 0.0


def _told(name: str, sheet: Sheet, stamps: Sequence[Stamp], ink: StampInk, weak: float) -> Found:
    """What the stamps found say of one that is asked for."""
    mine = [stamp for stamp in stamps if stamp.whose == name]
    label = 1.0 if sheet.places.get(name) else 0.5
    others = min([1.0, *(stamp.sure for stamp in stamps if stamp.whose != name)])
    imprint = sheet.imprint() if name == BANK and not mine else None
    left = ink.faintly * _outside(ink, stamps, sheet.page.dpi)
    if mine:
        sure = max((1 - 10 ** (-8 * stamp.clear)) * stamp.sure for stamp in mine)
    elif imprint:
        sure = imprint[1]
    else:
        sure = others * (1 - 10 ** -max(0.3, (1.5 if ink.bare else 3.0) - 8 * weak - 2 * left))
    box = union(stamp.box for stamp in mine) if mine else imprint[0] if imprint else None
    value = Normalised("present" if box else "absent")
    evidence = Evidence(
        STAMP, sure, sure, label, 0.0, 0.0 if box else 1.0, float(len(mine)), ink=left, bare=float(ink.bare)
    )
    return Found(name, value, value.value, box, evidence)
