"""The system page: each part works or not, since when, what waits there, and what to do; also while parts are away."""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from api.auth import Watching
from api.context import archive_of, settings_of
from api.i18n import words
from api.pages.shell import RAIL, Desk, render
from api.pages.waiting import Waiting, waiting
from api.part_words import row, told
from api.watch import HANGS, monitor_of, soon, watch_of
from archive.errors import Refused
from archive.model import Person
from processing.standing import Kind

router = APIRouter()
SECTIONS = (
    ("Stores and servers", (Kind.STORE, Kind.DISK)),
    ("Work that waits", (Kind.QUEUE,)),
    ("Processes and chores", (Kind.PROCESS, Kind.CHORE)),
)
NOTHING: list[Waiting] = []


def _may(person: Person) -> None:
    if not any(name == "system" and person.role in roles for name, _, _, roles in RAIL):
        raise Refused(f"the role {person.role} may not open the system page")


@router.get("/system")
async def system(request: Request, person: Watching) -> Response:
    """Every part: the truth of this moment, whatever is away."""
    _may(person)
    desk = _desk(request, person)
    away = watch_of(request).monitor.away(HANGS)
    waits = NOTHING if away else await soon(waiting, desk.archive, person, otherwise=NOTHING)
    return desk.page("system.html", title=desk.say("page.system"), here="system", waits=waits, more=_shown(desk))


@router.get("/system/parts")
async def parts(request: Request, person: Watching) -> Response:
    """The tables alone, for the page that stands open."""
    _may(person)
    desk = _desk(request, person)
    return desk.part("system_parts.html", **_shown(desk))


@router.get("/system/outages")
async def outages(request: Request, person: Watching) -> HTMLResponse:
    """What everybody is told of parts that are away: the line below every page."""
    desk = _desk(request, person)
    lines = told(desk.say, watch_of(request).monitor.outages(), desk.settings.time_zone)
    return render(desk.say, desk.settings, "outages.html", {"outages": lines, "person": person})


def _desk(request: Request, person: Person) -> Desk:
    return Desk(request, archive_of(request), settings_of(request), person, words(person.language))


def _shown(desk: Desk) -> dict[str, object]:
    at, monitor = datetime.now(UTC), monitor_of(desk.request)
    rows = [row(desk.say, standing, at) for standing in monitor.standings()]
    grouped = [(word, [one for one in rows if one.kind in kinds]) for word, kinds in SECTIONS]
    figures = monitor.figures.at
    return {"sections": grouped, "figures_at": figures, "old": (at - figures).total_seconds() > 15}
