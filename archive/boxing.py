"""The number of the archive box that paper lies in, in the one way that it is written."""

from __future__ import annotations

import unicodedata

from .errors import Invalid

LONGEST = 40
_MARKS = frozenset("-/")


def as_written(text: str) -> str:
    """The number in upper case, full-width characters as plain ones, without the space around it."""
    return unicodedata.normalize("NFKC", text).strip().upper()


def box_number(text: str) -> str:
    """The number as it is kept, empty for no box. Invalid where it is none."""
    found = as_written(text)
    if len(found) > LONGEST or not all(char.isalnum() or char in _MARKS for char in found):
        raise Invalid("box", f"{text[:60]!r} is no number of a box; write 1 to 40 letters, digits, - or /")
    return found
