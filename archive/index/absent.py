"""What a text seems to say and does not: with it, a Chinese phrase needs no positions to be found exactly.

A text holds a phrase exactly if it holds every three characters of it and the phrase holds none of the text's absent
words (the shortest words that a text lacks though it holds all shorter parts of them): of a phrase that it lacks, the
shortest part that it lacks is absent, as its own beginning and end are shorter and therefore there. A voucher has about
seven absent words, so that looking them up costs nothing, where positions of common characters cost milliseconds."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import product
from operator import add

from .grams import GRAM, hanzi

LONGEST = 16  # characters of a phrase that is looked up so
_END = " "  # stands beside every stretch; nothing is absent across it

_Places = list[tuple[str, list[int]]]  # words that stand at several places, with where each begins


def exact(phrase: str) -> bool:
    """Whether the phrase's grams and its `parts` tell exactly where it stands."""
    return GRAM < len(phrase) <= LONGEST and hanzi(phrase) == [phrase]


def parts(phrase: str) -> tuple[str, ...]:
    """The pieces of a phrase that may be absent words of some text."""
    sizes = range(GRAM + 1, len(phrase) + 1)
    return tuple({phrase[at : at + size] for size in sizes for at in range(len(phrase) - size + 1)})


def absent(normal: str) -> set[str]:
    """The absent words, of Chinese characters and up to LONGEST long, of a normalised text."""
    row = _row(normal)
    found: set[str] = set()
    again, size = _pairs(row), GRAM - 1
    while again and size + 2 <= LONGEST:
        longer: _Places = []
        for core, places in again:
            if len(places) == 2:  # as nearly all have
                _between(row, size, places[0], places[1], found)
            else:
                longer += _extended(row, core, places, found)
        again, size = longer, size + 1
    return found


def _between(row: str, size: int, one: int, other: int, found: set[str]) -> None:
    """Adds what is absent around a word of that size that stands at two places, and around all that begins with it."""
    before, here = row[one - 1], row[other - 1]
    if before == here:  # then nothing longer is absent either
        return
    while row[one + size] == row[other + size] != _END:
        size += 1
    if size + 2 > LONGEST:
        return
    core, after, there = row[one : one + size], row[one + size], row[other + size]
    if before != _END != there:
        found.add(before + core + there)
    if here != _END != after:
        found.add(here + core + after)


def _row(normal: str) -> str:
    """The Chinese stretches between _ENDs, without those that are part of another."""
    row = _END
    for one in sorted(set(hanzi(normal)), key=len, reverse=True):
        if len(one) >= GRAM and one not in row:
            row += _END + one + _END
    return row


def _pairs(row: str) -> _Places:
    """The pairs of characters that stand at several places."""
    couples = list(map(add, row, row[1:]))
    places: dict[str, list[int]] = {
        pair: [] for pair, times in Counter(couples).items() if times > 1 and _END not in pair
    }
    for at, pair in enumerate(couples):
        if pair in places:
            places[pair].append(at)
    return [*places.items()]


def _extended(row: str, core: str, places: list[int], found: set[str]) -> _Places:
    """Adds what is absent around a word; gives the words of one character more that still stand at several places."""
    size = len(core)
    around = {(row[at - 1], row[at + size]) for at in places}
    lefts, rights = {left for left, _ in around}, {right for _, right in around}
    if len(lefts) == 1:
        return []
    if len(rights) > 1:
        pairs = product(lefts - {_END}, rights - {_END})
        found.update(left + core + right for left, right in pairs if (left, right) not in around)
    longer: dict[str, list[int]] = defaultdict(list)
    for at in places:
        longer[row[at + size]].append(at)
    return [(core + right, some) for right, some in longer.items() if right != _END and len(some) > 1]
