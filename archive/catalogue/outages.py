"""What a database's errors mean to the archive: away, busy, full, not migrated. No secret and no value is told."""

from __future__ import annotations

from sqlalchemy.exc import (
    DatabaseError,
    DBAPIError,
    InvalidRequestError,
    OperationalError,
    StatementError,
    TimeoutError,
)

from ..errors import CatalogueUnavailable, Invalid, NotFound
from .sqlite import BUSY_SECONDS

_AGAIN = "nothing was committed; try again"
_WAIT = "nothing was committed; it is tried again by itself, and goes on when the server is back"
_BY_STATE = {
    "25006": "takes no writes (it is a standby); point VOUCH_DATABASE_URL at the primary",
    "25P03": f"ended a transaction that stood still for too long; {_AGAIN}",
    "40001": f"had two transactions in each other's way; {_AGAIN}",
    "40P01": f"had two transactions in each other's way; {_AGAIN}",
    "42703": "has an older schema than this version; run `vouch migrate`",
    "42P01": "has not this version's schema; run `vouch migrate`",
    "53100": "has a full disk; free space there, then try again: nothing was committed",
    "53300": "has no connection left; raise max_connections of PostgreSQL, or run fewer processes",
    "55P03": f"had a row held by another process for too long; {_AGAIN}, and look for that process",
    "57014": f"took too long over a statement; {_AGAIN}, and see whether the server is overloaded",
    "57P01": f"is shutting down; {_WAIT}",
    "57P02": f"broke down; {_WAIT}",
    "57P03": f"is starting up or shutting down; {_WAIT}",
}
_BY_WORD = {
    "password authentication failed": "refuses the user or the password; check VOUCH_DATABASE_URL and"
    " VOUCH_DATABASE_PASSWORD",
    "no password supplied": "asks for a password; set VOUCH_DATABASE_PASSWORD or its file in VOUCH_SECRETS",
    "pg_hba.conf": "refuses connections from this host; allow it in pg_hba.conf",
    'database "': "has no such database; create it, or check VOUCH_DATABASE_URL",
    "accepting connections": _BY_STATE["57P03"],
    "starting up": _BY_STATE["57P03"],
    "shutting down": _BY_STATE["57P03"],
    "too many": _BY_STATE["53300"],
    "remaining connection slots": _BY_STATE["53300"],
}
_TOO_LARGE, _TOO_LONG, _FULL = "22003", "54000", "53100"
_UNKNOWN = "; whether the last change was committed is not known: look, or do it again, which does no harm"


def meaning(error: Exception, where: str, *, sqlite: bool, committing: bool = False) -> Exception | None:
    """What to raise in place of a database's error; None where the error is a mistake of ours."""
    if isinstance(error, OverflowError):  # SQLite keeps 64 bits; a number beyond them names nothing
        return NotFound("nothing has a number that large")
    if isinstance(error, TimeoutError):
        return CatalogueUnavailable(f"every connection to the catalogue {where} is in use; {_AGAIN}")
    if isinstance(error, InvalidRequestError) and "connection is closed" in str(error):  # tried anew in vain
        return CatalogueUnavailable(f"the catalogue {where} cannot be reached; {_WAIT}")
    if isinstance(error, DBAPIError):
        return _of_sqlite(error, where) if sqlite else _of_server(error, where, committing)
    return error.orig if isinstance(error, StatementError) and isinstance(error.orig, Invalid) else None


def _of_sqlite(error: DBAPIError, where: str) -> Exception | None:
    if type(error) not in {DatabaseError, OperationalError}:  # the others are mistakes of ours
        return None
    said = _first_line(error)
    if "locked" in said or "busy" in said:
        found = f"another process held the catalogue {where} for {BUSY_SECONDS} seconds; try again, and look for it"
    elif "full" in said:
        found = f"the disk of the catalogue {where} is full; free space, then try again: nothing was committed"
    else:
        found = f"the catalogue {where} cannot be used ({said}); check that it is there, writable and migrated"
    return CatalogueUnavailable(found, full="full" in said)


def _of_server(error: DBAPIError, where: str, committing: bool) -> Exception | None:
    state = getattr(error.orig, "sqlstate", None) or ""
    said = _first_line(error)
    if state == _TOO_LARGE:
        return NotFound("nothing has a number that large")
    if state == _TOO_LONG:
        return Invalid("text", f"is too long to be found again ({said}); shorten it")
    known = _BY_STATE.get(state) or next((_BY_WORD[word] for word in _BY_WORD if not state and word in said), "")
    if known:
        return CatalogueUnavailable(f"the catalogue {where} {known}", full=state == _FULL)
    away = error.connection_invalidated or not state or state.startswith(("08", "53", "57", "58", "XX"))
    if not away or not isinstance(error, DatabaseError):
        return None
    advice = _UNKNOWN if committing else f"; see that PostgreSQL runs there; {_WAIT}"
    return CatalogueUnavailable(f"the catalogue {where} cannot be reached ({said}){advice}")


def _first_line(error: DBAPIError) -> str:
    """The driver's words; further lines may quote values of rows."""
    return str(error.orig).strip().partition("\n")[0]
