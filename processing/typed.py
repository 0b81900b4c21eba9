"""What a person types: taken as it was meant or refused, never repaired as what an engine reads is."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

from archive.errors import Invalid
from ocr.forms import FieldDef
from ocr.forms import catalogue as forms
from ocr.kinds import Normalised, normalise
from ocr.kinds.capitals import LOOK_ALIKES
from ocr.numerals import to_capital

LONGEST = 500
_AMOUNT = re.compile(r"(?:CNY|RMB|人民币|[¥$€£])?(-?)[¥]?((?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d{1,2})?)元?", re.IGNORECASE)
_DIGITS = re.compile(r"[\d,.]+")
_CENTS = Decimal("0.01")
_LARGEST = Decimal(10) ** 12  # from here on no amount can be written in capitals
_NUMERALS = "〇○一二三四五六七八九十百千貳參陸萬億圆正"
_AS_TYPED = frozenset({"account", "number", "id_card", "uscc"})


def stored_form(field: str, typed: str) -> str:
    """What a person typed in the stored form of the field's kind; empty stays empty. Raises Invalid where it is no
    value of that kind, or could be meant otherwise: `1,23`, `5-` and `l2` are no amounts."""
    definition = forms().fields[field]
    text = _plain(field, typed)
    if not text:
        return ""
    if definition.kind == "amount":
        return f"{_amount(field, text):.2f}"
    if definition.kind == "amount_cn" and _DIGITS.fullmatch(text):
        return to_capital(_amount(field, text))
    found = normalise(definition.kind, text, definition)
    if found is None or _guessed(definition, text, found):
        raise Invalid(
            field, f"{typed!r} is no {definition.kind}; type it as printed, or leave it empty where there is none"
        )
    return found.value


def _plain(field: str, typed: str) -> str:
    if len(typed) > LONGEST or not all(c.isprintable() or c.isspace() for c in typed):
        raise Invalid(field, f"a value has at most {LONGEST} characters, all of which can be printed; type it again")
    return unicodedata.normalize("NFKC", typed).strip()


def _amount(field: str, text: str) -> Decimal:
    match = _AMOUNT.fullmatch(re.sub(r"\s", "", text))
    if match is None:
        raise Invalid(field, f"{text!r} is no amount; type its digits, such as 1234.50 or 1,234.50")
    value = Decimal(match[1] + match[2].replace(",", "")).quantize(_CENTS)
    if abs(value) >= _LARGEST:
        raise Invalid(field, f"{text!r} is larger than any voucher's amount; look for a digit too many")
    return value


def _guessed(definition: FieldDef, text: str, found: Normalised) -> bool:
    """Whether characters were taken for others that look like them: right for what was read, wrong for what was
    typed. Upper and lower case are the same."""
    if definition.kind == "date":
        return bool(re.search(r"[A-Za-z|]", text)) or sum(c.isdigit() for c in text) > len("20260308")
    if definition.kind == "amount_cn":
        return any(c in LOOK_ALIKES and c not in _NUMERALS for c in text)
    if definition.kind not in _AS_TYPED or not found.repaired:
        return False
    return found.value.casefold() != re.sub(r"[\s-]", "", text).casefold()
