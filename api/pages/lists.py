"""The list that a voucher was opened from: its neighbours there, its place, and the way back to the same row."""

from __future__ import annotations

from dataclasses import dataclass

from api.pages.shell import Desk
from api.pages.stored_queries import filters, query_text
from archive.errors import Invalid, NotFound
from archive.highlights import Hit, highlights
from archive.model import Record
from archive.search import search_ids

# A list opened from a search is walked through this far.
LONGEST = 1000


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record stands in its list: `at` of `total`, from 1; ids and pages of the ones around it."""

    name: str
    back: str
    at: int
    total: int
    before: int | None
    after: int | None
    ahead: tuple[int, ...]


def place(desk: Desk, record: Record, name: str) -> Place | None:
    """The record's place in the list that an address names (`batch-12`, `search-5?type=…`); None where none."""
    kind, _, rest = name.partition("-")
    try:
        if kind == "batch":
            return _in_batch(desk, record, int(rest))
        if kind == "search":
            return _in_search(desk, record, rest)
    except (ValueError, NotFound):
        return None
    return None


def _placed(record: Record, records: list[Record], total: int, name: str, back: str) -> Place | None:
    ids = [one.id for one in records]
    if record.id not in ids:
        return None
    at = ids.index(record.id)
    return Place(
        name,
        back,
        at + 1,
        total,
        ids[at - 1] if at else None,
        ids[at + 1] if at + 1 < len(ids) else None,
        tuple(one.page_id for one in records[at + 1 : at + 4]),
    )


def _in_batch(desk: Desk, record: Record, batch_id: int) -> Place | None:
    with desk.archive.catalogue.read() as tx:
        records = tx.records.of_batch(batch_id, desk.person.scope)
    back = f"/batches/{batch_id}?sheet={record.sheet_number}"
    return _placed(record, records, len(records), f"batch-{batch_id}", back)


def hits_of(desk: Desk, record: Record, name: str) -> tuple[Hit, ...]:
    """Where the record's paper answers to the search that it was opened from; nothing for another list."""
    kind, _, rest = name.partition("-")
    id_, _, chosen = rest.partition("?")
    if kind != "search" or not id_.isdigit():
        return ()
    try:
        query = filters(chosen).asked(query_text(desk, int(id_))).query()
    except (NotFound, Invalid):
        return ()
    return highlights(desk.archive, query, [record])[record.id]


def _in_search(desk: Desk, record: Record, rest: str) -> Place | None:
    id_, _, chosen = rest.partition("?")
    asked = filters(chosen).asked(query_text(desk, int(id_)))
    total, ids = search_ids(desk.archive, asked, scope=desk.person.scope, limit=LONGEST)
    if record.id not in ids:
        return None
    at = ids.index(record.id)
    with desk.archive.catalogue.read() as tx:
        ahead = tx.records.many(ids[at + 1 : at + 4], desk.person.scope)
    back = f"/search/{id_}?{chosen}&row=r-{record.id}" if chosen else f"/search/{id_}?row=r-{record.id}"
    before = ids[at - 1] if at else None
    after = ids[at + 1] if at + 1 < len(ids) else None
    return Place(f"search-{rest}", back, at + 1, total, before, after, tuple(one.page_id for one in ahead))
