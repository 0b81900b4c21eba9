"""The columns of a journal file: their names, and from a cell's text to the value that it says."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ocr.kinds import dates
from ocr.kinds.choices import stored
from ocr.kinds.texts import free

Value = str | int | date | Decimal
_PRINTED_AMOUNT = re.compile(r"([+-]?)[¥]?([+-]?)(\d{1,3}(?:,\d{3})+|\d+)?(?:\.(\d{1,2})0*)?元?")
_DIRECTIONS = dict.fromkeys(("d", "dr", "debit", "借", "借方"), "D") | dict.fromkeys(
    ("c", "cr", "credit", "贷", "贷方"), "C"
)
_SPREADSHEET = re.compile(r"\d(?:\.\d+)?[eE]\+?\d{1,2}")
_LARGEST = Decimal("9999999999999.99")


class BadCell(ValueError):
    """A cell that does not say what its column asks for; the message says what is wrong and what to write."""


def plain(text: str) -> str:
    """A cell in NFKC without outer spaces, and without the marks by which spreadsheets keep text as text."""
    compact = unicodedata.normalize("NFKC", text).replace("\u200b", "").strip()
    if compact.startswith('="') and compact.endswith('"'):
        compact = compact[2:-1].strip()
    return compact.lstrip("'")


def business_date(text: str) -> date:
    """A date written 2026-03-08, 20260308, 2026/3/8 or 2026年3月8日."""
    found = dates.iso_date(text) if len(text) <= len("2026-03-08 00:00:00") else None
    if found is None:
        raise BadCell(f"{text!r} is not a date that exists; write 2026-03-08 or 20260308")
    return date.fromisoformat(found)


def amount(text: str) -> Decimal:
    """An amount with at most two decimals, commas between thousands allowed."""
    match = _PRINTED_AMOUNT.fullmatch(text.replace(" ", ""))
    if match is None or not (match[3] or match[4]) or (match[1] and match[2]):
        raise BadCell(f"{text!r} is not an amount; write 1234.50 or 1,234.50")
    digits = f"{match[1] or match[2]}{(match[3] or '0').replace(',', '')}.{match[4] or '0'}"
    value = Decimal(digits).quantize(Decimal("0.01"))
    if abs(value) > _LARGEST:
        raise BadCell(f"{text!r} is larger than any amount that a journal holds; check the column")
    return value


def direction(text: str) -> str:
    """D or C; 借 and 贷 are understood."""
    found = _DIRECTIONS.get(text.lower())
    if found is None:
        raise BadCell(f"{text!r} is not a direction; write D or C")
    return found


def currency(text: str) -> str:
    """ISO 4217; 人民币 is CNY, and an empty cell too."""
    found = stored(text.upper()) if text else "CNY"
    if not re.fullmatch(r"[A-Z]{3}", found):
        raise BadCell(f"{text!r} is not a currency; write CNY, USD, HKD or EUR")
    return found


def number(text: str) -> str:
    """Digits and capitals, kept as text with leading zeros, without spaces."""
    compact = re.sub(r"\s", "", text)
    if _SPREADSHEET.fullmatch(compact):
        raise BadCell(f"{text!r} was turned into a number by a spreadsheet; export the column as text")
    if not re.fullmatch(r"[A-Za-z0-9/_.-]*", compact):
        raise BadCell(f"{text!r} is not a number; write digits and letters")
    return compact.upper()


def account(text: str) -> str:
    """Digits (an internal account may hold letters), without spaces."""
    compact = number(text.replace("-", ""))
    if len(compact) > 40:
        raise BadCell(f"{text!r} is longer than any account; check the column")
    return compact


def line(text: str) -> int:
    """A line's number within its journal number, from 1; 0 where the cell is empty."""
    if not text:
        return 0
    if not text.isdecimal() or not 1 <= int(text) <= 9999:
        raise BadCell(f"{text!r} is not a line number; write 1, 2, 3, …")
    return int(text)


@dataclass(frozen=True, slots=True)
class Column:
    """One column: the name that it has in the design, others that journals print, how a cell is read, and whether the
    column and a value in it must be there."""

    name: str
    other: tuple[str, ...]
    read: Callable[[str], Value]
    needed: bool = False
    filled: bool = False


COLUMNS = (
    Column("business_date", ("业务日期", "交易日期", "记账日期", "日期"), business_date, True, True),
    Column("branch_no", ("机构号", "网点号", "交易机构", "机构代码"), number, True, True),
    Column("teller_no", ("柜员号", "柜员", "交易柜员", "操作员"), number, True, True),
    Column("journal_no", ("流水号", "交易流水号", "柜员流水号", "日志号"), number, True, True),
    Column("transaction_code", ("交易码", "交易代码"), number, True),
    Column("account", ("账号", "账号/卡号"), account, True),
    Column("counter_account", ("对方账号",), account, True),
    Column("name", ("户名", "客户名称"), free, True),
    Column("amount", ("金额", "交易金额", "发生额"), amount, True, True),
    Column("currency", ("币种", "币别"), currency, True),
    Column("direction", ("借贷标志", "借贷", "借贷方向"), direction, True, True),
    Column("line", ("序号", "行号", "分录号"), line),
    Column("time", ("交易时间", "时间"), free),
    Column("voucher_no", ("凭证号码", "凭证编号", "凭证号"), number),
    Column("summary", ("摘要",), free),
    Column("customer_no", ("客户号",), number),
    Column("authoriser_no", ("授权柜员", "授权柜员号"), number),
    Column("reverses_journal_no", ("被冲流水号", "原流水号"), number),
)
BY_HEADING = {heading: column for column in COLUMNS for heading in (column.name, *column.other)}


def heading(text: str) -> Column | None:
    """The column that a heading names, in English or Chinese, whatever its case and spaces."""
    compact = re.sub(r"[\s-]+", "_", plain(text)).lower()
    return BY_HEADING.get(compact) or BY_HEADING.get(compact.replace("_", ""))
