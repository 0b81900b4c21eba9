"""Cases: what does not fit, and why."""

from __future__ import annotations

from fastapi import APIRouter

from api.auth import Signed
from api.context import ArchiveDep
from supervision import cases

from .shapes import CaseOut, Shape

router = APIRouter(prefix="/cases", tags=["cases"])


class CaseList(Shape):
    cases: list[CaseOut]


class ReasonIn(Shape):
    reason: str


@router.get("")
def list_cases(archive: ArchiveDep, person: Signed, state: str | None = None) -> CaseList:
    """Cases in scope, the oldest first."""
    return CaseList(cases=[CaseOut.of(case) for case in cases.list_cases(archive, person, state=state)])


@router.get("/{case_id}")
def show(case_id: int, archive: ArchiveDep, person: Signed) -> CaseOut:
    """One case."""
    return CaseOut.of(cases.get(archive, case_id, person))


@router.post("/{case_id}/explain")
def explain(case_id: int, body: ReasonIn, archive: ArchiveDep, person: Signed) -> CaseOut:
    """Gives the reason of a case, by right; the gap that it opened is explained."""
    return CaseOut.of(cases.explain(archive, case_id, body.reason, person))
