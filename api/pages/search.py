"""Search: what was typed is stored, the found vouchers with facets, counts and the paper at the place that answers."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Query, Response
from fastapi.responses import RedirectResponse

from api import format, vocabulary
from api.pages.days import branches
from api.pages.found_rows import best, list_name, row, snippet
from api.pages.shell import Crumb, Desk, DeskDep
from api.pages.stored_queries import Filters, filters, of_asked, query_text, stored
from api.routes.vouchers import require_sight
from archive.highlights import highlights
from archive.index.port import Sort
from archive.index.query import understand
from archive.masking import masked_for
from archive.search import Asked, Found, count, search
from archive.spans import needles
from processing.exports import MOST as MOST_EXPORTED

router = APIRouter()
PAGE, MOST = 50, 1000
_TOKENS = re.compile(r'\S*["“＂][^"”＂]*["”＂]|\S+')


@dataclass(frozen=True, slots=True)
class Option:
    """One value of a facet: its text, its count, the address with it, and whether it is chosen."""

    text: str
    count: int
    href: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Part:
    """A part of what was typed; where it was not understood, an example of what would be."""

    text: str
    example: str = ""


@router.get("/search")
def start(desk: DeskDep) -> Response:
    """The empty query: everything in scope, newest first."""
    require_sight(desk.person)
    return RedirectResponse("/search/0", 303)


@router.post("/search")
def ask(desk: DeskDep, text: Annotated[str, Form()] = "", back: Annotated[str, Form()] = "") -> Response:
    """Store what was typed, then show what it finds under the filters of `back`."""
    require_sight(desk.person)
    query = filters(back).query()
    return RedirectResponse(f"/search/{stored(desk, text)}" + (f"?{query}" if query else ""), 303)


@router.get("/search/saved/{search_id}")
def saved(desk: DeskDep, search_id: int) -> Response:
    """A saved search, opened as it was kept."""
    require_sight(desk.person)
    with desk.archive.catalogue.read() as tx:
        kept = tx.saved_searches.get(search_id, desk.person.id)
    query = of_asked(Asked.of(kept.text, kept.filters)).query()
    return RedirectResponse(f"/search/{stored(desk, kept.text)}" + (f"?{query}" if query else ""), 303)


@router.get("/search/{query_id}")
def search_page(desk: DeskDep, query_id: int, rows: Annotated[int, Query(ge=1, le=MOST)] = PAGE) -> Response:
    """The first rows beside their facets; `rows` brings back as many as were seen."""
    require_sight(desk.person)
    text, chosen = query_text(desk, query_id), filters(desk.request.url.query)
    asked = chosen.asked(text)
    found = search(desk.archive, asked, scope=desk.person.scope, limit=max(rows, PAGE))
    base = f"/search/{query_id}"
    with desk.archive.catalogue.read() as tx:
        kept = tx.saved_searches.list(desk.person.id)
    return desk.page(
        "search.html",
        title=desk.say("page.search"),
        here="search",
        crumbs=[Crumb(desk.say("Everything in scope") if not text else desk.say("page.search"))],
        text=text,
        parts=_parts(text),
        chosen=chosen,
        took=format.figure(round(found.took_ms, 1)),
        facets=_facets(desk, found, chosen, base),
        kept=kept,
        base=base,
        most=MOST_EXPORTED,
        must_mask=masked_for(desk.person),
        wanted=_wanted(text, chosen),
        dead_end=_dead_end(desk, text, chosen, base) if not found.total else None,
        loose_href=f"{base}?{chosen.query(loose='' if asked.loose else '1')}",
        sorts=_sorts(chosen, base),
        more=_rows(found, asked, query_id, chosen, len(found.records)),
    )


@router.get("/search/{query_id}/rows")
def more_rows(desk: DeskDep, query_id: int, cursor: str, seen: Annotated[int, Query(ge=0, le=MOST)]) -> Response:
    """The rows that follow, as they are added to the table."""
    require_sight(desk.person)
    text, chosen = query_text(desk, query_id), filters(desk.request.url.query)
    asked = chosen.asked(text)
    found = search(desk.archive, asked, scope=desk.person.scope, cursor=cursor, limit=PAGE, facets=False)
    return desk.part("search_rows.html", **_rows(found, asked, query_id, chosen, seen + len(found.records)))


def _rows(found: Found, asked: Asked, query_id: int, chosen: Filters, seen: int) -> dict[str, object]:
    more = {"cursor": found.next, "seen": str(seen)}
    return {
        "found": found,
        "rows": [row(record) for record in found.records],
        "list": list_name(query_id, chosen.query()),
        "marked": bool(needles(asked.query())),
        "seen": seen,
        "more": f"/search/{query_id}/rows?{chosen.query(**more)}" if found.next and seen < MOST else "",
        "cut": bool(found.next) and seen >= MOST,
    }


@router.get("/search/{query_id}/snippets")
def snippets(desk: DeskDep, query_id: int, ids: Annotated[list[int], Query(max_length=MOST)]) -> dict[str, object]:
    """For rows on the screen, the piece of paper that answers best, with its marks; all in one go."""
    require_sight(desk.person)
    asked = filters(desk.request.url.query).asked(query_text(desk, query_id))
    with desk.archive.catalogue.read() as tx:
        records = tx.records.many(ids, desk.person.scope)
        pages = {page.id: page for page in tx.pages.many([r.page_id for r in records], desk.person.scope)}
    found = highlights(desk.archive, asked.query(), records)
    made: dict[str, object] = {}
    for record in records:
        at, page = best(record, found[record.id]), pages.get(record.page_id)
        piece = snippet(page, *at) if at and page else None
        if piece:
            made[str(record.id)] = {
                "src": piece.href,
                "at": [piece.region.x, piece.region.y, piece.region.w, piece.region.h],
                "marks": [[mark.x, mark.y, mark.w, mark.h] for mark in piece.marks],
            }
    return made


def _parts(text: str) -> list[Part]:
    """What was typed, cut where it was not understood."""
    parts, at = [], 0
    for begin, end, example in understand(text).odd:
        parts += [Part(text[at:begin])] if begin > at else []
        parts.append(Part(text[begin:end], example))
        at = end
    return [*parts, *([Part(text[at:])] if at < len(text) else [])]


def _wanted(text: str, chosen: Filters) -> dict[str, object]:
    """The search as the API takes it."""
    lists: dict[str, object] = {name: [chosen.get(name)] for name in ("type", "branch") if chosen.get(name)}
    rest = {name: value for name, value in chosen.given.items() if name not in lists}
    return {"q": text, **rest, **lists, **({"loose": True} if chosen.get("loose") else {})}


def _sorts(chosen: Filters, base: str) -> dict[str, tuple[str, str]]:
    """For the columns that order the rows: the order that they have, and the address of the next one."""
    now = chosen.get("sort") or Sort.NEWEST
    turns = {"date": (Sort.NEWEST, Sort.OLDEST), "amount": (Sort.AMOUNT_HIGH, Sort.AMOUNT_LOW)}
    made = {}
    for name, (down, up) in turns.items():
        state = {down: "descending", up: "ascending"}.get(Sort(now), "none")
        following = up if now == down else down
        made[name] = (state, f"{base}?{chosen.query(sort='' if following == Sort.NEWEST else following)}")
    return made


def _facets(desk: Desk, found: Found, chosen: Filters, base: str) -> list[tuple[str, list[Option]]]:
    names = dict(branches(desk))
    shown: dict[str, tuple[str, Callable[[str], str]]] = {
        "type": ("type", lambda v: vocabulary.type_name(v, desk.say)),
        "branch_no": ("branch", lambda v: v + names.get(v, "")),
        "state": ("state", lambda v: desk.say(f"state.{v}")),
    }
    return [
        (name, _options(found.facets.get(facet, {}), name, text, chosen, base)) for facet, (name, text) in shown.items()
    ]


def _options(
    counts: Mapping[str, int], name: str, text: Callable[[str], str], chosen: Filters, base: str
) -> list[Option]:
    value = chosen.get(name)
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:20]
    return [
        Option(text(v), n, f"{base}?{chosen.query(**{name: '' if v == value else v})}", v == value) for v, n in ordered
    ]


@dataclass(frozen=True, slots=True)
class DeadEnd:
    """The ways out of an empty result, each with what it would find: filters to take away (label, address, count), a
    word of the text to take away (word, the rest, count), and the tolerant search."""

    filters: list[tuple[str, str, int]]
    words: list[tuple[str, str, int]]
    loose: int


def _dead_end(desk: Desk, text: str, chosen: Filters, base: str) -> DeadEnd:
    def found(other: str, query: str) -> int:
        return count(desk.archive, filters(query).asked(other), scope=desk.person.scope)

    lines = []
    for name, value in chosen.pairs().items():
        rest = chosen.query(**{name: ""})
        lines.append((f"{desk.say(f'filter.{name}')} {_shown(desk, name, value)}", f"{base}?{rest}", found(text, rest)))
    words = []
    for token in list(_TOKENS.finditer(text))[:8]:
        rest = " ".join((text[: token.start()] + text[token.end() :]).split())
        words.append((token[0], rest, found(rest, chosen.query())))
    return DeadEnd(lines, words, 0 if chosen.get("loose") else found(text, chosen.query(loose="1")))


def _shown(desk: Desk, name: str, value: str) -> str:
    if name == "type":
        return vocabulary.type_name(value, desk.say)
    return desk.say(f"state.{value}") if name == "state" and desk.say.has(f"state.{value}") else value
