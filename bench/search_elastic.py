"""Search in Elasticsearch: the API's time beside that of the same request sent to Elasticsearch by plain HTTP."""

from __future__ import annotations

import base64
import json
import statistics
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from .search import Asking, Caller, askings, catalogued, keys_of, query_of, served, spread, timed

WARM = 32  # queries before those that count
# As the index asks: an answer of all shards, and no more of it than is used.
_OPTIONS = {"allow_partial_search_results": "false", "filter_path": "hits.total.value,hits.hits.sort,aggregations"}
Timed = tuple[str, float, float]  # the kind, and the milliseconds of the API and of the raw query


class Raw:
    """The requests of the index, as plain HTTP."""

    def __init__(self, url: str) -> None:
        """At an index' address."""
        self._name = urlsplit(url).path
        self._link = HTTPConnection(urlsplit(url).netloc, timeout=120)

    def ask(self, body: dict[str, Any]) -> dict[str, Any]:
        headers = {"Content-Type": "application/json"}
        self._link.request("POST", f"{self._name}/_search?{urlencode(_OPTIONS)}", json.dumps(body), headers)
        answer = self._link.getresponse()
        said = answer.read()
        assert answer.status == 200, said
        return dict(json.loads(said))


def build(data: Path, url: str, count: int) -> dict[str, Any]:
    """Builds the index from the catalogue where it does not hold as many, merges it, and tells its rate and size."""
    from api.settings import Settings
    from api.wiring import build_archive
    from archive.indexing import Indexer

    catalogued(data, count)
    archive = build_archive(Settings(data=data, index_url=url))
    built: list[int] = []
    took = timed(lambda: built.append(Indexer(archive).ensure()))
    archive.close()
    link = HTTPConnection(urlsplit(url).netloc, timeout=3600)
    for method, path in (("POST", "_forcemerge?max_num_segments=1"), ("GET", "_stats/store")):
        link.request(method, f"{urlsplit(url).path}/{path}")
        said = json.loads(link.getresponse().read())
    size = said["_all"]["primaries"]["store"]["size_in_bytes"]
    rate = {"index build, vouchers/s": round(count / took * 1000)} if built[0] else {}
    return {**rate, "index MB": round(size / 1e6), "index bytes a voucher": round(size / count)}


def compare(url: str, caller: Caller, some: list[Asking]) -> dict[str, Any]:
    """Each query by both ways, which of them comes first in turn; how much longer the API takes, by kind."""
    raw, taken = Raw(url), list[Timed]()
    for number, one in enumerate([*some[:WARM], *some]):
        cursor = caller.cursor(one)
        ways = {"API": partial(caller.ask, one, cursor), "raw": partial(raw.ask, _body(one, cursor))}
        took = _both(ways, api_first=(number + number // 16) % 2 == 0)  # 16 kinds: each has both orders
        if number >= WARM:
            taken += [(one.kind, api, bare) for api, bare in zip(took["API"], took["raw"], strict=True)]
    kinds = dict.fromkeys(kind for kind, _, _ in taken)
    return {"all": _ratios(taken), **{kind: _ratios([row for row in taken if row[0] == kind]) for kind in kinds}}


def _both(ways: Mapping[str, Callable[[], object]], *, api_first: bool) -> dict[str, list[float]]:
    """Each way twice, A B B A, so that what one leaves warm helps the other as much."""
    first, second = ("API", "raw") if api_first else ("raw", "API")
    runs = [(name, timed(ways[name])) for name in (first, second, second, first)]
    return {name: [took for way, took in runs if way == name] for name in ways}


def _body(asking: Asking, cursor: str) -> dict[str, Any]:
    """What the index sends for it, from the same place on."""
    from archive.index.elastic_query import body

    query = query_of(asking)
    if cursor:
        _, key, last = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        query = replace(query, after=(key, last))
    return body(query)


def _ratios(taken: list[Timed]) -> dict[str, Any]:
    api, raw = [row[1] for row in taken], [row[2] for row in taken]
    return {
        "API": spread(api),
        "raw": spread(raw),
        "API / raw, means": round(sum(api) / sum(raw), 2),
        "API / raw, p95": round(spread(api)["p95 ms"] / spread(raw)["p95 ms"], 2),
        "API - raw, median ms": round(statistics.median(a - b for a, b in zip(api, raw, strict=True)), 1),
    }


def elastic(data: Path, count: int, url: str = "") -> dict[str, Any]:
    """Measures on the index at that address, or on an Elasticsearch that it starts on a folder beside the data."""
    from tools.services import Elastic

    if url:
        return _measured(data, count, url)
    server = Elastic(data / "elastic")
    server.heap = "2g"
    server.start()
    try:
        return _measured(data, count, f"{server.url}/bench")
    finally:
        server.stop()


def _measured(data: Path, count: int, url: str) -> dict[str, Any]:
    from api.settings import Settings
    from api.wiring import build_archive

    figures: dict[str, Any] = {"build": build(data, url, count)}
    archive = build_archive(Settings(data=data))
    keys = keys_of(archive)
    archive.close()
    with served(data, url) as port:
        figures |= compare(url, Caller(port, keys), askings(count))
    return figures
