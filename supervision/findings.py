"""What does not agree in a teller's day: missing and surplus vouchers, fields that differ, faults of single pages."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from archive.model import CaseKind, Entry, Match, PageState, Record, RecordField, StoredPage, TellerDay
from ocr.model import NOT_VOUCHERS
from supervision.evidence import ACCOUNTS, AMOUNTS, NAMES, Transaction, comparable_amount, comparable_name, moves_money
from supervision.likelihood import misreading


@dataclass(frozen=True, slots=True)
class Finding:
    """One discrepancy; `key` is the same whenever the same thing is found again."""

    kind: CaseKind
    key: str
    batch_id: int | None = None
    record_id: int | None = None
    journal_no: str = ""
    field: str = ""
    expected: str = ""
    found: str = ""


def day_key(day: TellerDay) -> str:
    """A teller's day as it stands in keys."""
    return f"{day.business_date.isoformat()}:{day.branch_no}:{day.teller_no}"


def missing_key(day: TellerDay, journal_no: str) -> str:
    """The key of the case of a transaction without its voucher."""
    return f"{CaseKind.MISSING_VOUCHER}:{day_key(day)}:{journal_no}"


def quarantine_key(page_id: int) -> str:
    """The key of the case of a quarantined page."""
    return f"{CaseKind.QUARANTINED_PAGE}:{page_id}"


def missing(
    day: TellerDay, transactions: Iterable[Transaction], matched: Collection[str], paperless: Collection[str]
) -> list[Finding]:
    """A finding for each transaction that needs paper and has none; `expected` is its amount."""
    return [
        Finding(
            CaseKind.MISSING_VOUCHER,
            missing_key(day, transaction.journal_no),
            journal_no=transaction.journal_no,
            expected=f"{transaction.lines[0].amount:.2f}",
        )
        for transaction in transactions
        if transaction.journal_no not in matched and transaction.needs_paper(paperless)
    ]


def surplus(records: Iterable[Record], matched: Collection[int]) -> list[Finding]:
    """A finding for each voucher that moves money and stands in no transaction; `found` is its amount."""
    return [
        Finding(
            CaseKind.SURPLUS_VOUCHER,
            f"{CaseKind.SURPLUS_VOUCHER}:{record.id}",
            record.batch_id,
            record.id,
            found=next((record.fields[name].value for name in AMOUNTS if name in record.fields), ""),
        )
        for record in records
        if record.id not in matched and moves_money(record.type)
    ]


Difference = tuple[str, str, str]


def _accepted(record: Record, names: Iterable[str]) -> list[RecordField]:
    fields = (record.fields.get(name) for name in names)
    return [field for field in fields if field is not None and field.accepted and field.value]


def _nearest(value: str, wanted: Iterable[str]) -> str:
    """The value of the journal that a field most likely stands for."""

    def cost(true: str) -> tuple[float, str]:
        found = misreading(value, true)
        return (99.0 if found is None else found), true

    return min(wanted, key=cost)


def _amount_differs(record: Record, transaction: Transaction) -> Iterable[Difference]:
    said = _accepted(record, AMOUNTS)
    if not said or any(comparable_amount(field.value) in transaction.amounts for field in said):
        return
    lines = {f"{abs(line.amount):.2f}" for line in transaction.lines}
    yield said[0].name, _nearest(comparable_amount(said[0].value), lines), said[0].value


def _principal(record: Record, transaction: Transaction) -> list[Entry]:
    """The lines of the voucher's own amount; all of them where none has it (the rest is then not known to be a fee)."""
    said = {comparable_amount(field.value) for field in _accepted(record, AMOUNTS)}
    lines = [line for line in transaction.lines if f"{abs(line.amount):.2f}" in said]
    return lines or list(transaction.lines)


def _accounts_differ(record: Record, transaction: Transaction) -> Iterable[Difference]:
    lines = _principal(record, transaction)
    journal = {value for line in lines for value in (line.account, line.counter_account) if value}
    said = _accepted(record, ACCOUNTS)
    left = journal - {field.value for field in said}
    if len(journal) == len(left) and any(record.fields[n].value for n in ACCOUNTS if n in record.fields):
        left = journal - {field.value for field in record.fields.values()}
    for field in (field for field in said if field.value not in transaction.accounts):
        if not left:
            return
        expected = _nearest(field.value, left)
        left.discard(expected)
        yield field.name, expected, field.value


def _names_differ(record: Record, transaction: Transaction) -> Iterable[Difference]:
    """The name of the side whose account a line names; any side's where the accounts do not tell."""
    said = {field.name: field for field in _accepted(record, NAMES)}
    if not said or any(comparable_name(field.value) in transaction.names for field in said.values()):
        return
    for line in (line for line in _principal(record, transaction) if line.name):
        side = next(
            (name for name in ACCOUNTS if name in record.fields and record.fields[name].value == line.account), ""
        )
        field = said.get(side.replace("_account", "_name")) if side else next(iter(said.values()))
        if field is not None:
            yield field.name, line.name, field.value
            return


def differences(record: Record, transaction: Transaction) -> list[Difference]:
    """Where an accepted value of a matched voucher is not what the journal says: field, expected, found."""
    checks = (_amount_differs, _accounts_differ, _names_differ)
    return [difference for check in checks for difference in check(record, transaction)]


def _differs(record: Record, journal_no: str, difference: Difference) -> Finding:
    field, expected, found = difference
    said = hashlib.sha256(f"{expected}\0{found}".encode()).hexdigest()[:12]
    # The values are part of the key: an explanation of one difference does not excuse the next one in that field.
    key = f"{CaseKind.FIELD_DIFFERS}:{record.id}:{journal_no}:{field}:{said}"
    return Finding(CaseKind.FIELD_DIFFERS, key, record.batch_id, record.id, journal_no, field, expected, found)


def differing(
    records: Mapping[int, Record], transactions: Iterable[Transaction], matches: Iterable[Match]
) -> list[Finding]:
    """A finding for each accepted field of a matched voucher that the journal contradicts."""
    by_no = {transaction.journal_no: transaction for transaction in transactions}
    pairs = [
        (records[m.record_id], by_no[m.journal_no]) for m in matches if m.record_id in records and m.journal_no in by_no
    ]
    return [_differs(r, t.journal_no, difference) for r, t in pairs for difference in differences(r, t)]


def broken_rules(records: Iterable[Record]) -> list[Finding]:
    """A finding for each business rule that a voucher breaks; it warns, and does not keep the day from balancing."""
    return [
        Finding(
            CaseKind.RULE_FAILED,
            f"{CaseKind.RULE_FAILED}:{record.id}:{failure['rule']}",
            record.batch_id,
            record.id,
            field=str(failure["rule"]),
            found=str(failure.get("detail", "")),
        )
        for record in records
        for failure in record.failures
        if failure.get("kind") == "business"
    ]


def quarantined(pages: Iterable[StoredPage]) -> list[Finding]:
    """A finding for each page that was set aside; `found` is its cause."""
    return [
        Finding(CaseKind.QUARANTINED_PAGE, quarantine_key(page.id), page.batch_id, page.record_id, found=page.cause)
        for page in pages
        if page.state == PageState.QUARANTINED
    ]


def vouchers(records: Sequence[Record]) -> list[Record]:
    """The records that are vouchers."""
    return [record for record in records if record.type not in NOT_VOUCHERS]
