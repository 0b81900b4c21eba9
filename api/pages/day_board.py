"""The day board: which teller's day does not balance, and why."""

from __future__ import annotations

import hashlib
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Response
from fastapi.responses import RedirectResponse

from api import format
from api.context import zone_of
from api.pages import equation
from api.pages.days import balance_href, branch_text, branches, date_options, latest
from api.pages.shell import Crumb, Desk, DeskDep
from api.routes.batches import require_capture
from api.routes.vouchers import require_sight
from archive.errors import Invalid, Refused
from archive.model import TellerDay
from processing import capture
from supervision.balance import Balance, board

router = APIRouter()

# The uppermost state first: what asks for a person stands out in the summary.
STATES = ("quarantined", "doubtful", "reading", "received", "done", "awaiting_journal", "balanced", "sealed")


@router.get("/day")
def today(desk: DeskDep) -> Response:
    """To the board of the day that is worked on now."""
    return RedirectResponse(f"/day/{latest(desk)}", 303)


@router.get("/day/{business_date}")
def day_board(desk: DeskDep, business_date: date, branch: str = "") -> Response:
    """Every teller's day of a date in scope, one branch's where one is asked for."""
    require_sight(desk.person)
    rows = _rows(desk, business_date, branch)
    found = [row["balance"] for row in rows]
    return desk.page(
        "day_board.html",
        title=f"{desk.say('page.board')} {business_date}",
        here="board",
        crumbs=_crumbs(desk, business_date, branch),
        rows=rows,
        total=equation.total([b for b in found if isinstance(b, Balance)]),
        counts=_counts(found),
        business_date=business_date,
        weekday=desk.say(f"weekday.{business_date.weekday()}"),
        branch=branch,
        branches=branches(desk),
        before=business_date - timedelta(days=1),
        after=business_date + timedelta(days=1),
    )


@router.get("/day/{business_date}/rows")
def rows(desk: DeskDep, business_date: date, branch: str = "") -> Response:
    """The board's rows alone, with an ETag: what the page asks for every two seconds."""
    require_sight(desk.person)
    response = desk.part("day_rows.html", rows=_rows(desk, business_date, branch), business_date=business_date)
    tag = f'"{hashlib.sha256(bytes(response.body)).hexdigest()[:16]}"'
    headers = {"ETag": tag, "X-At": format.clock(datetime.now(UTC), zone_of(desk.settings))}
    if desk.request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    response.headers.update(headers)
    return response


@router.post("/batches")
def open_batch(
    desk: DeskDep,
    branch_no: Annotated[str, Form()],
    teller_no: Annotated[str, Form()],
    business_date: Annotated[date, Form()],
    declared_sheets: Annotated[str, Form()] = "",
    duplex: Annotated[bool, Form()] = False,
) -> Response:
    """A new batch of a teller's day, then its page."""
    require_capture(desk.person)
    if not desk.person.scope.covers(branch_no):
        raise Refused(f"branch {branch_no} is not in your scope")
    if declared_sheets and not declared_sheets.isdecimal():
        raise Invalid("declared_sheets", f"{declared_sheets!r} is not a count")
    batch = capture.open_batch(
        desk.archive,
        TellerDay(branch_no.strip(), teller_no.strip(), business_date),
        declared=capture.Declared(int(declared_sheets) if declared_sheets else None),
        duplex=duplex,
        actor=desk.person.name,
        new=True,
    )
    return RedirectResponse(f"/batches/{batch.id}", 303)


def _rows(desk: Desk, business_date: date, branch: str) -> list[dict[str, object]]:
    names = dict(branches(desk))
    found = [b for b in board(desk.archive, business_date, desk.person.scope) if branch in ("", b.day.branch_no)]
    return [
        {
            "balance": b,
            "branch": names.get(b.day.branch_no, ""),
            "href": balance_href(b.day),
            "sheets": equation.sheets(b),
            "transactions": equation.transactions(b),
            "open": not b.balanced,
        }
        for b in found
    ]


def _counts(found: list[object]) -> list[tuple[str, int]]:
    counted = Counter(str(b.state) for b in found if isinstance(b, Balance))
    return [(state, counted[state]) for state in STATES if counted[state]]


def _crumbs(desk: Desk, business_date: date, branch: str) -> list[Crumb]:
    everywhere = desk.say("All branches")
    href, query = f"/day/{business_date}", f"?branch={branch}" if branch else ""
    options = [(everywhere, href), *((no + name, f"{href}?branch={no}") for no, name in branches(desk))]
    dates = [(str(d), f"/day/{d}{query}") for d in date_options(desk, business_date)]
    return [
        Crumb(branch_text(desk, branch) if branch else everywhere, options=options),
        Crumb(str(business_date), options=dates),
    ]
