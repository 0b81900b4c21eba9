"""Search by text, type, branch, date and amount; counts and facets are cut to the asker's branches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic_core import to_json

from api.auth import Signed
from api.context import ArchiveDep
from archive.highlights import highlights
from archive.model import Event
from archive.search import Asked, Found, Glimpsed, glimpse, search

from .search_shapes import HitOut, Hits, Place, Places, SearchIn, hit_of
from .shapes import Shape
from .vouchers import require_sight

router = APIRouter(tags=["search"])


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
            seq=event.position or event.seq,
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


@router.get("/search", response_model=Hits)
def find(archive: ArchiveDep, person: Signed, wanted: Annotated[SearchIn, Query()]) -> Response:
    """Vouchers that answer to the text and every filter; an empty search lists everything in scope. Pages follow each
    other by `next`, and none is seen twice or left out while others arrive."""
    require_sight(person)
    asked, limit, facets = wanted.asked(), wanted.limit, wanted.facets
    if not wanted.highlight:
        glimpsed = glimpse(archive, asked, scope=person.scope, cursor=wanted.cursor, limit=limit, facets=facets)
        return _written(glimpsed, [hit_of(*one) for one in glimpsed.hits])
    found = search(archive, asked, scope=person.scope, cursor=wanted.cursor, limit=limit, facets=facets)
    places = highlights(archive, asked.query(), found.records)
    return _written(found, [HitOut.found(record, places.get(record.id)) for record in found.records])


def _written(found: Found | Glimpsed, hits: Sequence[object]) -> Response:
    """A page in the shape of `Hits`, written once, in one go: checking hundreds of fields of our own takes longer than
    the search."""
    page = {
        "total": found.total,
        "hits": hits,
        "facets": found.facets,
        "took_ms": round(found.took_ms, 1),
        "next": found.next or None,
    }
    return Response(to_json(page), media_type="application/json")


@router.get("/vouchers/{voucher_id}/hits")
def hits(
    voucher_id: int, archive: ArchiveDep, person: Signed, q: Annotated[str, Query(max_length=1000)], loose: bool = False
) -> Places:
    """Where on the paper of one voucher the parts of a text stand."""
    require_sight(person)
    with archive.catalogue.read() as tx:
        record = tx.records.get(voucher_id, person.scope)
    found = highlights(archive, Asked(q, loose=loose).query(), [record])[record.id]
    return Places(voucher=record.id, page_id=record.page_id, places=[Place.of(hit) for hit in found])


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
    last = lines[-1].position if lines else None
    return Feed(events=[EventOut.of(line) for line in lines], next_after=last or after)
