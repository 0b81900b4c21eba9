"""A person's exports: how far each is, its file, and the end of what is no longer wanted."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse

from api.pages.shell import Crumb, Desk, DeskDep
from api.pages.stored_queries import of_asked
from api.routes.vouchers import require_sight
from archive.search import Asked
from archive.service import Export, ExportState
from processing import exports

router = APIRouter()
ICONS = {"waiting": "received", "running": "reading", "done": "done", "failed": "quarantined", "cancelled": "received"}


@dataclass(frozen=True, slots=True)
class Line:
    """One export as it is shown: its noun, what was asked in words, the state's icon, and whether it can be ended."""

    made: Export
    asked: str
    icon: str
    undone: bool


@router.get("/exports")
def page(desk: DeskDep) -> Response:
    """The list, which follows the work while some is left."""
    require_sight(desk.person)
    crumbs = [Crumb(desk.say("page.search"), "/search"), Crumb(desk.say("My exports"))]
    return desk.page("exports.html", title=desk.say("My exports"), here="search", crumbs=crumbs, more=_lines(desk))


@router.get("/exports/rows")
def rows(desk: DeskDep) -> Response:
    """The rows alone, for the page that is open."""
    require_sight(desk.person)
    return desk.part("exports_rows.html", **_lines(desk))


@router.post("/exports/{export_id}/cancel")
def cancel(desk: DeskDep, export_id: int) -> Response:
    """Ends an export that waits or runs."""
    exports.cancel(desk.archive, desk.person, export_id)
    return RedirectResponse("/exports", 303)


def _lines(desk: Desk) -> dict[str, object]:
    with desk.archive.catalogue.read() as tx:
        known = tx.exports.of_person(desk.person.id)
    lines = [_line(desk, made) for made in known]
    return {"lines": lines, "live": any(line.undone for line in lines), "kept": exports.KEPT}


def _line(desk: Desk, made: Export) -> Line:
    chosen = of_asked(Asked.of(made.text, made.filters)).pairs()
    words = [f"{desk.say(f'filter.{name}')} {value}" for name, value in chosen.items()]
    ids = exports.order_of(made).ids
    picked = [desk.say("{n} chosen", n=len(ids))] if ids else []
    asked = " · ".join([*filter(None, [made.text]), *words, *picked]) or desk.say("Everything in scope")
    undone = made.state in {ExportState.WAITING, ExportState.RUNNING}
    return Line(made, asked, ICONS[made.state], undone)
