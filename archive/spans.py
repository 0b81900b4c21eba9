"""Spans: which characters of a text answer to a part of a query, and the piece of the line's box that they fill."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise

from imaging.model import Box

from .index.grams import BREAK, fold, normalise, prefix, runs
from .index.port import Query
from .index.query import cents_of, dates_of

Span = tuple[int, int]
MOST_CENTS = 10**17
_DROPPED = frozenset(" \t\n,，　")
_MONEY = re.compile(r"[¥￥$]?-?(?:\d{1,3}(?:[,，]\d{3})+|\d{1,15})(?:[.．]\d{1,2})?")
_DAYS = re.compile(r"\d{4}\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?|(?<!\d)\d{8}(?!\d)")


@dataclass(frozen=True, slots=True)
class Needle:
    """One part of a query: `term` as it was asked, `find` the spans of a text that answer to it, and the names of the
    fields that alone may hold it (all where empty). `kinds` bounds the kinds of fields; empty means any."""

    term: str
    find: Callable[[str], list[Span]]
    names: tuple[str, ...] = ()
    kinds: frozenset[str] = frozenset()

    def concerns(self, name: str) -> bool:
        return not self.names or name in self.names

    def spans(self, text: str, kind: str) -> list[Span]:
        """The spans of a field's value of that kind; of a line of text where the kind is empty."""
        return self.find(text) if not kind or not self.kinds or kind in self.kinds else []


def needles(query: Query) -> list[Needle]:
    """The parts of a query that stand somewhere on paper: terms, terms of named fields, amounts and dates."""
    return [
        *(Needle(term, _finder(term)) for term in query.terms),
        *(Needle(f"~{term}", _finder(run, fold)) for term in query.loose for _, run in runs(normalise(term))),
        *(Needle(term, _finder(term), names) for names, term in query.fields),
        *(Needle(_shown(low, high), _amounts(low, high), kinds=frozenset({"amount"})) for low, high in query.amounts),
        *(Needle(text, _days(day, day, text), kinds=frozenset({"date", "number"})) for day, text in query.days),
        *(Needle(f"{low}..{high}", _days(low, high), kinds=frozenset({"date"})) for low, high in query.dates),
    ]


def _shown(low: int, high: int) -> str:
    """A range of cents as it can be typed; an end that no voucher reaches is left open."""
    ends = ["" if abs(end) >= MOST_CENTS else str(Decimal(end).scaleb(-2)) for end in (low, high)]
    return ends[0] if low == high else "..".join(ends)


def folded(text: str) -> tuple[str, list[int]]:
    """The text as terms are looked for in it, and for each of its characters the place in the text that it came from:
    NFKC without case, no spaces and no thousands' commas, every other sign between words one BREAK."""
    kept: list[str] = []
    places: list[int] = []
    for place, sign in enumerate(text):
        if sign in _DROPPED:
            continue
        for one in unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", sign).casefold()):
            spelt = one if one.isalnum() else BREAK
            if spelt != BREAK or (kept and kept[-1] != BREAK):
                kept.append(spelt)
                places.append(place)
    return "".join(kept), places


def _finder(term: str, form: Callable[[str], str] = str) -> Callable[[str], list[Span]]:
    """A function that finds a term; `form` makes characters equal that may stand for each other."""
    begins = prefix(term) is not None
    wanted = form(folded(term.rstrip("*") if begins else term)[0].strip(BREAK))

    def find(text: str) -> list[Span]:
        normal, places = folded(text)
        starts = _starts(form(normal), wanted)
        if begins:
            starts = (at for at in starts if at == 0 or _parted(normal, places, at))
        return [(places[at], places[at + len(wanted) - 1] + 1) for at in starts]

    return find if wanted else lambda _: []


def _starts(text: str, wanted: str) -> Iterator[int]:
    at = text.find(wanted)
    while at >= 0:
        yield at
        at = text.find(wanted, at + len(wanted))


def _parted(normal: str, places: list[int], at: int) -> bool:
    """Whether a word begins there: behind a sign, a space or a Chinese character."""
    before = normal[at - 1]
    return before == BREAK or places[at] - places[at - 1] > 1 or not before.isascii()


def _amounts(low: int, high: int) -> Callable[[str], list[Span]]:
    def find(text: str) -> list[Span]:
        plain = text.replace("￥", "¥").replace("，", ",").replace("．", ".")
        return [found.span() for found in _MONEY.finditer(plain) if _within(found[0], low, high)]

    return find


def _within(text: str, low: int, high: int) -> bool:
    cents = cents_of(text.replace("-", ""))
    return cents is not None and low <= (-cents if "-" in text else cents) <= high


def _days(low: date, high: date, spelt: str = "") -> Callable[[str], list[Span]]:
    also = _finder(spelt)

    def find(text: str) -> list[Span]:
        found = [one.span() for one in _DAYS.finditer(text) if _between(re.sub(r"\s", "", one[0]), low, high)]
        return found or also(text)

    return find


def _between(text: str, low: date, high: date) -> bool:
    found = dates_of(text)
    return found is not None and low <= found[0] <= high


def cut(text: str, box: Box, centers: tuple[float, ...], start: int, end: int) -> Box:
    """The piece of a line's box that its characters from `start` to before `end` fill: between the centres of
    characters where they are known, else by the characters' widths."""
    if start <= 0 and end >= len(text):
        return box
    edges = _edges_of(text, box, centers)
    left, right = round(edges[start]), round(edges[end])
    return Box(left, box.y, max(1, right - left), box.h)


def _edges_of(text: str, box: Box, centers: tuple[float, ...]) -> list[float]:
    """Where each character begins, and where the last one ends."""
    if len(centers) == len(text) and all(a < b for a, b in pairwise(centers)):
        between = [(a + b) / 2 for a, b in pairwise(centers)]
        return [float(box.x), *(min(max(at, box.x), box.right) for at in between), float(box.right)]
    edges = [0.0]
    for sign in text:
        edges.append(edges[-1] + (2.0 if unicodedata.east_asian_width(sign) in "WF" else 1.0))
    return [box.x + box.w * edge / edges[-1] for edge in edges]
