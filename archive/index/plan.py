"""What a document and a query are to an engine: tokens, numbers and conditions on them, the same for each engine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from .grams import EDGE, GRAM, beginnings, fold, folded, grams, joined, normalise, pairs, prefix, runs, unfolded
from .port import Document, Query, Sort


@dataclass(frozen=True, slots=True)
class Phrase:
    """The tokens follow each other in that field. Each overlaps with its neighbours, so that every one in `stride` and
    the last say the same."""

    field: str
    tokens: tuple[str, ...]
    stride: int = 1

    @property
    def text(self) -> str:
        """What a row of grams says."""
        return self.tokens[0] + "".join(one[-1] for one in self.tokens[1:])

    def cover(self) -> list[tuple[int, str]]:
        """The tokens that suffice, each with its distance from the first."""
        last = len(self.tokens) - 1
        return [(at, self.tokens[at]) for at in (*range(0, last, self.stride), last)]


@dataclass(frozen=True, slots=True)
class Begins:
    """A word begins like this."""

    start: str


@dataclass(frozen=True, slots=True)
class OneOf:
    """The field has one of the values."""

    field: str
    values: tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Between:
    """The field has a number between the ends, both included."""

    field: str
    low: int | None
    high: int | None


@dataclass(frozen=True, slots=True)
class Either:
    """One of the parts holds; of none, none does."""

    parts: tuple[Part, ...]


Part = Phrase | Begins | OneOf | Between | Either


def numbers(document: Document) -> dict[str, int]:
    """The fields of one number. `high` and `low` are what the orders by amount go by."""
    return {
        "id": document.id,
        "batch_id": document.batch_id,
        "day": document.business_date.toordinal(),
        "high": document.key(Sort.AMOUNT_HIGH)[0],
        "low": document.key(Sort.AMOUNT_LOW)[0],
    }


def texts(document: Document) -> dict[str, str]:
    """The fields of one exact text."""
    return {name: str(getattr(document, name)) for name in ("type", "branch_no", "state", "teller_no", "box")}


def whole(document: Document) -> str:
    """What the record says, normalised."""
    return joined(document.said)


def tokens(document: Document) -> dict[str, str]:
    """What the record says, as tokens between spaces, see `said` and `named`."""
    return {**said(whole(document)), "named": named(document.named)}


def said(text: str) -> dict[str, str]:
    """A normalised text as tokens: `ones`, `pairs` and `grams` of one, two and three characters, the last in their
    order; `words` what words begin with; `loose` the grams of the words as OCR may have read them."""
    return {
        "ones": " ".join(set(text)),
        "pairs": " ".join(pairs(text)),
        "grams": " ".join(grams(text)),
        "words": " ".join(beginnings(text)),
        "loose": " ".join(grams(folded(text))),
    }


def named(fields: Mapping[str, str]) -> str:
    """The fields' characters in their order, each with the field's name."""
    values = ((name, normalise(value)) for name, value in fields.items())
    return " ".join(f"{name}=" + f" {name}=".join(value) for name, value in values if value)


def plan(query: Query) -> list[Part]:
    """What must hold of a record for the query to find it; nothing for all records."""
    return [*_filters(query), *_parts(query)]


def _filters(query: Query) -> Iterator[Part]:
    """What a record must be: in scope, and of the kinds asked for."""
    sets = {"type": query.types, "teller_no": (query.teller_no,), "state": (query.state,), "box": (query.box,)}
    yield from (OneOf(name, values) for name, values in sets.items() if any(values))
    if any(query.branch_nos) or query.scope.branches is not None:
        yield OneOf("branch_no", _branches(query))
    if query.batch_id is not None:
        yield OneOf("batch_id", (query.batch_id,))
    if query.date_from or query.date_to:
        yield _days("day", query.date_from or date.min, query.date_to or date.max)


def _branches(query: Query) -> tuple[str, ...]:
    scope = query.scope.branches
    asked = [one for one in query.branch_nos if query.scope.covers(one)] if any(query.branch_nos) else scope
    return tuple(sorted(asked or ()))


def _parts(query: Query) -> Iterator[Part]:
    """What a record must say."""
    yield from (Between("amount", low, high) for low, high in query.amounts)
    yield from (_days("date", first, last) for first, last in query.dates)
    for day, spelt in query.days:
        yield Either((_days("date", day, day), *_term(spelt)))
    for names, term in query.fields:
        yield from _named(names, term)
    for term in query.terms:
        yield from _term(term)
    for term in query.loose:
        yield from _nearly(term)


def _days(field: str, first: date, last: date) -> Between:
    return Between(field, first.toordinal(), last.toordinal())


def _term(term: str) -> Iterator[Part]:
    """A term is found where its normalised form is part of the text."""
    start = prefix(term)
    if start is not None:
        yield Begins(start) if len(start) > EDGE else OneOf("words", (start,))
    elif normal := normalise(term):
        yield _piece(normal)


def _piece(normal: str) -> Part:
    if len(normal) < GRAM:
        return OneOf("ones" if len(normal) == 1 else "pairs", (normal,))
    return Phrase("grams", tuple(grams(normal)), GRAM)


def _nearly(term: str) -> Iterator[Part]:
    for kind, run in runs(normalise(term)):
        if kind == "word" and len(run) < GRAM:
            yield Either(tuple(_piece(one) for one in unfolded(run)))
        elif kind == "word":
            yield Phrase("loose", tuple(grams(fold(run))), GRAM)
        elif kind == "cjk":
            yield _piece(run)


def _named(names: tuple[str, ...], term: str) -> Iterator[Part]:
    """A term in one of some fields; there a prefix is any part. The record as a whole says what its fields say, which
    is sooner looked up."""
    normal = normalise(term)
    if not normal:
        return
    if "file_name" not in names:
        yield _piece(normal)
    yield Either(tuple(Phrase("named", tuple(f"{name}={char}" for char in normal)) for name in names))
