"""The pipeline of one page: bytes → imaging → reading → derivatives → one transaction that ends the page."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from archive.catalogue.engine import Transaction
from archive.catalogue.pages import PageResult
from archive.model import Batch, Record, RecordField, RecordState, StoredPage
from archive.vault import Archive
from imaging.decode import decode
from imaging.derivatives import access_copy, thumbnail
from imaging.model import Page, Scan
from imaging.phash import hamming, phash
from imaging.recipe import RECIPE, run
from ocr.cover import Cover, read_cover
from ocr.forms import catalogue as forms
from ocr.model import BATCH_COVER, BLANK, NOT_VOUCHERS, UNKNOWN, Engine, FieldValue, Voucher
from ocr.readings import dump
from ocr.understand import understand

from .capture import Declared, redeclare
from .twins import same_paper

ACTOR = "pipeline"
NEAR = 4  # bits of 64 in which two images of one paper may differ


@dataclass(slots=True)
class Clock:
    """Milliseconds by step, for the page's notes and the benchmark's table."""

    steps: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        begin = time.perf_counter()
        try:
            yield
        finally:
            self.steps[name] = round(self.steps.get(name, 0.0) + (time.perf_counter() - begin) * 1000, 1)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was made of a page before anything is committed: the upright page, the voucher, the objects' hashes."""

    page: Page
    voucher: Voucher
    access: str
    thumbnail: str
    reading: str
    phash: str


def process(archive: Archive, engine: Engine, page: StoredPage) -> None:
    """Does all of a claimed page's work and commits it. Raises LeaseLost where somebody else took it over, ScanError
    where its bytes cannot be imaged, OSError where a store fails; then nothing of it is visible."""
    clock = Clock()
    with archive.catalogue.read() as tx:
        batch = tx.batches.get(page.batch_id)
    with clock.step("fetch"):
        data = archive.objects.get(page.original)
    outcome = make(archive, engine, Scan(page.file_name, data, page.original), page.number, batch, clock)
    with clock.step("commit"):
        commit(archive, page, outcome, clock)


def make(archive: Archive, engine: Engine, scan: Scan, number: int, batch: Batch, clock: Clock) -> Outcome:
    """Images and reads one page of a scan and stores its derivatives; idempotent, since stores go by content."""
    with clock.step("decode"):
        decoded = decode(scan, number)
    with clock.step("imaging"):
        imaged = run(decoded, RECIPE)
    with clock.step("reading"):
        imaged, voucher = read(imaged, engine, batch)
    with clock.step("derivatives"):
        copies = [access_copy(imaged), thumbnail(imaged)]
        if voucher.reading is not None:
            copies.append(dump(voucher.reading))
    with clock.step("store"):
        hashes = [*archive.objects.put_many(copies), ""]
    finger = "" if voucher.type == BLANK else f"{phash(imaged):016x}"
    return Outcome(imaged, voucher, hashes[0], hashes[1], hashes[2], finger)


def read(page: Page, engine: Engine, batch: Batch) -> tuple[Page, Voucher]:
    """The page upright and what it says; a blank side is not read."""
    if page.note("blank").get("blank"):
        return page, Voucher(BLANK, 1.0)
    found = understand(page, engine, business_date=batch.business_date)
    return found.page, found.voucher


def commit(archive: Archive, page: StoredPage, outcome: Outcome, clock: Clock) -> None:
    """One transaction: the page's end, its record with history, its tasks, its index message and its event."""
    twin = find_twin(archive, page, outcome)
    notes = {note.stage: dict(note.values) for note in outcome.page.notes} | {"timing": dict(clock.steps)}
    cover = read_cover(outcome.page) if outcome.voucher.type == BATCH_COVER else None
    with archive.catalogue.write() as tx:
        batch = tx.batches.lock(page.batch_id)
        tx.days.require_open(batch.day)
        result = PageResult(
            kind=outcome.voucher.type,
            access=outcome.access,
            thumbnail=outcome.thumbnail,
            reading=outcome.reading,
            width=outcome.page.width,
            height=outcome.page.height,
            dpi=outcome.page.dpi,
            phash=outcome.phash,
            twin_of=twin,
            fault=str(outcome.page.note("quality").get("fault", "")),
            notes=notes,
        )
        tx.pages.finish(page.id, page.token, result)
        text = outcome.voucher.reading.text if outcome.voucher.reading else ""
        record = tx.records.put(
            page,
            batch,
            outcome.voucher,
            text=text,
            actor=ACTOR,
            basis=page.original,
            state=state_of(outcome.voucher.type, outcome.voucher.fields),
        )
        ask(tx, record)
        if cover is not None:
            _declare(tx, batch, cover)
        tx.events.add("page.done", ACTOR, batch_id=batch.id, page_id=page.id, record_id=record.id)
        tx.days.touch(batch.day)


def ask(tx: Transaction, record: Record) -> None:
    """A keying task for each field of a voucher that is not accepted, and a `find` task for each required one that was
    not found. What was asked before and stands now is withdrawn."""
    tx.tasks.cancel_of(record.id)
    if record.type in NOT_VOUCHERS:
        return
    form = forms()
    for name in missing_fields(record.type, record.fields):
        tx.tasks.add("find", record, name, form.fields[name].kind, None, priority=0)
    for value in record.fields.values():
        if not value.accepted:
            urgent = 1 if form.fields[value.name].kind == "amount" else 0
            tx.tasks.add("key", record, value.name, form.fields[value.name].kind, value.box, priority=urgent)


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


def find_twin(archive: Archive, page: StoredPage, outcome: Outcome) -> int | None:
    """The earlier page of the batch that shows the same paper: the same bytes, or a near hash and the same words."""
    if not outcome.phash:
        return None
    text = outcome.voucher.reading.text if outcome.voucher.reading else ""
    with archive.catalogue.read() as tx:
        for other in tx.pages.candidates(page.batch_id, page.seq):
            if other.original == page.original and other.number == page.number:
                return other.id
            near = hamming(int(other.phash, 16), int(outcome.phash, 16)) <= NEAR
            if near and same_paper(tx.pages.text_of(other.id), text):
                return other.id
    return None


def _declare(tx: Transaction, batch: Batch, cover: Cover) -> None:
    """What a cover sheet declares stands where nothing was declared before."""
    said = Declared(
        cover.sheets if batch.declared_sheets is None else None,
        cover.lines if batch.declared_entries is None else None,
        cover.amount if batch.declared_amount is None else None,
    )
    if said != Declared():
        redeclare(tx, batch, said, ACTOR)
