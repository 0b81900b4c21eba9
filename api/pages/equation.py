"""The equation of a teller's day as it is drawn: numbers, signs, and what the broken sign points at."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from archive.model import CaseKind
from supervision.balance import Balance


@dataclass(frozen=True, slots=True)
class Term:
    """A number and the sign before it; `broken` where the two sides differ, `closing` while work may still close it,
    `excused` the difference that a case explains."""

    value: int | None
    sign: str = ""
    broken: bool = False
    closing: bool = False
    excused: int = 0


@dataclass(frozen=True, slots=True)
class Shortfall:
    """What is missing, as a word of the catalogue with its count, and whether queued work may still close it."""

    word: str
    count: int
    closing: bool


@dataclass(frozen=True, slots=True)
class Equation:
    """One side of the day's balance: terms in order, and the shortfalls that the broken signs stand for."""

    terms: tuple[Term, ...]
    shortfalls: tuple[Shortfall, ...] = ()

    @property
    def holds(self) -> bool:
        return not any(term.broken for term in self.terms)


def _captured(b: Balance) -> Term:
    difference = (b.declared or 0) - b.captured
    kind = CaseKind.MISSING_SHEET if difference > 0 else CaseKind.SURPLUS_SHEET
    if b.declared is None or not difference or kind.value not in b.excused:
        return _term(b.declared, b.captured, False)
    return Term(b.captured, "=", excused=difference)


def _term(before: int | None, value: int, closing: bool) -> Term:
    broken = before != value
    return Term(value, "≠" if broken else "=", broken, broken and closing and before is not None and value < before)


def sheets(b: Balance) -> Equation:
    """declared = captured = archived = accounted, in sheets."""
    busy = b.working > 0
    terms = (
        Term(b.declared),
        _captured(b),
        _term(b.captured, b.archived, busy),
        _term(b.archived, b.accounted, busy),
    )
    return Equation(terms, tuple(_sheet_shortfalls(b)))


# The open gaps that the equation of sheets names, with their words.
NAMED = {
    CaseKind.MISSING_DECLARATION.value: "gap.undeclared",
    CaseKind.MISSING_SHEET.value: "gap.missing",
    CaseKind.SURPLUS_SHEET.value: "gap.surplus",
    CaseKind.QUARANTINED_PAGE.value: "gap.quarantined",
    CaseKind.UNKEYED_FIELDS.value: "gap.doubtful",
}


def _sheet_shortfalls(b: Balance) -> Iterable[Shortfall]:
    if b.working:
        yield Shortfall("gap.working", b.working, True)
    for kind, word in NAMED.items():
        if count := b.missing.get(kind, 0):
            yield Shortfall(word, count, False)


def transactions(b: Balance) -> Equation | None:
    """transactions = with paper + explained (+ needing none); None while the journal is awaited."""
    if not b.journal:
        return None
    backed = b.with_paper + b.explained + b.exempt
    broken, closing = backed != b.transactions, b.working > 0 and backed < b.transactions
    first = Term(b.with_paper, "≠" if broken else "=", broken, closing)
    rest = [Term(b.explained, "+"), *([Term(b.exempt, "+")] if b.exempt else [])]
    lacking = b.transactions - backed
    shortfalls = (Shortfall("gap.unmatched", lacking, closing),) if lacking > 0 else ()
    return Equation((Term(b.transactions), first, *rest), shortfalls)


def total(balances: Sequence[Balance]) -> tuple[int, int, int, int]:
    """Declared, captured, archived and accounted sheets of a whole board."""
    return (
        sum(b.declared or 0 for b in balances),
        sum(b.captured for b in balances),
        sum(b.archived for b in balances),
        sum(b.accounted for b in balances),
    )
