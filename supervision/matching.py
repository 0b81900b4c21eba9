"""Matching: brings a teller's day up to date, its matches anew, its cases raised and closed, in one transaction."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from archive.catalogue.balances import Balances
from archive.catalogue.engine import Transaction
from archive.model import Case, CaseKind, CaseState, Entry, Match, PageState, Record, StoredPage, TellerDay
from archive.vault import Archive
from supervision import findings
from supervision.assignment import AUTOMATIC, match_day
from supervision.evidence import transactions_of
from supervision.findings import Finding
from supervision.journal import PAPERLESS_CODES, PAPERLESS_SETTING

__all__ = ["judge", "match_day", "refresh", "refresh_if_stale", "refresh_stale"]
ACTOR = "supervision"
# While pages of a day still come it is matched anew at most this often, so that matching never races the workers.
REST = timedelta(seconds=10)
_TRIES = 3
# What only paper still on its way may explain: not raised before the day's last page is read.
_LATER = frozenset({CaseKind.MISSING_VOUCHER, CaseKind.SURPLUS_VOUCHER})
_JUDGED = _LATER | {CaseKind.FIELD_DIFFERS, CaseKind.QUARANTINED_PAGE, CaseKind.RULE_FAILED}


@dataclass(frozen=True, slots=True)
class Inputs:
    """All that a day's matches and cases follow from, as of one moment."""

    entries: list[Entry]
    records: list[Record]
    held: list[Match]
    unfinished: list[StoredPage]
    paperless: frozenset[str]

    @property
    def working(self) -> bool:
        """Whether pages of the day still wait for a worker or are held by one."""
        return any(page.state is not PageState.QUARANTINED for page in self.unfinished)


@dataclass(frozen=True, slots=True)
class Judged:
    """A day's automatic matches and everything in it that does not agree."""

    matches: list[Match]
    findings: list[Finding]
    working: bool


def paperless_codes(tx: Transaction) -> frozenset[str]:
    """The transaction codes that need no paper: the setting, else the default."""
    return frozenset(str(code) for code in tx.settings.get(PAPERLESS_SETTING, list(PAPERLESS_CODES)))


def _inputs(tx: Transaction, day: TellerDay) -> Inputs:
    aside = (PageState.RECEIVED, PageState.RUNNING, PageState.QUARANTINED)
    return Inputs(
        tx.journal.of_day(day),
        tx.records.of_day(day),
        [match for match in tx.matches.of_day(day) if match.by != AUTOMATIC],
        Balances(tx.connection).pages(day, aside),
        paperless_codes(tx),
    )


def judge(day: TellerDay, given: Inputs) -> Judged:
    """The matches and findings that follow from a day's journal and records. Pure."""
    matches = match_day(given.entries, given.records, given.held)
    every = [*matches, *(match for match in given.held if match.journal_no)]
    transactions = transactions_of(given.entries)
    with_paper = {match.journal_no for match in every}
    matched = {match.record_id for match in every}
    found = [
        *findings.missing(day, transactions, with_paper, given.paperless),
        *(findings.surplus(given.records, matched) if given.entries else ()),
        *findings.differing({record.id: record for record in given.records}, transactions, every),
        *findings.quarantined(given.unfinished),
        *findings.broken_rules(given.records),
    ]
    return Judged(matches, found, given.working)


def _unchanged(case: Case, finding: Finding) -> bool:
    if case.state is CaseState.EXPLAINED:
        return True
    said = (case.expected, case.found, case.record_id)
    return case.state is CaseState.RAISED and said == (finding.expected, finding.found, finding.record_id)


def _raise(tx: Transaction, day: TellerDay, finding: Finding) -> None:
    raised = tx.cases.raise_case(
        finding.kind,
        day,
        finding.key,
        batch_id=finding.batch_id,
        record_id=finding.record_id,
        journal_no=finding.journal_no,
        field=finding.field,
        expected=finding.expected,
        found=finding.found,
    )
    detail = {"case": raised.id, "kind": finding.kind.value, "journal_no": finding.journal_no}
    tx.events.add("case.raised", ACTOR, record_id=finding.record_id, branch_no=day.branch_no, detail=detail)


def _close(tx: Transaction, day: TellerDay, cases: Iterable[Case]) -> None:
    for case in cases:
        tx.cases.change(case.id, CaseState.CLOSED, "its cause is gone", ACTOR)
        detail = {"case": case.id, "kind": case.kind.value}
        tx.events.add("case.closed", ACTOR, record_id=case.record_id, branch_no=day.branch_no, detail=detail)


def _keep(tx: Transaction, day: TellerDay, judged: Judged) -> None:
    """Writes the matches, raises what is new, closes what went away; a person's explanation stays."""
    tx.matches.replace(day, judged.matches)
    known = {case.key: case for case in tx.cases.of_day(day)}
    for finding in judged.findings:
        case = known.get(finding.key)
        if case is not None and _unchanged(case, finding):
            continue
        if not (judged.working and finding.kind in _LATER):
            _raise(tx, day, finding)
    found = {finding.key for finding in judged.findings}
    raised = (case for case in known.values() if case.state is CaseState.RAISED and case.kind in _JUDGED)
    _close(tx, day, [case for case in raised if case.key not in found])
    tx.days.matched(day)


def refresh(archive: Archive, day: TellerDay) -> None:
    """Matches a day anew and brings its cases up to date; does nothing on a sealed day. Matching runs outside the
    writing transaction, which keeps its result only if nothing changed meanwhile."""
    for attempt in range(_TRIES):
        with archive.catalogue.read() as tx:
            if tx.days.sealed(day):
                return
            given = _inputs(tx, day)
        judged = judge(day, given)
        with archive.catalogue.write() as tx:
            tx.days.hold(day)  # until the commit nothing of it changes
            if tx.days.sealed(day):
                return
            now = _inputs(tx, day)
            if now == given or attempt == _TRIES - 1:
                _keep(tx, day, judged if now == given else judge(day, now))
                return


def refresh_if_stale(archive: Archive, day: TellerDay) -> bool:
    """Whether the day was due and is up to date now."""
    with archive.catalogue.read() as tx:
        due = Balances(tx.connection).stale(day)
    if due:
        refresh(archive, day)
    return due


def refresh_stale(archive: Archive, limit: int = 20) -> int:
    """How many due days were brought up to date; the owner of the data folder calls it again and again."""
    with archive.catalogue.read() as tx:
        due = Balances(tx.connection).due(datetime.now(UTC) - REST, limit)
    for day in due:
        refresh(archive, day)
    return len(due)
