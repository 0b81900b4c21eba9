"""Outlined: the stamps on a page of a known form, found as on any page, whose places the form tells."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from imaging.lines import cells
from imaging.model import Box, Page
from imaging.stages.stamps import Stamps
from ocr.extract.stamps import Sheet, find_stamps
from ocr.forms import catalogue
from ocr.known.crops import Lie
from ocr.known.dark import page_box
from ocr.known.read import ZoneRead
from ocr.known.register import Fit
from ocr.model import Engine

_NEAR = 13.0  # mm from where the samples' stamps stood, on the mean


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

    sheet = Sheet(page, stamps, read.reading.lines, boxes, names, places, words, near=_NEAR)
    return replace(read, found=(*read.found, *find_stamps(sheet, engine, names)))
