"""The two sides of matching: what a transaction of the journal says, and what a voucher's paper says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import cache

from archive.model import Entry, Record, RecordField
from ocr.forms import catalogue
from ocr.kinds import capital_value
from ocr.kinds.texts import free
from ocr.model import NOT_VOUCHERS

ACCOUNTS = ("payer_account", "payee_account", "holder_account")
NAMES = ("payer_name", "payee_name", "holder_name")
AMOUNTS = ("amount", "bill_amount", "discount_paid")


@dataclass(frozen=True, slots=True)
class Said:
    """A value that a voucher says: its field, the value in comparable form, and whether it stands without a person."""

    field: str
    value: str
    accepted: bool


@dataclass(frozen=True, slots=True)
class Paper:
    """A voucher as matching sees it. Amounts are decimal texts with two places, names are without punctuation."""

    record_id: int
    type: str
    moves_money: bool
    accounts: tuple[Said, ...] = ()
    amounts: tuple[Said, ...] = ()
    names: tuple[Said, ...] = ()
    voucher_no: Said | None = None
    journal_no: Said | None = None


@dataclass(frozen=True, slots=True)
class Transaction:
    """The lines of one journal number: what may stand on its papers. Amounts are decimal texts with two places."""

    journal_no: str
    lines: tuple[Entry, ...]
    accounts: frozenset[str] = field(default_factory=frozenset)
    amounts: frozenset[str] = field(default_factory=frozenset)
    names: frozenset[str] = field(default_factory=frozenset)
    voucher_nos: frozenset[str] = field(default_factory=frozenset)

    def needs_paper(self, paperless: Collection[str]) -> bool:
        """Whether any of its lines has a code that is not among those without paper."""
        return any(line.transaction_code not in paperless for line in self.lines)


def comparable_name(name: str) -> str:
    """A name in NFKC without spaces and brackets, so that two prints of it compare equal."""
    return "".join(char for char in free(name).upper() if char.isalnum())


def comparable_number(number: str) -> str:
    """A journal or voucher number without leading zeros."""
    return number.lstrip("0") or number


def comparable_amount(value: str) -> str:
    """An amount as a decimal text with two places, empty where the text is none."""
    try:
        return f"{abs(Decimal(value)):.2f}"
    except InvalidOperation:
        return ""


@cache
def moves_money(type_name: str) -> bool:
    """Whether paper of this type must carry an amount, so that a transaction has to stand behind it."""
    found = catalogue().types.get(type_name)
    return found is not None and any(name in AMOUNTS for name in found.required)


def _sums(lines: Iterable[Entry]) -> set[str]:
    totals: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for line in lines:
        totals[line.currency, line.direction] += line.amount
    return {f"{abs(total):.2f}" for total in totals.values()}


def _transaction(journal_no: str, lines: tuple[Entry, ...]) -> Transaction:
    said = {value for line in lines for value in (line.account, line.counter_account) if value}
    return Transaction(
        journal_no,
        lines,
        frozenset(said),
        frozenset({f"{abs(line.amount):.2f}" for line in lines} | _sums(lines)),
        frozenset(comparable_name(line.name) for line in lines if line.name),
        frozenset(comparable_number(line.voucher_no) for line in lines if line.voucher_no),
    )


def transactions_of(entries: Iterable[Entry]) -> list[Transaction]:
    """Entries of one teller's day as transactions, in the order of the journal."""
    grouped: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        grouped[entry.journal_no].append(entry)
    return [_transaction(no, tuple(sorted(lines, key=lambda line: line.line))) for no, lines in grouped.items()]


def _said(found: RecordField | None, value: str) -> tuple[Said, ...]:
    return (Said(found.name, value, found.accepted),) if found and value else ()


def _amounts(fields: Mapping[str, RecordField]) -> tuple[Said, ...]:
    """The amounts in digits, and the one in words where the digits are missing or wait for a person."""
    said = [s for name in AMOUNTS if (f := fields.get(name)) for s in _said(f, comparable_amount(f.value))]
    words = fields.get("amount_in_words")
    if words is None or any(s.accepted for s in said):
        return tuple(said)
    value = capital_value(words.value)
    return (*said, *_said(words, f"{value:.2f}" if value is not None else ""))


def paper_of(record: Record) -> Paper:
    """A record as matching sees it."""
    fields = record.fields
    voucher = fields.get("voucher_no")
    journal = fields.get("journal_no")
    return Paper(
        record.id,
        record.type,
        moves_money(record.type),
        tuple(s for name in ACCOUNTS if (f := fields.get(name)) for s in _said(f, f.value)),
        _amounts(fields),
        tuple(s for name in NAMES if (f := fields.get(name)) for s in _said(f, comparable_name(f.value))),
        next(iter(_said(voucher, comparable_number(voucher.value) if voucher else "")), None),
        next(iter(_said(journal, comparable_number(journal.value) if journal else "")), None),
    )


def papers_of(records: Iterable[Record]) -> list[Paper]:
    """The vouchers among the records, in their order; attachments follow theirs and are not matched themselves."""
    return [paper_of(record) for record in records if record.type not in NOT_VOUCHERS]
