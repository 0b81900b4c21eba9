"""The embedded index: tantivy in a folder, one writing process, any number that read."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import tantivy

from .generations import Generations
from .plan import Between, plan
from .port import FACETS, After, Builder, Document, Query, Results
from .tantivy_files import said
from .tantivy_query import SCHEMA, all_of, condition, key_of, rank, written

_HEAP_BYTES = 50_000_000
_BUILDING_BYTES = 300_000_000  # few large segments are sooner built and searched than many small ones
_COUNTERS = 4
_MAX_FACET = 10_000


class _Search:
    """One query on one searcher."""

    def __init__(self, searcher: Any, query: Query) -> None:
        self._searcher, self._query = searcher, query
        self._parts = [condition(part) for part in plan(query)]
        self._order = tantivy.Order.Desc if query.sort.descends else tantivy.Order.Asc

    def results(self) -> tuple[int, tuple[After, ...]]:
        """The total, and one key more than a page has, where there are so many."""
        wanted, after = self._query.limit + 1, self._query.bounds
        if self._query.sort.by_date:
            beyond = self._beyond("rank", rank(after)) if after else []
            found = self._sorted(beyond, "rank", wanted, count=not after)
            total = self._total() if after else found.count
            return total, tuple(key_of(value) for value, _ in found.hits)
        return self._total(), tuple(self._by_amount(wanted))

    def facets(self) -> Mapping[str, Mapping[str, int]]:
        asked = {name: {"terms": {"field": name, "size": _MAX_FACET, "segment_size": _MAX_FACET}} for name in FACETS}
        found = self._searcher.aggregate(all_of(self._parts), asked)
        return {name: {one["key"]: one["doc_count"] for one in found[name]["buckets"]} for name in FACETS}

    def _total(self) -> int:
        return int(self._searcher.search(all_of(self._parts), 1, count=True, order_by_field="rank").count)

    def _sorted(self, more: list[Any], field: str, limit: int, count: bool = False) -> Any:
        whole = all_of([*self._parts, *more])
        return self._searcher.search(whole, limit, count=count, order_by_field=field, order=self._order)

    def _beyond(self, field: str, value: int) -> list[Any]:
        """The condition that a number comes later in the order."""
        bounds = (None, value - 1) if self._query.sort.descends else (value + 1, None)
        return [condition(Between(field, *bounds))]

    def _by_amount(self, wanted: int) -> list[After]:
        """tantivy sorts by one number only: what is level at the ends of the page is put in order of ids apart."""
        field, after = "high" if self._query.sort.descends else "low", self._query.bounds
        found = self._level(field, after[0], self._beyond("id", after[1]), wanted) if after else []
        missing = wanted - len(found)
        if not missing:
            return found
        hits = self._sorted(self._beyond(field, after[0]) if after else [], field, missing).hits
        ids = self._searcher.fast_field_values("id", [address for _, address in hits])
        keys = [(value, id) for (value, _), id in zip(hits, ids, strict=True)]
        if len(keys) == missing:
            edge = keys[-1][0]
            clear = [key for key in keys if key[0] != edge]
            keys = [*clear, *self._level(field, edge, [], missing - len(clear))]
        return found + sorted(keys, reverse=self._query.sort.descends)

    def _level(self, field: str, value: int, more: list[Any], limit: int) -> list[After]:
        hits = self._sorted([condition(Between(field, value, value)), *more], "id", limit).hits
        return [(value, id) for id, _ in hits]


class _Builder:
    """A generation in the making. What was put there as a change of the live index is not replaced by older records
    that the building still reads."""

    def __init__(self, index: Any) -> None:
        self.writer = index.writer(_BUILDING_BYTES, 1)
        self._changed: set[int] = set()
        self._lock = threading.Lock()

    def put(self, documents: Iterable[Document]) -> None:
        for document in documents:
            made = written(document)
            with self._lock:
                if document.id not in self._changed:
                    self.writer.add_document(made)

    def change(self, id: int, new: Any | None) -> None:
        with self._lock:
            self._changed.add(id)
            _change(self.writer, id, new)


def _change(writer: Any, id: int, new: Any | None) -> None:
    writer.delete_documents_by_term("id", id)
    if new is not None:
        writer.add_document(new)


class TantivyIndex:
    """An index in a folder, made where there is none. The right to write is taken at the first write and held until
    `close`: IndexBusy where another process has it, which is why versions need no comparing. IndexDamaged where the
    folder cannot be read: `rebuilding` begins it anew."""

    def __init__(self, folder: Path | str) -> None:
        self.folder = Path(folder)
        self._lock = threading.RLock()
        self._generations = Generations(self.folder)
        self._index: Any = None
        self._opened_as = ""
        self._writer: Any = None
        self._builder: _Builder | None = None
        # Facets go through all that is found once more: beside the search, as tantivy lets other threads run.
        self._counters = ThreadPoolExecutor(_COUNTERS, thread_name_prefix="facets")

    def put(self, documents: Iterable[Document]) -> None:
        self._change((document.id, written(document)) for document in documents)

    def delete(self, ids: Iterable[int], version: int = 0) -> None:  # noqa: ARG002
        self._change((id, None) for id in ids)

    def _change(self, changes: Iterable[tuple[int, Any | None]]) -> None:
        with self._writing() as writer:
            for id, new in changes:
                _change(writer, id, new)
                if self._builder:
                    self._builder.change(id, new)

    def commit(self) -> None:
        with self._writing() as writer:
            writer.commit()

    def search(self, query: Query) -> Results:
        started = time.perf_counter()
        with self._reading() as searcher:
            asked = _Search(searcher, query)
            counting = self._counters.submit(asked.facets) if query.facets else None
            total, keys = asked.results()
            facets = counting.result() if counting else {}
        page = keys[: query.limit]
        took = (time.perf_counter() - started) * 1000
        return Results(total, tuple(id for _, id in page), facets, took, page[-1] if page and page != keys else None)

    def count(self) -> int:
        with self._reading() as searcher:
            return int(searcher.num_docs)

    @contextmanager
    def rebuilding(self) -> Iterator[Builder]:
        with self._lock, said(self.folder):
            self._generations.own()
            name, folder = self._generations.fresh()
            builder = self._builder = _Builder(tantivy.Index(SCHEMA, str(folder)))
        try:
            yield builder
            with said(self.folder):
                builder.writer.commit()
                builder.writer.wait_merging_threads()
            with self._lock, said(self.folder):
                self._forget()
                self._generations.choose(name)
        finally:
            with self._lock:
                self._builder = None
                self._generations.sweep()

    def close(self) -> None:
        with self._lock:
            self._forget()
            self._generations.disown()

    def _forget(self) -> None:
        writer, self._writer, self._index = self._writer, None, None
        if writer is not None:
            writer.rollback()
            writer.wait_merging_threads()

    def _opened(self) -> Any:
        """The generation that is searched now."""
        name = self._generations.chosen()
        if self._index is None or name != self._opened_as:
            folder = self._generations.folder(name)
            index = tantivy.Index(SCHEMA, str(folder))
            index.config_reader("manual")
            self._index, self._opened_as = index, name
        return self._index

    @contextmanager
    def _reading(self) -> Iterator[Any]:
        """A searcher of the last commit of any process."""
        with said(self.folder):
            with self._lock:
                try:
                    searcher = self._searcher()
                except ValueError:  # another process has just put a new generation in the place of this one
                    self._index = None
                    searcher = self._searcher()
            yield searcher

    def _searcher(self) -> Any:
        index = self._opened()
        index.reload()
        return index.searcher()

    @contextmanager
    def _writing(self) -> Iterator[Any]:
        with self._lock, said(self.folder):
            if self._writer is None:
                self._generations.own()
                self._writer = self._opened().writer(_HEAP_BYTES, 1)
            try:
                yield self._writer
            except BaseException:
                self._writer = None  # one that met a full disk is dead for good; what it held is put again
                raise
