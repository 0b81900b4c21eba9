"""Outlined: the stamps on a page of a known form that their colour did not tell."""

from __future__ import annotations

from dataclasses import replace

from imaging.lines import cells
from imaging.model import Page
from imaging.stages.stamps import Stamps
from ocr.extract.found import STAMP
from ocr.extract.stamps import is_clear, look
from ocr.known import marks
from ocr.known.crops import Lie
from ocr.known.read import ZoneRead
from ocr.known.register import Fit


def with_outlines(page: Page, stamps: Stamps, fit: Fit, read: ZoneRead, times: float) -> ZoneRead:
    """The zones' reading with the stamps looked for once more, by their outlines, where one was not found by its
    colour: on a page without colour, or pressed so lightly or over so much print that no blob was left of it. `times`
    is by how much the page is larger than at 100 dpi."""
    missed = [each for each in read.found if each.evidence.how == STAMP and each.box is None]
    if not missed:
        return read
    text = stamps.text_stream
    ink, outlines = look(page, text, read.reading.lines, cells(text))
    clear = [each.box(page.dpi) for each in outlines if is_clear(each, ink.bare)]
    boxes = [*(each.box for each in stamps.boxes), *clear]
    lie = Lie.of(text.pixels, fit.affine, times)
    said = marks.stamps(fit.form, boxes, 0.6 if ink.bare else 0.9, lie.to_page)
    return replace(read, found=(*(each for each in read.found if each.evidence.how != STAMP), *said))
