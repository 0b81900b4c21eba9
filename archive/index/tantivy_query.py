"""Documents and plans as tantivy takes them. Knows no folder."""

from __future__ import annotations

from typing import Any

import tantivy

from . import absent
from .grams import BREAK, GRAM, grams, normalise
from .plan import Begins, Between, Either, OneOf, Part, Phrase, named, numbers, said, texts, whole
from .port import FACETS, After, Document, Sort

_FEW = 32  # values up to which looking up each is quicker than a set of them
_FEW_DAYS = 31
_ID_BITS = 40  # a rank is a date and an id in one number, so that one order sorts by both
_ID_MASK = (1 << _ID_BITS) - 1
_MOST_RANK = 1 << 63
_FILE = "file_name="
_MUST, _SHOULD, _NOT = tantivy.Occur.Must, tantivy.Occur.Should, tantivy.Occur.MustNot
_Q = tantivy.Query


def _schema() -> Any:
    """The tokens, the numbers to filter and sort by, the texts to filter by and to count, and `rank`."""
    builder = tantivy.SchemaBuilder()
    for name in ("id", "batch_id", "amount", "date", "day", "high", "low"):
        builder.add_integer_field(name, indexed=name in {"id", "batch_id", "day", "date"}, fast=True)
    builder.add_unsigned_field("rank", fast=True)
    for name in ("type", "branch_no", "state", "teller_no", "box"):
        builder.add_text_field(name, tokenizer_name="raw", fast=name in FACETS, index_option="basic")
    for name in ("grams", "loose", "named", "file"):
        builder.add_text_field(name, tokenizer_name="whitespace")
    for name in ("ones", "pairs", "words", "absent"):
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="basic")
    return builder.build()


SCHEMA = _schema()


def rank(key: After) -> int:
    """A key of the orders by date, as one number."""
    day, id = key
    return min(max(day, 1) << _ID_BITS | max(id, 0) & _ID_MASK, _MOST_RANK)


def key_of(rank: int) -> After:
    """The key that `rank` made a number of."""
    return rank >> _ID_BITS, rank & _ID_MASK


def written(document: Document) -> Any:
    """tantivy's form of a document."""
    found = tantivy.Document()
    for name, number in numbers(document).items():
        found.add_integer(name, number)
    for amount in document.amounts:
        found.add_integer("amount", amount)
    for one in document.all_dates:
        found.add_integer("date", one.toordinal())
    found.add_unsigned("rank", rank(document.key(Sort.NEWEST)))
    for name, text in texts(document).items():
        found.add_text(name, text)
    for name, row in _tokens(document).items():
        found.add_text(name, row)
    return found


def _tokens(document: Document) -> dict[str, str]:
    """Those of every engine; the file's name as grams, so filled up that each character begins one; and `absent`."""
    text = whole(document)
    return {
        **said(text),
        "named": named(document.fields),
        "file": " ".join(grams(normalise(document.file_name) + BREAK * (GRAM - 1))),
        "absent": " ".join(absent.absent(text)),
    }


def _any_of(queries: list[Any]) -> Any:
    return _Q.boolean_query([(_SHOULD, query) for query in queries]) if queries else _Q.empty_query()


def all_of(queries: list[Any]) -> Any:
    """All of the queries; where there are none, every document."""
    return _Q.boolean_query([(_MUST, query) for query in queries]) if queries else _Q.all_query()


def _short(part: Between) -> bool:
    """Whether the range is of so few days that looking up each is quicker than going through all records."""
    if part.field not in {"day", "date"} or part.low is None or part.high is None:
        return False
    return part.high - part.low <= _FEW_DAYS


def _phrase(part: Phrase) -> Any:
    """The tokens in a row."""
    if part.tokens[0].startswith(_FILE):
        return _file("".join(one[-1] for one in part.tokens))
    if len(part.tokens) == 1:
        return _Q.term_query(SCHEMA, part.field, part.tokens[0], "basic")
    if part.field == "grams" and absent.exact(part.text):
        return _unbroken(part.tokens, absent.parts(part.text))
    return _Q.phrase_query(SCHEMA, part.field, [*part.cover()])


def _unbroken(row: tuple[str, ...], breaks: tuple[str, ...]) -> Any:
    """All of the grams, and no absent word that says that they do not follow each other."""
    held = [(_MUST, _Q.term_query(SCHEMA, "grams", one, "basic")) for one in {*row}]
    return _Q.boolean_query([*held, (_NOT, condition(OneOf("absent", breaks)))])


def _file(piece: str) -> Any:
    """The file's name holds the piece."""
    if len(piece) < GRAM:
        return _Q.regex_query(SCHEMA, "file", f"{piece}.*")
    return condition(Phrase("file", tuple(grams(piece)), GRAM))


def condition(part: Part) -> Any:
    """tantivy's form of one part of a plan."""
    match part:
        case Phrase():
            found = _phrase(part)
        case OneOf(field, (one,)):
            found = _Q.term_query(SCHEMA, field, one, "basic")
        case OneOf(field, values) if len(values) > _FEW:
            found = _Q.term_set_query(SCHEMA, field, [*values])
        case OneOf(field, values):
            found = _any_of([_Q.term_query(SCHEMA, field, one, "basic") for one in values])
        case Begins(start):
            found = _Q.regex_query(SCHEMA, "words", f"{start}.*")
        case Between(field, low, high):
            kind = tantivy.FieldType.Unsigned if field == "rank" else tantivy.FieldType.Integer
            found = _Q.range_query(SCHEMA, field, kind, low, high, use_inverted_index=_short(part))
        case Either(parts):
            found = _any_of([condition(one) for one in parts])
    return found
