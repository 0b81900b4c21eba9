"""Typed queries hold names and accounts: they are stored, and the address carries only their number and the filters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from urllib.parse import parse_qsl, urlencode

from api import format
from api.pages.shell import Desk
from api.routes.search_shapes import batch_id
from archive.errors import Invalid
from archive.index.port import Sort
from archive.search import Asked

NAMES = ("type", "branch", "teller", "batch", "box", "state", "from", "to", "min", "max")
SWITCHES = ("loose", "sort")


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows and orders a search beside its text, as the address carries it: only what can be understood."""

    given: Mapping[str, str] = field(default_factory=dict)

    def pairs(self) -> dict[str, str]:
        """Name and text of each filter that is set."""
        return {name: self.given[name] for name in NAMES if name in self.given}

    def query(self, **change: str) -> str:
        """The filters as an address's query, with some set or, by an empty text, taken away."""
        return urlencode({k: v for k, v in {**self.given, **change}.items() if v})

    def get(self, name: str) -> str:
        return self.given.get(name, "")

    def asked(self, text: str) -> Asked:
        """The search of a text under these filters."""
        one = self.get
        return Asked(
            text,
            types=_few(one("type")),
            branch_nos=_few(one("branch")),
            teller_no=one("teller"),
            batch_id=batch_id(one("batch")),
            box=one("box"),
            state=one("state"),
            date_from=format.day(one("from")),
            date_to=format.day(one("to")),
            amount_min=money(one("min")),
            amount_max=money(one("max")),
            loose=one("loose") == "1",
            sort=Sort(one("sort") or Sort.NEWEST),
        )


def _few(value: str) -> tuple[str, ...]:
    return (value,) if value else ()


def money(text: str) -> Decimal | None:
    """An amount typed as a filter; None where it is none."""
    try:
        found = Decimal(text.replace(",", "").replace("，", "").strip()) if text.strip() else None
    except InvalidOperation:
        return None
    return found if found is None or found.is_finite() else None


def filters(text: str) -> Filters:
    """The filters of an address's query, each in its plain form; one that cannot be understood is left out."""
    given = dict(parse_qsl(text))
    forms = {"from": _day, "to": _day, "min": _money, "max": _money, "batch": _batch, "loose": _loose, "sort": _sort}
    plain = {name: forms.get(name, str.strip)(given.get(name, "")) for name in (*NAMES, *SWITCHES)}
    return Filters({name: value for name, value in plain.items() if value})


def _day(text: str) -> str:
    found = format.day(text)
    return str(found) if found else ""


def _money(text: str) -> str:
    found = money(text)
    return "" if found is None else str(found)


def _batch(text: str) -> str:
    try:
        found = batch_id(text)
    except Invalid:
        return ""
    return "" if found is None else f"B-{found}"


def _loose(text: str) -> str:
    return "1" if text == "1" else ""


def _sort(text: str) -> str:
    return text if text in list(Sort) and text != Sort.NEWEST else ""


def of_asked(asked: Asked) -> Filters:
    """The filters of a search, as an address carries them: of several types or branches the first."""
    given = {
        "type": asked.types[0] if asked.types else "",
        "branch": asked.branch_nos[0] if asked.branch_nos else "",
        "teller": asked.teller_no,
        "batch": "" if asked.batch_id is None else f"B-{asked.batch_id}",
        "box": asked.box,
        "state": asked.state,
        "from": str(asked.date_from or ""),
        "to": str(asked.date_to or ""),
        "min": "" if asked.amount_min is None else str(asked.amount_min),
        "max": "" if asked.amount_max is None else str(asked.amount_max),
        "loose": "1" if asked.loose else "",
        "sort": asked.sort,
    }
    return filters(urlencode(given))


def query_text(desk: Desk, query_id: int) -> str:
    """What this person typed under this number; 0 is the empty query. NotFound where it is another person's."""
    if query_id == 0:
        return ""
    with desk.archive.catalogue.read() as tx:
        return tx.people.query(query_id, desk.person.id)


def stored(desk: Desk, text: str) -> int:
    """The number under which this text is kept; 0 for none."""
    typed = " ".join(text.split())[:500]
    if not typed:
        return 0
    with desk.archive.catalogue.write() as tx:
        return tx.people.save_query(desk.person.id, typed)
