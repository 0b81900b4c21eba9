"""Signing in: accounts under Argon2, sessions kept as hashes, API keys, the defence against forged requests."""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, datetime, timedelta
from typing import Annotated
from urllib.parse import urlsplit

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from fastapi import Depends, Request, Response

from api.context import archive_of, settings_of
from api.watch import HANGS, soon, watch_of
from archive.errors import CatalogueUnavailable
from archive.model import Person
from archive.vault import Archive

COOKIE = "vouch_session"
SESSION = timedelta(hours=12)
TRIES = 5
LOCKED = timedelta(minutes=10)
SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})

_hasher = PasswordHasher()
# Verified when a name is unknown, so that the answer takes as long as for a known one.
_NOBODY = _hasher.hash(secrets.token_urlsafe(16))


class NotSignedIn(PermissionError):
    """Nobody is signed in, or the session has ended."""


class WrongPassword(PermissionError):
    """The name or the password is wrong; which of them is not told."""


class AccountLocked(PermissionError):
    """Too many wrong passwords; `until` (UTC) is when the account opens again."""

    def __init__(self, until: datetime) -> None:
        super().__init__(f"the account is locked until {until:%H:%M} UTC")
        self.until = until


class Forged(PermissionError):
    """A changing request that another site caused."""


def now() -> datetime:
    """This moment, UTC."""
    return datetime.now(UTC)


def hash_password(password: str) -> str:
    """The Argon2id hash to keep for a password."""
    return _hasher.hash(password)


def digest(secret: str) -> str:
    """What is kept of a session's token or an API key: both are random, so one round of SHA-256 hides them."""
    return hashlib.sha256(secret.encode()).hexdigest()


def new_key() -> tuple[str, str]:
    """A new API key to show once, and the hash to keep."""
    key = "vk_" + secrets.token_urlsafe(32)
    return key, digest(key)


def _matches(stored: str, password: str) -> bool:
    try:
        return _hasher.verify(stored or _NOBODY, password) and bool(stored)
    except (VerificationError, InvalidHashError):
        return False


def check(archive: Archive, name: str, password: str) -> Person:
    """The person of this name and password; WrongPassword or AccountLocked else. The fifth wrong one locks."""
    with archive.catalogue.read() as tx:
        known = tx.people.by_name(name.strip())
    if known and known.locked_until and known.locked_until > now():
        raise AccountLocked(known.locked_until)
    right = _matches(known.password_hash if known else "", password)
    if known is None or not known.person.active:
        raise WrongPassword("wrong name or password")
    if right:
        return known.person
    _count_failure(archive, known.person, known.failures + 1)
    raise WrongPassword("wrong name or password")


def _count_failure(archive: Archive, person: Person, failures: int) -> None:
    until = now() + LOCKED if failures % TRIES == 0 else None
    with archive.catalogue.write() as tx:
        tx.people.failed(person.id, until)
        tx.events.add("sign_in_failed", person.name, detail={"failures": failures, "locked": until is not None})
    if until:
        raise AccountLocked(until)


def open_session(archive: Archive, person: Person) -> str:
    """The token of a new session."""
    token = secrets.token_urlsafe(32)
    with archive.catalogue.write() as tx:
        tx.people.open_session(person.id, digest(token), now() + SESSION)
        tx.people.signed_in(person.id)
        tx.events.add("signed_in", person.name)
    return token


def end_session(request: Request, token: str) -> None:
    """End a session; one that is not there is no error."""
    watch_of(request).seen.note(digest(token), None)
    archive = archive_of(request)
    with archive.catalogue.write() as tx:
        tx.people.end_session(digest(token))


def set_cookie(request: Request, response: Response, token: str) -> None:
    """Hand the browser its token: unreadable to scripts, never sent from another site's form."""
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(SESSION.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=settings_of(request).secure_cookies or request.url.scheme == "https",
        path="/",
    )


def shown_by(request: Request) -> tuple[bool, str]:
    """What a request signs itself with: whether it is an API key, and its digest, empty where it has nothing."""
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return True, digest(key.strip())
    token = request.cookies.get(COOKIE, "")
    return False, digest(token) if token else ""


def person_of(request: Request) -> Person | None:
    """Who asks: by API key in `Authorization: Bearer`, else by the session's cookie."""
    by_key, shown = shown_by(request)
    if not shown:
        return None
    with archive_of(request).catalogue.read() as tx:
        person = tx.people.by_key(shown) if by_key else tx.people.by_session(shown, now())
    found = person if person and person.active else None
    watch_of(request).seen.note(shown, found)
    return found


def seen_of(request: Request) -> Person | None:
    """Who asks, as far as this process saw them lately; asks nothing."""
    return watch_of(request).seen.find(shown_by(request)[1])


async def person_if_away(request: Request) -> Person:
    """Who asks, also while the catalogue is away: then whoever was signed in a moment ago. For what changes nothing and
    must be seen in an outage. NotSignedIn, or CatalogueUnavailable where nobody can say."""
    watch = watch_of(request)
    person = seen_of(request)
    if not watch.monitor.away(HANGS):
        person = await soon(current_person, request, otherwise=person)
    if person is None:
        raise CatalogueUnavailable(
            "the catalogue is away, so that nobody can be signed in; nothing acknowledged is lost"
        )
    request.state.person = person
    return person


def current_person(request: Request) -> Person:
    """Who asks; NotSignedIn where nobody is."""
    person = person_of(request)
    if person is None:
        raise NotSignedIn("sign in, or send an API key")
    request.state.person = person
    return person


Signed = Annotated[Person, Depends(current_person)]
Watching = Annotated[Person, Depends(person_if_away)]


def refuse_forged(request: Request) -> None:
    """Raise Forged where a changing request comes from another site. A browser says where it comes from
    (Sec-Fetch-Site, or Origin over plain HTTP); an API key is never sent by a browser on its own."""
    if request.method in SAFE or request.headers.get("authorization"):
        return
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is not None:
        same = site in ("same-origin", "none")
    elif origin is not None:
        same = urlsplit(origin).netloc == request.headers.get("host")
    else:
        same = COOKIE not in request.cookies
    if not same:
        raise Forged("the request comes from another site; open Vouch itself and do it there")
