"""An index in memory: plain loops that say what every index must find; for tests, and for trying things out."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from .grams import fold, joined, normalise, prefix, runs, words
from .port import FACETS, Builder, Document, Query, Results


def _holds(text: str, term: str) -> bool:
    """Whether a normalised text holds a term."""
    start = prefix(term)
    if start is not None:
        return any(word.startswith(start) for word in words(text))
    return normalise(term) in text


def _nearly_holds(text: str, term: str) -> bool:
    """Whether a normalised text holds each Chinese stretch of a term, and each word but for likely confusions."""
    folded = [fold(word) for word in words(text)]
    wanted = runs(normalise(term))
    return all(run in text for kind, run in wanted if kind == "cjk") and all(
        any(fold(run) in word for word in folded) for kind, run in wanted if kind == "word"
    )


def _said(document: Document, query: Query) -> bool:
    text = joined(document.said)
    named = {name: normalise(value) for name, value in document.named.items()}
    return (
        all(_holds(text, term) for term in query.terms)
        and all(_nearly_holds(text, term) for term in query.loose)
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
        and query.box in {"", document.box}
        and query.batch_id in {None, document.batch_id}
    )


class _Documents(dict[int, Document]):
    """Documents by id, each the newest version that came, and the versions at which others were deleted."""

    def __init__(self, *others: _Documents) -> None:
        super().__init__(*others)
        self._gone: dict[int, int] = {}

    def put(self, documents: Iterable[Document]) -> None:
        for one in documents:
            known = self[one.id].version if one.id in self else self._gone.get(one.id, -1)
            if one.version >= known:
                self[one.id] = one

    def remove(self, ids: Iterable[int], version: int) -> None:
        for id in ids:
            if id not in self or self[id].version <= version:
                self.pop(id, None)
                self._gone[id] = version


class MemoryIndex:
    """Documents in a dict of this process."""

    def __init__(self) -> None:
        self._written, self._seen = _Documents(), _Documents()
        self._built: _Documents | None = None

    def _writable(self) -> list[_Documents]:
        return [self._written] if self._built is None else [self._written, self._built]

    def put(self, documents: Iterable[Document]) -> None:
        some = list(documents)
        for one in self._writable():
            one.put(some)

    def delete(self, ids: Iterable[int], version: int = 0) -> None:
        some = list(ids)
        for one in self._writable():
            one.remove(some, version)

    def commit(self) -> None:
        self._seen = _Documents(self._written)

    def search(self, query: Query) -> Results:
        started = time.perf_counter()
        tests = (_filed, _ranged, _said)
        found = [one for one in self._seen.values() if all(test(one, query) for test in tests)]
        keys = sorted((one.key(query.sort) for one in found), reverse=query.sort.descends)
        left = [
            key
            for key in keys
            if query.after is None or (key < query.after if query.sort.descends else key > query.after)
        ]
        page = left[: query.limit]
        facets = {name: Counter(str(getattr(one, name)) for one in found) for name in FACETS if query.facets}
        more = page[-1] if page and len(left) > len(page) else None
        return Results(len(found), tuple(id for _, id in page), facets, (time.perf_counter() - started) * 1000, more)

    def count(self) -> int:
        return len(self._seen)

    @contextmanager
    def rebuilding(self) -> Iterator[Builder]:
        self._built = built = _Documents()
        try:
            yield built
            self._written = built
            self.commit()
        finally:
            self._built = None

    def close(self) -> None:
        """Nothing is held."""
