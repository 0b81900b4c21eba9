"""A gap or case in the words of a language: what differs, told by its kind from what it names."""

from __future__ import annotations

from api import format, vocabulary
from api.i18n import Words
from archive.model import Case, CaseKind
from supervision.gaps import Gap

MONEY = frozenset({"amount", "bill_amount", "discount_paid", "balance"})


def shown(field: str, value: str) -> str:
    """A value of a difference as it is read: amounts grouped, the rest as stored, a dash where there is none."""
    if not value:
        return format.ABSENT
    return format.amount(value) if field in MONEY else value


def difference(kind: str, field: str, expected: str, found: str, say: Words) -> str:
    """`金额 1,234.50≠1,284.50`, empty where no field is named."""
    if not field or kind != "field_differs":
        return format.amount(expected) if kind == "missing_voucher" and expected else ""
    return f"{vocabulary.field_name(field, say)} {shown(field, expected)} ≠ {shown(field, found)}"


def title(gap: Gap, say: Words) -> str:
    """The kind of a gap with its field, where it has one."""
    word = say(f"gapkind.{gap.kind}")
    return f"{word} {vocabulary.field_name(gap.field, say)}" if gap.field else word


def place(gap: Gap, say: Words) -> str:
    """What a gap is about: a sheet of a batch, or a line of the journal."""
    parts = []
    if gap.journal_no:
        parts.append(say("Journal {no}", no=gap.journal_no))
    if gap.sheet_number:
        parts.append(say("Sheet {n}", n=gap.sheet_number))
    if gap.batch_id and not gap.journal_no:
        parts.append(f"B-{gap.batch_id}")
    return " · ".join(parts)


def case_line(case: Case, say: Words) -> str:
    """What a case says differs, in one line."""
    told = difference(case.kind, case.field, case.expected, case.found, say)
    if case.kind is CaseKind.RULE_FAILED:
        told = say(f"rule.{case.field}")
    if case.kind is CaseKind.SURPLUS_VOUCHER and case.found:
        told = format.amount(case.found)
    where = say("Journal {no}", no=case.journal_no) if case.journal_no else ""
    return " · ".join(part for part in (where, told) if part)
