"""Search: what was typed is stored, the found vouchers with facets, counts and a look at their amount."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, Response
from fastapi.responses import RedirectResponse

from api import format, vocabulary
from api.pages.days import branches
from api.pages.shell import Crumb, Desk, DeskDep
from api.pages.stored_queries import Filters, filters, find, query_text
from api.routes.vouchers import require_sight
from archive.model import Record, RecordField
from archive.search import Found

router = APIRouter()
PAGE = 50
MOST_OFFSET = 950
AMOUNTS = ("amount", "bill_amount", "discount_paid", "balance")
PARTIES = ("payer_name", "payee_name", "holder_name", "acceptor_name", "authority_name")
NUMBERS = ("voucher_no", "payer_account", "payee_account", "holder_account", "document_no", "bill_no")


@dataclass(frozen=True, slots=True)
class Option:
    """One value of a facet: its text, its count, the address with it, and whether it is chosen."""

    text: str
    count: int
    href: str
    chosen: bool


@router.get("/search")
def start(desk: DeskDep) -> Response:
    """The empty query: everything in scope, newest first."""
    require_sight(desk.person)
    return RedirectResponse("/search/0", 303)


@router.post("/search")
def ask(desk: DeskDep, text: Annotated[str, Form()] = "") -> Response:
    """Store what was typed, then show what it finds."""
    require_sight(desk.person)
    typed = " ".join(text.split())[:500]
    if not typed:
        return RedirectResponse("/search/0", 303)
    with desk.archive.catalogue.write() as tx:
        number = tx.people.save_query(desk.person.id, typed)
    return RedirectResponse(f"/search/{number}", 303)


@router.get("/search/{query_id}")
def search_page(desk: DeskDep, query_id: int, offset: int = 0) -> Response:
    """The rows, fifty a page, beside their facets."""
    require_sight(desk.person)
    address = desk.request.url.query
    text, chosen = query_text(desk, query_id), filters(address)
    start = max(0, min(offset, MOST_OFFSET))
    found = find(desk, text, address, offset=start, limit=PAGE)
    base = f"/search/{query_id}"
    return desk.page(
        "search.html",
        title=desk.say("page.search"),
        here="search",
        crumbs=[Crumb(text or desk.say("Everything in scope"))],
        query_id=query_id,
        text=text,
        chosen=chosen,
        found=found,
        took=format.figure(round(found.took_ms, 1)),
        rows=[row(record) for record in found.records],
        facets=_facets(desk, found, chosen, base),
        removable=_removable(desk, text, chosen, base) if not found.total else [],
        list=quote(f"search-{query_id}" + (f"?{chosen.query()}" if chosen.query() else ""), safe=""),
        base=base,
        offset=start,
        earlier=_at(base, chosen, start - PAGE) if start else "",
        later=_at(base, chosen, start + PAGE) if start + PAGE < min(found.total, MOST_OFFSET + PAGE) else "",
    )


def _at(base: str, chosen: Filters, offset: int) -> str:
    return f"{base}?{chosen.query(offset=str(max(offset, 0)))}"


def row(record: Record) -> dict[str, object]:
    """A found record as its row shows it: the amount with where it stands on the page, a party, a number."""
    amount = _first(record, AMOUNTS)
    return {
        "record": record,
        "amount": amount,
        "box": amount.box.padded(6, 10**6, 10**6) if amount and amount.box else None,
        "party": _first(record, PARTIES),
        "number": _first(record, NUMBERS),
    }


def _first(record: Record, names: tuple[str, ...]) -> RecordField | None:
    return next((record.fields[name] for name in names if name in record.fields and record.fields[name].value), None)


def _facets(desk: Desk, found: Found, chosen: Filters, base: str) -> list[tuple[str, list[Option]]]:
    names = dict(branches(desk))
    shown = {
        "type": ("type", lambda v: vocabulary.type_name(v, desk.say), chosen.type),
        "branch_no": ("branch", lambda v: v + names.get(v, ""), chosen.branch),
        "state": ("state", lambda v: desk.say(f"state.{v}"), chosen.state),
    }
    return [
        (name, _options(found.facets.get(facet, {}), name, text, value, chosen, base))
        for facet, (name, text, value) in shown.items()
    ]


def _options(
    counts: Mapping[str, int], name: str, text: object, value: str, chosen: Filters, base: str
) -> list[Option]:
    assert callable(text)
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:20]
    return [
        Option(text(v), n, f"{base}?{chosen.query(**{name: '' if v == value else v})}", v == value) for v, n in ordered
    ]


def _removable(desk: Desk, text: str, chosen: Filters, base: str) -> list[tuple[str, str, int]]:
    """Each filter that could be taken away, with what would be found without it."""
    lines = []
    for name, value in chosen.pairs().items():
        rest = chosen.query(**{name: ""})
        count = find(desk, text, rest, limit=0).total
        lines.append((f"{desk.say(f'filter.{name}')} {value}", f"{base}?{rest}", count))
    return lines
