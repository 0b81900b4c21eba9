"""What a person types into the search box, as a query."""

from __future__ import annotations

import calendar
import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache

from ocr.forms import catalogue

from .port import Query

_LONGEST = 1_000
_MOST_CENTS = 10**17
_TOKEN = re.compile(r'[^\s"“”:：]*[:：]?["“]([^"“”]*)["”]|[^\s"“”]+|["“”]')
_LABELLED = re.compile(r"([^:：]{1,20})[:：](.+)", re.DOTALL)
_NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d{1,2})?"
_AMOUNT = re.compile(rf"[¥$]?({_NUMBER})元?")
_PLAINLY_AMOUNT = re.compile(r"[¥$].*|.*元|.*\.\d{1,2}|\d{1,3}(?:,\d{3})+")
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?|(\d{4})(\d{2})(\d{2})")
_MONTH = re.compile(r"(\d{4})[-/年](\d{1,2})月?")
_YEAR = re.compile(r"(\d{4})年")
_RANGE = re.compile(r"(.*?)(?:\.\.+|…+|~+|至)(.*)", re.DOTALL)
_COMPARED = re.compile(r"([<>]=?)(.+)", re.DOTALL)
_BATCH = re.compile(r"[Bb]-?(\d{1,12})")

DateRange = tuple[date, date]


def parse(text: str) -> Query:
    """The query that a text asks for, every part of which must hold. Any text is a query:

    - words and numbers, found anywhere: `张三`, `6222`; `6222*` begins a number; "two words" stand together
    - amounts: `1,234.50`, `¥1234`, `1000..5000`, `>=1000`, `金额:1234`
    - dates: `2026-03-08`, `20260308`, `2026年3月8日`, `2026-03`, `2026-03-01..2026-03-08`
    - filters: `batch:B-12` or `B-12`, `branch:0102`, `teller:9001`, `type:wire_transfer`, `state:doubtful`
    - a field by its name or printed label: `收款人:张三`, `payee_name:张三`, `file:0001.jpg`
    """
    query = Query()
    for token in _TOKEN.finditer(unicodedata.normalize("NFKC", text[:_LONGEST])):
        query = _with(query, token[0], quoted=token[1] is not None)
    return query


def _with(query: Query, token: str, quoted: bool) -> Query:
    bare = re.sub(r'["“”]', "", token).strip()
    labelled = _LABELLED.fullmatch(bare)
    if labelled:
        found = _labelled(query, labelled[1].strip().lower(), labelled[2].strip())
        if found is not None:
            return found
    if quoted or not bare:
        return replace(query, terms=(*query.terms, bare)) if bare else query
    batch = re.fullmatch(r"[Bb]-(\d{1,12})", bare)
    if batch:
        return replace(query, batch_id=int(batch[1]))
    return _dated(query, bare) or _valued(query, bare, plainly=True) or replace(query, terms=(*query.terms, bare))


def _dated(query: Query, text: str) -> Query | None:
    """The query with a day, month, year or range of dates; None where the text is none."""
    day = _DAY.fullmatch(text)
    found = dates_of(text)
    if found is not None:
        if day:
            return replace(query, days=(*query.days, (found[0], text)))
        return replace(query, dates=(*query.dates, found))
    ends = _RANGE.fullmatch(text)
    if ends is None or not any(dates_of(end) for end in ends.groups()):
        return None
    low = dates_of(ends[1]) if ends[1] else (date.min, date.min)
    high = dates_of(ends[2]) if ends[2] else (date.max, date.max)
    if low is None or high is None:
        return None
    bounds = (min(low[0], high[0]), max(low[1], high[1]))
    return replace(query, dates=(*query.dates, bounds))


def dates_of(text: str) -> DateRange | None:
    """The first and last day of a day, month or year; None where the text names none."""
    if day := _DAY.fullmatch(text):
        year, month, number = (int(part) for part in day.groups() if part)
        return _month_days(year, month, number)
    if month_ := _MONTH.fullmatch(text):
        return _month_days(int(month_[1]), int(month_[2]))
    if year_ := _YEAR.fullmatch(text):
        first, last = _month_days(int(year_[1]), 1), _month_days(int(year_[1]), 12)
        return (first[0], last[1]) if first and last else None
    return None


def _month_days(year: int, month: int, day: int | None = None) -> DateRange | None:
    if not (1 <= year <= 9999 and 1 <= month <= 12):
        return None
    last = calendar.monthrange(year, month)[1]
    if day is None:
        return date(year, month, 1), date(year, month, last)
    return (date(year, month, day), date(year, month, day)) if 1 <= day <= last else None


def cents_of(text: str) -> int | None:
    """The cents of an amount such as `1,234.50` or `¥1234`; None where the text is none."""
    found = _AMOUNT.fullmatch(text)
    cents = int(Decimal(found[1].replace(",", "")).scaleb(2)) if found and len(text) <= 30 else None
    return cents if cents is None or cents <= _MOST_CENTS else None


def _valued(query: Query, text: str, plainly: bool) -> Query | None:
    """The query with an amount or a range of amounts; where it must be one `plainly`, a bare number is none."""
    exact = cents_of(text)
    if exact is not None and (not plainly or _PLAINLY_AMOUNT.fullmatch(text)):
        return replace(query, amounts=(*query.amounts, (exact, exact)))
    bounds = _compared(text) or _ranged(text)
    return bounds and replace(query, amounts=(*query.amounts, bounds))


def _compared(text: str) -> tuple[int, int] | None:
    found = _COMPARED.fullmatch(text)
    cents = cents_of(found[2].strip()) if found else None
    if found is None or cents is None:
        return None
    strict = 0 if found[1].endswith("=") else 1
    return (cents + strict, _MOST_CENTS) if found[1].startswith(">") else (-_MOST_CENTS, cents - strict)


def _ranged(text: str) -> tuple[int, int] | None:
    ends = _RANGE.fullmatch(text)
    if ends is None or not any(ends.groups()):
        return None
    low = cents_of(ends[1]) if ends[1] else -_MOST_CENTS
    high = cents_of(ends[2]) if ends[2] else _MOST_CENTS
    return None if low is None or high is None else (min(low, high), max(low, high))


def _type(query: Query, value: str) -> Query | None:
    names = [value] if value in catalogue().types else []
    names += [name for name, one in catalogue().types.items() if one.title and value in one.title]
    return replace(query, types=(*query.types, *(names or [value.lower()])))


def _batch(query: Query, value: str) -> Query | None:
    found = _BATCH.fullmatch(value) or re.fullmatch(r"(\d{1,12})", value)
    return replace(query, batch_id=int(found[1])) if found else None


_FILTERS: dict[str, Callable[[Query, str], Query | None]] = {
    **dict.fromkeys(("type", "类型", "凭证种类"), _type),
    **dict.fromkeys(("batch", "批次"), _batch),
    **dict.fromkeys(("branch", "机构"), lambda query, value: replace(query, branch_nos=(*query.branch_nos, value))),
    **dict.fromkeys(("teller",), lambda query, value: replace(query, teller_no=value)),
    **dict.fromkeys(("state", "状态"), lambda query, value: replace(query, state=value.lower())),
    **dict.fromkeys(("amount", "金额"), lambda query, value: _valued(query, value, plainly=False)),
    **dict.fromkeys(("date", "日期"), _dated),
    **dict.fromkeys(
        ("file", "文件"), lambda query, value: replace(query, fields=(*query.fields, (("file_name",), value)))
    ),
}


@cache
def _names_of(label: str) -> tuple[str, ...]:
    """The fields that a label or a name stands for: first those that bear it, else those whose label begins with it."""
    fields = catalogue().fields
    exact = tuple(n for n, one in fields.items() if label == n or label in (text.lower() for text in one.labels))
    return exact or tuple(n for n, one in fields.items() if any(text.lower().startswith(label) for text in one.labels))


def _labelled(query: Query, label: str, value: str) -> Query | None:
    """The query with what stands behind a label; None where the label is unknown or the value is not of its kind."""
    if label in _FILTERS:
        return _FILTERS[label](query, value)
    names = _names_of(label)
    kinds = {catalogue().fields[name].kind for name in names}
    if kinds == {"amount"}:
        return _valued(query, value, plainly=False)
    if kinds == {"date"} and (found := _dated(query, value)):
        return found
    return replace(query, fields=(*query.fields, (names, value))) if names else None
