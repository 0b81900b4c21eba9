"""The pipeline of one page: bytes → imaging → reading → derivatives → one transaction that ends the page."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from archive.accepting import accept_error
from archive.catalogue.engine import Transaction
from archive.catalogue.pages import PageResult
from archive.catalogue.supervised import NEAR, Candidate
from archive.catalogue.tasks import Asked
from archive.model import Batch, Record, RecordField, RecordState, StoredPage, TellerDay
from archive.objects import put_pack
from archive.vault import Archive
from imaging.decode import decode
from imaging.derivatives import access_copy, thumbnail
from imaging.model import Page, Scan
from imaging.phash import hamming, phash
from imaging.recipe import RECIPE, reading_stream, run
from ocr.calibration import ACCEPT_ERROR
from ocr.cover import Cover, read_cover
from ocr.forms import catalogue as forms
from ocr.known.model import KnownForm
from ocr.model import BATCH_COVER, BLANK, NOT_VOUCHERS, UNKNOWN, Engine, FieldValue, Voucher
from ocr.readings import dump
from ocr.understand import understand

from .capture import Declared, redeclare
from .known import forms_in_force
from .originals import original
from .outages import patiently
from .twins import same_paper

ACTOR = "pipeline"
ACCESS, THUMBNAIL, READING = "access.jpg", "thumbnail.jpg", "reading.json"  # the parts of a page's one object


@dataclass(slots=True)
class Clock:
    """Milliseconds by step, on the wall's clock and of this thread's CPU time, for the page's notes and benchmarks."""

    steps: dict[str, float] = field(default_factory=dict)
    cpu: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        begin, used = time.perf_counter(), time.thread_time()
        try:
            yield
        finally:
            self.steps[name] = round(self.steps.get(name, 0.0) + (time.perf_counter() - begin) * 1000, 1)
            self.cpu[name] = round(self.cpu.get(name, 0.0) + (time.thread_time() - used) * 1000, 1)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was made of a page before anything is committed: the upright page, the voucher, its derivatives' names."""

    page: Page
    voucher: Voucher
    access: str
    thumbnail: str
    reading: str
    phash: str


def process(archive: Archive, engine: Engine, page: StoredPage, full_text: bool = False) -> None:
    """Does all of a claimed page's work and commits it; with `full_text` it reads what stands outside a form's zones
    too. Raises LeaseLost where somebody else took it over, ScanError where its bytes cannot be imaged, OSError where a
    store fails; then nothing of it is visible."""
    clock = Clock()
    with archive.catalogue.read() as tx:
        batch, known, errors = tx.batches.get(page.batch_id), forms_in_force(tx), accept_error(tx)
    with clock.step("fetch"):
        data = original(archive.objects, page.original)
    scan = Scan(page.file_name, data, page.original)
    outcome = make(archive, engine, scan, page.number, batch, clock, known, errors, full_text)
    with clock.step("commit"):
        patiently(lambda: commit(archive, page, batch.day, outcome, clock))


def make(
    archive: Archive, engine: Engine, scan: Scan, number: int, batch: Batch, clock: Clock,
    known: Sequence[KnownForm] = (), errors: Mapping[str, float] = ACCEPT_ERROR, full_text: bool = False,
) -> Outcome:  # fmt: skip
    """Images and reads one page of a scan, by the forms that are known, accepting values with so many errors among
    them, and stores its derivatives; idempotent, since stores go by content."""
    with clock.step("decode"):
        decoded = decode(scan, number)
    with clock.step("imaging"):
        imaged = run(decoded, RECIPE)
    with clock.step("reading"):
        imaged, voucher = read(imaged, engine, batch, known, errors, full_text)
    with clock.step("derivatives"):
        copies = {ACCESS: access_copy(imaged), THUMBNAIL: thumbnail(imaged)}
        if voucher.reading is not None:
            copies[READING] = dump(voucher.reading)
    with clock.step("store"):
        names = put_pack(archive.objects, copies)
    finger = "" if voucher.type == BLANK else f"{phash(imaged):016x}"
    return Outcome(imaged, voucher, names[ACCESS], names[THUMBNAIL], names.get(READING, ""), finger)


def read(
    page: Page, engine: Engine, batch: Batch, known: Sequence[KnownForm] = (),
    errors: Mapping[str, float] = ACCEPT_ERROR, full_text: bool = False,
) -> tuple[Page, Voucher]:  # fmt: skip
    """The page upright and what it says; a blank side is not read. With `full_text` a page of which else only a form's
    zones or a cover's code are read is read whole too, so that all its words can be found."""
    if page.note("blank").get("blank"):
        return page, Voucher(BLANK, 1.0)
    found = understand(page, engine, business_date=batch.business_date, forms=known, accept_error=errors)
    if full_text and (found.voucher.reading is None or found.page.note("known")):
        whole = engine.read(reading_stream(found.page).text_stream)
        return found.page, replace(found.voucher, reading=whole)
    return found.page, found.voucher


def commit(archive: Archive, page: StoredPage, day: TellerDay, outcome: Outcome, clock: Clock) -> None:
    """One transaction: the page's end, its record with history, its tasks, its index message and its event. What is
    new is written before the locks are taken: the workers of one batch wait for each other only while it ends."""
    cover = read_cover(outcome.page) if outcome.voucher.type == BATCH_COVER else None
    voucher = outcome.voucher
    said: Any = {
        "text": voucher.reading.text if voucher.reading else "",
        "actor": ACTOR,
        "basis": page.original,
        "state": state_of(voucher.type, voucher.fields),
    }
    with archive.catalogue.write() as tx:
        new = tx.records.put_first(page, day, voucher, **said) if page.record_id is None else None
        if new is not None:
            _announce(tx, new, again=False)
        batch = tx.batches.lock_to_change(page.batch_id, day)
        result = _result(outcome, clock, find_twin(tx, page, outcome))
        tx.pages.finish(page.id, page.token, result, batch)
        if new is None:
            _announce(tx, tx.records.put(page, batch, voucher, **said), again=True)
        if cover is not None:
            _declare(tx, batch, cover)


def _result(outcome: Outcome, clock: Clock, twin_of: int | None) -> PageResult:
    notes = {note.stage: dict(note.values) for note in outcome.page.notes}
    notes |= {"timing": dict(clock.steps), "cpu": dict(clock.cpu)}
    return PageResult(
        kind=outcome.voucher.type,
        access=outcome.access,
        thumbnail=outcome.thumbnail,
        reading=outcome.reading,
        width=outcome.page.width,
        height=outcome.page.height,
        dpi=outcome.page.dpi,
        phash=outcome.phash,
        twin_of=twin_of,
        fault=str(outcome.page.note("quality").get("fault", "")),
        notes=notes,
    )


def _announce(tx: Transaction, record: Record, *, again: bool) -> None:
    """Asks people what is doubtful, and tells the feed."""
    ask(tx, record, again=again)
    tx.events.add(
        "page.done",
        ACTOR,
        batch_id=record.batch_id,
        page_id=record.page_id,
        record_id=record.id,
        branch_no=record.branch_no,
    )


def ask(tx: Transaction, record: Record, *, again: bool = True) -> None:
    """A keying task for each field of a voucher that is not accepted, and a `find` task for each required one that was
    not found. What was asked before and stands now is withdrawn, where `again` says that the record is not new."""
    if again:
        tx.tasks.cancel_of(record.id)
    if record.type in NOT_VOUCHERS:
        return
    form = forms().fields
    find = [Asked("find", name, form[name].kind) for name in missing_fields(record.type, record.fields)]
    key = [
        Asked("key", value.name, form[value.name].kind, value.box, 1 if form[value.name].kind == "amount" else 0)
        for value in record.fields.values()
        if not value.accepted
    ]
    tx.tasks.add_all(record, find + key)


def missing_fields(type_name: str, fields: Collection[str]) -> tuple[str, ...]:
    """The required fields of a type that are not among those found."""
    found = forms().types.get(type_name)
    return tuple(name for name in found.required if name not in fields) if found else ()


def state_of(type_name: str, fields: Mapping[str, FieldValue] | Mapping[str, RecordField]) -> RecordState:
    """`done` when nothing of a page with these fields waits for a person."""
    if type_name == UNKNOWN:
        return RecordState.DOUBTFUL
    waits = missing_fields(type_name, fields) or any(not value.accepted for value in fields.values())
    return RecordState.DOUBTFUL if waits else RecordState.DONE


def find_twin(tx: Transaction, page: StoredPage, outcome: Outcome) -> int | None:
    """The earlier page of the batch that shows the same paper. Workers end pages in any order: a later one that shows
    it too and has ended already learns of it here, under the batch's lock."""
    if not outcome.phash:
        return None
    others = tx.pages.candidates(page.batch_id, page.seq, page.original, outcome.phash)
    first = next((one.id for one in others if one.seq < page.seq and _shows(tx, one, page, outcome)), None)
    for later in others:
        if later.seq > page.seq and later.twin_of is None and _shows(tx, later, page, outcome):
            tx.pages.set_twin(later.id, first or page.id)
    return first


def _shows(tx: Transaction, other: Candidate, page: StoredPage, outcome: Outcome) -> bool:
    """Whether another page shows the same paper: the same bytes, or a near hash and the same words."""
    if other.original == page.original and other.number == page.number:
        return True
    text = outcome.voucher.reading.text if outcome.voucher.reading else ""
    near = hamming(int(other.phash, 16), int(outcome.phash, 16)) <= NEAR
    return near and same_paper(tx.pages.text_of(other.id), text)


def _declare(tx: Transaction, batch: Batch, cover: Cover) -> None:
    """What a cover sheet declares stands where nothing was declared before."""
    said = Declared(
        cover.sheets if batch.declared_sheets is None else None,
        cover.lines if batch.declared_entries is None else None,
        cover.amount if batch.declared_amount is None else None,
    )
    if said != Declared():
        redeclare(tx, batch, said, ACTOR)
