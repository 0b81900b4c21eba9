"""Signing in and out."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from api import auth
from api.context import archive_of, settings_of
from api.errors import language_of, problem
from api.i18n import LANGUAGES, words
from api.pages.shell import render

router = APIRouter()


def here(target: str) -> str:
    """A path of this site to go on to; anything else leads to the start."""
    inside = target.startswith("/") and not target.startswith(("//", "/\\", "/sign-")) and "\n" not in target
    return target if inside else "/"


@router.get("/sign-in")
def form(request: Request, next: str = "/", lang: str = "") -> Response:
    """The form; whoever is signed in already goes on."""
    if auth.person_of(request) and not lang:
        return RedirectResponse(here(next), 303)
    language = lang if lang in LANGUAGES else language_of(request)
    values: dict[str, object] = {"next": here(next), "name": "", "fault": None}
    response = render(words(language), settings_of(request), "sign_in.html", values)
    if lang in LANGUAGES:
        response.set_cookie("vouch_language", lang, samesite="lax", max_age=31_536_000)
    return response


@router.post("/sign-in")
def sign_in(
    request: Request,
    name: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "/",
) -> Response:
    """Open a session, or show the form again with what was typed and what is wrong."""
    archive, say = archive_of(request), words(language_of(request))
    try:
        person = auth.check(archive, name, password)
    except (auth.WrongPassword, auth.AccountLocked) as error:
        told = problem(error, say)
        values: dict[str, object] = {"next": here(next), "name": name, "fault": told}
        return render(say, settings_of(request), "sign_in.html", values, told.status)
    response = RedirectResponse(here(next), 303)
    auth.set_cookie(request, response, auth.open_session(archive, person))
    return response


@router.post("/sign-out")
def sign_out(request: Request) -> Response:
    """End the session here and in the catalogue."""
    if token := request.cookies.get(auth.COOKIE):
        auth.end_session(request, token)
    response = RedirectResponse("/sign-in", 303)
    response.delete_cookie(auth.COOKIE)
    return response
