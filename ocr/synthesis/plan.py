"""What a demo day will hold before anything is drawn: the sheets in feeding order, their values and transactions."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from ocr.model import ATTACHMENT, BLANK, ENDORSEMENT
from ocr.numerals import to_capital
from ocr.synthesis import journal
from ocr.synthesis.form import Form
from ocr.synthesis.layouts.design import PLANS, design
from ocr.synthesis.paper import WEARS
from ocr.synthesis.printing import print_amount, stored_text
from ocr.synthesis.values import Item, Items, Values

FORMATS = ("jpg", "mixed", "grey", "bitonal")
_CHEQUES = frozenset({"transfer_cheque", "cash_cheque"})
_BREAKABLE = {
    "cheque_not_stale": _CHEQUES,
    "amount_words_equal_digits": frozenset(
        {*_CHEQUES, "wire_transfer", "deposit_slip", "settlement_application", "cash_deposit", "margin_deposit"}
    ),
    "payer_is_not_payee": frozenset({"wire_transfer", "settlement_application", "deposit_slip"}),
}


@dataclass(frozen=True, slots=True)
class Options:
    """The wishes for a day.

    `geometries` name the prints of the forms: "a" and "b" are two banks', any other name is a bank of its own. `wear`
    is clean, normal or hard; `formats` is jpg, mixed with PNG, WebP, G4 TIFF, multi-page TIFF and PDF, or all grey, or
    all bitonal, every second page by a hard threshold; `stamped` False is paper without stamps, else alike. `duplex`
    scans backs (blank, or endorsed cheques); `cover` begins with a cover sheet; `extras` puts attachments, written
    backs of cheques and blank sheets between. `breaks` is the share of vouchers that break a rule, `discrepancies` the
    share of transactions missing, extra and different in the journal, each.
    """

    branch_no: str
    teller_no: str
    business_date: date
    geometries: tuple[str, ...]
    types: tuple[str, ...]
    wear: str = "normal"
    formats: str = "jpg"
    duplex: bool = False
    cover: bool = False
    extras: bool = True
    journal: bool = True
    breaks: float = 0.0
    discrepancies: float = 0.03
    dpi: int = 200
    stamped: bool = True

    def __post_init__(self) -> None:
        if self.wear not in WEARS or self.formats not in FORMATS or not self.geometries:
            raise ValueError(
                f"wear {self.wear}, formats {self.formats}, geometries {self.geometries}: choose wear from "
                f"{tuple(WEARS)}, formats from {FORMATS} and at least one geometry"
            )


@dataclass(frozen=True, slots=True)
class Planned:
    """One side to be drawn: its type, its source of chance and, for a voucher, form, values, broken rule, transaction.
    `back` says that it is the other side of the sheet before it."""

    type: str
    values: Values
    form: Form | None = None
    items: Items = field(default_factory=dict)
    breaks: str | None = None
    transaction: journal.Transaction | None = None
    back: bool = False


class Planner:
    """Draws the plan of one day from one seed."""

    def __init__(self, options: Options, seed: int) -> None:
        self.options, self.seed = options, seed
        self.rng = random.Random(f"{seed}/plan")  # noqa: S311
        self.bank = self.values("bank").bank
        self.clock = 9 * 3600
        self.next_no = self.rng.randrange(100000, 900000)

    def values(self, name: str) -> Values:
        """Values with a source of chance of their own, so that a change to one page moves no other."""
        options = self.options
        rng = random.Random(f"{self.seed}/{name}")  # noqa: S311
        bank = getattr(self, "bank", None)
        return Values(rng, options.business_date, options.branch_no, options.teller_no, bank)

    def moment(self) -> tuple[str, str]:
        """The next journal number and time of the day."""
        self.next_no += self.rng.randrange(1, 4)
        self.clock = min(self.clock + self.rng.randrange(10, 150), 17 * 3600 - 1)
        return f"{self.next_no:09d}", f"{self.clock // 3600:02d}:{self.clock // 60 % 60:02d}:{self.clock % 60:02d}"

    def _broken_rule(self, type_name: str) -> str | None:
        rules = [rule for rule, types in _BREAKABLE.items() if type_name in types]
        return self.rng.choice(rules) if rules and self.rng.random() < self.options.breaks else None

    def voucher(self, number: int, before: Planned | None) -> Planned:
        """The voucher `number`; a teller slip may document the transaction of the voucher `before` it."""
        options = self.options
        type_name = self.rng.choice(options.types)
        values = self.values(f"voucher/{number}")
        form = design(type_name, self.rng.choice(options.geometries))
        breaks = self._broken_rule(type_name)
        items = values.fill(type_name, form.monthly_rate, breaks)
        if (
            type_name == "teller_slip"
            and before
            and before.transaction
            and before.type != type_name
            and values.rng.random() < 0.5
        ):
            return Planned(type_name, values, form, _slip_of(items, before.transaction), None, before.transaction)
        journal_no, time = self.moment()
        if type_name == "teller_slip":
            items |= {"journal_no": Item(journal_no, journal_no), "transaction_time": Item(time, time)}
        found = journal.transaction(type_name, items, values, journal_no, time)
        return Planned(type_name, values, form, items, breaks, found)

    def sheets(self, vouchers: int) -> Iterator[Planned]:
        """Every side of the day in feeding order, the cover not among them."""
        before: Planned | None = None
        for number in range(vouchers):
            before = self.voucher(number, before)
            yield before
            yield from self._behind(number, before)

    def _behind(self, number: int, front: Planned) -> Iterator[Planned]:
        """What follows a voucher: its back where backs are scanned, attachments, an empty sheet."""
        values, options = self.values(f"behind/{number}"), self.options
        cheque = front.type in _CHEQUES
        if options.duplex or (options.extras and cheque and self.rng.random() < 0.15):
            kind = ENDORSEMENT if cheque and self.rng.random() < 0.5 else BLANK
            yield Planned(kind, values, back=options.duplex)
        if options.extras and self.rng.random() < 0.06:
            yield Planned(ATTACHMENT, values)
            if options.duplex:
                yield Planned(BLANK, self.values(f"back/{number}"), back=True)
        elif options.extras and not options.duplex and self.rng.random() < 0.02:
            yield Planned(BLANK, values)


def _slip_of(items: Items, found: journal.Transaction) -> Items:
    """A slip's values changed to document `found`."""
    entry = found.entries[0]
    same = {
        "journal_no": found.journal_no, "transaction_code": found.code, "transaction_time": found.time,
        "holder_account": entry.account,
    }  # fmt: skip
    words = to_capital(Decimal(entry.amount))
    return (
        items
        | {name: Item(value, value) for name, value in same.items()}
        | {
            "holder_name": Item(stored_text(entry.name), entry.name),
            "amount": Item(entry.amount, print_amount(entry.amount, "yen_grouped")),
            "amount_in_words": Item(words, words),
        }
    )


def voucher_types(wanted: Sequence[str] | None) -> tuple[str, ...]:
    """The types to draw from: those wanted, or all, the commonest more often. ValueError names an unknown type."""
    if wanted is None:
        common = ("teller_slip",) * 5 + (
            "cash_deposit",
            "cash_withdrawal",
            "transfer_cheque",
            "deposit_slip",
            "wire_transfer",
        )
        return (*PLANS, *common)
    unknown = [name for name in wanted if name not in PLANS]
    if unknown or not wanted:
        raise ValueError(
            f"{', '.join(unknown) or 'an empty list'}: not types of voucher; choose from {', '.join(PLANS)}"
        )
    return tuple(wanted)


def spare_numbers(rng: random.Random, count: int, used: Sequence[str]) -> list[str]:
    """`count` journal numbers that no transaction has, between those used where there is room, else after them."""
    taken = {int(number) for number in used} or {1}
    between = [number for number in range(min(taken), max(taken)) if number not in taken]
    found = rng.sample(between, min(count, len(between)))
    found += range(max(taken) + 1, max(taken) + 1 + count - len(found))
    return [f"{number:09d}" for number in found]
