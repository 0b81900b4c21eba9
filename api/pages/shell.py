"""The shell around every page: top bar, rail by role, context bar, palette; and the one way to render a template."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from types import MappingProxyType
from typing import Annotated

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from api import format, vocabulary
from api.auth import current_person, person_of, seen_of
from api.context import archive_of, settings_of, zone_of
from api.errors import Problem, language_of
from api.i18n import Words, words
from api.pages.waiting import Waiting, waiting
from api.part_words import told
from api.settings import Settings
from api.watch import watch_of
from archive.model import Person, Role
from archive.vault import Archive

HERE = Path(__file__).parent.parent
STATIC = HERE / "static"

EVERY_DESK = frozenset(Role) - {Role.KEYER, Role.SYSTEM}
# page, icon, the roles that may open it
RAIL: tuple[tuple[str, str, str, frozenset[Role]], ...] = (
    ("board", "/day", "board", EVERY_DESK - {Role.VERIFIER, Role.AUTHORISER, Role.ARCHIVIST}),
    ("upload", "/upload", "upload", frozenset({Role.OPERATOR, Role.SUPERVISOR, Role.SYSTEM_ADMINISTRATOR})),
    ("key", "/key", "keyboard", frozenset({Role.KEYER, Role.VERIFIER, Role.SUPERVISOR, Role.SYSTEM_ADMINISTRATOR})),
    ("cases", "/cases", "flag", frozenset({Role.SUPERVISOR, Role.AUDITOR, Role.SYSTEM_ADMINISTRATOR})),
    ("search", "/search", "search", EVERY_DESK),
    ("forms", "/forms", "file", frozenset({Role.SYSTEM_ADMINISTRATOR, Role.PARAMETER_ADMINISTRATOR})),
    ("system", "/system", "pulse", frozenset({Role.SYSTEM_ADMINISTRATOR, Role.PARAMETER_ADMINISTRATOR})),
)


@dataclass(frozen=True, slots=True)
class Crumb:
    """One part of the context bar: its text, where it leads, and the others it can be switched to in place."""

    text: str
    href: str = ""
    options: Sequence[tuple[str, str]] = ()
    state: str = ""


@dataclass(frozen=True, slots=True)
class Desk:
    """A person's request for a page, with all that a handler needs to answer it."""

    request: Request
    archive: Archive
    settings: Settings
    person: Person
    say: Words

    def page(
        self,
        template: str,
        *,
        title: str,
        here: str = "",
        crumbs: Sequence[Crumb] = (),
        status: int = 200,
        more: Mapping[str, object] = MappingProxyType({}),
        waits: Sequence[Waiting] | None = None,
        **values: object,
    ) -> HTMLResponse:
        """A whole page in the shell; `here` is the entry of the rail that it belongs to, `more` further values, `waits`
        the lines of the bell where they are known."""
        frame: dict[str, object] = {
            "person": self.person,
            "rail": rail(self.person, self.say),
            "waiting": waiting(self.archive, self.person) if waits is None else waits,
            "outages": told(self.say, watch_of(self.request).monitor.outages(), self.settings.time_zone),
        }
        frame["may_search"] = may_open(self.person, "search")
        shown = {"title": title, "here": here, "crumbs": crumbs, **frame, **more, **values}
        return render(self.say, self.settings, template, shown, status)

    def part(self, template: str, **values: object) -> HTMLResponse:
        """A fragment for HTMX, without the shell."""
        return render(self.say, self.settings, template, {"person": self.person, **values})


def desk(request: Request, person: Annotated[Person, Depends(current_person)]) -> Desk:
    """The desk of whoever is signed in."""
    return Desk(request, archive_of(request), settings_of(request), person, words(person.language))


DeskDep = Annotated[Desk, Depends(desk)]


def may_open(person: Person, name: str) -> bool:
    """Whether the rail shows this entry to the person's role."""
    return any(person.role in roles for entry, _, _, roles in RAIL if entry == name)


def rail(person: Person, say: Words) -> list[dict[str, str]]:
    """What the role may open: word, address, icon, and the initials that find it in the palette."""
    mine = [row for row in RAIL if person.role in row[3]]
    return [
        {"name": name, "href": href, "icon": icon, "text": say(f"rail.{name}"), "full": say(f"page.{name}")}
        for name, href, icon, _ in mine
    ]


@cache
def fingerprint(name: str) -> str:
    """A part of a static file's hash: its address changes when it does, so browsers may keep it for ever."""
    return hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:10]


def static(name: str) -> str:
    """The address of a static file."""
    if name == "htmx.js":
        return "/static/htmx.js?v=2"
    return f"/static/{name}?v={fingerprint(name)}"


@cache
def environment() -> Environment:
    """The templates: escaped, and an unknown name is an error."""
    env = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.globals.update(static=static, kind_of=vocabulary.kind)
    env.filters.update(
        amount=format.amount, number=format.number, share=format.share, fours=format.fours, initials=format.initials
    )
    env.filters.update(value=format.value, marked=format.marked, script=script)
    return env


def script(values: object) -> Markup:
    """Values as JSON that can stand in a script element."""
    text = json.dumps(values, ensure_ascii=False, separators=(",", ":"), default=str)
    return Markup(text.replace("<", "\\u003c").replace("&", "\\u0026"))  # noqa: S704  (escaped here)


def render(say: Words, settings: Settings, template: str, values: dict[str, object], status: int = 200) -> HTMLResponse:
    """A template with the words of a language and the forms of display bound to it."""
    zone = zone_of(settings)
    bound = {
        "_": say,
        "type_name": partial(vocabulary.type_name, say=say),
        "short_name": partial(vocabulary.short_name, say=say),
        "field_name": partial(vocabulary.field_name, say=say),
        "moment": partial(format.moment, zone=zone),
        "now_clock": format.clock(datetime.now(UTC), zone),
        "bank": settings.bank,
    }
    html = environment().get_template(template).render({"person": None, **bound, **values})
    return HTMLResponse(html, status, headers={"Cache-Control": "no-store", "Vary": "Cookie"})


def error_page(request: Request, problem: Problem) -> HTMLResponse:
    """An error told in the shell, or bare where nobody is signed in."""
    person = getattr(request.state, "person", None) or person_of(request)
    settings, archive = settings_of(request), archive_of(request)
    say = words(person.language if person else language_of(request))
    if person is None:
        values: dict[str, object] = {"title": problem.title, "problem": problem}
        return render(say, settings, "error_bare.html", values, problem.status)
    owner = Desk(request, archive, settings, person, say)
    return owner.page("error.html", title=problem.title, status=problem.status, problem=problem)


def outage_page(request: Request, problem: Problem) -> HTMLResponse:
    """The whole page while nobody can be looked up: what is away, what is safe, in the language and theme of who was
    signed in. A page that was only looked at comes back by itself."""
    person, settings = seen_of(request), settings_of(request)
    say = words(person.language if person else language_of(request))
    lines = told(say, watch_of(request).monitor.outages(), zone_of(settings))
    shown = {"title": problem.title, "outages": lines, "again": request.method == "GET"}
    values = {**shown, "theme": person.theme if person else "light"}
    return render(say, settings, "outage.html", values, problem.status)
