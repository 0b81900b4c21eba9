"""Understand: one page, from the processed image to the voucher that it says, in one call."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from imaging.bitonal import is_bitonal, softened, unruled
from imaging.lines import cells
from imaging.model import Page
from imaging.recipe import reading_stream
from imaging.stages.orient import turned
from imaging.stages.stamps import Stamps
from ocr.by_zones import of_known, see_known
from ocr.calibration import ACCEPT_ERROR
from ocr.classify import TypeGuess, classify
from ocr.cover import Cover, read_cover
from ocr.extract import Extraction, Layout, analyse, extract
from ocr.extract.edges import with_crossings
from ocr.extract.found import Found
from ocr.extract.reread import read_missing, reread
from ocr.extract.stamps import Sheet, find_stamps
from ocr.extract.vote import voted
from ocr.forms import catalogue
from ocr.judge import judge
from ocr.known.model import KnownForm
from ocr.model import BATCH_COVER, BLANK, Engine, FieldValue, Reading, Voucher
from ocr.proving import case_of, settled
from ocr.read import read_upright
from ocr.rules import Case, failures, proofs

STAMPS_ASKED = ("stamp_bank",)


@dataclass(frozen=True, slots=True)
class Understood:
    """What a page says, and the page as it was read: upright, in colour, the one that boxes are pixels of."""

    voucher: Voucher
    page: Page


@dataclass(frozen=True, slots=True)
class Seen:
    """A page that was read but not yet understood: the page upright, split into text and stamps, the reading, the text
    alone (of a page in black and white without its rules), and that as it was read (of such a page with soft edges)."""

    page: Page
    stamps: Stamps
    reading: Reading
    text: Page
    print: Page


def see(page: Page, engine: Engine, stamps: Stamps | None = None) -> Seen:
    """Read a processed page, turned so that its text stands upright. `stamps` is its reading stream where that was made
    before."""
    stamps = stamps or reading_stream(page)
    text = unruled(stamps.text_stream)
    given = softened(text)
    read, reading = read_upright(given, engine)
    if read is given:
        return Seen(page, stamps, reading, text, read)
    quarters = int(read.note("turned").get("quarters", 0))
    upright = turned(page, quarters)
    return Seen(upright, reading_stream(upright), reading, turned(text, quarters), read)


def _of_cover(cover: Cover) -> Voucher:
    said = {"branch_no": cover.branch_no, "teller_no": cover.teller_no, "date": cover.date.isoformat()}
    fields = {name: FieldValue(name, value, value, 0.999, True, "barcode") for name, value in said.items()}
    return Voucher(BATCH_COVER, 0.999, fields)


def evidence_of(
    seen: Seen, layout: Layout, guess: TypeGuess, engine: Engine, on: dt.date, asked: Sequence[str]
) -> tuple[dict[str, Found], Case]:
    """The values of a voucher with all evidence, not yet judged, and the case that the rules judged."""
    kind, pixels = catalogue().types[guess.type], seen.print.pixels
    first: Extraction = extract(layout, kind, guess.runs, seen.text.pixels)
    found = {each.field: each for each in first.found}
    proven = frozenset(proofs(case_of(kind, found, on, asked)))
    missing = {name: field for name, field in first.fields.items() if name not in found}
    again = reread(first.found, first.fields, pixels, engine, proven)
    bitonal = is_bitonal(seen.page)
    if bitonal:
        ruled = seen.stamps.text_stream.pixels
        again = [with_crossings(each, ruled) for each in voted(again, first.fields, [ruled], engine)]
    lifted = [(stamp.box, seen.page.pixels) for stamp in seen.stamps.boxes]
    late = read_missing(missing, first.roles, layout, pixels, engine, lifted)
    marks = find_stamps(Sheet.of(seen.page, layout, first, seen.stamps), engine, asked)
    return settled((*again, *late), marks, kind, on, asked, seen.reading, bitonal)


def interpret(
    seen: Seen, engine: Engine, *, on: dt.date, stamps_asked: Sequence[str] = STAMPS_ASKED,
    accept_error: Mapping[str, float] = ACCEPT_ERROR,
) -> Voucher:  # fmt: skip
    """The voucher that a page says, from its reading."""
    layout = analyse(seen.reading, cells(seen.stamps.text_stream))
    guess = classify(seen.reading, layout.runs, layout.marks)
    if guess.type not in catalogue().types:
        return Voucher(guess.type, guess.confidence, {}, (), seen.reading)
    found, case = evidence_of(seen, layout, guess, engine, on, stamps_asked)
    fields = {
        name: judge(each, catalogue().fields[name], guess.confidence, seen.reading.engine, accept_error)
        for name, each in found.items()
    }
    return Voucher(guess.type, guess.confidence, fields, failures(case), seen.reading)


def understand(
    page: Page, engine: Engine, *, business_date: dt.date | None = None, stamps_asked: Sequence[str] = STAMPS_ASKED,
    forms: Sequence[KnownForm] = (), accept_error: Mapping[str, float] = ACCEPT_ERROR,
) -> Understood:  # fmt: skip
    """The voucher on a page that went through imaging's recipe, and that page upright. `business_date` is the batch's,
    today where there is none; `stamps_asked` are the stamps that the parameters ask for; `forms` the known ones, of
    which only the zones are read; `accept_error` how many of the accepted values may be wrong, by kind."""
    if page.note("blank").get("blank"):
        return Understood(Voucher(BLANK, 0.99), page)
    cover = read_cover(page)
    if cover is not None:
        return Understood(_of_cover(cover), page)
    on = business_date or dt.datetime.now(dt.UTC).date()
    stamps = reading_stream(page)
    zoned = see_known(page, stamps, engine, forms) if forms else None
    if zoned is not None:
        return Understood(*of_known(zoned, on, stamps_asked, accept_error))
    seen = see(page, engine, stamps)
    said = interpret(seen, engine, on=on, stamps_asked=stamps_asked, accept_error=accept_error)
    return Understood(said, seen.page)
