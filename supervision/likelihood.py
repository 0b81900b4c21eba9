"""How likely it is that a true value was read as another: the confusions of OCR, as log-likelihood ratios."""

from __future__ import annotations

from functools import lru_cache

from rapidfuzz.distance import Levenshtein

# Natural logarithms. What one misread character costs against a right one: shapes that OCR takes for each other cost
# little, other substitutions more, a lost or doubled character in between.
_ALIKE_COST, _OTHER_COST, _LOST_COST = 2.0, 4.5, 3.0
_ALIKE = frozenset(
    frozenset(pair)
    for pair in ("17", "38", "06", "08", "68", "56", "35", "49", "69", "89", "27", "2Z", "0O", "0D", "1I", "5S", "8B")
)
FURTHEST = 3  # characters apart, beyond which two numbers are simply different
DIFFERENT = -6.0  # a value that stands says something else
_DOUBTFUL_WEIGHT = 0.7
DOUBTFUL_DIFFERENT = -1.5  # a value that waits for a person says something else


def substitution(read: str, true: str) -> float:
    """What it costs that `true` was read as `read`, one character each."""
    if read == true:
        return 0.0
    return _ALIKE_COST if frozenset((read, true)) in _ALIKE else _OTHER_COST


@lru_cache(maxsize=65536)
def misreading(read: str, true: str) -> float | None:
    """The cost, 0 or more, of reading `true` as `read` by the cheapest way of confusing, losing and doubling
    characters; None where they are too far apart to be one number."""
    if read == true:
        return 0.0
    far = min(FURTHEST, max(len(true) // 3, 1))
    if Levenshtein.distance(read, true, score_cutoff=far) > far:
        return None
    row = [_LOST_COST * place for place in range(len(true) + 1)]
    for place, char in enumerate(read, 1):
        before, row = row, [_LOST_COST * place]
        for other, wanted in enumerate(true, 1):
            replaced = before[other - 1] + substitution(char, wanted)
            row.append(min(replaced, before[other] + _LOST_COST, row[-1] + _LOST_COST))
    return row[-1]


def agreement(read: str, true: str, rarity: float, accepted: bool) -> float:
    """The log-likelihood ratio that a value read as `read` speaks for a transaction that says `true`. `rarity` is the
    ratio of an exact hit (how seldom a stranger would say the same); a value that is not accepted weighs less both
    ways, and its errors cost less."""
    cost = misreading(read, true)
    if accepted:
        return DIFFERENT if cost is None else max(rarity - 2 * cost, DIFFERENT)
    return DOUBTFUL_DIFFERENT if cost is None else max(_DOUBTFUL_WEIGHT * rarity - cost, DOUBTFUL_DIFFERENT)
