"""The catalogue's rules: of reading (they judge what was read) and of business (they judge the transaction)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from ocr.kinds import capital_value, checks
from ocr.model import RuleResult

Values = Mapping[str, str]
CENT = Decimal("0.01")
_YEARS_BACK = 10
_CHEQUE_DAYS = 10
_CHEQUES = frozenset({"transfer_cheque", "cash_cheque"})
_ACCOUNTS = ("payer_account", "payee_account", "holder_account", "acceptor_account")


@dataclass(frozen=True, slots=True)
class Case:
    """What the rules look at: the type, the values in stored form by field, and the business date (or today).
    `cards` are the accounts printed under 卡号; `stamps_asked` the stamps that the parameters ask for."""

    type: str
    values: Values
    on: dt.date
    cards: frozenset[str] = frozenset()
    stamps_asked: tuple[str, ...] = ("stamp_bank",)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one rule found: the fields it looked at, and whether they pass (None where it could not be applied)."""

    fields: tuple[str, ...]
    passed: bool | None
    detail: str = ""


def _decimal(text: str | None) -> Decimal | None:
    return Decimal(text) if text and re.fullmatch(r"-?\d+\.\d\d", text) else None


def _day(text: str | None) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        return None


def amount_words_equal_digits(case: Case) -> list[Verdict]:
    """amount_in_words, read as a number, equals amount (bill_amount on a discount)."""
    digits = "bill_amount" if case.type == "discount" else "amount"
    words, number = case.values.get("amount_in_words"), _decimal(case.values.get(digits))
    if words is None or number is None:
        return []
    said = capital_value(words)
    return [
        Verdict(
            ("amount_in_words", digits), said == number, f"the words say {said or 'no amount'}, the digits {number}"
        )
    ]


def _years_before(day: dt.date, years: int) -> dt.date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def date_is_real(case: Case) -> list[Verdict]:
    """Every date exists; date and bill_issue_date lie between ten years before the business date and that date."""
    found = []
    for name in ("date", "bill_issue_date", "bill_due_date"):
        text = case.values.get(name)
        if text is None:
            continue
        day = _day(text)
        bounded = name != "bill_due_date"
        in_time = day is not None and (not bounded or _years_before(case.on, _YEARS_BACK) <= day <= case.on)
        found.append(Verdict((name,), in_time, f"{text} is no date between ten years before {case.on} and that day"))
    return found


def card_passes_luhn(case: Case) -> list[Verdict]:
    """An account printed under 卡号, or of 16-19 digits that begin with 62, passes Luhn."""
    found = []
    for name in _ACCOUNTS:
        account = case.values.get(name)
        if account and (name in case.cards or checks.is_card(account)):
            found.append(Verdict((name,), checks.luhn(account), f"the card number {account} fails its check digit"))
    return found


def id_card_check_digit(case: Case) -> list[Verdict]:
    """GB 11643, where the type of document is 居民身份证."""
    number = case.values.get("holder_id_no")
    if number is None or case.values.get("holder_id_type") != "居民身份证":
        return []
    return [Verdict(("holder_id_no",), checks.id_card(number), f"the identity number {number} fails its check digit")]


def uscc_check_digit(case: Case) -> list[Verdict]:
    """GB 32100."""
    code = case.values.get("uscc")
    return [Verdict(("uscc",), checks.uscc(code), f"the credit code {code} fails its check digit")] if code else []


def discount_adds_up(case: Case) -> list[Verdict]:
    """bill_amount - discount_interest = discount_paid. An interest that is more than what is paid is the other one of
    the two: their sum would be right whichever was taken for which."""
    names = ("bill_amount", "discount_interest", "discount_paid")
    bill, interest, paid = (_decimal(case.values.get(name)) for name in names)
    if bill is None or interest is None or paid is None:
        return []
    return [Verdict(names, bill - interest == paid and interest < paid, f"{bill} less {interest} is not {paid}")]


def rate_of(text: str) -> tuple[Decimal, str | None] | None:
    """A printed rate as a share of 1 and its period: `year`, `month` or None where the text does not say."""
    match = re.search(r"(\d+(?:\.\d+)?)\s*([%‰])?", text)
    if match is None:
        return None
    period = "month" if "月" in text else "year" if "年" in text else None
    scale = Decimal(1000) if match[2] == "‰" else Decimal(100)
    return Decimal(match[1]) / scale, period or ("month" if match[2] == "‰" else None)


def _interests(bill: Decimal, rate: Decimal, days: int, period: str | None) -> list[Decimal]:
    per = {"year": [Decimal(360)], "month": [Decimal(30)], None: [Decimal(360), Decimal(30)]}[period]
    return [(bill * rate * days / divisor).quantize(CENT, ROUND_HALF_UP) for divisor in per]


def discount_interest_is_right(case: Case) -> list[Verdict]:
    """interest = bill_amount x annual rate x days from date to bill_due_date / 360 (monthly: / 30), within 0.01."""
    names = ("bill_amount", "discount_rate", "date", "bill_due_date", "discount_interest")
    bill, interest = _decimal(case.values.get("bill_amount")), _decimal(case.values.get("discount_interest"))
    start, end = _day(case.values.get("date")), _day(case.values.get("bill_due_date"))
    rate = rate_of(case.values.get("discount_rate", ""))
    if bill is None or interest is None or start is None or end is None or rate is None:
        return []
    due = _interests(bill, rate[0], (end - start).days, rate[1])
    passed = any(abs(interest - each) <= CENT for each in due)
    return [Verdict(names, passed, f"the interest is {interest}, by rate and days it is {due[0]}")]


def cheque_not_stale(case: Case) -> list[Verdict]:
    """The batch's business date is within 10 days of a cheque's date."""
    day = _day(case.values.get("date"))
    if case.type not in _CHEQUES or day is None:
        return []
    age = (case.on - day).days
    return [Verdict(("date",), age <= _CHEQUE_DAYS, f"the cheque is {age} days old on {case.on}")]


def payer_is_not_payee(case: Case) -> list[Verdict]:
    """payer_account differs from payee_account."""
    payer, payee = case.values.get("payer_account"), case.values.get("payee_account")
    if not payer or not payee:
        return []
    return [Verdict(("payer_account", "payee_account"), payer != payee, f"payer and payee are both {payer}")]


def stamp_required_is_there(case: Case) -> list[Verdict]:
    """Each stamp that the parameters ask for on this type is found. Only stamps among `values` are judged."""
    asked = [name for name in case.stamps_asked if name in case.values]
    return [Verdict((name,), case.values[name] == "present", f"{name} is not on the paper") for name in asked]


Rule = Callable[[Case], list[Verdict]]
READING: Mapping[str, Rule] = {
    rule.__name__: rule
    for rule in (
        amount_words_equal_digits,
        date_is_real,
        card_passes_luhn,
        id_card_check_digit,
        uscc_check_digit,
        discount_adds_up,
        discount_interest_is_right,
    )
}
BUSINESS: Mapping[str, Rule] = {
    rule.__name__: rule for rule in (cheque_not_stale, payer_is_not_payee, stamp_required_is_there)
}


def _failures(case: Case, rules: Mapping[str, Rule], kind: str) -> list[RuleResult]:
    return [
        RuleResult(name, kind, verdict.fields, verdict.detail)
        for name, rule in rules.items()
        for verdict in rule(case)
        if verdict.passed is False
    ]


def failures(case: Case) -> tuple[RuleResult, ...]:
    """The rules that fail, those of reading first. The two rules that need the archive are judged there."""
    return (*_failures(case, READING, "reading"), *_failures(case, BUSINESS, "business"))


def proofs(case: Case) -> Mapping[str, frozenset[str]]:
    """For each field the reading rules that it passes; a date that is merely possible proves nothing."""
    found: dict[str, set[str]] = {}
    for name, rule in READING.items():
        if name == date_is_real.__name__:
            continue
        for verdict in rule(case):
            if verdict.passed:
                for each in verdict.fields:
                    found.setdefault(each, set()).add(name)
    return {name: frozenset(rules) for name, rules in found.items()}
