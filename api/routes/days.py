"""Teller days: the equation, what is missing, and sealing."""

from __future__ import annotations

from datetime import date, datetime

from fastapi import APIRouter

from api.auth import Signed
from api.context import ArchiveDep
from archive.errors import NotFound
from archive.model import Person, TellerDay
from supervision import seal as sealing
from supervision.balance import Balance, balance, board

from .shapes import Shape

router = APIRouter(prefix="/days", tags=["days"])


class GapOut(Shape):
    kind: str
    detail: str
    voucher: int | None = None
    page: int | None = None
    sheet: int | None = None
    journal_no: str = ""


class DayOut(Shape):
    """declared = captured = archived = accounted, in sheets; transactions = with_paper + explained + exempt."""

    branch_no: str
    teller_no: str
    business_date: date
    state: str
    declared: int | None
    captured: int
    archived: int
    accounted: int
    working: int
    journal: bool
    transactions: int
    with_paper: int
    explained: int
    exempt: int
    open_cases: int
    balanced: bool
    sealed_at: datetime | None
    sealed_by: str
    manifest: str
    gaps: list[GapOut]

    @classmethod
    def of(cls, found: Balance) -> DayOut:
        sealed = found.sealed
        return cls(
            branch_no=found.day.branch_no,
            teller_no=found.day.teller_no,
            business_date=found.day.business_date,
            state=found.state,
            declared=found.declared,
            captured=found.captured,
            archived=found.archived,
            accounted=found.accounted,
            working=found.working,
            journal=found.journal,
            transactions=found.transactions,
            with_paper=found.with_paper,
            explained=found.explained,
            exempt=found.exempt,
            open_cases=found.open_cases,
            balanced=found.balanced,
            sealed_at=sealed.sealed_at if sealed else None,
            sealed_by=sealed.sealed_by if sealed else "",
            manifest=sealed.manifest if sealed else "",
            gaps=[
                GapOut(
                    kind=gap.kind,
                    detail=gap.detail,
                    voucher=gap.record_id,
                    page=gap.page_id,
                    sheet=gap.sheet_number,
                    journal_no=gap.journal_no,
                )
                for gap in found.gaps
            ],
        )


class BoardOut(Shape):
    days: list[DayOut]


class SealIn(Shape):
    reason: str = ""


def day_in_scope(branch_no: str, teller_no: str, business_date: date, person: Person) -> TellerDay:
    if not person.scope.covers(branch_no):
        raise NotFound(f"day {business_date} of teller {teller_no}, branch {branch_no}")
    return TellerDay(branch_no, teller_no, business_date)


@router.get("/{business_date}")
def day_board(business_date: date, archive: ArchiveDep, person: Signed) -> BoardOut:
    """Every teller's day of a date in scope."""
    return BoardOut(days=[DayOut.of(found) for found in board(archive, business_date, person.scope)])


@router.get("/{branch_no}/{teller_no}/{business_date}")
def show_day(branch_no: str, teller_no: str, business_date: date, archive: ArchiveDep, person: Signed) -> DayOut:
    """One teller's day: its equation and each gap."""
    day = day_in_scope(branch_no, teller_no, business_date, person)
    return DayOut.of(balance(archive, day, person.scope))


@router.post("/{branch_no}/{teller_no}/{business_date}/seal")
def seal_day(
    branch_no: str,
    teller_no: str,
    business_date: date,
    archive: ArchiveDep,
    person: Signed,
    body: SealIn | None = None,
) -> DayOut:
    """Seals a day that holds; refused with what is missing otherwise. A reason explains what is missing, by right."""
    day = day_in_scope(branch_no, teller_no, business_date, person)
    sealing.seal(archive, day, person, reason=body.reason if body else "")
    return DayOut.of(balance(archive, day, person.scope))
