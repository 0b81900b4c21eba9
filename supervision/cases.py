"""What persons do about what does not agree: explain a case or a day by right, match and unmatch by hand."""

from __future__ import annotations

from datetime import date
from typing import TypeVar

from archive.catalogue.engine import Transaction
from archive.errors import Conflict, Invalid, NotFound, Refused
from archive.model import Case, CaseKind, CaseState, Match, Person, Role, TellerDay
from archive.vault import Archive
from supervision.balance import Balance, balance_in
from supervision.findings import day_key
from supervision.gaps import READING, RECEIVED, Gap
from supervision.matching import refresh

MAY_EXPLAIN = frozenset({Role.SUPERVISOR, Role.SYSTEM_ADMINISTRATOR})
Word = TypeVar("Word", CaseState, CaseKind)
_LONGEST_REASON = 1000
_WORK = frozenset({RECEIVED, READING})


def require_right(person: Person, act: str) -> None:
    """Refused unless the person supervises or administers the system."""
    if person.role not in MAY_EXPLAIN:
        raise Refused(f"the role {person.role} may not {act}; ask a supervisor")


def require_scope(day: TellerDay, person: Person) -> None:
    """NotFound where the day lies outside what the person may see."""
    if not person.scope.covers(day.branch_no):
        raise NotFound(f"no day {day.business_date} of teller {day.teller_no}, branch {day.branch_no}")


def said(reason: str) -> str:
    """A reason that can be kept. Invalid where it is empty or too long."""
    plain = " ".join(reason.split())
    if not plain or len(plain) > _LONGEST_REASON:
        raise Invalid("reason", f"give a reason of 1 to {_LONGEST_REASON} characters; it is kept with the day")
    return plain


def list_cases(
    archive: Archive,
    person: Person,
    *,
    state: str | None = None,
    kind: str | None = None,
    business_date: date | None = None,
    branch_no: str | None = None,
    before_id: int | None = None,
    limit: int = 50,
) -> list[Case]:
    """Cases that the person may see, newest first. Invalid where state or kind is no word of a case."""
    with archive.catalogue.read() as tx:
        return tx.cases.list(
            person.scope,
            state=_word(CaseState, "state", state),
            kind=_word(CaseKind, "kind", kind),
            business_date=business_date,
            branch_no=branch_no,
            before_id=before_id,
            limit=limit,
        )


def _word(words: type[Word], field: str, text: str | None) -> Word | None:
    try:
        return words(text) if text else None
    except ValueError as error:
        raise Invalid(field, f"{text!r} is none of {', '.join(words)}") from error


def of_day(archive: Archive, day: TellerDay, person: Person) -> list[Case]:
    """The day's cases in the order they were raised, closed ones too."""
    require_scope(day, person)
    with archive.catalogue.read() as tx:
        return tx.cases.of_day(day)


def get(archive: Archive, case_id: int, person: Person) -> Case:
    """One case. NotFound where there is none that the person may see."""
    with archive.catalogue.read() as tx:
        return tx.cases.get(case_id, person.scope)


def explain(archive: Archive, case_id: int, reason: str, person: Person) -> Case:
    """The case with the reason that explains it. Refused without the right, Conflict where its cause is gone,
    DaySealed where its day is sealed."""
    require_right(person, "explain a case")
    plain = said(reason)
    with archive.catalogue.write() as tx:
        case = tx.cases.get(case_id, person.scope)
        if case.state is CaseState.CLOSED:
            raise Conflict(f"case {case_id} is closed, its cause is gone; there is nothing to explain")
        return _explained(tx, case, plain, person)


def _explained(tx: Transaction, case: Case, reason: str, person: Person) -> Case:
    changed = tx.cases.change(case.id, CaseState.EXPLAINED, reason, person.name)
    detail = {"case": case.id, "kind": case.kind.value, "reason": reason}
    tx.events.add("case.explained", person.name, record_id=case.record_id, branch_no=case.day.branch_no, detail=detail)
    return changed


def _key(gap: Gap, found: Balance) -> str:
    """The key of the case that explains a gap: of its record, of its page, or of the day and its figures."""
    match CaseKind(gap.kind):
        case CaseKind.UNKEYED_FIELDS:
            return f"{gap.kind}:{gap.record_id}"
        case CaseKind.QUARANTINED_PAGE:
            return f"{gap.kind}:{gap.page_id}"
        case CaseKind.MISSING_VOUCHER:
            return f"{gap.kind}:{day_key(found.day)}:{gap.journal_no}"
        case CaseKind.MISSING_SHEET | CaseKind.SURPLUS_SHEET:
            return f"{gap.kind}:{day_key(found.day)}:{found.expected_sheets}:{found.captured}"
        case _:
            return f"{gap.kind}:{day_key(found.day)}"


def _case_of(tx: Transaction, gap: Gap, found: Balance) -> Case:
    """The case of a gap, raised where there is none yet."""
    if gap.case_id is not None:
        return tx.cases.get(gap.case_id)
    kind = CaseKind(gap.kind)
    columns: dict[str, object] = {"journal_no": gap.journal_no, "field": gap.field}
    columns |= {"record_id": gap.record_id, "expected": gap.expected, "found": gap.found}
    if kind in {CaseKind.MISSING_SHEET, CaseKind.SURPLUS_SHEET}:
        columns |= {"expected": str(found.expected_sheets), "found": str(found.captured)}
    return tx.cases.raise_case(kind, found.day, _key(gap, found), batch_id=gap.batch_id, **columns)


def explain_gaps(tx: Transaction, day: TellerDay, reason: str, person: Person) -> list[Case]:
    """Within an open transaction: a case with this reason for everything that is missing and that no queued work will
    bring; a reason never stands for pages that are still to be read."""
    found = balance_in(tx, day)
    cases = {case.id: case for gap in found.gaps if gap.kind not in _WORK for case in [_case_of(tx, gap, found)]}
    return [_explained(tx, case, reason, person) for case in cases.values()]


def explain_day(archive: Archive, day: TellerDay, reason: str, person: Person) -> list[Case]:
    """Explains by right all that is missing from a day: declaration, journal, keying, sheets, vouchers. Each thing gets
    its own case with the reason; it is logged. Refused without the right, DaySealed."""
    require_right(person, "explain a day")
    require_scope(day, person)
    plain = said(reason)
    refresh(archive, day)
    with archive.catalogue.write() as tx:
        tx.days.require_open(day)
        return explain_gaps(tx, day, plain, person)


def match_by_hand(archive: Archive, record_id: int, journal_no: str, person: Person) -> Match:
    """A person says which transaction a voucher belongs to; no run of the matcher undoes it."""
    require_right(person, "match by hand")
    with archive.catalogue.write() as tx:
        record = tx.records.get(record_id, person.scope)
        day = TellerDay(record.branch_no, record.teller_no, record.business_date)
        if not any(entry.journal_no == journal_no for entry in tx.journal.of_day(day)):
            raise NotFound(f"no transaction {journal_no} in the journal of teller {day.teller_no}, {day.business_date}")
        found = _held(tx, Match(record_id, day, journal_no, 0.0, person.name), "voucher.matched")
    refresh(archive, day)
    return found


def unmatch(archive: Archive, record_id: int, person: Person) -> Match:
    """A person says that a voucher stands in no transaction; the matcher leaves it alone from then on."""
    require_right(person, "unmatch by hand")
    with archive.catalogue.write() as tx:
        record = tx.records.get(record_id, person.scope)
        day = TellerDay(record.branch_no, record.teller_no, record.business_date)
        found = _held(tx, Match(record_id, day, "", 0.0, person.name), "voucher.unmatched")
    refresh(archive, day)
    return found


def rematch(archive: Archive, record_id: int, person: Person) -> None:
    """Gives a voucher that was matched or unmatched by hand back to the matcher."""
    require_right(person, "give a voucher back to the matcher")
    with archive.catalogue.write() as tx:
        record = tx.records.get(record_id, person.scope)
        tx.matches.remove(record_id)
        day = TellerDay(record.branch_no, record.teller_no, record.business_date)
        tx.events.add("voucher.rematched", person.name, record_id=record_id, batch_id=record.batch_id)
    refresh(archive, day)


def _held(tx: Transaction, match: Match, event: str) -> Match:
    old = tx.matches.of_record(match.record_id)
    tx.matches.put(match)
    tx.days.touch(match.day)
    detail = {"old": old.journal_no if old else "", "new": match.journal_no}
    tx.events.add(event, match.by, record_id=match.record_id, detail=detail)
    return match
