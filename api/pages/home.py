"""The start: each role's own work."""

from __future__ import annotations

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse

from api.pages.shell import DeskDep
from archive.model import Role

router = APIRouter()

HOMES = {
    Role.KEYER: "/key",
    Role.VERIFIER: "/key",
    Role.AUTHORISER: "/search",
    Role.SUPERVISOR: "/cases",
    Role.AUDITOR: "/search",
    Role.ARCHIVIST: "/search",
    Role.PARAMETER_ADMINISTRATOR: "/system",
    Role.SYSTEM_ADMINISTRATOR: "/system",
}


@router.get("/")
def home(desk: DeskDep) -> Response:
    """To the page that the person's role works on."""
    return RedirectResponse(HOMES.get(desk.person.role, "/day"), 303)
