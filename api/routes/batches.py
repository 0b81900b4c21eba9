"""Batches: open, add files, follow, close."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, UploadFile

from api.auth import Signed
from api.context import ArchiveDep
from api.labels import batch_number
from archive.errors import NotFound, Refused
from archive.model import BatchState, Person, Role, TellerDay
from archive.vault import Archive
from processing import capture

from .shapes import BatchIn, BatchOut, BoxIn, DeclaredIn, FileOut, PageOut, Shape

router = APIRouter(prefix="/batches", tags=["batches"])
MAY_CAPTURE = frozenset({Role.OPERATOR, Role.SUPERVISOR, Role.ARCHIVIST, Role.SYSTEM_ADMINISTRATOR, Role.SYSTEM})
MAY_BOX = MAY_CAPTURE - {Role.OPERATOR}
MOST = 2**63 - 1
LARGEST_FILE = 256 * 1024 * 1024


class BatchList(Shape):
    batches: list[BatchOut]
    next_before: int | None


class FileList(Shape):
    files: list[FileOut]


class PageList(Shape):
    pages: list[PageOut]
    next_after: int | None


class CloseIn(Shape):
    short: bool = False


def batch_id(text: str) -> int:
    """The number of a batch said as `B-12` or `12`. Raises NotFound for anything else."""
    number = batch_number(text)
    if number is None:
        raise NotFound(f"batch {text}")
    return number


def require_capture(person: Person) -> None:
    if person.role not in MAY_CAPTURE:
        raise Refused(f"the role {person.role} may not capture")


def require_boxing(person: Person) -> None:
    if person.role not in MAY_BOX:
        raise Refused(f"the role {person.role} may not put a batch into a box")


@router.post("", status_code=201)
def open_batch(body: BatchIn, archive: ArchiveDep, person: Signed) -> BatchOut:
    """Opens a batch, or answers with the open one of the same branch, teller and date."""
    require_capture(person)
    if not person.scope.covers(body.branch_no):
        raise Refused(f"branch {body.branch_no} is not in your scope")
    declared = capture.Declared(body.declared_sheets, body.declared_entries, body.declared_amount)
    batch = capture.open_batch(
        archive,
        TellerDay(body.branch_no, body.teller_no, body.business_date),
        declared=declared,
        duplex=body.duplex,
        actor=person.name,
        new=body.new,
    )
    return shown(archive, batch.id, person)


@router.get("")
def list_batches(
    archive: ArchiveDep,
    person: Signed,
    business_date: date | None = None,
    branch_no: str | None = None,
    state: BatchState | None = None,
    before: Annotated[int | None, Query(ge=1, le=MOST)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> BatchList:
    """Batches in scope, newest first; `next_before` goes on."""
    with archive.catalogue.read() as tx:
        found = tx.batches.list(
            person.scope,
            business_date=business_date,
            branch_no=branch_no,
            state=state,
            before_id=before,
            limit=limit,
        )
        shapes = [BatchOut.of(batch, tx.batches.counts(batch.id)) for batch in found]
    return BatchList(batches=shapes, next_before=found[-1].id if len(found) == limit else None)


@router.get("/{batch}")
def show_batch(batch: str, archive: ArchiveDep, person: Signed) -> BatchOut:
    """One batch with its counts."""
    return shown(archive, batch_id(batch), person)


@router.patch("/{batch}")
def declare(batch: str, body: DeclaredIn, archive: ArchiveDep, person: Signed) -> BatchOut:
    """Corrects what a batch declares."""
    require_capture(person)
    said = capture.Declared(body.declared_sheets, body.declared_entries, body.declared_amount)
    capture.declare(archive, batch_id(batch), said, actor=person.name, scope=person.scope)
    return shown(archive, batch_id(batch), person)


@router.put("/{batch}/box")
def put_into_box(batch: str, body: BoxIn, archive: ArchiveDep, person: Signed) -> BatchOut:
    """Puts a batch's paper into an archive box, by which its vouchers are then found; also after its day is sealed."""
    require_boxing(person)
    capture.box_batch(archive, batch_id(batch), body.box, actor=person.name, scope=person.scope)
    return shown(archive, batch_id(batch), person)


@router.post("/{batch}/files")
def add_files(batch: str, file: list[UploadFile], archive: ArchiveDep, person: Signed) -> FileList:
    """Adds one or more files. Each is answered by itself: durable, or refused with a reason while the others go on."""
    require_capture(person)
    for one in file:
        capture.clean_name(one.filename or "")  # a file without a name refuses the request before any is taken
    return FileList(files=[_add(batch_id(batch), one, archive, person) for one in file])


@router.get("/{batch}/files")
def list_files(batch: str, archive: ArchiveDep, person: Signed) -> FileList:
    """Every file of a batch as it came, the refused ones with their reason."""
    with archive.catalogue.read() as tx:
        found = tx.batches.get(batch_id(batch), person.scope)
        return FileList(files=[FileOut.of(file) for file in tx.batches.files(found.id)])


@router.get("/{batch}/pages")
def list_pages(
    batch: str,
    archive: ArchiveDep,
    person: Signed,
    after: Annotated[int, Query(ge=-1, le=MOST)] = -1,
    limit: Annotated[int, Query(ge=1, le=2000)] = 500,
) -> PageList:
    """The pages of a batch in order; `next_after` goes on."""
    with archive.catalogue.read() as tx:
        found = tx.batches.get(batch_id(batch), person.scope)
        rows = tx.pages.of_batch(found.id, after_seq=after, limit=limit)
    return PageList(pages=[PageOut.of(page) for page in rows], next_after=rows[-1].seq if len(rows) == limit else None)


@router.post("/{batch}/close")
def close(batch: str, archive: ArchiveDep, person: Signed, body: CloseIn | None = None) -> BatchOut:
    """Closes a batch; refused, naming the missing sheets, where it is short of what was declared."""
    require_capture(person)
    short = body.short if body else False
    capture.close_batch(archive, batch_id(batch), actor=person.name, scope=person.scope, short=short)
    return shown(archive, batch_id(batch), person)


def shown(archive: Archive, number: int, person: Person) -> BatchOut:
    with archive.catalogue.read() as tx:
        batch = tx.batches.get(number, person.scope)
        return BatchOut.of(batch, tx.batches.counts(number))


def _add(number: int, upload: UploadFile, archive: Archive, person: Person) -> FileOut:
    name, size = upload.filename or "", upload.size or 0
    if size > LARGEST_FILE:
        said = f"larger than {LARGEST_FILE >> 20} MiB; send it in parts"
        sha256 = _digest(upload)
        return FileOut.of(
            capture.refuse_file(archive, number, name, sha256, size, "too_large", said, scope=person.scope)
        )
    data = upload.file.read()
    return FileOut.of(capture.add_file(archive, number, name, data, actor=person.name, scope=person.scope))


def _digest(upload: UploadFile) -> str:
    found = hashlib.sha256()
    for part in iter(lambda: upload.file.read(1 << 20), b""):
        found.update(part)
    return found.hexdigest()
