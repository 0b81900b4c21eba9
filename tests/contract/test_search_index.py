"""What every search index promises, said once and asked of each of them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from archive.index import Document, MemoryIndex, Query, SearchIndex, Sort, open_index, parse
from archive.index.tantivy import TantivyIndex
from archive.model import Scope

if TYPE_CHECKING:
    from tools.services import Elastic

INDEXES = ["memory", "tantivy", pytest.param("elastic", marks=pytest.mark.servers)]
WIRE = Document(
    id=1,
    type="wire_transfer",
    title="电汇凭证",
    branch_no="0102",
    teller_no="9001",
    business_date=date(2026, 3, 8),
    state="done",
    batch_id=12,
    amounts=(123_450, 100),
    dates=(date(2026, 3, 7),),
    text="电汇凭证\n付款人 张三丰\n金额 1,234.50",
    fields={"payer_name": "张三丰", "payer_account": "6222021234567890", "amount": "1234.50"},
    file_name="0001.jpg",
    sheet_number=1,
    amount=123_450,
    box="X-7",
)
CHEQUE = replace(
    WIRE,
    id=2,
    type="transfer_cheque",
    title="转账支票",
    branch_no="0103",
    teller_no="9002",
    business_date=date(2026, 3, 9),
    state="doubtful",
    batch_id=13,
    amounts=(500_000,),
    amount=500_000,
    box="",
    dates=(),
    text="转账支票\n出票人 李四\nNo. AB12345678",
    fields={"payer_name": "李四", "voucher_no": "AB12345678", "payer_account": "1002026030812345"},
    file_name="0002.jpg",
)
SLIP = replace(
    CHEQUE,
    id=3,
    type="teller_slip",
    title="业务凭证",
    branch_no="0102",
    batch_id=12,
    amounts=(99,),
    amount=None,
    text="业务凭证 张丰",
    fields={"holder_name": "张丰"},
)


SERIAL = itertools.count()


def opened(kind: str, folder: Path, request: pytest.FixtureRequest) -> SearchIndex:
    """A new and empty index of that kind."""
    if kind == "memory":
        return MemoryIndex()
    if kind == "tantivy":
        return TantivyIndex(folder / f"index{next(SERIAL)}")
    server: Elastic = request.getfixturevalue("elastic_server")
    index = open_index(f"{server.url}/contract{next(SERIAL)}")
    with index.rebuilding():
        pass
    return index


@pytest.fixture(scope="module", params=INDEXES)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def index(kind: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SearchIndex]:
    """Three documents, to look at only."""
    index = opened(kind, tmp_path_factory.mktemp("index"), request)
    index.put([WIRE, CHEQUE, SLIP])
    index.commit()
    yield index
    index.close()


@pytest.fixture
def empty(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SearchIndex]:
    index = opened(kind, tmp_path, request)
    yield index
    index.close()


@pytest.fixture
def filled(empty: SearchIndex) -> SearchIndex:
    empty.put([WIRE, CHEQUE, SLIP])
    empty.commit()
    return empty


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("", [3, 2, 1]),
        ("张", [3, 1]),
        ("张三", [1]),
        ("张三丰", [1]),
        ("三张", []),
        ("张丰", [3]),
        ("丰金", []),
        ("凭证", [3, 1]),
        ("电汇", [1]),
        ("电汇 2026-03", [1]),
        ("电汇 2026-04", []),
        ("6222", [1]),
        ("6222*", [1]),
        ("2021*", []),
        ("1234567890", [1]),
        ("62220212345678901", []),
        ("34", [2, 1]),
        ("b1234", [2]),
        ("ab12345678", [2]),
        ("ＡＢ１２３", [2]),
        ("1,234.50", [1]),
        ("¥1.00", [1]),
        ("234.50", []),
        ("1000..5000", [2, 1]),
        ("..1", [3, 1]),
        (">=1234.5", [2, 1]),
        ("<1", [3]),
        ("金额:5000", [2]),
        ("2026-03-08", [1]),
        ("2026-03-07", [1]),
        ("20260308", [2, 1]),
        ("2026年3月9日", [3, 2]),
        ("2026-03-08..2026-03-08", [1]),
        ("..2026-03-08", [1]),
        ("batch:B-12", [3, 1]),
        ("B-13", [2]),
        ("branch:0103", [2]),
        ("teller:9001", [1]),
        ("type:wire_transfer", [1]),
        ("type:支票", [2]),
        ("state:doubtful", [3, 2]),
        ("户名:张丰", [3]),
        ("付款人:张三", [1]),
        ("收款人:张三", []),
        ("payer_name:李", [2]),
        ("file:0002", [3, 2]),
        ("file:2", [3, 2]),
        ("file:01", [1]),
        ("file:1.j", [1]),
        ("file:0001.jpg", [1]),
        ("file:0001.jpg0", []),
        ("0001.jpg", []),
        ("notaword", []),
        ("付款人张三", [1]),
        ('"付款人 张三丰"', [1]),
        ("!!!", [3, 2, 1]),
        ("622202123456789*", [1]),
        ("622202123456799*", []),
        ("~62Z2O2L234567B90", [1]),
        ("~ABI23456", [2]),
        ("~张三丰 ~O2I", [1]),
        ("~97", []),
        ("~i7", []),
        ("~o2", [2, 1]),
        ("~四张", []),
        ("box:X-7", [1]),
        ("box:X", []),
    ],
)
def test_a_text_finds_exactly_the_records_that_hold_it(index: SearchIndex, text: str, ids: list[int]) -> None:
    found = index.search(parse(text))
    assert (list(found.ids), found.total) == (ids, len(ids))


def test_facets_count_all_that_was_found(index: SearchIndex) -> None:
    found = index.search(Query(limit=1, facets=True))
    assert found.facets["type"] == {"wire_transfer": 1, "transfer_cheque": 1, "teller_slip": 1}
    assert found.facets["branch_no"] == {"0102": 2, "0103": 1}
    assert found.facets["state"] == {"done": 1, "doubtful": 2}


@pytest.mark.parametrize(("branches", "ids"), [({"0102"}, (3, 1)), ({"0103"}, (2,)), (set(), ()), ({"9"}, ())])
def test_scope_cuts_records_totals_and_facets(index: SearchIndex, branches: set[str], ids: tuple[int, ...]) -> None:
    found = index.search(Query(scope=Scope(frozenset(branches)), facets=True))
    assert (found.ids, found.total) == (ids, len(ids))
    assert sum(found.facets["type"].values()) == len(ids)


def test_a_filter_outside_the_scope_finds_nothing(index: SearchIndex) -> None:
    assert index.search(Query(branch_nos=("0103",), scope=Scope(frozenset({"0102"})))).total == 0


def test_business_dates_bound_from_both_ends(index: SearchIndex) -> None:
    assert index.search(Query(date_to=date(2026, 3, 8))).ids == (1,)
    assert index.search(Query(date_from=date(2026, 3, 9), date_to=date(2026, 3, 9))).ids == (3, 2)


def test_pages_follow_each_other(index: SearchIndex) -> None:
    first = index.search(Query(limit=2))
    second = index.search(Query(limit=2, after=first.next))
    assert [page.ids for page in (first, second)] == [(3, 2), (1,)]
    assert (first.total, second.total, second.next) == (3, 3, None)


def test_no_records_may_be_asked_for_to_count_only(index: SearchIndex) -> None:
    found = index.search(Query(limit=0))
    assert (found.ids, found.total) == ((), 3)


@pytest.mark.parametrize(
    ("sort", "ids"),
    [
        (Sort.NEWEST, [5, 4, 3, 2, 1]),
        (Sort.OLDEST, [1, 2, 3, 4, 5]),
        (Sort.AMOUNT_HIGH, [2, 4, 1, 5, 3]),
        (Sort.AMOUNT_LOW, [1, 4, 2, 3, 5]),
    ],
)
@pytest.mark.parametrize("limit", [1, 2, 3, 5])
def test_an_order_holds_over_all_pages(index_of_five: SearchIndex, sort: Sort, ids: list[int], limit: int) -> None:
    assert pages(index_of_five, Query(sort=sort, limit=limit)) == ids


@pytest.fixture(scope="module")
def index_of_five(
    kind: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SearchIndex]:
    """Two records with the same amount, two with none."""
    index = opened(kind, tmp_path_factory.mktemp("five"), request)
    index.put([WIRE, CHEQUE, SLIP, replace(WIRE, id=4, business_date=date(2027, 1, 1))])
    index.put([replace(SLIP, id=5, business_date=date(2028, 1, 1))])
    index.commit()
    yield index
    index.close()


def pages(index: SearchIndex, query: Query) -> list[int]:
    """The ids of all pages, one after the other."""
    found: list[int] = []
    while True:
        page = index.search(query)
        found += page.ids
        if page.next is None:
            return found
        query = replace(query, after=page.next)


@pytest.mark.parametrize("sort", list(Sort))
def test_pages_neither_repeat_nor_skip_a_row_while_data_arrives(empty: SearchIndex, sort: Sort) -> None:
    there = [replace(WIRE, id=n, amount=n // 3, business_date=date(2026, 1, 1 + n % 5)) for n in range(2, 22, 2)]
    empty.put(there)
    empty.commit()
    query, seen = Query(sort=sort, limit=3), []
    for n in itertools.count():
        page = empty.search(query)
        seen += page.ids
        if page.next is None:
            break
        query = replace(query, after=page.next)
        newcomers = [replace(one, id=one.id + 100 * (n + 1) + 1) for one in there[n : n + 2]]
        empty.put(newcomers)
        empty.commit()
    assert len(seen) == len(set(seen))
    assert [id for id in seen if id < 100] == [id for id in pages(empty, Query(sort=sort, limit=50)) if id < 100]


@pytest.mark.parametrize("sort", list(Sort))
@pytest.mark.parametrize("after", [(10**30, 10**30), (-(10**30), -(10**30)), (1 << 62, -1), (0, 0)])
def test_no_key_from_outside_breaks_a_search(index: SearchIndex, sort: Sort, after: tuple[int, int]) -> None:
    assert index.search(Query(sort=sort, after=after)).total == 3


def test_facets_are_counted_only_when_asked_and_on_every_page(index: SearchIndex) -> None:
    first = index.search(Query(limit=1))
    assert first.facets == {}
    second = index.search(Query(limit=1, after=first.next, facets=True))
    assert (second.total, second.facets["state"]) == (3, {"done": 1, "doubtful": 2})


def test_a_document_put_again_replaces_itself(filled: SearchIndex) -> None:
    filled.put([replace(WIRE, text="", fields={"payer_name": "王五"})])
    filled.commit()
    assert filled.count() == 3
    assert filled.search(parse("张三")).total == 0
    assert filled.search(parse("王五")).ids == (1,)


def test_the_last_of_two_puts_in_one_commit_stands(empty: SearchIndex) -> None:
    empty.put([WIRE, replace(WIRE, state="doubtful")])
    empty.commit()
    assert empty.search(Query(facets=True)).facets["state"] == {"doubtful": 1}


def test_a_deleted_document_is_gone(filled: SearchIndex) -> None:
    filled.delete([1, 99])
    filled.commit()
    assert filled.search(Query()).ids == (3, 2)


def test_nothing_is_seen_before_the_commit(filled: SearchIndex) -> None:
    filled.put([replace(WIRE, id=9)])
    filled.delete([2])
    assert filled.count() == 3
    filled.commit()
    assert filled.search(Query()).ids == (3, 9, 1)


def test_a_rebuilt_index_takes_the_place_of_the_old_one_at_once(filled: SearchIndex) -> None:
    with filled.rebuilding() as builder:
        builder.put([replace(WIRE, id=n) for n in (7, 8)])
        builder.put([replace(WIRE, id=9, business_date=date(1999, 1, 1))])
        assert filled.search(Query()).ids == (3, 2, 1)
    assert filled.search(Query()).ids == (8, 7, 9)


def test_a_rebuilding_that_fails_leaves_the_old_index(filled: SearchIndex) -> None:
    with pytest.raises(KeyError), filled.rebuilding() as builder:
        builder.put([replace(WIRE, id=7)])
        raise KeyError
    filled.put([replace(WIRE, id=8)])
    filled.commit()
    assert filled.search(Query()).ids == (3, 2, 8, 1)


def test_what_changes_during_a_rebuilding_is_in_the_new_index_as_it_was_changed(filled: SearchIndex) -> None:
    with filled.rebuilding() as builder:
        builder.put([WIRE, CHEQUE])
        changed = [replace(one, state="changed", version=2) for one in (WIRE, SLIP)]
        filled.put([*changed, replace(WIRE, id=4, business_date=date(2031, 1, 1), version=2)])
        filled.delete([2], version=2)
        filled.commit()
        assert filled.search(Query()).ids == (4, 3, 1)
        builder.put([SLIP])  # as it was read before the change
    assert filled.search(Query()).ids == (4, 3, 1)
    assert filled.search(Query(state="changed")).total == 2


def test_an_index_goes_on_after_being_rebuilt(filled: SearchIndex) -> None:
    for _ in range(2):
        with filled.rebuilding() as builder:
            builder.put([WIRE])
        filled.put([CHEQUE])
        filled.commit()
        assert filled.search(Query()).ids == (2, 1)


def test_an_empty_index_finds_nothing(empty: SearchIndex) -> None:
    assert empty.search(parse("张")).total == 0
    assert empty.count() == 0


def test_an_index_opens_by_its_address(tmp_path: Path) -> None:
    assert isinstance(open_index("memory:"), MemoryIndex)
    assert open_index(f"tantivy://{tmp_path}/i").count() == 0


@pytest.mark.parametrize("url", ["tantivy://host/x", "http://host:9200", "solr://x", "", "/path"])
def test_an_address_of_no_index_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="use tantivy:///folder, http"):
        open_index(url)
