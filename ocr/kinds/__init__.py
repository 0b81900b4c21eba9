"""The kinds of value: from a text as it was read to the stored form of the catalogue, and what proves it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from ocr.forms import FieldDef
from ocr.kinds import amounts, capitals, checks, choices, dates, texts

__all__ = ["Normalised", "capital_value", "normalise"]

capital_value = capitals.capital_value
_UNITS_OF_DATE = re.compile(r"[年月日]")


@dataclass(frozen=True, slots=True)
class Normalised:
    """A value in stored form. `proved` is True where a check digit passes, False where one fails, None where there is
    none; `repaired` says that characters were replaced by what they look like; `numeric` is an amount's value."""

    value: str
    proved: bool | None = None
    repaired: bool = False
    numeric: Decimal | None = None


def _date(text: str, _field: FieldDef) -> Normalised | None:
    found = dates.iso_date(texts.nfkc(text))
    return Normalised(found) if found else None


def _amount(text: str, _field: FieldDef) -> Normalised | None:
    found = amounts.amount(text)
    return Normalised(amounts.as_text(found[0]), None, found[1], found[0]) if found else None


_FORMAL = str.maketrans("千百十", "仟佰拾")


def _amount_cn(text: str, _field: FieldDef) -> Normalised | None:
    # 参 for 叁 is how engines read it, no other way of writing it.
    written = capitals.cleaned(texts.nfkc(text)).replace("参", "叁")
    mended = capitals.repaired(written)
    real = sum(c in capitals.CAPITALS or c in capitals.LOOK_ALIKES for c in mended)
    if len(mended) < 2 or real * 4 < len(mended) * 3:
        return None
    if all(capitals.is_capital(c) for c in written):
        # Beside numerals in capitals a plain unit is how engines read the capital one.
        formal = sum(c in capitals.DIGITS for c in written) > 0
        mended = written.translate(_FORMAL) if formal else written
    return Normalised(mended, None, mended != written, capital_value(mended))


def _account(text: str, _field: FieldDef) -> Normalised | None:
    found = texts.digits(text)
    if found is None or not 8 <= len(found[0]) <= 32:
        return None
    proved = checks.luhn(found[0]) if checks.is_card(found[0]) else None
    return Normalised(found[0], proved, found[1])


def _number(text: str, field: FieldDef) -> Normalised | None:
    if field.name == "holder_id_no":
        return _identity(text)
    found = texts.number(text)
    return Normalised(found[0], None, found[1]) if found else None


def _identity(text: str) -> Normalised | None:
    """An identity number where it is one, any other document's number else."""
    found = texts.number(text)
    if found is None:
        return None
    mended = texts.digits(found[0][:-1]) if len(found[0]) == 18 else None
    value = mended[0] + found[0][-1].replace("x", "X") if mended and mended[0].isdigit() else found[0]
    if len(value) == 18 and value[:17].isdigit():
        return Normalised(value, checks.id_card(value), value != found[0] or found[1])
    return Normalised(value, True if checks.uscc(value) else None, found[1])


def _id_card(text: str, _field: FieldDef) -> Normalised | None:
    found = _identity(text)
    return found if found and len(found.value) == 18 else None


def _uscc(text: str, _field: FieldDef) -> Normalised | None:
    compact = re.sub(r"[^0-9A-Z]", "", texts.nfkc(text).replace("l", "1").upper())
    # The code's alphabet has no I, O, Z, S or V, so that each can only be the digit that it looks like.
    mended = compact.translate(str.maketrans("IOZSV", "10257"))
    if len(mended) != 18:
        return None
    return Normalised(mended, checks.uscc(mended), mended != compact)


def _free(text: str, field: FieldDef) -> Normalised | None:
    value = texts.rate(text) if field.name == "discount_rate" else texts.free(text)
    return Normalised(value) if value else None


def _choice(text: str, field: FieldDef) -> Normalised | None:
    found = choices.choose(text, field.options)
    return Normalised(found[0], None, not found[1]) if found else None


def _stamp(text: str, _field: FieldDef) -> Normalised | None:
    return Normalised(text.strip()) if text.strip() in {"present", "absent"} else None


_KINDS = {
    "date": _date, "amount": _amount, "amount_cn": _amount_cn, "account": _account, "number": _number,
    "name": _free, "text": _free, "choice": _choice, "id_card": _id_card, "uscc": _uscc, "stamp": _stamp,
}  # fmt: skip


def normalise(kind: str, text: str, field: FieldDef) -> Normalised | None:
    """The stored form of what a text says for a field, None where it cannot be a value of that kind. KeyError for a
    kind that the catalogue does not know."""
    return _KINDS[kind](text, field)


def has_date_units(text: str) -> bool:
    """Whether two of the pre-printed 年 月 日 stand in a text."""
    return len(set(_UNITS_OF_DATE.findall(text))) >= 2
