"""Search at size: builds a catalogue and its index, then asks the index, the API and Elasticsearch the same queries."""

from __future__ import annotations

import argparse
import json
import math
import random
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from http.client import HTTPConnection
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from .vouchers import BRANCHES, Made, fill, voucher

EACH = 40  # queries of each kind
DEEP = 20  # the page whose cursor counts as deep


@dataclass(frozen=True, slots=True)
class Asking:
    """One query as the API takes it; `scope` is how many branches the asker sees, 0 for all."""

    kind: str
    params: dict[str, str]
    scope: int = 0


def askings(count: int) -> list[Asking]:
    """Queries of every kind, each with values of some voucher that exists."""
    rng = random.Random(7)
    found = []
    for _ in range(EACH):
        one = voucher(rng.randrange(1, count + 1))
        found += [*_words(rng, one), *_numbers(rng, one)]
    return found


def _words(rng: random.Random, one: Made) -> Iterator[Asking]:
    name, company = one.fields["payer_name"], one.text.splitlines()[1].split()[-1]
    start = rng.randrange(len(company) - 5)
    yield Asking("one character", {"q": name[-1]})
    yield Asking("phrase of two", {"q": name[:2]})
    yield Asking("phrase of three", {"q": company[start : start + 3]})
    yield Asking("phrase of four and more", {"q": company[start : start + rng.randrange(4, 9)]})
    yield Asking("phrase, one branch", {"q": name[:2]}, 1)
    yield Asking("phrase, ten branches", {"q": name[:2]}, 10)
    yield Asking("field by its name", {"q": f"payee_name:{one.fields['payee_name']}"})
    yield Asking("deep page", {"q": one.fields["purpose"], "cursor": "deep"})


def _numbers(rng: random.Random, one: Made) -> Iterator[Asking]:
    account, cents = one.fields["payer_account"], round(float(one.fields["amount"]) * 100)
    at = rng.randrange(2, len(account) - 8)
    digit = rng.randrange(4, len(account))
    misread = account[:digit] + {"0": "O", "1": "7", "8": "B", "5": "S"}.get(account[digit], account[digit])
    first = one.day - timedelta(days=rng.choice((0, 7, 30, 90)))
    days = {"from": first.isoformat(), "to": one.day.isoformat()}
    yield Asking("account", {"q": account})
    yield Asking("digits inside an account", {"q": account[at : at + rng.randrange(5, 9)]})
    yield Asking("misread account", {"q": "~" + misread + account[digit + 1 :]})
    yield Asking("voucher number", {"q": one.fields["voucher_no"]})
    yield Asking("amount and dates", {**days, "min": f"{cents * 8 // 1000}.00", "max": f"{cents * 12 // 1000 + 1}.00"})
    yield Asking("dates, one branch", {**days, "sort": "amount_high"}, 1)
    yield Asking("dates, ten branches", {**days, "sort": "oldest"}, 10)
    yield Asking("amounts downwards", {"q": one.fields["purpose"], "sort": "amount_high"})


def spread(times: list[float]) -> dict[str, float]:
    """Median and 95th percentile in milliseconds."""
    ordered = sorted(times)
    return {
        "p50 ms": round(statistics.median(ordered), 1),
        "p95 ms": round(ordered[math.ceil(len(ordered) * 0.95) - 1], 1),
    }


def summed(taken: list[tuple[str, float]]) -> dict[str, Any]:
    """The spread of all, and of each kind."""
    kinds = dict.fromkeys(kind for kind, _ in taken)
    every = {"queries": len(taken), **spread([ms for _, ms in taken])}
    return {**every, **{kind: spread([ms for name, ms in taken if name == kind]) for kind in kinds}}


def _scope(wanted: int) -> Any:
    from archive.model import EVERYTHING, Scope

    return Scope(frozenset(BRANCHES[:wanted])) if wanted else EVERYTHING


def query_of(asking: Asking) -> Any:
    """The index's query, as the API makes it."""
    from api.routes.search_shapes import SearchIn

    wanted = SearchIn.model_validate({name: value for name, value in asking.params.items() if name != "cursor"})
    return replace(wanted.asked().query(), scope=_scope(asking.scope), limit=wanted.limit, facets=wanted.facets)


def deep(index: Any, query: Any) -> Any:
    """The query of a page far down, as far as there are so many."""
    for _ in range(DEEP):
        page = index.search(replace(query, facets=False))
        if page.next is None:
            return query
        query = replace(query, after=page.next)
    return query


def ask_index(index: Any, some: list[Asking]) -> dict[str, Any]:
    """Times of the index alone, each query once, after a few to warm up."""
    queries = [(one.kind, query_of(one)) for one in some]
    queries = [(kind, deep(index, query) if kind == "deep page" else query) for kind, query in queries]
    for _, query in queries[:16]:
        index.search(query)
    return summed([(kind, timed(lambda query=query: index.search(query))) for kind, query in queries])  # type: ignore[misc]


def timed(act: Callable[[], object]) -> float:
    """How many milliseconds it took."""
    begun = time.perf_counter()
    act()
    return (time.perf_counter() - begun) * 1000


class Caller:
    """Somebody at the API, on one connection."""

    def __init__(self, port: int, keys: dict[int, str]) -> None:
        self._link = HTTPConnection("127.0.0.1", port, timeout=120)
        self._keys = keys

    def ask(self, asking: Asking, cursor: str = "") -> dict[str, Any]:
        params = {name: value for name, value in asking.params.items() if name != "cursor"}
        path = "/api/v1/search?" + urlencode({**params, **({"cursor": cursor} if cursor else {})})
        self._link.request("GET", path, headers={"Authorization": f"Bearer {self._keys[asking.scope]}"})
        answer = self._link.getresponse()
        said = answer.read()
        assert answer.status == 200, said
        return dict(json.loads(said))

    def cursor(self, asking: Asking) -> str:
        """The cursor of a page far down."""
        cursor = ""
        for _ in range(DEEP if asking.kind == "deep page" else 0):
            cursor = self.ask(asking, cursor).get("next") or cursor
        return cursor


def ask_api(caller: Caller, some: list[Asking]) -> dict[str, Any]:
    """Times over HTTP on the loopback, until the answer is read."""
    for one in some[:16]:
        caller.ask(one)
    taken = []
    for one in some:
        cursor = caller.cursor(one)
        taken.append((one.kind, timed(lambda one=one, cursor=cursor: caller.ask(one, cursor))))  # type: ignore[misc]
    return summed(taken)


def _serve(data: str, index_url: str, port: int) -> None:
    import uvicorn

    from api.app import create_app
    from api.settings import Settings
    from api.wiring import build_archive

    settings = Settings(data=Path(data), index_url=index_url)
    uvicorn.run(create_app(build_archive(settings), settings), port=port, log_level="warning", access_log=False)


@contextmanager
def served(data: Path, index_url: str = "") -> Iterator[int]:
    """The API in a process of its own; its port."""
    from tools.services import free_port

    port = free_port()
    process = get_context("spawn").Process(target=_serve, args=(str(data), index_url, port))
    process.start()
    try:
        for _ in range(600):
            try:
                HTTPConnection("127.0.0.1", port, timeout=5).request("GET", "/healthz")
                break
            except OSError:
                time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.join(20)
        process.kill()


def keys_of(archive: Any) -> dict[int, str]:
    """People who see all branches, one and ten, with a key each."""
    from api.auth import new_key
    from archive.model import Role

    found = {}
    for scope in (0, 1, 10):
        key, kept = new_key()
        with archive.catalogue.write() as tx:
            name = f"bench{scope}-{time.time_ns()}"
            person = tx.people.add(name, name, Role.AUDITOR, branches=tuple(BRANCHES[:scope]), password_hash="")
            tx.people.set_key(person.id, kept)
        found[scope] = key
    return found


def catalogued(data: Path, count: int) -> float:
    """The catalogue in a data folder, kept where it is there; how many milliseconds it took to fill."""
    from api.settings import Settings
    from api.wiring import build_archive

    if (data / "catalogue.db").exists():
        return math.nan
    build_archive(Settings(data=data)).close()  # migrated
    return timed(lambda: fill(data / "catalogue.db", count))


def build(data: Path, count: int) -> dict[str, Any]:
    """The catalogue and its embedded index in a data folder; kept where they are there. Rates and sizes."""
    from api.settings import Settings
    from api.wiring import build_archive
    from archive.indexing import Indexer

    noted = data / "built.json"
    if noted.exists():
        return dict(json.loads(noted.read_text()))
    filling = catalogued(data, count)
    archive = build_archive(Settings(data=data))
    building = timed(lambda: Indexer(archive).rebuild())
    archive.close()
    size = sum(path.stat().st_size for path in (data / "index").rglob("*") if path.is_file())
    made = {} if math.isnan(filling) else {"catalogue rows made, vouchers/s": round(count / filling * 1000)}
    figures = {
        "vouchers": count,
        **made,
        "index build, vouchers/s": round(count / building * 1000),
        "index MB": round(size / 1e6),
        "index bytes a voucher": round(size / count),
        "catalogue MB": round((data / "catalogue.db").stat().st_size / 1e6),
    }
    noted.write_text(json.dumps(figures))
    return figures


def embedded(data: Path, count: int) -> dict[str, Any]:
    """The embedded size: build, index, API."""
    from api.settings import Settings
    from api.wiring import build_archive

    figures: dict[str, Any] = {"build": build(data, count)}
    archive = build_archive(Settings(data=data))
    some = askings(count)
    figures["index"] = ask_index(archive.index, some)
    keys = keys_of(archive)
    with served(data) as port:
        figures["API"] = ask_api(Caller(port, keys), some)
    archive.close()
    return figures


def run(scratch: Path, count: int = 20_000) -> dict[str, Any]:
    """The figures of the embedded index and of the API over it."""
    return embedded(scratch, count)


def main() -> None:
    """`python -m bench.search --vouchers 1000000 --folder DIR`, the folder is kept and used again; with
    `--elastic [INDEX_URL]` Elasticsearch in place of the embedded index."""
    from .__main__ import report
    from .search_elastic import elastic

    parser = argparse.ArgumentParser()
    parser.add_argument("--vouchers", type=int, default=20_000)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--elastic", nargs="?", const="", metavar="INDEX_URL")
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    if given.elastic is None:
        report({"search": embedded(given.folder, given.vouchers)})
    else:
        report({"search_elastic": elastic(given.folder, given.vouchers, given.elastic)})


if __name__ == "__main__":
    main()
