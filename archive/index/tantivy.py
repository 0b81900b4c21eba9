"""The embedded index: tantivy in a folder, one writing process, any number that read."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import tantivy

from ..errors import IndexBusy, IndexDamaged, StoreUnavailable
from .grams import EDGE, beginnings, grams, joined, normalise, phrase, prefix
from .port import FACETS, Document, Query, Results, Sort

_HEAP_BYTES = 50_000_000
_ID_BITS = 40  # a rank is a date and an id in one number, so that one order sorts by both
_ID_MASK = (1 << _ID_BITS) - 1
_MAX_FACET = 10_000
_MUST, _SHOULD = tantivy.Occur.Must, tantivy.Occur.Should
_INTEGER = tantivy.FieldType.Integer
_Q = tantivy.Query


def _schema() -> Any:
    """`grams` and `ones` hold the text as tokens, one a character; `words` what words begin with; `named` each field
    for itself; the rest are filters, facets and the order."""
    builder = tantivy.SchemaBuilder()
    for name in ("id", "batch_id", "amount", "date", "business_day"):
        builder.add_integer_field(name, indexed=True)
    builder.add_unsigned_field("rank", fast=True)
    for name in (*FACETS, "teller_no"):
        builder.add_text_field(name, tokenizer_name="raw", fast=True, index_option="basic")
    for name in ("grams", "ones"):
        builder.add_text_field(name, tokenizer_name="whitespace")
    builder.add_text_field("words", tokenizer_name="whitespace", index_option="basic")
    builder.add_json_field("named", tokenizer_name="whitespace")
    return builder.build()


_SCHEMA = _schema()


def _written(document: Document) -> Any:
    """tantivy's form of a document."""
    found = tantivy.Document()
    text = joined(document.said)
    day = document.business_date.toordinal()
    numbers = {"id": document.id, "batch_id": document.batch_id, "business_day": day}
    for name, number in numbers.items():
        found.add_integer(name, number)
    for amount in document.amounts:
        found.add_integer("amount", amount)
    for one in document.all_dates:
        found.add_integer("date", one.toordinal())
    found.add_unsigned("rank", day << _ID_BITS | document.id)
    for name in (*FACETS, "teller_no"):
        found.add_text(name, str(getattr(document, name)))
    for name, tokens in (("grams", grams(text)), ("ones", list(text)), ("words", beginnings(text))):
        found.add_text(name, " ".join(tokens))
    found.add_json("named", {name: " ".join(normalise(value)) for name, value in document.named.items()})
    return found


def _phrase(field: str, tokens: list[str]) -> Any:
    if len(tokens) == 1:
        return _Q.term_query(_SCHEMA, field, tokens[0])
    return _Q.phrase_query(_SCHEMA, field, [*tokens])


def _term(term: str) -> Any:
    """The query for a term, which is found where its normalised form is part of the text."""
    start = prefix(term)
    if start is not None:
        short = len(start) <= EDGE
        return _Q.term_query(_SCHEMA, "words", start) if short else _Q.regex_query(_SCHEMA, "words", f"{start}.*")
    normal = normalise(term)
    if not normal:
        return _Q.all_query()
    long, tokens = phrase(normal)
    return _phrase("grams" if long else "ones", tokens)


def _any(queries: list[Any]) -> Any:
    return _Q.boolean_query([(_SHOULD, query) for query in queries]) if queries else _Q.empty_query()


def _named(names: tuple[str, ...], term: str) -> Any:
    """The query for a term in one of some fields. There a prefix is any part."""
    normal = normalise(term)
    return _any([_phrase(f"named.{name}", list(normal)) for name in names]) if normal else _Q.all_query()


def _between(field: str, low: int | None, high: int | None) -> Any:
    return _Q.range_query(_SCHEMA, field, _INTEGER, low, high)


def _days(first: date, last: date) -> Any:
    return _between("date", first.toordinal(), last.toordinal())


def _ends(query: Query) -> tuple[tuple[date | None, date], ...]:
    return (query.date_from, date.min), (query.date_to, date.max)


def _filters(query: Query) -> Iterator[Any]:
    """What a record must be: in scope, and of the kinds asked for."""
    sets = {
        "type": query.types,
        "branch_no": query.branch_nos,
        "teller_no": (query.teller_no,),
        "state": (query.state,),
    }
    for name, values in sets.items():
        if any(values):
            yield _Q.term_set_query(_SCHEMA, name, list(values))
    if query.scope.branches is not None:
        yield _Q.term_set_query(_SCHEMA, "branch_no", sorted(query.scope.branches))
    if query.batch_id is not None:
        yield _Q.term_query(_SCHEMA, "batch_id", query.batch_id)
    if query.date_from or query.date_to:
        bounds = ((day or open_end).toordinal() for day, open_end in _ends(query))
        yield _between("business_day", *bounds)


def _parts(query: Query) -> Iterator[Any]:
    """What a record must say."""
    yield from (_between("amount", low, high) for low, high in query.amounts)
    yield from (_days(first, last) for first, last in query.dates)
    yield from (_any([_days(day, day), _term(spelt)]) for day, spelt in query.days)
    yield from (_named(names, term) for names, term in query.fields)
    yield from (_term(term) for term in query.terms)


def _whole(query: Query) -> Any:
    filters = [_Q.const_score_query(one, 0.0) for one in _filters(query)]
    parts = [*filters, *_parts(query)]
    return _Q.boolean_query([(_MUST, part) for part in parts]) if parts else _Q.all_query()


def _facets(searcher: Any, whole: Any) -> Mapping[str, Mapping[str, int]]:
    asked = {name: {"terms": {"field": name, "size": _MAX_FACET, "segment_size": _MAX_FACET}} for name in FACETS}
    found = searcher.aggregate(whole, asked)
    return {name: {one["key"]: one["doc_count"] for one in found[name]["buckets"]} for name in FACETS}


class TantivyIndex:
    """An index in a folder, made where there is none. The right to write is taken at the first write and held until
    `close`: IndexBusy where another process has it. IndexDamaged where the folder cannot be read: `clear` and the
    writes after it begin the index anew."""

    def __init__(self, folder: Path | str) -> None:
        self.folder = Path(folder)
        self._lock = threading.RLock()
        self._index: Any = None
        self._writer: Any = None

    def put(self, documents: Iterable[Document]) -> None:
        with self._writing() as writer:
            for document in documents:
                writer.delete_documents_by_term("id", document.id)
                writer.add_document(_written(document))

    def delete(self, ids: Iterable[int]) -> None:
        with self._writing() as writer:
            for id in ids:
                writer.delete_documents_by_term("id", id)

    def commit(self) -> None:
        with self._writing() as writer:
            writer.commit()

    def search(self, query: Query) -> Results:
        started = time.perf_counter()
        with self._reading() as searcher:
            whole = _whole(query)
            facets = _facets(searcher, whole)
            total, ids = self._page(searcher, whole, query)
            return Results(total, ids, facets, (time.perf_counter() - started) * 1000)

    def _page(self, searcher: Any, whole: Any, query: Query) -> tuple[int, tuple[int, ...]]:
        wanted = max(query.limit, 1)  # tantivy panics at none
        order = "rank" if query.sort is Sort.DATE else None
        found = searcher.search(whole, wanted, offset=query.offset, order_by_field=order)
        if order:
            ranks = [rank for rank, _ in found.hits]
        else:
            values = searcher.fast_field_values("rank", [address for _, address in found.hits])
            scores = [score for score, _ in found.hits]
            ranks = [rank for _, rank in sorted(zip(scores, values, strict=True), reverse=True)]
        return found.count, tuple(rank & _ID_MASK for rank in ranks[: query.limit])

    def count(self) -> int:
        with self._reading() as searcher:
            return int(searcher.num_docs)

    def clear(self) -> None:
        with self._lock:
            try:
                self._opened()
            except IndexDamaged:
                shutil.rmtree(self.folder)
        with self._writing() as writer:
            writer.delete_all_documents()

    def close(self) -> None:
        with self._lock:
            writer, self._writer, self._index = self._writer, None, None
            if writer is not None:
                writer.rollback()
                writer.wait_merging_threads()

    def _opened(self) -> Any:
        if self._index is None:
            self.folder.mkdir(parents=True, exist_ok=True)
            with self._said():
                index = tantivy.Index(_SCHEMA, str(self.folder))
                index.config_reader("manual")
            self._index = index
        return self._index

    @contextmanager
    def _reading(self) -> Iterator[Any]:
        """A searcher of the last commit of any process."""
        with self._lock:
            index = self._opened()
            with self._said():
                index.reload()
                searcher = index.searcher()
        with self._said():
            yield searcher

    @contextmanager
    def _writing(self) -> Iterator[Any]:
        with self._lock, self._said():
            if self._writer is None:
                self._writer = self._opened().writer(_HEAP_BYTES, 1)
            yield self._writer

    @contextmanager
    def _said(self) -> Iterator[None]:
        """tantivy's errors as ours: all that it raises are ValueErrors that differ in their text."""
        try:
            yield
        except (IndexDamaged, IndexBusy):
            raise
        except (ValueError, OSError) as error:
            if "Lockfile" in str(error):
                raise IndexBusy(
                    f"another process writes to the index {self.folder}; let the one that serves the data folder do it"
                ) from error
            if "os error 28" in str(error):
                raise StoreUnavailable(
                    f"the disk of the search index {self.folder} is full; free space: it then goes on by itself"
                ) from error
            raise IndexDamaged(
                f"the search index {self.folder} cannot be read ({error}); run `vouch rebuild` to build it again"
            ) from error
