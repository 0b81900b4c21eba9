"""The index of the server size when its server hangs, dies, fills up or loses its data, and with several writers."""

from __future__ import annotations

import json
import threading
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from archive_world import new_catalogue, stored, voucher
from test_search_index import SERIAL, WIRE

from archive.address import Address
from archive.errors import IndexBusy, IndexDamaged, StoreUnavailable
from archive.index import Query, SearchIndex, open_index, parse
from archive.indexing import Indexer
from archive.objects import MemoryStore
from archive.vault import Archive

if TYPE_CHECKING:
    from tools.services import Elastic

pytestmark = pytest.mark.servers


@pytest.fixture
def url(elastic_server: Elastic) -> str:
    return f"{elastic_server.url}/faults{next(SERIAL)}"


@pytest.fixture
def index(url: str) -> Iterator[SearchIndex]:
    made = open_index(url)
    with made.rebuilding() as builder:
        builder.put([WIRE])
    yield made
    made.close()


def ask(url: str, method: str, body: str = "") -> None:
    wanted = urllib.request.Request(url, body.encode() or None, {"Content-Type": "application/json"}, method=method)
    urllib.request.urlopen(wanted, timeout=10).close()


def test_a_server_that_is_nowhere_is_unavailable_and_no_secret_is_told() -> None:
    index = open_index(Address("http://127.0.0.1:9/vouch", user="eve", secret="pa55word"))
    with pytest.raises(
        StoreUnavailable, match=r"the search index vouch at http://127\.0\.0\.1:9 does not answer"
    ) as told:
        index.search(Query())
    assert "pa55word" not in str(told.value) + repr(told.value.__cause__)


def test_an_index_that_is_not_there_says_how_to_build_it(url: str) -> None:
    index = open_index(url)
    for act in (index.count, index.commit, lambda: index.put([WIRE]), lambda: index.search(Query())):
        with pytest.raises(IndexDamaged, match="is not there; run `vouch rebuild`"):
            act()


def test_a_lost_index_is_built_again_from_the_catalogue(url: str, tmp_path: Path) -> None:
    archive = Archive(new_catalogue(tmp_path), MemoryStore(), open_index(url))
    with archive.catalogue.write() as tx:
        stored(tx, voucher(payer_name="张三"))
    assert Indexer(archive).ensure() == 1
    assert Indexer(archive).drain() == 1
    assert archive.index.search(parse("张三")).total == 1
    assert Indexer(archive).ensure() == 0
    archive.close()


def test_a_server_that_hangs_or_dies_is_unavailable_until_it_is_back(
    elastic_server: Elastic, url: str, index: SearchIndex
) -> None:
    hasty = open_index(Address(url, options={"timeout": "1"}))
    assert hasty.search(Query()).ids == (1,)
    elastic_server.pause()
    try:
        begun = time.monotonic()
        for act in (lambda: hasty.search(Query()), lambda: hasty.put([WIRE]), hasty.commit):
            with pytest.raises(StoreUnavailable, match="goes on by itself"):
                act()
        assert time.monotonic() - begun < 15
    finally:
        elastic_server.resume()
    index.put([replace(WIRE, id=2)])
    elastic_server.kill()
    with pytest.raises(StoreUnavailable):
        index.commit()
    elastic_server.start()
    index.commit()
    assert index.search(Query()).ids == (2, 1)


def test_a_rebuild_waits_for_a_server_that_stalls_longer_than_a_call_may_take(
    elastic_server: Elastic, url: str, index: SearchIndex
) -> None:
    hasty = open_index(Address(url, options={"timeout": "1"}))
    with hasty.rebuilding() as builder:
        elastic_server.pause()
        resuming = threading.Timer(2, elastic_server.resume)
        resuming.start()
        builder.put([replace(WIRE, id=2)])
    resuming.join()
    assert index.search(Query()).ids == (2,)


def test_a_full_disk_is_told_and_written_to_again_once_there_is_room(url: str, index: SearchIndex) -> None:
    block = '{"index.blocks.read_only_allow_delete": %s}'
    ask(f"{url}/_settings", "PUT", block % "true")
    with pytest.raises(StoreUnavailable, match=r"the disk of the search index .* is full; free space"):
        index.put([replace(WIRE, id=2)])
    ask(f"{url}/_settings", "PUT", block % "null")
    index.put([replace(WIRE, id=2)])
    index.commit()
    assert index.count() == 2


def test_a_document_that_is_refused_is_named(index: SearchIndex) -> None:
    with pytest.raises(ValueError, match="refuses document 2"):
        index.put([replace(WIRE, id=2, amounts=(10**30,))])


def test_an_older_version_never_replaces_a_newer_one(url: str, index: SearchIndex) -> None:
    late = open_index(url)
    index.put([replace(WIRE, id=2, version=7, state="new")])
    late.put([replace(WIRE, id=2, version=6, state="old"), replace(WIRE, id=3, version=1)])
    late.delete([2], version=5)
    index.delete([3], version=9)
    late.put([replace(WIRE, id=3, version=8)])
    index.commit()
    assert index.search(Query(state="new")).ids == (2,)
    assert index.search(Query()).ids == (2, 1)


def test_of_two_rebuildings_the_later_one_stands(url: str, index: SearchIndex) -> None:
    other = open_index(url)
    with pytest.raises(IndexBusy, match="another process has begun to rebuild"), index.rebuilding() as first:
        first.put([replace(WIRE, id=2)])
        with other.rebuilding() as second:
            second.put([replace(WIRE, id=3)])
            with pytest.raises(IndexBusy):
                first.put([replace(WIRE, id=4)])
    assert index.search(Query()).ids == (3,)


def test_no_change_is_lost_however_often_the_index_is_rebuilt_meanwhile(url: str, index: SearchIndex) -> None:
    truth = {1: WIRE}
    ended = threading.Event()

    def write() -> None:
        writer = open_index(url)
        for n in range(2, 22):
            truth[n] = replace(WIRE, id=n, business_date=date(2000 + n % 4, 1, 1), version=n)
            writer.put([truth[n]])
        ended.set()
        writer.close()

    thread = threading.Thread(target=write)
    thread.start()
    while not ended.is_set():
        with index.rebuilding() as builder:
            builder.put([replace(one, version=0) for one in list(truth.values())])
    thread.join()
    index.commit()
    assert sorted(index.search(Query(limit=100)).ids) == sorted(truth)


def test_a_years_index_has_as_many_shards_as_are_asked_for(url: str) -> None:
    index = open_index(Address(url, options={"shards": "3"}))
    with index.rebuilding() as builder:
        builder.put([WIRE])
    index.put([replace(WIRE, id=2)])
    index.commit()
    found = index.search(Query(facets=True))
    assert (found.total, found.ids, dict(found.facets["type"])) == (2, (2, WIRE.id), {WIRE.type: 2})
    with urllib.request.urlopen(f"{url}/_settings") as answer:
        settings = json.load(answer)
    assert {one["settings"]["index"]["number_of_shards"] for one in settings.values()} == {"3"}
    index.close()
