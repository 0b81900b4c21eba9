"""Capture: open a batch, add files to it so that none is lost or doubled, close it."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from archive.boxing import box_number
from archive.catalogue.engine import Transaction
from archive.errors import Conflict, Invalid
from archive.model import EVERYTHING, Batch, BatchState, CapturedFile, Scope, TellerDay
from archive.vault import Archive
from imaging.decode import Probe, probe
from imaging.model import Scan, ScanError

from .wakes import wake

LONGEST_NAME = 255


@dataclass(frozen=True, slots=True)
class Declared:
    """What the teller says the batch holds, where it was said."""

    sheets: int | None = None
    entries: int | None = None
    amount: Decimal | None = None

    def __post_init__(self) -> None:
        for name in ("sheets", "entries"):
            count = getattr(self, name)
            if count is not None and not 0 <= count <= 100_000:
                raise Invalid(f"declared_{name}", f"{count} is not a count from 0 to 100000")


class SheetsMissing(Conflict):
    """A batch is being closed with fewer sheets than declared; `missing` says how many, `numbers` which places."""

    def __init__(self, batch: Batch, captured: int) -> None:
        declared = batch.declared_sheets or 0
        self.numbers = tuple(range(captured + 1, declared + 1))
        self.missing = declared - captured
        super().__init__(
            f"{batch.label}: {declared} sheets declared, {captured} captured; scan sheets "
            f"{self.numbers[0]}-{self.numbers[-1]} or correct the declared number, then close"
        )


def open_batch(
    archive: Archive,
    day: TellerDay,
    *,
    declared: Declared | None = None,
    duplex: bool = False,
    actor: str,
    new: bool = False,
) -> Batch:
    """The open batch of a teller's day to go on with, or a new one where there is none or `new` is asked.
    What is declared now stands; what is not said keeps what was said before."""
    _require_key(day)
    said = declared or Declared()
    with archive.catalogue.write() as tx:
        tx.days.require_open(day)
        batch = None if new else tx.batches.find_open(day)
        if batch is None:
            batch = tx.batches.open(
                day,
                declared_sheets=said.sheets,
                declared_entries=said.entries,
                declared_amount=said.amount,
                duplex=duplex,
                actor=actor,
            )
            tx.events.add("batch.opened", actor, batch_id=batch.id)
        else:
            _require_sides(batch, duplex)
            batch = redeclare(tx, batch, said, actor)
        tx.days.touch(day)
        return batch


def redeclare(tx: Transaction, batch: Batch, said: Declared, actor: str) -> Batch:
    """The batch with what is declared now; every change of a declared total is an event."""
    old = Declared(batch.declared_sheets, batch.declared_entries, batch.declared_amount)
    new = Declared(
        old.sheets if said.sheets is None else said.sheets,
        old.entries if said.entries is None else said.entries,
        old.amount if said.amount is None else said.amount,
    )
    if new != old:
        tx.batches.declare(batch.id, new.sheets, new.entries, new.amount)
        detail = {"old": _plain(old), "new": _plain(new)}
        tx.events.add("batch.declared", actor, batch_id=batch.id, detail=detail)
    return tx.batches.get(batch.id)


def declare(archive: Archive, batch_id: int, said: Declared, *, actor: str, scope: Scope = EVERYTHING) -> Batch:
    """Corrects what a batch declares, until its day is sealed."""
    with archive.catalogue.write() as tx:
        batch = tx.batches.get(batch_id, scope)
        tx.days.require_open(batch.day)
        tx.days.touch(batch.day)
        return redeclare(tx, batch, said, actor)


def add_file(
    archive: Archive, batch_id: int, name: str, data: bytes, *, actor: str, scope: Scope = EVERYTHING
) -> CapturedFile:
    """One file of a batch, acknowledged once its bytes are durable and its rows committed. Sent again it is answered
    with the same identity. One that cannot be imaged is answered with `refused` and `detail`, and kept by name only."""
    return add_files(archive, batch_id, [(name, data)], actor=actor, scope=scope)[0]


def add_files(
    archive: Archive, batch_id: int, files: Sequence[tuple[str, bytes]], *, actor: str, scope: Scope = EVERYTHING
) -> list[CapturedFile]:
    """The same for several files, each a name and bytes, which keep their order: all are acknowledged at once, after
    the bytes of all are durable, in one transaction."""
    scans = [Scan.of(clean_name(name), data) for name, data in files]
    with archive.catalogue.read() as tx:
        batch = tx.batches.get(batch_id, scope)
        known = [tx.batches.find_file(batch_id, scan.name, scan.sha256) for scan in scans]
    looked = [(scan, _looked_at(scan)) for scan, before in zip(scans, known, strict=True) if before is None]
    if not looked:
        return [before for before in known if before is not None]
    _require_open(batch)
    archive.objects.put_many([scan.data for scan, found in looked if isinstance(found, Probe)])
    with archive.catalogue.write() as tx:
        batch = tx.batches.lock(batch_id)
        tx.days.require_open(batch.day)
        _require_open(batch)
        added = iter([_add(archive, tx, batch, scan, found, actor) for scan, found in looked])
    return [next(added) if before is None else before for before in known]


def _looked_at(scan: Scan) -> Probe | ScanError:
    """What a scan holds, or why it cannot be imaged."""
    try:
        return probe(scan)
    except ScanError as error:
        return error


def _add(
    archive: Archive, tx: Transaction, batch: Batch, scan: Scan, found: Probe | ScanError, actor: str
) -> CapturedFile:
    """The rows of one file, where it is new."""
    name, sha256, size = scan.name, scan.sha256, len(scan.data)
    if isinstance(found, ScanError):
        return tx.batches.refuse_file(batch.id, name, sha256, size, refused=found.reason, detail=found.detail)
    file, created = tx.batches.add_file(batch.id, name, sha256, size, found.media_type, found.count)
    if created:
        pages = tx.pages.add_pages(batch, file, sha256)
        wake(archive, tx, ((page.id, batch.branch_no) for page in pages))
        detail = {"name": file.name, "sha256": file.sha256, "pages": file.pages}
        tx.events.add("file.received", actor, batch_id=batch.id, branch_no=batch.branch_no, detail=detail)
    return file


def refuse_file(
    archive: Archive,
    batch_id: int,
    name: str,
    sha256: str,
    size: int,
    reason: str,
    detail: str,
    *,
    scope: Scope = EVERYTHING,
) -> CapturedFile:
    """A file that is not taken: kept by name, with the short word of the reason and what to do."""
    with archive.catalogue.write() as tx:
        tx.batches.get(batch_id, scope)
        return tx.batches.refuse_file(batch_id, clean_name(name), sha256, size, refused=reason, detail=detail)


def close_batch(
    archive: Archive, batch_id: int, *, actor: str, scope: Scope = EVERYTHING, short: bool = False
) -> Batch:
    """Closes a batch: no file comes after. Refused by name where declared sheets are missing, unless `short` says that
    the person knows (the day's balance still shows them). Closing a closed batch changes nothing."""
    with archive.catalogue.write() as tx:
        batch = tx.batches.get(batch_id, scope)
        if batch.state is not BatchState.OPEN:
            return batch
        batch = tx.batches.lock(batch_id)
        counts = tx.batches.counts(batch_id)
        if batch.declared_sheets is not None and counts.sheets < batch.declared_sheets and not short:
            raise SheetsMissing(batch, counts.sheets)
        tx.batches.close(batch_id)
        tx.events.add("batch.closed", actor, batch_id=batch_id, detail={"sheets": counts.sheets})
        tx.batches.archive_if_complete(batch_id)
        tx.days.touch(batch.day)
        return tx.batches.get(batch_id)


def box_batch(archive: Archive, batch_id: int, box: str, *, actor: str, scope: Scope = EVERYTHING) -> Batch:
    """Puts the paper of a batch into an archive box, or takes it out of the one it is in where `box` is empty; also
    when its day is sealed, which holds no box. The batch's vouchers are found by it. Invalid, NotFound."""
    number = box_number(box)
    with archive.catalogue.write() as tx:
        batch = tx.batches.lock(batch_id, tx.batches.get(batch_id, scope).day)
        if number == batch.box:
            return batch
        tx.events.add("batch.boxed", actor, batch_id=batch_id, detail={"old": batch.box, "new": number})
        return tx.batches.set_box(batch_id, number)


def clean_name(name: str) -> str:
    """A file's name as it is kept: NFC, forward slashes, no control characters, not empty, within 255 characters."""
    kept = "".join(c for c in unicodedata.normalize("NFC", name.replace("\\", "/")) if c.isprintable()).strip("/ ")
    parts = [part for part in kept.split("/") if part not in ("", ".", "..")]
    if not parts:
        raise Invalid("file", "the file has no name; send it with one")
    whole = "/".join(parts)
    return whole if len(whole) <= LONGEST_NAME else whole[-LONGEST_NAME:]


def _require_open(batch: Batch) -> None:
    if batch.state is not BatchState.OPEN:
        raise Conflict(f"{batch.label} is {batch.state}; open a new batch for further sheets of this teller and day")


def _require_sides(batch: Batch, duplex: bool) -> None:
    """Fronts and backs would be counted as sheets of their own. A batch that is two-sided stays so without a word."""
    if duplex and not batch.duplex:
        raise Conflict(f"{batch.label} is open and one-sided; close it, or open a new batch for two-sided sheets")


def _require_key(day: TellerDay) -> None:
    for field, value in (("branch_no", day.branch_no), ("teller_no", day.teller_no)):
        if not value or len(value) > 32 or not value.isascii() or not value.replace("-", "").isalnum():
            raise Invalid(field, f"{value!r} is not a number of up to 32 letters and digits")


def _plain(said: Declared) -> dict[str, object]:
    return {
        "sheets": said.sheets,
        "entries": said.entries,
        "amount": None if said.amount is None else str(said.amount),
    }
