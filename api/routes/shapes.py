"""The resources of the API: typed shapes of the archive's nouns, in the catalogue's names."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from archive.catalogue.batches import BatchCounts
from archive.model import Batch, CapturedFile, Case, HistoryLine, Record, RecordField, StoredPage, Task


class Shape(BaseModel):
    model_config = ConfigDict(extra="forbid")


class BatchIn(Shape):
    branch_no: str = Field(examples=["0102"])
    teller_no: str = Field(examples=["0417"])
    business_date: date
    declared_sheets: int | None = Field(default=None, ge=0)
    declared_entries: int | None = Field(default=None, ge=0)
    declared_amount: Decimal | None = Field(default=None, max_digits=18, decimal_places=2)
    duplex: bool = False
    new: bool = Field(default=False, description="open another batch even where one is open")


class DeclaredIn(Shape):
    declared_sheets: int | None = Field(default=None, ge=0)
    declared_entries: int | None = Field(default=None, ge=0)
    declared_amount: Decimal | None = Field(default=None, max_digits=18, decimal_places=2)


class BoxIn(Shape):
    box: str = Field(max_length=200, description="1 to 40 letters, digits, - or /; empty takes it out of its box")


class BatchOut(Shape):
    id: str
    branch_no: str
    teller_no: str
    business_date: date
    state: str
    declared_sheets: int | None
    declared_entries: int | None
    declared_amount: Decimal | None
    duplex: bool
    opened_by: str
    opened_at: datetime
    closed_at: datetime | None
    box: str = Field(default="", description="the archive box that the paper lies in; empty where in none")
    sheets: int = 0
    pages: int = 0
    pages_done: int = 0
    quarantined: int = 0
    doubtful: int = 0
    refused: int = 0

    @classmethod
    def of(cls, batch: Batch, counts: BatchCounts) -> Self:
        return cls(
            id=batch.label,
            branch_no=batch.branch_no,
            teller_no=batch.teller_no,
            business_date=batch.business_date,
            state=batch.state,
            declared_sheets=batch.declared_sheets,
            declared_entries=batch.declared_entries,
            declared_amount=batch.declared_amount,
            duplex=batch.duplex,
            opened_by=batch.opened_by,
            opened_at=batch.opened_at,
            closed_at=batch.closed_at,
            box=batch.box,
            sheets=counts.sheets,
            pages=counts.pages,
            pages_done=counts.pages_done,
            quarantined=counts.quarantined,
            doubtful=counts.doubtful_records,
            refused=counts.refused_files,
        )


class FileOut(Shape):
    id: int
    file: str
    sha256: str
    size: int
    media_type: str
    pages: int
    refused: bool
    reason: str = ""
    detail: str = ""

    @classmethod
    def of(cls, file: CapturedFile) -> Self:
        return cls(
            id=file.id,
            file=file.name,
            sha256=file.sha256,
            size=file.size,
            media_type=file.media_type,
            pages=file.pages,
            refused=bool(file.refused),
            reason=file.refused,
            detail=file.detail,
        )


class PageOut(Shape):
    id: int
    batch: str
    file: str
    page: int
    sheet: int
    side: str
    seq: int
    state: str
    kind: str
    width: int
    height: int
    dpi: float
    original: str
    fault: str
    cause: str
    twin_of: int | None
    voucher: int | None

    @classmethod
    def of(cls, page: StoredPage) -> Self:
        return cls(
            id=page.id,
            batch=f"B-{page.batch_id}",
            file=page.file_name,
            page=page.number,
            sheet=page.sheet_number,
            side=page.side,
            seq=page.seq,
            state=page.state,
            kind=page.kind,
            width=page.width,
            height=page.height,
            dpi=page.dpi,
            original=page.original,
            fault=page.fault,
            cause=page.cause,
            twin_of=page.twin_of,
            voucher=page.record_id,
        )


class FieldOut(Shape):
    value: str
    raw: str
    confidence: float
    accepted: bool
    source: str
    box: tuple[int, int, int, int] | None = Field(description="left, top, width, height in pixels of the access copy")
    version: int

    @classmethod
    def of(cls, field: RecordField) -> Self:
        box = field.box
        return cls(
            value=field.value,
            raw=field.raw,
            confidence=field.confidence,
            accepted=field.accepted,
            source=field.source,
            box=(box.x, box.y, box.w, box.h) if box else None,
            version=field.version,
        )


class VoucherOut(Shape):
    id: int
    page_id: int
    batch: str
    file: str
    page: int
    sheet: int
    type: str
    state: str
    confidence: float
    version: int
    branch_no: str
    teller_no: str
    business_date: date
    journal_no: str
    fields: dict[str, FieldOut]
    failures: list[dict[str, object]]

    @classmethod
    def of(cls, record: Record) -> Self:
        return cls(
            id=record.id,
            page_id=record.page_id,
            batch=f"B-{record.batch_id}",
            file=record.file_name,
            page=record.page_number,
            sheet=record.sheet_number,
            type=record.type,
            state=record.state,
            confidence=record.confidence,
            version=record.version,
            branch_no=record.branch_no,
            teller_no=record.teller_no,
            business_date=record.business_date,
            journal_no=record.journal_no,
            fields={name: FieldOut.of(field) for name, field in record.fields.items()},
            failures=[dict(failure) for failure in record.failures],
        )


class HistoryOut(Shape):
    field: str
    old: str
    new: str
    source: str
    actor: str
    basis: str
    at: datetime

    @classmethod
    def all_of(cls, lines: Iterable[HistoryLine]) -> list[Self]:
        return [
            cls(field=i.field, old=i.old, new=i.new, source=i.source, actor=i.actor, basis=i.basis, at=i.at)
            for i in lines
        ]


class TaskOut(Shape):
    """A task as a keyer sees it: no value that was read, no page, no neighbour."""

    id: int
    kind: str
    field: str
    field_kind: str
    token: int
    lease_until: datetime | None

    @classmethod
    def of(cls, task: Task) -> Self:
        return cls(
            id=task.id,
            kind=task.kind,
            field=task.field,
            field_kind=task.field_kind,
            token=task.token,
            lease_until=task.lease_until,
        )


class CaseOut(Shape):
    id: int
    kind: str
    state: str
    branch_no: str
    teller_no: str
    business_date: date
    voucher: int | None
    journal_no: str
    field: str
    expected: str
    found: str
    reason: str
    actor: str
    raised_at: datetime | None

    @classmethod
    def of(cls, case: Case) -> Self:
        return cls(
            id=case.id,
            kind=case.kind,
            state=case.state,
            branch_no=case.day.branch_no,
            teller_no=case.day.teller_no,
            business_date=case.day.business_date,
            voucher=case.record_id,
            journal_no=case.journal_no,
            field=case.field,
            expected=case.expected,
            found=case.found,
            reason=case.reason,
            actor=case.actor,
            raised_at=case.raised_at,
        )
