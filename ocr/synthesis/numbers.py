"""Seeded numbers that obey their check rules: cards (Luhn), identity cards (GB 11643), credit codes (GB 32100)."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from ocr.synthesis.vocabulary import AREAS

CENT = Decimal("0.01")
_USCC = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def digits(rng: random.Random, count: int) -> str:
    """`count` random digits, leading zeros allowed."""
    return "".join(rng.choices("0123456789", k=count))


def luhn_digit(body: str) -> str:
    """The check digit that completes `body` (ISO/IEC 7812-1)."""
    total = 0
    for place, char in enumerate(reversed(body)):
        doubled = int(char) * (2 if place % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return str(-total % 10)


def id_card_digit(body: str) -> str:
    """The check character of 17 digits (GB 11643, ISO 7064 MOD 11-2)."""
    total = sum(int(char) * weight for char, weight in zip(body, _ID_WEIGHTS, strict=True))
    return "10X98765432"[total % 11]


def uscc_digit(body: str) -> str:
    """The check character of 17 characters (GB 32100, MOD 31)."""
    total = sum(_USCC.index(char) * pow(3, place, 31) for place, char in enumerate(body))
    return _USCC[-total % 31]


def card(rng: random.Random) -> str:
    """A debit card number: 16 or 19 digits that begin with 62 and pass Luhn."""
    body = "62" + digits(rng, rng.choice((13, 16, 16)))
    return body + luhn_digit(body)


def account(rng: random.Random) -> str:
    """An ordinary account of 8 to 32 digits, mostly 12 to 20; never one that would have to pass Luhn."""
    length = rng.choice((8, 10, 12, 15, 17, 17, 18, 18, 19, 19, 20, 20, 21, 22, 24, 28, 32))
    first = rng.choice("1234579") if 16 <= length <= 19 else rng.choice("123456789")
    return first + digits(rng, length - 1)


def id_card(rng: random.Random) -> str:
    """An adult's citizen number of 18 characters."""
    born = date(1950, 1, 1) + timedelta(days=rng.randrange(20000))
    body = rng.choice(AREAS) + f"{born:%Y%m%d}" + digits(rng, 3)
    return body + id_card_digit(body)


def uscc(rng: random.Random) -> str:
    """A unified social credit code of 18 characters."""
    body = "91" + rng.choice(AREAS) + "MA" + "".join(rng.choices(_USCC, k=7)) if rng.random() < 0.6 else ""
    body = body or "91" + rng.choice(AREAS) + digits(rng, 9)
    return body + uscc_digit(body)


def amount(rng: random.Random, low: float = 0.01, high: float = 5e7) -> Decimal:
    """An amount between `low` and `high` yuan, log-uniform; half of them round."""
    exponent = rng.uniform(float(Decimal(str(low)).log10()), float(Decimal(str(high)).log10()))
    value = Decimal(str(10**exponent)).quantize(CENT, ROUND_HALF_UP)
    if value >= 100 and rng.random() < 0.5:
        step = rng.choice((1, 10, 100, 1000 if value >= 10000 else 100))
        value = (value // step * step).quantize(CENT)
    return max(value, Decimal(str(low)).quantize(CENT))


def spaced(number: str, group: int = 4) -> str:
    """`number` in groups of `group` characters."""
    return " ".join(number[i : i + group] for i in range(0, len(number), group))


def cents(value: Decimal) -> str:
    """An amount in its stored form, rounded half up to the cent: 1234.50."""
    return str(value.quantize(CENT, ROUND_HALF_UP))
