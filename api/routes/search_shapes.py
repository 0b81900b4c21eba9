"""What a search asks for and answers, what an export and a saved search are, as the API writes them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Literal, Self

from pydantic import ConfigDict, Field

from archive.catalogue.glances import Glance, GlanceField
from archive.errors import Invalid
from archive.highlights import Hit
from archive.index.port import Sort
from archive.model import Record
from archive.search import Asked
from archive.service import Export, SavedSearch
from processing.exports import KEPT

from .shapes import Shape, VoucherOut

_BATCH = re.compile(r"(?:[Bb]-)?(\d{1,18})")


class Wanted(Shape):
    """A text and filters, all of which must hold."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    q: str = Field(default="", max_length=1000, description="words, digits, amounts, dates, `field:value`, `~` loose")
    type: list[str] = Field(default=[])
    branch: list[str] = Field(default=[])
    teller: str = ""
    batch: str = Field(default="", description="B-12 or 12")
    box: str = Field(default="", description="the number of the paper's box")
    state: str = Field(default="", description="done or doubtful")
    date_from: date | None = Field(default=None, alias="from", description="first business date")
    date_to: date | None = Field(default=None, alias="to", description="last business date")
    amount_min: Decimal | None = Field(default=None, alias="min")
    amount_max: Decimal | None = Field(default=None, alias="max")
    loose: bool = Field(default=False, description="digits of the text tolerate the usual confusions of OCR")
    sort: Sort = Sort.NEWEST

    def asked(self) -> Asked:
        return Asked(
            text=self.q,
            types=tuple(self.type),
            branch_nos=tuple(self.branch),
            teller_no=self.teller,
            batch_id=batch_id(self.batch),
            box=self.box,
            state=self.state,
            date_from=self.date_from,
            date_to=self.date_to,
            amount_min=self.amount_min,
            amount_max=self.amount_max,
            loose=self.loose,
            sort=self.sort,
        )


def batch_id(text: str) -> int | None:
    """The number in B-12 or 12; None where nothing is given. Invalid where it is none."""
    found = _BATCH.fullmatch(text.strip())
    if text.strip() and not found:
        raise Invalid("batch", f"{text!r} is no batch; write B-12")
    return int(found[1]) if found else None


class SearchIn(Wanted):
    """A search, and which part of its answer."""

    limit: int = Field(default=50, ge=1, le=200)
    cursor: str = Field(default="", max_length=200, description="`next` of the page before")
    facets: bool = True
    highlight: bool = Field(default=False, description="with the places on the paper that answer to the text")


class Place(Shape):
    """A place on the paper that answers to a part of the text."""

    term: str
    text: str
    field: str = Field(description="the field that it is part of; empty where it is none's")
    box: tuple[int, int, int, int] = Field(description="left, top, width, height in pixels of the access copy")

    @classmethod
    def of(cls, hit: Hit) -> Self:
        return cls(term=hit.term, text=hit.text, field=hit.field, box=(hit.box.x, hit.box.y, hit.box.w, hit.box.h))


class Places(Shape):
    voucher: int
    page_id: int
    places: list[Place]


class HitOut(VoucherOut):
    highlights: list[Place] | None = Field(default=None, description="only where they were asked for")

    @classmethod
    def found(cls, record: Record, places: Sequence[Hit] | None) -> Self:
        shown = None if places is None else [Place.of(hit) for hit in places]
        return cls.model_construct(**dict(VoucherOut.of(record)), highlights=shown)


def hit_of(record: Glance, fields: Iterable[GlanceField]) -> dict[str, object]:
    """A `HitOut` of what is known to be right, ready to be written."""
    return {
        "id": record.id,
        "page_id": record.page_id,
        "batch": f"B-{record.batch_id}",
        "file": record.file_name,
        "page": record.page_number,
        "sheet": record.sheet_number,
        "type": record.type,
        "state": record.state,
        "confidence": record.confidence,
        "version": record.version,
        "branch_no": record.branch_no,
        "teller_no": record.teller_no,
        "business_date": record.business_date,
        "journal_no": record.journal_no or "",
        "fields": {
            name: {
                "value": value,
                "raw": raw,
                "confidence": confidence,
                "accepted": accepted,
                "source": source,
                "box": None if x is None else (x, y, w, h),
                "version": version,
            }
            for _, name, value, raw, confidence, accepted, source, version, x, y, w, h in fields
        },
        "failures": record.failures,
        "highlights": None,
    }


class Hits(Shape):
    total: int = Field(description="exact, in the asker's scope")
    hits: list[HitOut]
    facets: dict[str, dict[str, int]]
    took_ms: float
    next: str | None = Field(description="the cursor of the next page; null at the end")


class ExportIn(Wanted):
    format: Literal["csv", "zip", "pdf"]
    reason: str = Field(description="what it is for; logged")
    originals: bool = Field(default=False, description="in a ZIP the files as they came instead of the access copies")
    masked: bool = Field(default=False, description="names and accounts masked; only for csv")
    vouchers: list[int] = Field(default=[], max_length=1000, description="those chosen from the result; none: all")


class ExportOut(Shape):
    id: int
    state: str
    format: str
    q: str
    filters: dict[str, object]
    reason: str
    masked: bool
    done: int
    total: int
    size: int
    sha256: str
    fault: str
    created_at: datetime
    finished_at: datetime | None
    expires_at: datetime | None

    @classmethod
    def of(cls, made: Export) -> Self:
        return cls(
            id=made.id,
            state=made.state,
            format=made.format,
            q=made.text,
            filters=dict(made.filters),
            reason=made.reason,
            masked=bool(made.options.get("masked")),
            done=made.done,
            total=made.total,
            size=made.size,
            sha256=made.sha256,
            fault=made.fault,
            created_at=made.created_at,
            finished_at=made.finished_at,
            expires_at=made.finished_at + KEPT if made.finished_at else None,
        )


class ExportList(Shape):
    exports: list[ExportOut]


class NameIn(Shape):
    name: str = Field(min_length=1, max_length=60)


class SavedIn(Wanted):
    name: str = Field(min_length=1, max_length=60)


class SavedOut(Shape):
    id: int
    name: str
    q: str
    filters: dict[str, object]
    at: datetime

    @classmethod
    def of(cls, saved: SavedSearch) -> Self:
        return cls(id=saved.id, name=saved.name, q=saved.text, filters=dict(saved.filters), at=saved.at)


class SavedList(Shape):
    searches: list[SavedOut]
