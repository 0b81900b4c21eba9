"""Search by text, type, branch, date and amount; counts and facets are cut to the asker's branches."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Query

from api.auth import Signed
from api.context import ArchiveDep
from archive.errors import Refused
from archive.model import Event, Role
from archive.search import search

from .shapes import Shape, VoucherOut

router = APIRouter(tags=["search"])


class Hits(Shape):
    total: int
    hits: list[VoucherOut]
    facets: dict[str, dict[str, int]]
    took_ms: float


class EventOut(Shape):
    seq: int
    at: str
    kind: str
    actor: str
    batch: str | None
    page: int | None
    voucher: int | None
    detail: dict[str, object]

    @classmethod
    def of(cls, event: Event) -> EventOut:
        return cls(
            seq=event.seq,
            at=event.at.isoformat(),
            kind=event.kind,
            actor=event.actor,
            batch=f"B-{event.batch_id}" if event.batch_id else None,
            page=event.page_id,
            voucher=event.record_id,
            detail=dict(event.detail),
        )


class Feed(Shape):
    events: list[EventOut]
    next_after: int


@router.get("/search")
def find(
    archive: ArchiveDep,
    person: Signed,
    q: str = "",
    type: Annotated[list[str] | None, Query()] = None,
    branch: Annotated[list[str] | None, Query()] = None,
    date_from: Annotated[date | None, Query(alias="from")] = None,
    date_to: Annotated[date | None, Query(alias="to")] = None,
    amount_min: Annotated[Decimal | None, Query(alias="min")] = None,
    amount_max: Annotated[Decimal | None, Query(alias="max")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    offset: Annotated[int, Query(ge=0, le=10_000)] = 0,
) -> Hits:
    """Vouchers that say `q`; an empty query lists everything in scope, newest first."""
    if person.role is Role.KEYER:
        raise Refused("a keyer sees snippets, never a voucher")
    found = search(
        archive,
        q,
        scope=person.scope,
        types=type or (),
        branch_nos=branch or (),
        date_from=date_from,
        date_to=date_to,
        amount_min=amount_min,
        amount_max=amount_max,
        limit=limit,
        offset=offset,
    )
    return Hits(
        total=found.total,
        hits=[VoucherOut.of(record) for record in found.records],
        facets={name: dict(counts) for name, counts in found.facets.items()},
        took_ms=round(found.took_ms, 1),
    )


@router.get("/events")
def events(
    archive: ArchiveDep,
    person: Signed,
    after: Annotated[int, Query(ge=0, le=2**63 - 1)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> Feed:
    """The change feed from a cursor on; what happened in the asker's branches, in order."""
    with archive.catalogue.read() as tx:
        lines = tx.events.after(after, person.scope, limit)
    return Feed(events=[EventOut.of(line) for line in lines], next_after=lines[-1].seq if lines else after)
