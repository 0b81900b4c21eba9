"""The gaps of a teller's day, one by one: each names exactly the sheet, page, voucher or transaction it is about."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from archive.catalogue.balances import Balances
from archive.catalogue.engine import Transaction
from archive.model import Case, CaseKind, CaseState, PageState, StoredPage, TellerDay
from supervision.evidence import transactions_of
from supervision.findings import missing_key, quarantine_key
from supervision.matching import paperless_codes

RECEIVED, READING = "received", "reading"
WORDS: Mapping[str, str] = {
    CaseKind.MISSING_DECLARATION: "未申报",
    CaseKind.MISSING_SHEET: "缺",
    CaseKind.SURPLUS_SHEET: "多余",
    RECEIVED: "已接收",
    READING: "识别中",
    CaseKind.QUARANTINED_PAGE: "已隔离",
    CaseKind.UNKEYED_FIELDS: "存疑",
    CaseKind.MISSING_JOURNAL: "待流水",
    CaseKind.MISSING_VOUCHER: "缺凭证",
    CaseKind.SURPLUS_VOUCHER: "多余",
    CaseKind.FIELD_DIFFERS: "不符",
}


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing that keeps a day from balancing. `kind` is a kind of case, `received` or `reading`; `word` the
    screen's; `detail` says it in words; the rest names what it is about. `closing`: work that is queued may close it
    (blue), else none will (red)."""

    kind: str
    word: str
    detail: str
    record_id: int | None = None
    page_id: int | None = None
    journal_no: str = ""
    sheet_number: int | None = None
    batch_id: int | None = None
    case_id: int | None = None
    field: str = ""
    expected: str = ""
    found: str = ""
    closing: bool = False


@dataclass(frozen=True, slots=True)
class _Asked:
    """What each lister is given."""

    tx: Transaction
    day: TellerDay
    cases: Mapping[str, Case]
    working: bool


Lister = Callable[[_Asked], Iterable[Gap]]


def _gap(kind: str, detail: str, **about: object) -> Gap:
    return Gap(str(kind), WORDS[kind], detail, **about)  # type: ignore[arg-type]


def _declarations(asked: _Asked) -> Iterable[Gap]:
    batches = asked.tx.batches.of_day(asked.day)
    if not batches:
        yield _gap(CaseKind.MISSING_DECLARATION, "no batch was captured and no sheets were declared")
    for batch in batches:
        if batch.declared_sheets is None:
            detail = f"{batch.label} declares no number of sheets; declare it, or explain why it has none"
            yield _gap(CaseKind.MISSING_DECLARATION, detail, batch_id=batch.id)


def _sheet_gaps(asked: _Asked) -> Iterable[Gap]:
    """Missing places after a batch's last sheet, and the sheets beyond what a batch declares."""
    for batch in asked.tx.batches.of_day(asked.day):
        sheets = asked.tx.pages.sheets(batch.id)
        covers = Balances(asked.tx.connection).covers(batch.id)
        wanted = len(sheets) if batch.declared_sheets is None else batch.declared_sheets + covers
        for number in range(len(sheets) + 1, wanted + 1):
            detail = f"sheet {number} of {batch.label} was declared and not captured"
            yield _gap(CaseKind.MISSING_SHEET, detail, batch_id=batch.id, sheet_number=number, closing=asked.working)
        for sheet in sheets[wanted:]:
            detail = f"sheet {sheet.number} of {batch.label} is beyond the {batch.declared_sheets} declared"
            yield _gap(CaseKind.SURPLUS_SHEET, detail, batch_id=batch.id, sheet_number=sheet.number)


def _only(kind: CaseKind, lister: Lister) -> Lister:
    return lambda asked: [gap for gap in lister(asked) if gap.kind == kind.value]


def _of_page(kind: str, page: StoredPage, detail: str, **about: object) -> Gap:
    place = {"page_id": page.id, "sheet_number": page.sheet_number, "batch_id": page.batch_id}
    return _gap(kind, f"sheet {page.sheet_number} of B-{page.batch_id} {detail}", **place, **about)


def _pages(kind: str, state: PageState, detail: str) -> Lister:
    def listed(asked: _Asked) -> Iterable[Gap]:
        for page in Balances(asked.tx.connection).pages(asked.day, [state]):
            yield _of_page(kind, page, detail, closing=True)

    return listed


def _quarantined(asked: _Asked) -> Iterable[Gap]:
    for page in Balances(asked.tx.connection).pages(asked.day, [PageState.QUARANTINED]):
        case = asked.cases.get(quarantine_key(page.id))
        if case is None or case.state is not CaseState.EXPLAINED:
            about = {"case_id": case and case.id, "found": page.cause, "record_id": page.record_id}
            yield _of_page(CaseKind.QUARANTINED_PAGE, page, f"is quarantined: {page.cause}", **about)


def _unkeyed(asked: _Asked) -> Iterable[Gap]:
    ids = Balances(asked.tx.connection).doubtful(asked.day)
    for record in asked.tx.records.many(ids):
        waits = [name for name, value in record.fields.items() if not value.accepted]
        what = f"waits for {', '.join(waits)}" if waits else f"is of type {record.type} and waits for a person"
        yield _gap(
            CaseKind.UNKEYED_FIELDS,
            f"sheet {record.sheet_number} of B-{record.batch_id} {what}",
            record_id=record.id,
            page_id=record.page_id,
            sheet_number=record.sheet_number,
            batch_id=record.batch_id,
            field=waits[0] if waits else "",
        )


def _journal(_: _Asked) -> Iterable[Gap]:
    yield _gap(CaseKind.MISSING_JOURNAL, "no journal was imported for this day")


def _bare(asked: _Asked) -> Iterable[Gap]:
    """The transactions that need paper, have none and were not explained."""
    with_paper = {match.journal_no for match in asked.tx.matches.of_day(asked.day)}
    paperless = paperless_codes(asked.tx)
    for transaction in transactions_of(asked.tx.journal.of_day(asked.day)):
        case = asked.cases.get(missing_key(asked.day, transaction.journal_no))
        excused = case is not None and case.state is CaseState.EXPLAINED
        if transaction.journal_no in with_paper or excused or not transaction.needs_paper(paperless):
            continue
        amount = f"{transaction.lines[0].amount:.2f}"
        about = {"journal_no": transaction.journal_no, "expected": amount, "case_id": case and case.id}
        detail = f"transaction {transaction.journal_no} of {amount} has no voucher"
        yield _gap(CaseKind.MISSING_VOUCHER, detail, closing=asked.working, **about)


def _says(case: Case) -> str:
    if case.kind is CaseKind.SURPLUS_VOUCHER:
        return f"voucher {case.record_id} ({case.found}) stands in no transaction of the journal"
    return (
        f"{case.field} of voucher {case.record_id} is {case.found}, transaction {case.journal_no} says {case.expected}"
    )


def _raised(kind: CaseKind) -> Lister:
    def listed(asked: _Asked) -> Iterable[Gap]:
        raised = [case for case in asked.cases.values() if case.kind is kind and case.state is CaseState.RAISED]
        records = asked.tx.records.many(case.record_id for case in raised if case.record_id)
        places = {record.id: record for record in records}
        for case in raised:
            record = places.get(case.record_id or 0)
            yield _gap(
                kind,
                _says(case),
                record_id=case.record_id,
                page_id=record.page_id if record else None,
                sheet_number=record.sheet_number if record else None,
                batch_id=case.batch_id,
                journal_no=case.journal_no,
                case_id=case.id,
                field=case.field,
                expected=case.expected,
                found=case.found,
            )

    return listed


_LISTERS: Mapping[str, Lister] = {
    CaseKind.MISSING_DECLARATION: _declarations,
    CaseKind.MISSING_SHEET: _only(CaseKind.MISSING_SHEET, _sheet_gaps),
    CaseKind.SURPLUS_SHEET: _only(CaseKind.SURPLUS_SHEET, _sheet_gaps),
    RECEIVED: _pages(RECEIVED, PageState.RECEIVED, "waits to be read"),
    READING: _pages(READING, PageState.RUNNING, "is being read"),
    CaseKind.QUARANTINED_PAGE: _quarantined,
    CaseKind.UNKEYED_FIELDS: _unkeyed,
    CaseKind.MISSING_JOURNAL: _journal,
    CaseKind.MISSING_VOUCHER: _bare,
    CaseKind.SURPLUS_VOUCHER: _raised(CaseKind.SURPLUS_VOUCHER),
    CaseKind.FIELD_DIFFERS: _raised(CaseKind.FIELD_DIFFERS),
}


def list_gaps(tx: Transaction, day: TellerDay, missing: Mapping[str, int], working: bool) -> tuple[Gap, ...]:
    """The gaps of the kinds that the day's figures say are open, in their order."""
    asked = _Asked(tx, day, {case.key: case for case in tx.cases.of_day(day)}, working)
    listed = {kind: list(_LISTERS[kind](asked)) for kind in missing}
    # Sheets balance over the day: one that lies in another batch of it is neither missing nor surplus.
    for kind in {CaseKind.MISSING_SHEET.value, CaseKind.SURPLUS_SHEET.value} & listed.keys():
        listed[kind] = listed[kind][-missing[kind] :]
    return tuple(gap for gaps in listed.values() for gap in gaps)
