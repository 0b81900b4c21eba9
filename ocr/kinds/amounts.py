"""Amounts in digits: with a currency sign and commas, bare, or one digit a cell with 元角分 implied."""

from __future__ import annotations

import re
from decimal import Decimal

from .texts import nfkc

_SIGN = r"(?:人民币|RMB|CNY|USD|HKD|EUR|US\$|HK\$|[¥$€£Y羊*#⊗xX]|半|芊|关)"
_TAIL = r"(?:元整?|圆整?|整|[*#-]+|人民币|RMB|CNY)?"
_LIKE = str.maketrans("OoQDIl|iZzSsBb", "00001111225586")
_TAILED = re.compile(r"(-?[\d.,]*\d\.\d{2})[^\d.,A-Za-z]{1,2}")
_GROUPED = re.compile(r"-?(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d{1,2}))?")


def _stripped(text: str) -> str:
    compact = re.sub(r"\s", "", nfkc(text)).replace("、", ",").replace("'", ",").replace("`", ",").replace("。", ".")
    compact = compact.replace("·", ".").replace("••", ".").replace("•", ".")
    compact = re.sub(rf"^{_SIGN}{{1,3}}[:.,]?", "", compact)
    return re.sub(rf"{_TAIL}$", "", compact)


def _separators(body: str) -> str | None:
    """A body of digits, commas and points with the last one as the decimal point where it must be; None where that
    is not to be told."""
    if _GROUPED.fullmatch(body):
        return body.replace(",", "")
    match = re.fullmatch(r"(-?[\d.,]*\d)[.,]+(\d{2})", body)
    if match is None:
        return None
    groups = re.split(r"[.,]", match[1])
    if all(len(g) == 3 for g in groups[1:]) and 1 <= len(groups[0].lstrip("-")) <= 3:
        return f"{''.join(groups)}.{match[2]}"
    return f"{groups[0]}.{match[2]}" if len(groups) == 1 else None


def amount(text: str) -> tuple[Decimal, bool] | None:
    """The amount, two decimals, that a text says, and whether it had to be repaired; None where it says none."""
    plain = _stripped(text)
    # A stroke of a stamp behind an amount is read as a character.
    tailed = _TAILED.fullmatch(plain)
    for body, repaired in ((plain, False), (plain.translate(_LIKE), True), (tailed[1] if tailed else "", True)):
        if not re.fullmatch(r"-?[\d.,]*\d", body):
            continue
        number = _separators(body)
        if number is not None and sum(c.isdigit() for c in number) <= 17:
            exact = bool(_GROUPED.fullmatch(body))
            return Decimal(number).quantize(Decimal("0.01")), repaired or not exact
    return None


def from_grid(text: str) -> Decimal | None:
    """The amount of a row of cells read as one string of digits, the last two being 角 and 分."""
    body = re.sub(rf"^{_SIGN}+", "", re.sub(r"[\s.,:|丨]", "", nfkc(text)))
    if not re.fullmatch(r"\d{1,14}", body):
        body = body.translate(_LIKE)
    return Decimal(int(body)).scaleb(-2) if re.fullmatch(r"\d{1,14}", body) else None


def as_text(value: Decimal) -> str:
    """The stored form: two places, no sign of a currency, no commas."""
    return f"{value:.2f}"
