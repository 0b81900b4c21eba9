"""Understand: one page, from the processed image to the voucher that it says, in one call."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from imaging.lines import cells
from imaging.model import Page
from imaging.recipe import reading_stream
from imaging.stages.orient import turned
from imaging.stages.stamps import Stamps
from ocr.classify import TypeGuess, classify
from ocr.cover import Cover, read_cover
from ocr.extract import Extraction, Layout, analyse, extract
from ocr.extract.found import Found
from ocr.extract.mend import mend
from ocr.extract.reread import read_missing, reread
from ocr.extract.stamps import Sheet, find_stamps
from ocr.forms import TypeDef, catalogue
from ocr.judge import judge
from ocr.model import BATCH_COVER, BLANK, Engine, FieldValue, Reading, Voucher
from ocr.read import read_upright
from ocr.rules import READING, Case, failures, proofs

STAMPS_ASKED = ("stamp_bank",)


@dataclass(frozen=True, slots=True)
class Understood:
    """What a page says, and the page as it was read: upright, in colour, the one that boxes are pixels of."""

    voucher: Voucher
    page: Page


@dataclass(frozen=True, slots=True)
class Seen:
    """A page that was read but not yet understood: the page upright, split into text and stamps, and the reading."""

    page: Page
    stamps: Stamps
    reading: Reading


def see(page: Page, engine: Engine) -> Seen:
    """Read a processed page, turned so that its text stands upright."""
    stamps = reading_stream(page)
    text, reading = read_upright(stamps.text_stream, engine)
    if text is stamps.text_stream:
        return Seen(page, stamps, reading)
    quarters = int(text.note("turned").get("quarters", 0))
    upright = turned(page, quarters)
    return Seen(upright, replace(reading_stream(upright), text_stream=text), reading)


def _of_cover(cover: Cover) -> Voucher:
    said = {"branch_no": cover.branch_no, "teller_no": cover.teller_no, "date": cover.date.isoformat()}
    fields = {name: FieldValue(name, value, value, 0.999, True, "barcode") for name, value in said.items()}
    return Voucher(BATCH_COVER, 0.999, fields)


def _case(kind: TypeDef, found: Mapping[str, Found], on: dt.date, asked: Sequence[str]) -> Case:
    cards = frozenset(name for name, each in found.items() if each.card)
    return Case(kind.name, {name: each.value.value for name, each in found.items()}, on, cards, tuple(asked))


def _with_rules(found: Mapping[str, Found], case: Case) -> dict[str, Found]:
    """The values with the reading rules that they pass and fail as evidence."""
    passed = proofs(case)
    failed: dict[str, set[str]] = {}
    for result in failures(case):
        if result.rule in READING:
            for name in result.fields:
                failed.setdefault(name, set()).add(result.rule)
    return {
        name: replace(
            each,
            evidence=replace(
                each.evidence,
                proofs=each.evidence.proofs | passed.get(name, frozenset()),
                doubts=frozenset(failed.get(name, ())),
            ),
        )
        for name, each in found.items()
    }


def evidence_of(
    seen: Seen, layout: Layout, guess: TypeGuess, engine: Engine, on: dt.date, asked: Sequence[str]
) -> tuple[dict[str, Found], Case]:
    """The values of a voucher with all evidence, not yet judged, and the case that the rules judged."""
    kind, pixels = catalogue().types[guess.type], seen.stamps.text_stream.pixels
    first: Extraction = extract(layout, kind, guess.runs, pixels)
    found = {each.field: each for each in first.found}
    settled = frozenset(proofs(_case(kind, found, on, asked)))
    missing = {name: field for name, field in first.fields.items() if name not in found}
    again = reread(first.found, first.fields, pixels, engine, settled)
    late = read_missing(missing, first.roles, layout, pixels, engine)
    found = {each.field: each for each in (*again, *late)}
    found = mend(found, kind, _case(kind, found, on, asked))
    sheet = Sheet(seen.page, layout, first, seen.stamps.boxes)
    found |= {each.field: each for each in find_stamps(sheet)}
    case = _case(kind, found, on, asked)
    return _with_rules(found, case), case


def interpret(seen: Seen, engine: Engine, *, on: dt.date, stamps_asked: Sequence[str] = STAMPS_ASKED) -> Voucher:
    """The voucher that a page says, from its reading."""
    layout = analyse(seen.reading, cells(seen.stamps.text_stream))
    guess = classify(seen.reading, layout.runs, layout.marks)
    if guess.type not in catalogue().types:
        return Voucher(guess.type, guess.confidence, {}, (), seen.reading)
    found, case = evidence_of(seen, layout, guess, engine, on, stamps_asked)
    fields = {
        name: judge(each, catalogue().fields[name], guess.confidence, seen.reading.engine)
        for name, each in found.items()
    }
    return Voucher(guess.type, guess.confidence, fields, failures(case), seen.reading)


def understand(
    page: Page, engine: Engine, *, business_date: dt.date | None = None, stamps_asked: Sequence[str] = STAMPS_ASKED
) -> Understood:
    """The voucher on a page that went through imaging's recipe, and that page upright. `business_date` is the batch's,
    today where there is none; `stamps_asked` are the stamps that the parameters ask for."""
    if page.note("blank").get("blank"):
        return Understood(Voucher(BLANK, 0.99), page)
    cover = read_cover(page)
    if cover is not None:
        return Understood(_of_cover(cover), page)
    seen = see(page, engine)
    on = business_date or dt.datetime.now(dt.UTC).date()
    return Understood(interpret(seen, engine, on=on, stamps_asked=stamps_asked), seen.page)
