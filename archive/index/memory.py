"""An index in memory: plain loops that say what every index must find; for tests, and for trying things out."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable

from .grams import joined, normalise, prefix, words
from .port import FACETS, Document, Query, Results, Sort


def _holds(text: str, term: str) -> bool:
    """Whether a normalised text holds a term."""
    start = prefix(term)
    if start is not None:
        return any(word.startswith(start) for word in words(text))
    return normalise(term) in text


def _score(document: Document, query: Query) -> int:
    text = joined(document.said)
    return sum(text.count(normalise(term)) for term in query.terms if normalise(term))


def _said(document: Document, query: Query) -> bool:
    text = joined(document.said)
    named = {name: normalise(value) for name, value in document.named.items()}
    return (
        all(_holds(text, term) for term in query.terms)
        and all(any(normalise(term) in named.get(name, "") for name in names) for names, term in query.fields)
        and all(day in document.all_dates or _holds(text, spelt) for day, spelt in query.days)
    )


def _ranged(document: Document, query: Query) -> bool:
    return (
        all(any(low <= amount <= high for amount in document.amounts) for low, high in query.amounts)
        and all(any(low <= day <= high for day in document.all_dates) for low, high in query.dates)
        and (query.date_from is None or document.business_date >= query.date_from)
        and (query.date_to is None or document.business_date <= query.date_to)
    )


def _filed(document: Document, query: Query) -> bool:
    return (
        query.scope.covers(document.branch_no)
        and (not query.types or document.type in query.types)
        and (not query.branch_nos or document.branch_no in query.branch_nos)
        and query.teller_no in {"", document.teller_no}
        and query.state in {"", document.state}
        and query.batch_id in {None, document.batch_id}
    )


class MemoryIndex:
    """Documents in a dict of this process."""

    def __init__(self) -> None:
        self._written: dict[int, Document] = {}
        self._seen: dict[int, Document] = {}

    def put(self, documents: Iterable[Document]) -> None:
        self._written.update({document.id: document for document in documents})

    def delete(self, ids: Iterable[int]) -> None:
        for id in ids:
            self._written.pop(id, None)

    def commit(self) -> None:
        self._seen = dict(self._written)

    def search(self, query: Query) -> Results:
        started = time.perf_counter()
        tests = (_filed, _ranged, _said)
        found = [one for one in self._seen.values() if all(test(one, query) for test in tests)]
        found.sort(key=lambda one: (one.business_date, one.id), reverse=True)
        if query.sort is Sort.RELEVANCE:
            found.sort(key=lambda one: _score(one, query), reverse=True)
        facets = {name: Counter(str(getattr(one, name)) for one in found) for name in FACETS}
        ids = tuple(one.id for one in found[query.offset : query.offset + query.limit])
        return Results(len(found), ids, facets, (time.perf_counter() - started) * 1000)

    def count(self) -> int:
        return len(self._seen)

    def clear(self) -> None:
        self._written.clear()

    def close(self) -> None:
        """Nothing is held."""
