"""Stamps: which of the stamps that a type asks for are on the paper, by place, shape, words and ink."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from imaging.model import Box, Page
from imaging.stages.stamps import StampBox
from ocr.extract import Extraction, Layout
from ocr.extract.found import STAMP, Evidence, Found
from ocr.extract.roles import Role
from ocr.extract.runs import union
from ocr.kinds import Normalised
from ocr.model import Reading

BANK, CUSTOMER = "stamp_bank", "stamp_customer"
_BANK_WORDS = ("业务专用", "转讫", "收讫", "付讫", "清讫", "核算", "汇票专用", "结算专用", "受理")
_CUSTOMER_WORDS = ("财务专用", "合同专用", "法人", "之印")
# Where each usually stands where no label asks for it, in shares of the page.
_USUAL = {CUSTOMER: (0.35, 0.8), BANK: (0.85, 0.75)}
_SEAL_MM = 27.0  # the side of a person's or a company's square seal
_AROUND_MM, _LEAST_INK_MM2 = 26.0, 45.0
_GRAY = 14


@dataclass(frozen=True, slots=True)
class Sheet:
    """What stamps are looked for on: the page as it was read, its layout, what was extracted, and the stamps found by
    colour."""

    page: Page
    layout: Layout
    first: Extraction
    boxes: Sequence[StampBox]

    @property
    def names(self) -> list[str]:
        """The stamps that the type may carry."""
        return [name for name, field in self.first.fields.items() if field.kind == "stamp"]

    def roles(self, name: str) -> Sequence[Role]:
        """The labels that ask for a stamp."""
        return self.first.roles.get(name, ())

    def mm(self, pixels: float) -> float:
        """A length on the page in millimetres."""
        return pixels / self.page.dpi * 25.4


def is_gray(page: Page) -> bool:
    """Whether a page has no colour in which a stamp could stand out."""
    if page.pixels.ndim == 2:
        return True
    small = page.pixels[::6, ::6].astype(np.int16)
    return bool(np.percentile(small.max(axis=2) - small.min(axis=2), 99.9) < _GRAY)


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


def _shape(stamp: Box, sheet: Sheet) -> float:
    """What the outline says: small squares are a customer's seals, ovals and oblongs a bank's, circles either's."""
    ratio = stamp.w / max(1, stamp.h)
    if sheet.mm(max(stamp.w, stamp.h)) <= _SEAL_MM and 0.75 <= ratio <= 1.33:
        return -0.5
    return 0.28 if 1.2 <= ratio <= 2.2 and 28 <= sheet.mm(stamp.w) <= 44 else 0.0


def _lean(stamp: StampBox, sheet: Sheet) -> float:
    """Above 0 for a bank's stamp, below for a customer's."""
    words, page = _words_in(stamp.box, sheet.layout), sheet.layout.reading
    said = 0.8 * any(w in words for w in _BANK_WORDS) - 0.6 * any(w in words for w in _CUSTOMER_WORDS)
    customer, bank = (_distance(stamp.box, sheet.roles(n), _USUAL[n], page) for n in (CUSTOMER, BANK))
    return said + _shape(stamp.box, sheet) + customer - bank


def _worded(sheet: Sheet) -> Box | None:
    """A bank's stamp known by its words alone: they stand beside a printed label, or are larger than print."""
    runs = sheet.layout.runs
    heights = sorted(run.box.h for run in runs if not run.tall)
    usual = heights[len(heights) // 2] if heights else 1
    worded = [role.mark for role in sheet.roles(BANK) if any(w in role.mark.meaning.label for w in _BANK_WORDS)]
    others = len(sheet.roles(BANK)) - len(worded)
    stamped = [m for m in worded if others or len(worded) > 1 or m.box.h > 1.6 * usual]
    return min((m.box for m in stamped), key=lambda box: box.y, default=None)


def _ink_around(box: Box, sheet: Sheet) -> float:
    """The ink in mm² near a label that is no text that was read with certainty and no rule of a table."""
    pixels = sheet.page.pixels
    gray = pixels.min(axis=2) if pixels.ndim == 3 else pixels
    reach = round(_AROUND_MM / 25.4 * sheet.page.dpi)
    x, y = (round(value) for value in box.center)
    top, left = max(0, y - reach), max(0, x - reach)
    dark = gray[top : y + reach, left : x + reach] < float(np.median(gray[::8, ::8])) - 35
    for line in sheet.layout.reading.lines:
        if line.box and line.confidence >= 0.9:
            b = line.box
            dark[max(0, b.y - top) : max(0, b.bottom - top), max(0, b.x - left) : max(0, b.right - left)] = False
    dark = dark & (dark.mean(axis=1, keepdims=True) < 0.5) & (dark.mean(axis=0, keepdims=True) < 0.5)
    return float(dark.sum()) * (25.4 / sheet.page.dpi) ** 2


def _without_colour(sheet: Sheet) -> list[Found]:
    """What ink near the labels and words tell on a gray page: never enough to stand alone."""
    worded, found = _worded(sheet), []
    for name in sheet.names:
        roles = sheet.roles(name)
        inked = any(_ink_around(role.mark.box, sheet) > _LEAST_INK_MM2 for role in roles)
        there = inked or (name == BANK and worded is not None)
        value = Normalised("present" if there else "absent")
        evidence = Evidence(STAMP, 0.3, 0.3, 0.5 if roles else 0.2)
        found.append(Found(name, value, value.value, worded if name == BANK else None, evidence))
    return found


def find_stamps(sheet: Sheet) -> list[Found]:
    """`present` or `absent` for each stamp that the type may carry."""
    if not sheet.names:
        return []
    if is_gray(sheet.page):
        return _without_colour(sheet)
    leans = {id(stamp): _lean(stamp, sheet) for stamp in sheet.boxes}
    worded = _worded(sheet)
    return [_by_colour(name, sheet, leans, worded) for name in sheet.names]


def _by_colour(name: str, sheet: Sheet, leans: Mapping[int, float], worded: Box | None) -> Found:
    """One stamp on a page with colour."""
    alone = len(sheet.names) == 1
    mine = [s.box for s in sheet.boxes if alone or (leans[id(s)] >= 0) is (name == BANK)]
    sure = 1.0 if alone else min([1.0, *(2 * abs(lean) for lean in leans.values())])
    if not mine and worded is not None and name == BANK:
        mine, sure = [worded], 0.5
    value = Normalised("present" if mine else "absent")
    label = 1.0 if sheet.roles(name) else 0.5
    evidence = Evidence(STAMP, sure, sure, label, 0.0, 0.0 if mine else 1.0, float(len(mine)))
    return Found(name, value, value.value, union(mine) if mine else None, evidence)
