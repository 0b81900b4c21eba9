"""What a person types into the search box, as a query."""

from __future__ import annotations

import calendar
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cache

from ocr.forms import catalogue

from ..boxing import as_written
from .port import Query

_LONGEST = 1_000
_MOST_CENTS = 10**17
_TOKEN = re.compile(r'[^\s"“”＂:：]*[:：]?["“＂]([^"“”＂]*)["”＂]|[^\s"“”＂]+|["“”＂]')
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

_LIKE_A_DAY = re.compile(r"\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?")
_STATES = ("doubtful", "done")

DateRange = tuple[date, date]
Odd = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class Understood:
    """A text as a query. `odd` are the parts of the text that are not what they seem to be meant for: where each
    begins and ends in the text as typed, and an example of what would be understood there. They are looked for as
    plain words, a range from high to low as the range from low to high."""

    query: Query
    odd: tuple[Odd, ...]


def parse(text: str) -> Query:
    """The query that a text asks for, every part of which must hold. Any text is a query:

    - words and numbers, found anywhere: `张三`, `6222`; `6222*` begins a number; "two words" stand together
    - `~6222`, as OCR may have misread it (see `grams.fold`); behind a field's label the label is told to be odd
    - amounts: `1,234.50`, `¥1234`, `1000..5000`, `>=1000`, `金额:1234`
    - dates: `2026-03-08`, `20260308`, `2026年3月8日`, `2026-03`, `2026-03-01..2026-03-08`
    - filters: `batch:B-12` or `B-12`, `branch:0102`, `teller:9001`, `type:wire_transfer`, `state:doubtful`, `box:X-7`
    - a field by its name or printed label: `收款人:张三`, `payee_name:张三`, `file:0001.jpg`
    """
    return understand(text).query


def understand(text: str) -> Understood:
    """The query as of `parse`, and which parts of the text were odd."""
    query, odd = Query(), []
    for token in _TOKEN.finditer(text[:_LONGEST]):
        quoted = token[1] is not None
        bare = re.sub(r'["“”＂]', "", unicodedata.normalize("NFKC", token[0])).strip()
        if not bare:
            continue
        query = _with(query, bare, quoted)
        example = _example(bare, quoted)
        odd += [(*token.span(), example)] if example else []
    return Understood(query, tuple(odd))


def _with(query: Query, bare: str, quoted: bool) -> Query:
    loose = bare.lstrip("~")
    if loose and loose != bare:
        return replace(query, loose=(*query.loose, loose))
    labelled = _LABELLED.fullmatch(bare)
    if labelled:
        found = _labelled(query, labelled[1].strip().lower(), labelled[2].strip())
        if found is not None:
            return found
    if quoted:
        return replace(query, terms=(*query.terms, bare))
    batch = re.fullmatch(r"[Bb]-(\d{1,12})", bare)
    if batch:
        return replace(query, batch_id=int(batch[1]))
    return _dated(query, bare) or _valued(query, bare, plainly=True) or replace(query, terms=(*query.terms, bare))


def _example(bare: str, quoted: bool) -> str:
    """What could stand in the place of an odd part; empty for one that is understood."""
    labelled = _LABELLED.fullmatch(bare)
    label, value = (labelled[1], labelled[2].strip()) if labelled else ("", bare)
    label = label.strip().lower()
    wanted = _kind(label)
    if sure := _unloosened(label, value):
        return sure
    if quoted and not wanted:
        return ""
    if wanted and _labelled(Query(), label, value) is None:
        return f"{label}:{_EXAMPLES[wanted]}"
    if wanted == "state" and value.lower() not in _STATES:
        return f"{label}:{_EXAMPLES[wanted]}"
    if not label and _LIKE_A_DAY.fullmatch(value) and dates_of(value) is None:
        return _EXAMPLES["date"]
    turned = _turned(value) if wanted in {"amount", "date"} or not label else ""
    return turned and (f"{label}:{turned}" if label else turned)


_EXAMPLES = {"batch": "B-12", "amount": "1000..5000", "date": "2026-03-08", "state": "doubtful"}


def _unloosened(label: str, value: str) -> str:
    """What says a labelled part that is to tolerate misreading, which only a part without a label can: a field's value
    is then looked for anywhere. Empty for any other part."""
    loose = value.lstrip("~").strip()
    if not label or not loose or not value.startswith("~"):
        return ""
    if label in _FILTERS:
        return "" if _kind(label) else f"{label}:{loose}"
    found = _labelled(Query(), label, value)
    return f"~{loose}" if found and found.loose else ""


def _kind(label: str) -> str:
    """What a value behind that label must be; empty where any text will do."""
    filters = {"batch": "batch", "批次": "batch", "amount": "amount", "金额": "amount", "date": "date", "日期": "date"}
    filters |= {"state": "state", "状态": "state"}
    kinds = {catalogue().fields[name].kind for name in _names_of(label)} if label else set()
    return filters.get(label, "amount" if kinds == {"amount"} else "")


def _turned(text: str) -> str:
    """A range from high to low, from low to high; empty for any other text."""
    ends = _RANGE.fullmatch(text)
    if ends is None or not all(ends.groups()):
        return ""
    days = [dates_of(end) for end in ends.groups()]
    cents = [cents_of(end) for end in ends.groups()]
    for low, high in ((days[0], days[1]), (cents[0], cents[1])):
        if low is not None and high is not None:
            return f"{ends[2]}..{ends[1]}" if low > high else ""  # type: ignore[operator]
    return ""


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
    **dict.fromkeys(("box", "箱", "箱号"), lambda query, value: replace(query, box=as_written(value))),
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
    loose = value.lstrip("~").strip()
    if names and loose and value.startswith("~"):
        return replace(query, loose=(*query.loose, loose))
    return replace(query, fields=(*query.fields, (names, value))) if names else None
