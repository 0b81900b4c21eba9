"""Choices: which of the printed options a text says, or which of several is ticked."""

from __future__ import annotations

import re

from rapidfuzz.distance import Levenshtein

from .texts import nfkc

TICKS = "☑✓✔√☒■▣☓ⅤVv"
_LEAST_CUT = 3  # characters
BOXES = "□☐口▢〇○日"
_CURRENCIES = {"人民币": "CNY", "CNY": "CNY", "RMB": "CNY", "美元": "USD", "USD": "USD", "港币": "HKD", "港元": "HKD",
               "HKD": "HKD", "欧元": "EUR", "EUR": "EUR", "人民币元": "CNY", "156": "CNY"}  # fmt: skip


def stored(option: str) -> str:
    """The form in which an option is kept: itself, and a currency as ISO 4217."""
    return _CURRENCIES.get(option, option)


def occurrences(text: str, options: tuple[str, ...], clipped: bool = False) -> list[tuple[int, int, str]]:
    """Where options stand in a text, longest first, never overlapping: start, end, option; by place. `clipped` finds
    those too that lack their first or last character (般存款账户), where no other option ends or begins so."""
    words = sorted(((option, option) for option in options), key=lambda pair: -len(pair[0]))
    if clipped:
        cuts = [(cut, option) for option in options for cut in (option[1:], option[:-1]) if len(cut) >= _LEAST_CUT]
        words += [(cut, option) for cut, option in cuts if sum(cut in other for other in options) == 1]
    found: list[tuple[int, int, str]] = []
    for word, option in words:
        for match in re.finditer(re.escape(word), text):
            if all(match.end() <= start or match.start() >= end for start, end, _ in found):
                found.append((match.start(), match.end(), option))
    return sorted(found)


def _is_ticked(text: str, start: int, end: int) -> bool:
    before, after = text[max(0, start - 2) : start], text[end : end + 1]
    return any(c in TICKS for c in before) or after in {"√", "✓", "✔"}


def choose(text: str, options: tuple[str, ...]) -> tuple[str, bool] | None:
    """The option that a text says, in stored form, and whether it is certain by itself; None where none or several
    are there without a tick."""
    plain = re.sub(r"\s", "", nfkc(text))
    found = occurrences(plain, options)
    if len({stored(option) for _, _, option in found}) == 1:
        return stored(found[0][2]), True
    ticked = {stored(option) for start, end, option in found if _is_ticked(plain, start, end)}
    if len(ticked) == 1:
        return ticked.pop(), False
    return (_clipped(plain, options) or _nearest(plain, options)) if not found else None


def _clipped(text: str, options: tuple[str, ...]) -> tuple[str, bool] | None:
    """The one option of which a text lacks the first or last character: 一 is lost on the rule that it touches."""
    found = {stored(option) for _, _, option in occurrences(text, options, clipped=True)}
    return (found.pop(), False) if len(found) == 1 else None


def _nearest(text: str, options: tuple[str, ...]) -> tuple[str, bool] | None:
    """The one option that differs from a text by a character or two of a longer word."""
    word = text.strip("[]()" + TICKS + BOXES + ":.,")
    near = sorted((Levenshtein.distance(word, option), option) for option in options)
    best = near[0] if near else (99, "")
    if not 0 < best[0] <= max(1, len(best[1]) // 3) or len(word) < 2 or len(best[1]) < 3:
        return None
    rivals = {stored(option) for distance, option in near if distance <= best[0] + 1 and len(option) == len(best[1])}
    return (stored(best[1]), False) if len(rivals) == 1 else None
