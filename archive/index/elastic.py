"""The index of the server size: Elasticsearch 8 by its client; any number of processes may write."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

from elasticsearch import ApiError, Elasticsearch, NotFoundError, TransportError, helpers

from ..address import Address
from ..errors import IndexBusy, IndexDamaged, StoreUnavailable
from .elastic_query import MAPPINGS, SETTINGS, body, facets, keys, written
from .elastic_years import Generations, Names, new_generation
from .port import Builder, Document, Query, Results

_SOME = 500
_MAX_BYTES = 8_000_000
_TIMEOUT = 10.0  # seconds; a bulk of 8 MB takes one at most
_PATIENCE = 30  # times that, for the calls of a rebuild: nobody waits for one, and a refresh at its end takes long
_ANSWER = "allow_partial_search_results=false&filter_path=hits.total.value,hits.hits.sort,aggregations"
_JSON = {"accept": "application/json", "content-type": "application/json"}
T = TypeVar("T")


class _Moved(Exception):
    """An index was removed while it was written to: a rebuild has just put another in its place."""


@dataclass(frozen=True, slots=True)
class _Change:
    """A document in Elasticsearch's form, with the year of its index; None to delete it from every year's."""

    id: int
    version: int
    year: int = 0
    written: dict[str, Any] | None = None

    def actions(self, generation: str, names: Names, indices: Iterable[str]) -> Iterator[dict[str, Any]]:
        same = {"_id": str(self.id), "version": self.version, "version_type": "external_gte"}
        if self.written is not None:
            index = names.index(generation, self.year)
            yield {"_op_type": "index", "_index": f"{index}-w", **same, "_source": self.written}
            return
        for index in indices:
            if names.generation(index) == generation:
                yield {"_op_type": "delete", "_index": f"{index}-w", **same}


def _put(document: Document) -> _Change:
    return _Change(document.id, document.version, document.business_date.year, written(document))


def _chunks(items: Iterable[T]) -> Iterator[list[T]]:
    some: list[T] = []
    for item in items:
        some.append(item)
        if len(some) == _SOME:
            yield some
            some = []
    if some:
        yield some


class _Builder:
    """A generation in the making."""

    def __init__(self, write: Callable[[Sequence[_Change]], None]) -> None:
        self._write = write

    def put(self, documents: Iterable[Document]) -> None:
        for some in _chunks(documents):
            self._write([_put(one) for one in some])


class ElasticIndex:
    """An index at `http(s)://host:port/name`. Versions decide which of two writers' documents stands, so changes may
    come twice, late and from several processes. IndexDamaged until `rebuilding` has made it. `timeout` in the address'
    options bounds every call but those of a rebuild, in seconds; `shards` is how many a year's index has (one holds
    some 25 million documents well)."""

    def __init__(self, where: Address) -> None:
        parts = urlsplit(where.url)
        self._names = Names(parts.path.strip("/"))
        self._search = f"/{self._names.alias}/_search?{_ANSWER}"
        self._settings = {**SETTINGS, "number_of_shards": int(where.options.get("shards", 1))}
        self._server = f"{parts.scheme}://{parts.hostname}:{parts.port or (443 if parts.scheme == 'https' else 80)}"
        timeout = float(where.options.get("timeout", _TIMEOUT))
        self._client = Elasticsearch(
            self._server,
            basic_auth=(where.user, where.secret) if where.user else None,
            request_timeout=timeout,
            max_retries=1,
            retry_on_timeout=False,
        )
        self._patient = self._client.options(request_timeout=timeout * _PATIENCE)

    def __str__(self) -> str:
        return f"{self._names.alias} at {self._server}"

    def put(self, documents: Iterable[Document]) -> None:
        for some in _chunks(documents):
            self._change([_put(one) for one in some])

    def delete(self, ids: Iterable[int], version: int = 0) -> None:
        for some in _chunks(ids):
            self._change([_Change(id, version) for id in some])

    def _change(self, changes: Sequence[_Change]) -> None:
        """Writes to the generation that is searched, and to one that is being built."""
        with self._said():
            try:
                self._write(changes, self._targets(changes))
            except _Moved:  # now the new generation is where the old one was
                try:
                    self._write(changes, self._targets(changes))
                except _Moved as error:
                    raise self._unavailable("it was rebuilt twice meanwhile") from error

    def _targets(self, changes: Sequence[_Change]) -> Generations:
        """The generations as they are now, with an index for each year."""
        found = self._generations()
        if not found.live:
            raise IndexDamaged(f"the search index {self} is not there; run `vouch rebuild` to build it")
        missing = found.missing({one.year for one in changes if one.written is not None})
        for index, alias in missing:
            self._make(index, alias)
        return self._settled() if missing else found

    def _generations(self, patiently: bool = False) -> Generations:
        both = f"{self._names.alias},{self._names.next}"
        client = self._patient if patiently else self._client
        answer = client.options(ignore_status=404).indices.get_alias(name=both)
        return Generations.of(self._names, answer.body)

    def _make(self, index: str, alias: str) -> None:
        aliases: dict[str, dict[str, Any]] = {alias: {}, f"{index}-w": {}}
        try:
            self._client.indices.create(index=index, mappings=MAPPINGS, settings=self._settings, aliases=aliases)
        except ApiError as error:
            if error.error != "resource_already_exists_exception":
                raise

    def _settled(self) -> Generations:
        """The generations once each index that was just made belongs to a generation that is searched or built, though
        a rebuild may have ended in between."""
        found = self._generations()
        add = [{"add": {"index": one, "alias": self._names.alias}} for one in found.late()]
        drop = [{"remove": {"index": one, "alias": self._names.next}} for one in found.late()]
        gone = [{"remove_index": {"index": one}} for one in found.stale()]
        if not add and not gone:
            return found
        self._client.indices.update_aliases(actions=[*add, *drop, *gone])
        return self._generations()

    def _write(self, changes: Sequence[_Change], found: Generations, only: str = "") -> None:
        targets = [only] if only else list(found.targets())
        actions = (
            action for one in changes for target in targets for action in one.actions(target, self._names, found.all)
        )
        _, failed = helpers.bulk(
            self._patient if only else self._client,
            actions,
            chunk_size=len(targets) * _SOME,
            max_chunk_bytes=_MAX_BYTES,
            raise_on_error=False,
            require_alias=True,
        )
        for failure in failed if isinstance(failed, list) else []:
            self._judge(next(iter(failure.values())))

    def _judge(self, failure: dict[str, Any]) -> None:
        """What became of one change: an older version, or a document that is gone already, is no failure."""
        error = failure.get("error")
        if failure["status"] == 409 or not isinstance(error, dict):
            return
        if error["type"] == "index_not_found_exception":
            raise _Moved
        if failure["status"] == 429 or failure["status"] >= 500:
            raise self._unavailable(f"{error['type']}: {error['reason']}")
        raise ValueError(f"the search index {self} refuses document {failure['_id']}: {error['reason']}")

    def commit(self) -> None:
        with self._said():
            self._client.indices.refresh(index=self._names.alias)

    def search(self, query: Query) -> Results:
        started = time.perf_counter()
        answer = self._ask(body(query))
        found = keys(answer)
        page = found[: query.limit]
        more = page[-1] if len(found) > len(page) and page else None
        took = (time.perf_counter() - started) * 1000
        return Results(int(answer["hits"]["total"]["value"]), tuple(id for _, id in page), facets(answer), took, more)

    def _ask(self, asked: dict[str, Any]) -> Any:
        """The answer, whole: a shard that does not answer makes it an error. Asked again where a rebuild removed the
        indices of the old generation while they were searched."""
        with self._said():
            try:
                return self._asked(asked)
            except NotFoundError:
                if not self._generations().live:
                    raise
                return self._asked(asked)

    def _asked(self, asked: dict[str, Any]) -> Any:
        return self._client.perform_request("POST", self._search, headers=_JSON, body=asked).body

    def count(self) -> int:
        return int(self._ask({"size": 0, "track_total_hits": True})["hits"]["total"]["value"])

    @contextmanager
    def rebuilding(self) -> Iterator[Builder]:
        """Where another process begins to rebuild meanwhile, this one ends with IndexBusy: the later one stands."""
        generation = new_generation()
        with self._said():
            self._discard(self._generations().building)
            self._make(self._first(generation), self._names.next)
        try:
            yield _Builder(lambda changes: self._build(generation, changes))
            with self._said(), self._alone():
                self._swap(generation)
        except BaseException:
            with suppress(StoreUnavailable), self._said():  # the next rebuild discards what is left
                self._discard(one for one in self._generations().building if generation in one)
            raise

    def _build(self, generation: str, changes: Sequence[_Change]) -> None:
        with self._said(), self._alone():
            found = self._generations(patiently=True)
            if self._first(generation) not in found.building:
                raise _Moved
            for year in sorted({one.year for one in changes}):
                index = self._names.index(generation, year)
                if index not in found.building:
                    self._make(index, self._names.next)
            self._write(changes, found, generation)

    def _first(self, generation: str) -> str:
        """The index that every generation begins with: that of the year in which it was begun."""
        return self._names.index(generation, generation[:4])

    def _swap(self, generation: str) -> None:
        """Refreshes the new indices, lets them be the ones that are searched, and removes the old ones: in one step."""
        new = f"{self._first(generation)},{self._names.index(generation, '*')}"
        self._patient.indices.refresh(index=new)
        self._patient.indices.update_aliases(
            actions=[
                {"add": {"indices": new.split(","), "alias": self._names.alias}},
                {"remove": {"indices": new.split(","), "alias": self._names.next}},
                *({"remove_index": {"index": one}} for one in sorted(self._generations(patiently=True).live)),
            ]
        )

    def _discard(self, indices: Iterable[str]) -> None:
        for index in indices:
            self._client.options(ignore_status=404).indices.delete(index=index)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        try:
            yield
        except (_Moved, NotFoundError) as error:
            raise IndexBusy(
                f"another process has begun to rebuild the search index {self}; it goes on there"
            ) from error

    def close(self) -> None:
        self._client.close()

    def _unavailable(self, why: str) -> StoreUnavailable:
        if "disk usage exceeded" in why or "flood" in why or "No space left" in why:
            return StoreUnavailable(
                f"the disk of the search index {self} is full; free space: it then goes on by itself"
            )
        return StoreUnavailable(f"the search index {self} does not answer ({why}); it goes on by itself once it does")

    @contextmanager
    def _said(self) -> Iterator[None]:
        """The client's errors as the archive's."""
        try:
            yield
        except NotFoundError as error:
            raise IndexDamaged(f"the search index {self} is not there; run `vouch rebuild` to build it") from error
        except ApiError as error:
            if error.status_code in {401, 403}:
                raise StoreUnavailable(
                    f"the search index {self} refuses the user; check VOUCH_INDEX_USER and VOUCH_INDEX_PASSWORD"
                ) from error
            if error.status_code == 429 or error.status_code >= 500:
                raise self._unavailable(str(error)) from error
            raise
        except TransportError as error:
            raise self._unavailable(type(error).__name__) from error
