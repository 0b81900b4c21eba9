"""Cases: what does not agree, the reason that explains it, and who gave it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Response
from fastapi.responses import RedirectResponse

from api.pages import gap_words
from api.pages.days import balance_href, branches, day_crumbs
from api.pages.shell import Crumb, Desk, DeskDep
from api.pages.sign_in import here
from api.routes.vouchers import require_sight
from archive.model import Case, CaseState
from supervision import cases

router = APIRouter()
LIMIT = 200


@router.get("/cases")
def case_list(
    desk: DeskDep, state: str = CaseState.RAISED.value, branch: str = "", before: int | None = None
) -> Response:
    """Cases in scope, newest first."""
    require_sight(desk.person)
    found = cases.list_cases(
        desk.archive, desk.person, state=state or None, branch_no=branch or None, before_id=before, limit=LIMIT
    )
    return desk.page(
        "cases.html",
        title=desk.say("page.cases"),
        here="cases",
        rows=[{"case": case, "line": gap_words.case_line(case, desk.say), "href": _href(case)} for case in found],
        state=state,
        states=["", *(s.value for s in CaseState)],
        branch=branch,
        branches=branches(desk),
        older=f"/cases?state={state}&branch={branch}&before={found[-1].id}" if len(found) == LIMIT else "",
    )


@router.get("/cases/{case_id}")
def case_page(desk: DeskDep, case_id: int) -> Response:
    """One case with its day, its two sides and its reason."""
    require_sight(desk.person)
    case = cases.get(desk.archive, case_id, desk.person)
    return desk.page(
        "case.html",
        title=desk.say("Case {id}", id=case.id),
        here="cases",
        crumbs=[*day_crumbs(desk, case.day), Crumb(desk.say("Case {id}", id=case.id))],
        case=case,
        expected=gap_words.shown(case.field or "amount", case.expected),
        found=gap_words.shown(case.field, case.found),
        href=balance_href(case.day),
        may=desk.person.role in cases.MAY_EXPLAIN,
        page_id=_page_of(desk, case),
    )


@router.post("/cases/{case_id}/explain")
def explain(
    desk: DeskDep, case_id: int, reason: Annotated[str, Form()] = "", next: Annotated[str, Form()] = ""
) -> Response:
    """Keep the reason, then back to where it was given."""
    cases.explain(desk.archive, case_id, reason, desk.person)
    return RedirectResponse(here(next) if next else f"/cases/{case_id}", 303)


def _href(case: Case) -> str:
    return f"/cases/{case.id}"


def _page_of(desk: Desk, case: Case) -> int | None:
    if case.record_id is None:
        return None
    with desk.archive.catalogue.read() as tx:
        return tx.records.get(case.record_id, desk.person.scope).page_id
