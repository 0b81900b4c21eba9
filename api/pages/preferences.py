"""Language and theme: they belong to the person and keep the page."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, Response
from fastapi.responses import RedirectResponse

from api.pages.shell import DeskDep
from api.pages.sign_in import here

router = APIRouter()


@router.post("/preferences")
def prefer(
    desk: DeskDep,
    language: Annotated[Literal["zh_CN", "en"] | None, Form()] = None,
    theme: Annotated[Literal["light", "dark"] | None, Form()] = None,
) -> Response:
    """Keep what was chosen; a script gets an empty answer, a form comes back to its page."""
    with desk.archive.catalogue.write() as tx:
        tx.people.set_preferences(desk.person.id, language=language, theme=theme)
    if "text/html" not in desk.request.headers.get("accept", ""):
        return Response(status_code=204)
    came = urlsplit(desk.request.headers.get("referer", "/"))
    return RedirectResponse(here(came.path + (f"?{came.query}" if came.query else "")), 303)
