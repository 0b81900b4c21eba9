"""By zones: a page whose form is known, from the processed image to the voucher that it says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from imaging.bitonal import is_bitonal
from imaging.model import Page
from imaging.recipe import reading_stream
from imaging.stages.orient import turned
from imaging.stages.stamps import Stamps
from ocr.calibration import ACCEPT_ERROR
from ocr.extract.found import STAMP, ZONE, Found
from ocr.forms import catalogue
from ocr.judge import judge
from ocr.known.dark import dark
from ocr.known.fingerprint import find
from ocr.known.model import KnownForm
from ocr.known.outlined import with_stamps
from ocr.known.outside import MOST
from ocr.known.read import ZoneRead, is_empty, read_zones
from ocr.known.register import Fit
from ocr.model import Engine, Voucher
from ocr.proving import settled
from ocr.rules import Case, failures


@dataclass(frozen=True, slots=True)
class Zoned:
    """A page read by the zones of a known form: the page upright, its fit, and what its zones say."""

    page: Page
    stamps: Stamps
    fit: Fit
    zones: ZoneRead


def see_known(page: Page, stamps: Stamps, engine: Engine, forms: Sequence[KnownForm]) -> Zoned | None:
    """A page read by its form's zones, None where no known form's print is on it, where another title stands there,
    where much stands outside its zones, or where most required values were not read: such a page is to be read whole.
    One value that was not read is left to a person. So is one in black and white alone, of which zones read 90 of 100
    values, and whole pages, without their rules, 96."""
    if is_bitonal(page):
        return None
    small = dark(stamps.text_stream)
    fit = find(small, forms)
    if fit is None:
        return None
    if fit.flipped:
        page = turned(page, 2)
        stamps = reading_stream(page)
        small = dark(stamps.text_stream)
    zones = read_zones(page, stamps, fit, engine, small)
    if not zones.title or zones.notes > MOST or is_empty(fit.form, zones.found):
        return None
    zones = with_stamps(page, stamps, fit, zones, small.times, engine)
    page = page.noted("known", form=fit.form.name, version=fit.form.version, notes=zones.notes)
    return Zoned(page, stamps, fit, zones)


def evidence_of_zones(seen: Zoned, on: dt.date, asked: Sequence[str]) -> tuple[dict[str, Found], Case]:
    """The values of a page of a known form with all evidence, not yet judged, and the case that the rules judged."""
    kind = catalogue().types[seen.fit.form.type]
    stamped = [each for each in seen.zones.found if each.evidence.how == STAMP]
    read = [each for each in seen.zones.found if each.evidence.how != STAMP]
    return settled(read, stamped, kind, on, asked, seen.zones.reading)


def read_known(page: Page, stamps: Stamps, engine: Engine, forms: Sequence[KnownForm], on: dt.date) -> dict[str, str]:
    """The values in stored form that a page says by the zones of its form; none where no form was found on it."""
    seen = see_known(page, stamps, engine, forms)
    found = evidence_of_zones(seen, on, ())[0] if seen else {}
    return {name: each.value.value for name, each in found.items()}


def of_known(
    seen: Zoned, on: dt.date, asked: Sequence[str], accept_error: Mapping[str, float] = ACCEPT_ERROR
) -> tuple[Voucher, Page]:
    """The voucher that the zones of a page say, and the page upright."""
    found, case = evidence_of_zones(seen, on, asked)
    form, sure = seen.fit.form, seen.zones.title
    fields = {name: judge(each, catalogue().fields[name], sure, ZONE, accept_error) for name, each in found.items()}
    return Voucher(form.type, sure, fields, failures(case), seen.zones.reading), seen.page
