"""Free text, numbers and accounts in stored form."""

from __future__ import annotations

import re
import unicodedata

_CJK = r"\u3008-\u301b\u3400-\u9fff\uf900-\ufaff\u3007\uff00-\uffef"
_BETWEEN_CHINESE = re.compile(rf"(?<=[{_CJK}])\s+(?=[{_CJK}])")
# NFKC makes Latin punctuation of the full-width kind; beside it a space says nothing in Chinese text.
_BESIDE_PUNCTUATION = re.compile(rf"(?<=[{_CJK}])\s+(?=[(),:;])|(?<=[(),:;])\s+(?=[{_CJK}])")
_DIGIT_LIKE = str.maketrans("OoQDIli|!ZzSsBbGqg〇○", "00001111122558669900")
_STRAY = re.compile(r"(?<=\d)[()\[\]|/\\]+(?=\d)")  # a stroke of a stamp or a fold between digits
_HYPHENS = re.compile(r"[‐‑‒–—―−]")

ENDINGS = "公司|支行|分行|营业部|营业室|商行|经营部|事务所|中心"  # of the names of companies and of banks' offices


def nfkc(text: str) -> str:
    """NFKC with one kind of hyphen and of yen sign."""
    return _HYPHENS.sub("-", unicodedata.normalize("NFKC", text)).replace("¥", "¥")


def free(text: str) -> str:
    """A name or text as it is stored: NFKC, no spaces between Chinese characters, single spaces elsewhere."""
    plain = re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text)).strip()
    return _BESIDE_PUNCTUATION.sub("", _BETWEEN_CHINESE.sub("", plain))


def rate(text: str) -> str:
    """A rate as it is stored; ‰ is often read as % with a nought, or with one at both sides."""
    return re.sub(r"(?:(?<=\.\d\d)0)?[%％]\s?[0oO°。]$|0/00$", "‰", free(text))


def digits(text: str) -> tuple[str, bool] | None:
    """The digits of a number that holds only digits, and whether look-alikes had to be replaced; None where other
    characters are in it."""
    compact = re.sub(r"[\s.,·'`_:;*-]", "", nfkc(text))
    if compact.isascii() and compact.isdigit():
        return compact, False
    compact = _STRAY.sub("", compact)
    guess = compact.translate(_DIGIT_LIKE)
    real = sum(c.isdigit() for c in compact)
    if guess.isascii() and guess.isdigit() and real * 3 >= len(compact) * 2:
        return guess, True
    return None


def number(text: str) -> tuple[str, bool] | None:
    """A number of digits and capitals without spaces, and whether it had to be repaired."""
    plain = re.sub(r"^N(?:[oOeE0º°2][.:。]?|[.:。])?\s*(?=\d{4})", "", nfkc(text).strip())
    compact = re.sub(r"[\s.,·'`_:;*¥]", "", plain).strip("-/()[]")
    compact = re.sub(r"^[第共]?(\d+)[张份页笔]$", r"\1", compact)
    if not compact or not re.fullmatch(r"[A-Za-z0-9/-]+", compact):
        return None
    if not any(c.isdigit() for c in compact):
        return None
    fixed = compact.replace("l", "1").replace("o", "0").upper()
    if sum(c.isdigit() for c in fixed) >= max(4, len(fixed) - 2) and re.fullmatch(r"[0-9OQIl]+", fixed):
        fixed = fixed.replace("O", "0").replace("Q", "0").replace("I", "1")
    return fixed, fixed != compact
