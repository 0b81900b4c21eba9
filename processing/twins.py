"""Whether two pages are scans of one paper, by the words that were read on them."""

from __future__ import annotations

import re

from rapidfuzz import fuzz

SAME_TEXT = 93.0
SAME_DIGITS = 97.0


def same_paper(one: str, other: str) -> bool:
    """True where two readings say the same. Forms of one print differ in their digits alone, so those are compared by
    themselves and must agree almost wholly."""
    digits_one, digits_other = re.sub(r"\D", "", one), re.sub(r"\D", "", other)
    if not digits_one and not one.strip():
        return False
    return fuzz.ratio(digits_one, digits_other) >= SAME_DIGITS and fuzz.ratio(one, other) >= SAME_TEXT
