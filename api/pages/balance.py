"""The balance of a teller's day: its equation, each gap with its evidence, matching by hand, and the seal."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Form, Response
from fastapi.responses import RedirectResponse

from api.errors import problem
from api.pages import equation, gap_words
from api.pages.days import balance_href, covered, day_crumbs
from api.pages.evidence import evidence
from api.pages.shell import Crumb, Desk, DeskDep
from api.routes.vouchers import require_sight
from archive.errors import Conflict
from archive.model import CaseState, TellerDay
from supervision import cases, seal
from supervision.balance import Balance, balance
from supervision.gaps import Gap

router = APIRouter()
PATH = "/balance/{business_date}/{branch_no}/{teller_no}"


def asked_day(desk: DeskDep, business_date: date, branch_no: str, teller_no: str) -> TellerDay:
    """The day that an address names, where it is in scope."""
    require_sight(desk.person)
    return covered(desk, TellerDay(branch_no, teller_no, business_date))


@router.get(PATH)
def balance_page(desk: DeskDep, business_date: date, branch_no: str, teller_no: str, gap: int = 1) -> Response:
    """The gaps beside the evidence of the chosen one."""
    day = asked_day(desk, business_date, branch_no, teller_no)
    found = balance(desk.archive, day, desk.person.scope)
    chosen = min(max(gap, 1), max(len(found.gaps), 1))
    return desk.page(
        "balance.html",
        title=f"{desk.say('page.balance')} {teller_no} {business_date}",
        here="board",
        crumbs=day_crumbs(desk, day, last=True),
        day=day,
        b=found,
        href=balance_href(day),
        sheets=equation.sheets(found),
        transactions=equation.transactions(found),
        gaps=[_line(desk, one) for one in found.gaps],
        chosen=chosen,
        closed=_told(desk, day),
        may=desk.person.role in cases.MAY_EXPLAIN,
        more=_evidence(desk, day, found, chosen),
    )


@router.get(PATH + "/evidence")
def evidence_part(desk: DeskDep, business_date: date, branch_no: str, teller_no: str, gap: int = 1) -> Response:
    """The evidence of one gap alone."""
    day = asked_day(desk, business_date, branch_no, teller_no)
    found = balance(desk.archive, day, desk.person.scope)
    may = desk.person.role in cases.MAY_EXPLAIN
    shown = _evidence(desk, day, found, gap)
    return desk.part("evidence.html", day=day, b=found, href=balance_href(day), chosen=gap, may=may, **shown)


@router.post(PATH + "/match")
def match(
    desk: DeskDep,
    business_date: date,
    branch_no: str,
    teller_no: str,
    record_id: Annotated[int, Form()],
    journal_no: Annotated[str, Form()] = "",
) -> Response:
    """Match a voucher to a transaction by hand; without a transaction, say that it stands in none."""
    day = asked_day(desk, business_date, branch_no, teller_no)
    if journal_no:
        cases.match_by_hand(desk.archive, record_id, journal_no, desk.person)
    else:
        cases.unmatch(desk.archive, record_id, desk.person)
    return RedirectResponse(balance_href(day), 303)


@router.get(PATH + "/seal")
def seal_form(desk: DeskDep, business_date: date, branch_no: str, teller_no: str) -> Response:
    """The final page before sealing: the figures, and the number of sheets to type."""
    return _seal_page(desk, asked_day(desk, business_date, branch_no, teller_no))


@router.post(PATH + "/seal")
def seal_day(
    desk: DeskDep,
    business_date: date,
    branch_no: str,
    teller_no: str,
    sheets: Annotated[str, Form()] = "",
    reason: Annotated[str, Form()] = "",
) -> Response:
    """Seal, or show the page again with what is missing."""
    day = asked_day(desk, business_date, branch_no, teller_no)
    found = balance(desk.archive, day, desk.person.scope)
    if sheets.strip() != str(found.captured):
        return _seal_page(desk, day, reason=reason, wrong=desk.say("The typed number is not the day's: count again"))
    try:
        seal.seal(desk.archive, day, desk.person, reason=reason.strip())
    except Conflict as error:
        told = problem(error, desk.say)
        return _seal_page(desk, day, reason=reason, wrong=told.title, status=told.status)
    return RedirectResponse(balance_href(day), 303)


def _seal_page(desk: Desk, day: TellerDay, *, reason: str = "", wrong: str = "", status: int = 200) -> Response:
    found = balance(desk.archive, day, desk.person.scope)
    title = desk.say("page.seal")
    return desk.page(
        "seal.html",
        title=f"{desk.say('Error: ')}{title}" if wrong else title,
        here="board",
        crumbs=[*day_crumbs(desk, day), Crumb(title)],
        status=status,
        day=day,
        b=found,
        href=balance_href(day),
        sheets=equation.sheets(found),
        transactions=equation.transactions(found),
        gaps=[_line(desk, one) for one in found.gaps],
        reason=reason,
        wrong=wrong,
        may=desk.person.role in cases.MAY_EXPLAIN,
    )


def _line(desk: Desk, gap: Gap) -> dict[str, object]:
    say = desk.say
    return {
        "gap": gap,
        "title": gap_words.title(gap, say),
        "place": gap_words.place(gap, say),
        "told": gap_words.difference(gap.kind, gap.field, gap.expected, gap.found, say),
    }


def _told(desk: Desk, day: TellerDay) -> list[dict[str, object]]:
    told = [case for case in cases.of_day(desk.archive, day, desk.person) if case.state is CaseState.EXPLAINED]
    return [{"case": case, "line": gap_words.case_line(case, desk.say)} for case in told]


def _evidence(desk: Desk, day: TellerDay, found: Balance, chosen: int) -> dict[str, object]:
    if not 1 <= chosen <= len(found.gaps):
        return {"gap": None, "line": None, "shown": None}
    gap = found.gaps[chosen - 1]
    return {"gap": gap, "line": _line(desk, gap), "shown": evidence(desk, day, gap, found.gaps)}
