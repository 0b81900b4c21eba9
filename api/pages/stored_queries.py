"""Typed queries hold names and accounts: they are stored, and the address carries only their number and the filters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from urllib.parse import parse_qsl, urlencode

from api import format
from api.pages.shell import Desk
from archive.search import Found, search

NAMES = ("type", "branch", "state", "from", "to", "min", "max")


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows a search beside its text, as the address carries it."""

    type: str = ""
    branch: str = ""
    state: str = ""
    date_from: date | None = None
    date_to: date | None = None
    low: Decimal | None = None
    high: Decimal | None = None

    def pairs(self) -> dict[str, str]:
        """Name and text of each filter that is set."""
        values = (self.type, self.branch, self.state, self.date_from, self.date_to, self.low, self.high)
        return {name: str(value) for name, value in zip(NAMES, values, strict=True) if value not in ("", None)}

    def query(self, **change: str) -> str:
        """The filters as an address's query, with some set or, by an empty text, taken away."""
        return urlencode({k: v for k, v in {**self.pairs(), **change}.items() if v})


def money(text: str) -> Decimal | None:
    """An amount typed as a filter; None where it is none."""
    try:
        return Decimal(text.replace(",", "").replace("，", "").strip()) if text.strip() else None
    except InvalidOperation:
        return None


def filters(text: str) -> Filters:
    """The filters of an address's query."""
    given = dict(parse_qsl(text))
    return Filters(
        given.get("type", ""),
        given.get("branch", ""),
        given.get("state", ""),
        format.day(given.get("from", "")),
        format.day(given.get("to", "")),
        money(given.get("min", "")),
        money(given.get("max", "")),
    )


def query_text(desk: Desk, query_id: int) -> str:
    """What was typed under this number; 0 is the empty query."""
    if query_id == 0:
        return ""
    with desk.archive.catalogue.read() as tx:
        return tx.people.query(query_id)


def find(desk: Desk, text: str, address: str, *, offset: int = 0, limit: int = 50) -> Found:
    """What a text and the filters of an address find in the person's scope."""
    chosen = filters(address)
    return search(
        desk.archive,
        text,
        scope=desk.person.scope,
        types=(chosen.type,) if chosen.type else (),
        branch_nos=(chosen.branch,) if chosen.branch else (),
        state=chosen.state,
        date_from=chosen.date_from,
        date_to=chosen.date_to,
        amount_min=chosen.low,
        amount_max=chosen.high,
        offset=offset,
        limit=limit,
    )
