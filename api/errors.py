"""One table from the domain's errors to HTTP: problem details (RFC 9457) for programs, a page for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import quote

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException

from api.auth import AccountLocked, Forged, NotSignedIn, WrongPassword, seen_of
from api.i18n import Words, preferred, words
from api.watch import watch_of
from archive.errors import (
    CatalogueUnavailable,
    Conflict,
    DaySealed,
    IndexDamaged,
    Invalid,
    LeaseLost,
    NotFound,
    ObjectDamaged,
    ObjectMissing,
    Refused,
    StoreUnavailable,
)
from imaging.model import ScanError

log = structlog.get_logger()
RETRY_AFTER = "5"  # seconds

# The most particular class first: the first that the error is an instance of answers.
TABLE: tuple[tuple[type[Exception], int, str], ...] = (
    (NotSignedIn, 401, "not_signed_in"),
    (WrongPassword, 401, "wrong_password"),
    (AccountLocked, 429, "account_locked"),
    (Forged, 403, "forged"),
    (LeaseLost, 409, "lease_lost"),
    (DaySealed, 409, "day_sealed"),
    (Conflict, 409, "conflict"),
    (Refused, 403, "refused"),
    (Invalid, 422, "invalid"),
    (NotFound, 404, "not_found"),
    (ScanError, 422, "scan"),
    (ObjectMissing, 503, "object_missing"),
    (CatalogueUnavailable, 503, "catalogue_unavailable"),
    (IndexDamaged, 503, "index_unavailable"),
    (StoreUnavailable, 503, "store_unavailable"),
    (ObjectDamaged, 500, "object_damaged"),
    (RequestValidationError, 422, "invalid"),
)


@dataclass(frozen=True, slots=True)
class Problem:
    """What went wrong, as it is told: status, a stable word, title and what to do in the asker's language, detail."""

    status: int
    word: str
    title: str
    action: str
    detail: str
    extra: Mapping[str, object]

    def body(self) -> dict[str, object]:
        """The object of RFC 9457."""
        known = {"type": f"/problems/{self.word}", "title": self.title, "status": self.status, "detail": self.detail}
        return {**known, "action": self.action, **self.extra}


def _place(error: Exception) -> tuple[int, str]:
    for kind, status, word in TABLE:
        if isinstance(error, kind):
            return status, word
    if isinstance(error, HTTPException):
        return error.status_code, {404: "not_found", 405: "not_allowed"}.get(error.status_code, "refused")
    return 500, "unexpected"


def _extra(error: Exception, say: Words) -> dict[str, object]:
    match error:
        case ScanError():
            return {"name": error.name, "reason": error.reason}
        case RequestValidationError():
            faults = [{"field": ".".join(map(str, e["loc"][1:])), "message": e["msg"]} for e in error.errors()]
            return {"errors": faults}
        case Invalid():
            return {"errors": [{"field": error.field, "message": say.told(error.message)}]}
        case _:
            gaps = getattr(error, "gaps", ())
            return {"gaps": [gap_of(gap, say) for gap in gaps]} if gaps else {}


def gap_of(gap: object, say: Words) -> dict[str, object]:
    """A gap of an unbalanced day as plain JSON: only what it names, its detail in the asker's language."""
    names = ("kind", "word", "detail", "record_id", "page_id", "journal_no", "sheet_number")
    found = {name: getattr(gap, name) for name in names if getattr(gap, name, None) not in (None, "")}
    return {**found, "detail": say.told(str(found["detail"]))} if "detail" in found else found


def _detail(error: Exception, say: Words, status: int) -> str:
    if isinstance(error, ScanError):
        return say.first((f"scan.{error.reason}",), say.told(error.detail))
    if isinstance(error, RequestValidationError):
        return say("; ").join(_refused(say, e["loc"][1:], e["type"], e["msg"]) for e in error.errors())
    if isinstance(error, HTTPException):
        return say.told(str(error.detail))
    return "" if status == HTTPStatus.INTERNAL_SERVER_ERROR else say.told(str(error))


def _refused(say: Words, place: Sequence[object], kind: str, otherwise: str) -> str:
    """What is wrong with one value of a request, by the validator's word for it."""
    name = ".".join(map(str, place))
    word = say.first((f"request.{kind.rpartition('_')[2]}", "request.other"))
    what = otherwise if say.language == "en" else word  # the validator's own words are English
    return say("{name}: {what}", name=say.first((f"input.{name}", f"field.{name}"), name), what=what)


def problem(error: Exception, say: Words) -> Problem:
    """The problem that an error is, in the words of a language."""
    status, word = _place(error)
    if getattr(error, "gaps", ()):
        word = "unbalanced"
    title, action = say(f"problem.{word}"), say(f"problem.{word}.do")
    return Problem(status, word, title, action, _detail(error, say, status), _extra(error, say))


def language_of(request: Request) -> str:
    """The language of the person who is signed in, else of the sign-in page's cookie, else the browser's."""
    person = getattr(request.state, "person", None) or seen_of(request)
    chosen = person.language if person else request.cookies.get("vouch_language", "")
    return str(chosen) or preferred(request.headers.get("accept-language", ""))


def _wants_page(request: Request) -> bool:
    return not request.url.path.startswith("/api/") and "text/html" in request.headers.get("accept", "")


def answer(request: Request, error: Exception) -> Response:
    """The response to an error: a problem for programs, the sign-in or an error page for people."""
    found = problem(error, words(language_of(request)))
    if isinstance(error, StoreUnavailable):
        monitor = watch_of(request).monitor
        monitor.poke()
        if error.full:
            monitor.refused(str(error))
        log.warning("request failed", path=request.url.path, problem=found.word, cause=str(error))
    elif found.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        log.error("request failed", path=request.url.path, problem=found.word, exc_info=error)
    if _wants_page(request) and isinstance(error, NotSignedIn):
        target = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"/sign-in?next={quote(target, safe='')}", HTTPStatus.SEE_OTHER)
    if _wants_page(request):
        return _page(request, error, found)
    headers = {"WWW-Authenticate": "Bearer"} if found.status == HTTPStatus.UNAUTHORIZED else {}
    if found.status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers["Retry-After"] = RETRY_AFTER
    return JSONResponse(found.body(), found.status, headers, media_type="application/problem+json")


def _page(request: Request, error: Exception, found: Problem) -> Response:
    """The page that tells a problem; a bare one where the catalogue, which knows persons, is what is away."""
    from api.pages.shell import error_page, outage_page  # the pages import this module for their own messages

    if isinstance(error, CatalogueUnavailable):
        page = outage_page(request, found)
    else:
        try:
            page = error_page(request, found)
        except CatalogueUnavailable:
            page = outage_page(request, found)
    if found.status == HTTPStatus.SERVICE_UNAVAILABLE:
        page.headers["Retry-After"] = RETRY_AFTER
    return page


def install(app: FastAPI) -> None:
    """Register the table on an application."""
    for kind in (*(row[0] for row in TABLE), HTTPException, Exception):
        app.add_exception_handler(kind, _handler)


async def _handler(request: Request, error: Exception) -> Response:
    return answer(request, error)
