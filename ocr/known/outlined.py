"""Outlined: the stamps on a page of a known form, found as on any page, whose places the form tells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from imaging.lines import cells
from imaging.model import Box, Page
from imaging.stages.stamps import Stamps
from ocr.extract.owners import BANK, SAID, read_in, said_over
from ocr.extract.stampink import is_gray
from ocr.extract.stamps import Sheet, find_stamps
from ocr.forms import catalogue
from ocr.known.crops import Lie
from ocr.known.dark import page_box
from ocr.known.read import ZoneRead
from ocr.known.register import Fit
from ocr.model import Engine

_NEAR = 13.0  # mm from where the samples' stamps stood, on the mean
_BESIDE = 8.0  # mm about the place of a stamp in which its words may stand


def with_stamps(page: Page, stamps: Stamps, fit: Fit, read: ZoneRead, times: float, engine: Engine) -> ZoneRead:
    """The zones' reading with the stamps on the page. `times` is by how much it is larger than at 100 dpi."""
    text = stamps.text_stream
    lie = Lie.of(text.pixels, fit.affine, times)
    names = [field.name for field in catalogue().fields_of(fit.form.type) if field.kind == "stamp"]
    spots = {name: spot for name, spot in fit.form.stamps.items() if name in names}
    places = {name: [page_box(lie.to_page, spot, page.width, page.height).center] for name, spot in spots.items()}
    words = [(line.text, line.box) for line in read.reading.lines if line.box]

    @cache
    def boxes() -> tuple[Box, ...]:
        return tuple(cells(text))

    def imprint() -> tuple[Box, float] | None:
        return _imprint(page, page_box(lie.to_page, spots[BANK], page.width, page.height), words, engine)

    # In colour a stamp is told by its ink, and 18 ms of reading a page seldom tell more.
    said = imprint if BANK in spots and is_gray(page) else lambda: None
    sheet = Sheet(page, stamps, read.reading.lines, boxes, names, places, words, said, _NEAR)
    return replace(read, found=(*read.found, *find_stamps(sheet, engine, names)))


def _imprint(page: Page, spot: Box, words: Sequence[tuple[str, Box]], engine: Engine) -> tuple[Box, float] | None:
    """The bank's stamp where the samples had it, by words that the form does not print there, with how sure that is:
    over print on a page without colour no outline may be clear."""
    area = spot.padded(round(_BESIDE / 25.4 * page.dpi), page.width, page.height)
    printed = "".join(text for text, box in words if area.has_middle_of(box))
    sure = said_over(read_in(area, page, engine), printed).get(BANK, 0.0)
    return (spot, sure) if sure > SAID else None
