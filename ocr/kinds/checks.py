"""Check digits: Luhn for cards, ISO 7064 MOD 11-2 for identity numbers, MOD 31 for social credit codes."""

from __future__ import annotations

import datetime as dt

_ID_WEIGHTS = tuple(pow(2, 17 - i, 11) for i in range(17))
_ID_CHECKS = "10X98765432"
_USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_WEIGHTS = tuple(pow(3, i, 31) for i in range(17))


def luhn(digits: str) -> bool:
    """Whether a string of digits passes ISO/IEC 7812 Luhn."""
    if not digits.isdigit():
        return False
    doubled = (int(d) * (2 if i % 2 else 1) for i, d in enumerate(reversed(digits)))
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0


def is_card(digits: str) -> bool:
    """Whether an account looks like a card by itself: 16-19 digits that begin with 62."""
    return digits.isdigit() and 16 <= len(digits) <= 19 and digits.startswith("62")


def id_card(text: str) -> bool:
    """Whether 18 characters are an identity number of GB 11643: a real birthday and the right check character."""
    if len(text) != 18 or not text[:17].isdigit() or text[17] not in _ID_CHECKS:
        return False
    try:
        dt.date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return False
    return _ID_CHECKS[sum(int(d) * w for d, w in zip(text, _ID_WEIGHTS, strict=False)) % 11] == text[17]


def uscc(text: str) -> bool:
    """Whether 18 characters are a unified social credit code of GB 32100."""
    if len(text) != 18 or any(c not in _USCC_ALPHABET for c in text):
        return False
    total = sum(_USCC_ALPHABET.index(c) * w for c, w in zip(text, _USCC_WEIGHTS, strict=False))
    return _USCC_ALPHABET[(31 - total % 31) % 31] == text[17]
