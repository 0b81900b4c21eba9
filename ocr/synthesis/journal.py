"""The teller's core-banking journal that belongs to demo vouchers, and the discrepancies sown in it."""

from __future__ import annotations

import csv
import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from pathlib import Path

from ocr.synthesis import numbers
from ocr.synthesis.values import Items, Values

COLUMNS = (
    "business_date", "branch_no", "teller_no", "journal_no", "line", "time", "transaction_code", "account",
    "counter_account", "name", "amount", "currency", "direction", "voucher_no", "summary",
)  # fmt: skip
CODES = {
    "transfer_cheque": "2101",
    "cash_cheque": "1102",
    "deposit_slip": "2103",
    "wire_transfer": "2201",
    "settlement_application": "2202",
    "cash_deposit": "1001",
    "cash_withdrawal": "1002",
    "special_transfer_debit": "2301",
    "special_transfer_credit": "2302",
    "teller_slip": "1009",
    "discount": "3101",
    "margin_deposit": "3201",
}
NO_PAPER_CODES = ("9001", "9002", "9105")  # batch interest, automatic sweeps, agency wages: the core system's own work
_CASH = "10010000000001"
_FEES = "60210000000009"
_INTERNAL = "20110000000005"
_ONE_SIDED = {  # by type: direction (empty: by its summary), counter account, summary (empty: the voucher's)
    "cash_deposit": ("C", _CASH, "现金存款"),
    "cash_withdrawal": ("D", _CASH, "现金取款"),
    "teller_slip": ("", _INTERNAL, ""),
    "discount": ("C", _INTERNAL, "贴现"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a transaction."""

    account: str
    counter_account: str
    name: str
    amount: str
    direction: str
    summary: str
    voucher_no: str = ""


@dataclass(frozen=True, slots=True)
class Transaction:
    """Lines under one journal number."""

    journal_no: str
    code: str
    time: str
    entries: tuple[Entry, ...]


@dataclass(slots=True)
class Sown:
    """What was done to the journal: journal numbers left out, added without paper, and changed (field, values)."""

    missing: list[str] = field(default_factory=list)
    extra: list[str] = field(default_factory=list)
    different: list[dict[str, str]] = field(default_factory=list)


def _said(items: Items, name: str, otherwise: str) -> str:
    return items[name].stored if name in items else otherwise


def _entries(type_name: str, items: Items, values: Values) -> tuple[Entry, ...]:
    """The lines that a voucher's transaction books."""
    amount = items["discount_paid" if type_name == "discount" else "amount"].stored
    summary = _said(items, "purpose", "转账")
    if type_name in _ONE_SIDED:
        direction, counter, fixed = _ONE_SIDED[type_name]
        if not direction:
            direction = "D" if any(word in summary for word in "取支费还扣汇") else "C"
        holder, name = items["holder_account"].stored, items["holder_name"].stored
        return (Entry(holder, counter, name, amount, direction, fixed or summary),)
    return _two_sided(type_name, items, values, amount, summary)


def _two_sided(type_name: str, items: Items, values: Values, amount: str, summary: str) -> tuple[Entry, ...]:
    """Debit, credit and perhaps a fee; parties that the paper does not name are the core system's to know."""
    number, name = _said(items, "voucher_no", ""), _said(items, "holder_name", "")
    payer = _said(items, "payer_account", _said(items, "holder_account", ""))
    payer_name = _said(items, "payer_name", name or values.company())
    if type_name == "cash_cheque":
        return (Entry(payer, _CASH, payer_name, amount, "D", "现金支票", number),)
    payee = _said(items, "payee_account", numbers.account(values.rng))
    payee_name = _said(items, "payee_name", name + "保证金")
    lines = [Entry(payer, payee, payer_name, amount, "D", summary, number)]
    lines.append(Entry(payee, payer, payee_name, amount, "C", summary, number))
    if type_name in {"wire_transfer", "settlement_application"} and values.rng.random() < 0.6:
        fee = values.rng.choice(("0.50", "5.50", "10.50", "15.00", "50.00"))
        lines.append(Entry(payer, _FEES, payer_name, fee, "D", "手续费"))
    return tuple(lines)


def transaction(type_name: str, items: Items, values: Values, journal_no: str, time: str) -> Transaction | None:
    """The transaction behind a voucher, None where its type moves no money."""
    if type_name not in CODES:
        return None
    code = _said(items, "transaction_code", CODES[type_name])
    return Transaction(journal_no, code, time, _entries(type_name, items, values))


def _changed(found: Transaction, rng: random.Random) -> tuple[Transaction, dict[str, str]]:
    """`found` with another amount or another account in all its lines, and what was changed."""
    if rng.random() < 0.7:
        old = found.entries[0].amount
        new = numbers.cents(Decimal(old) + rng.choice((Decimal("0.10"), Decimal(9), Decimal(90), Decimal(1000))))
        entries = tuple(replace(e, amount=new) if e.amount == old else e for e in found.entries)
        change = {"field": "amount", "paper": old, "journal": new}
    else:
        old = found.entries[0].account
        new = old[:-1] + str((int(old[-1]) + rng.randrange(1, 9)) % 10)
        entries = tuple(
            replace(e, account=new if e.account == old else e.account,
                    counter_account=new if e.counter_account == old else e.counter_account)
            for e in found.entries
        )  # fmt: skip
        change = {"field": "account", "paper": old, "journal": new}
    return replace(found, entries=entries), {"journal_no": found.journal_no, **change}


def _some_time(rng: random.Random) -> str:
    return f"{rng.randrange(9, 17):02d}:{rng.randrange(60):02d}:{rng.randrange(60):02d}"


def _paperless(values: Values, journal_no: str, code: str, time: str) -> Transaction:
    """A transaction of the journal that no voucher was made for."""
    amount = numbers.cents(numbers.amount(values.rng, 1, 1e5))
    party = values.party(values.rng.random() < 0.5, values.bank)
    entry = Entry(
        party.account, _INTERNAL, party.name, amount, values.rng.choice("DC"), "系统批量" if code[0] == "9" else "转账"
    )
    return Transaction(journal_no, code, time, (entry,))


def sow(
    transactions: Sequence[Transaction], values: Values, share: float, free: Sequence[str]
) -> tuple[list[Transaction], Sown]:
    """The journal as the core system gives it: about `share` of `transactions` missing, as many different and as many
    extra (at least one each, where share > 0), and a few without need of paper. `free` are unused journal numbers."""
    rng, sown = values.rng, Sown()
    spare = iter(free)
    count = max(1, round(len(transactions) * share)) if share > 0 and len(transactions) >= 4 else 0
    marked = rng.sample(range(len(transactions)), 2 * count)
    missing, different = set(marked[:count]), set(marked[count:])
    kept: list[Transaction] = []
    for number, found in enumerate(transactions):
        if number in missing:
            sown.missing.append(found.journal_no)
        elif number in different:
            changed, what = _changed(found, rng)
            sown.different.append(what)
            kept.append(changed)
        else:
            kept.append(found)
    for _ in range(count):
        made = _paperless(values, next(spare), rng.choice(("1001", "1002", "2101")), _some_time(rng))
        sown.extra.append(made.journal_no)
        kept.append(made)
    kept += [_paperless(values, next(spare), code, "17:30:00") for code in NO_PAPER_CODES[: 1 + count]]
    return sorted(kept, key=lambda found: found.journal_no), sown


def write(path: Path, transactions: Sequence[Transaction], day: date, branch_no: str, teller_no: str) -> int:
    """Write the journal as UTF-8 CSV with COLUMNS; returns its count of lines."""
    count = 0
    with path.open("w", encoding="utf-8", newline="") as out:
        rows = csv.writer(out, lineterminator="\n")
        rows.writerow(COLUMNS)
        for found in transactions:
            for line, entry in enumerate(found.entries, 1):
                head = (day.isoformat(), branch_no, teller_no, found.journal_no, line, found.time, found.code)
                rows.writerow((*head, entry.account, entry.counter_account, entry.name, entry.amount, "CNY",
                               entry.direction, entry.voucher_no, entry.summary))  # fmt: skip
                count += 1
    return count
