"""How values are shown: amounts, dates, accounts in fours, shares, and the signs of the equation."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from difflib import SequenceMatcher
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape
from pypinyin import Style, lazy_pinyin

ABSENT = "—"


def amount(value: Decimal | str | None, currency: str = "CNY") -> str:
    """`1,234.50`, a minus where negative, the currency before it where not yuan; a dash where there is none."""
    if value is None or value == "":
        return ABSENT
    try:
        number = Decimal(value)
    except InvalidOperation:
        return str(value)
    text = f"{number:,.2f}".replace("-", "−")
    return text if currency in ("", "CNY") else f"{currency} {text}"


def number(value: int | None) -> str:
    """`1,284`; a dash where there is none."""
    return ABSENT if value is None else f"{value:,}"


def share(value: float, places: int = 2) -> str:
    """`99.98%`, cut and not rounded, so that only certainty reads 100%."""
    scale = 10**places
    cut = int(value * 100 * scale) / scale
    return f"{cut:.{places}f}%".replace(f".{'0' * places}%", "%")


def moment(at: datetime | None, zone: ZoneInfo) -> str:
    """`2026-03-08 14:08:00` in the bank's zone, of a UTC time with or without its zone."""
    return "" if at is None else f"{local(at, zone):%Y-%m-%d %H:%M:%S}"


def clock(at: datetime, zone: ZoneInfo) -> str:
    """`14:08:00` in the bank's zone."""
    return f"{local(at, zone):%H:%M:%S}"


def local(at: datetime, zone: ZoneInfo) -> datetime:
    """A UTC time, with or without its zone, in the bank's."""
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(zone)


def day(text: str) -> date | None:
    """A date written 2026-03-08 or 20260308; None where it is none."""
    digits = re.sub(r"\D", "", text)
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8])) if len(digits) == 8 else None
    except ValueError:
        return None


def fours(account: str) -> Markup:
    """Digits in groups of four by markup: the gaps are drawn, so that copying gives the bare digits."""
    if not re.fullmatch(r"[0-9A-Z*]{8,}", account):
        return escape(account)
    parts = [account[i : i + 4] for i in range(0, len(account), 4)]
    return Markup('<span class="fours">{}</span>').format(Markup("").join(Markup("<i>{}</i>").format(p) for p in parts))


def value(text: str, kind: str) -> Markup:
    """A field's stored value as it is shown, by its kind."""
    if not text:
        return Markup('<span class="muted">{}</span>').format(ABSENT)
    if kind == "amount":
        sign = " negative" if text.startswith("-") else ""
        return Markup('<span class="num{}">{}</span>').format(sign, amount(text))
    return fours(text) if kind in ("account", "number", "id_card", "uscc") else escape(text)


def initials(text: str) -> str:
    """The pinyin initials of a label and its Latin letters, lower case: 封存 is `fc`."""
    return "".join(lazy_pinyin(text, style=Style.FIRST_LETTER)).lower().replace(" ", "")


def marked(one: str, other: str) -> Markup:
    """The first text with the characters marked that the second does not have in their place."""
    parts = SequenceMatcher(None, one, other, autojunk=False).get_opcodes()
    shown = (
        escape(one[a:b]) if tag == "equal" else Markup("<mark>{}</mark>").format(one[a:b]) for tag, a, b, _, _ in parts
    )
    return Markup("").join(shown)


def figure(number: object) -> str:
    """A measured figure without needless digits: 0.31, 120."""
    return f"{number:.3g}" if isinstance(number, float) else str(number)
