"""Any order of puts, deletes, commits and rebuildings, asked of every index and of plain loops."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from test_search_index import INDEXES, WIRE, opened

from archive.index import Document, MemoryIndex, Query, SearchIndex, Sort, parse
from archive.model import Scope

IDS = st.integers(1, 6)
# The business date of an id never changes.
DOCUMENTS = st.builds(
    lambda id, branch, name, account, amount: replace(
        WIRE,
        id=id,
        business_date=date(2024 + id % 3, 1, id),
        branch_no=branch,
        amount=amount,
        amounts=(amount,) if amount is not None else (),
        text=f"付款人 {name}",
        fields={"payer_name": name, "payer_account": account},
    ),
    IDS,
    st.sampled_from(["0102", "0103"]),
    st.sampled_from(["张三", "张三丰", "李四", "三张", "张三丰李四", "三丰李 张三丰"]),
    st.sampled_from(["6222021234567890", "6222O2I234567890", "1002030405060708"]),
    st.sampled_from([None, 100, 200]),
)
QUERIES = st.builds(
    lambda text, scope, sort, limit: replace(parse(text), scope=scope, sort=sort, limit=limit, facets=True),
    st.sampled_from(
        ["", "张", "张三", "三丰", "1234", "~1234", "6222*", "1.00..1.50", "付款人:三", "~2021", "张三丰李", "2025年"]
    ),
    st.sampled_from([Scope(None), Scope(frozenset({"0102"})), Scope(frozenset())]),
    st.sampled_from(list(Sort)),
    st.integers(0, 4),
)


class Both(RuleBasedStateMachine):
    """Does the same to an index and to one in memory; what is searched must be alike at any time."""

    real: SearchIndex

    def __init__(self) -> None:
        super().__init__()
        self.plain = MemoryIndex()

    @initialize()
    def begin(self) -> None:
        for index in (self.real, self.plain):
            with index.rebuilding():
                pass

    @rule(some=st.lists(DOCUMENTS, min_size=1, max_size=3))
    def put(self, some: list[Document]) -> None:
        for index in (self.real, self.plain):
            index.put(some)

    @rule(some=st.lists(IDS, max_size=2))
    def delete(self, some: list[int]) -> None:
        for index in (self.real, self.plain):
            index.delete(some)

    @rule()
    def commit(self) -> None:
        for index in (self.real, self.plain):
            index.commit()

    @rule(query=QUERIES)
    def search(self, query: Query) -> None:
        wanted: Query | None = query
        while wanted is not None:
            found, plain = (index.search(wanted) for index in (self.real, self.plain))
            assert replace(found, took_ms=0) == replace(plain, took_ms=0), wanted
            wanted = replace(query, after=found.next) if found.next else None

    @rule(some=st.lists(DOCUMENTS, max_size=3, unique_by=lambda one: one.id), fails=st.booleans())
    def rebuild(self, some: list[Document], fails: bool) -> None:
        for index in (self.real, self.plain):
            index.commit()
            try:
                with index.rebuilding() as builder:
                    builder.put(some)
                    if fails:
                        raise KeyError
            except KeyError:
                pass
        assert self.real.count() == self.plain.count()


@pytest.mark.parametrize("kind", INDEXES)
def test_an_index_is_as_plain_loops_say_whatever_is_done_to_it(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    index = opened(kind, tmp_path, request)
    machine: Any = type("Machine", (Both,), {"real": index})
    few = settings(
        max_examples=5 if kind == "elastic" else 20,
        stateful_step_count=10,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(machine, settings=few)
    index.close()


CHARACTERS = st.text(alphabet="张三丰12ab7O ,-|（人", max_size=8)


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(texts=st.lists(CHARACTERS, min_size=1, max_size=6), terms=st.lists(CHARACTERS, min_size=1, max_size=8))
def test_an_index_finds_what_plain_loops_find(searched: SearchIndex, texts: list[str], terms: list[str]) -> None:
    plain = MemoryIndex()
    for index in (plain, searched):
        with index.rebuilding() as builder:
            builder.put(replace(WIRE, id=n, text=text, fields={"purpose": text[::-1]}) for n, text in enumerate(texts))
    for term in terms:
        for query in (
            Query(terms=(term,)),
            Query(terms=(term + "*",)),
            Query(loose=(term,)),
            Query(fields=((("purpose",), term),)),
        ):
            assert searched.search(query).ids == plain.search(query).ids, query


@pytest.fixture(params=INDEXES)
def searched(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SearchIndex]:
    index = opened(str(request.param), tmp_path, request)
    yield index
    index.close()
