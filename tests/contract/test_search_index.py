"""What every search index promises, said once and asked of each of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive.index import Document, MemoryIndex, Query, SearchIndex, Sort, open_index, parse
from archive.index.tantivy import TantivyIndex
from archive.model import Scope

INDEXES: dict[str, Callable[[Path], SearchIndex]] = {
    "tantivy": lambda folder: TantivyIndex(folder / "index"),
    "memory": lambda folder: MemoryIndex(),
}
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
    text="业务凭证 张丰",
    fields={"holder_name": "张丰"},
)


@pytest.fixture(params=sorted(INDEXES))
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SearchIndex]:
    index = INDEXES[request.param](tmp_path)
    yield index
    index.close()


@pytest.fixture
def index(empty: SearchIndex) -> SearchIndex:
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
        ("notaword", []),
        ("付款人张三", [1]),
        ('"付款人 张三丰"', [1]),
        ("!!!", [3, 2, 1]),
    ],
)
def test_a_text_finds_exactly_the_records_that_hold_it(index: SearchIndex, text: str, ids: list[int]) -> None:
    found = index.search(parse(text))
    assert (list(found.ids), found.total) == (ids, len(ids))


def test_facets_count_all_that_was_found(index: SearchIndex) -> None:
    found = index.search(Query(limit=1))
    assert found.facets["type"] == {"wire_transfer": 1, "transfer_cheque": 1, "teller_slip": 1}
    assert found.facets["branch_no"] == {"0102": 2, "0103": 1}
    assert found.facets["business_date"] == {"2026-03-08": 1, "2026-03-09": 2}
    assert found.facets["state"] == {"done": 1, "doubtful": 2}


@pytest.mark.parametrize(("branches", "ids"), [({"0102"}, (3, 1)), ({"0103"}, (2,)), (set(), ()), ({"9"}, ())])
def test_scope_cuts_records_totals_and_facets(index: SearchIndex, branches: set[str], ids: tuple[int, ...]) -> None:
    found = index.search(Query(scope=Scope(frozenset(branches))))
    assert (found.ids, found.total) == (ids, len(ids))
    assert sum(found.facets["type"].values()) == len(ids)


def test_a_filter_outside_the_scope_finds_nothing(index: SearchIndex) -> None:
    assert index.search(Query(branch_nos=("0103",), scope=Scope(frozenset({"0102"})))).total == 0


def test_business_dates_bound_from_both_ends(index: SearchIndex) -> None:
    assert index.search(Query(date_to=date(2026, 3, 8))).ids == (1,)
    assert index.search(Query(date_from=date(2026, 3, 9), date_to=date(2026, 3, 9))).ids == (3, 2)


def test_pages_follow_each_other(index: SearchIndex) -> None:
    pages = [index.search(Query(offset=offset, limit=2)) for offset in (0, 2, 4)]
    assert [page.ids for page in pages] == [(3, 2), (1,), ()]
    assert {page.total for page in pages} == {3}


def test_no_records_may_be_asked_for_to_count_only(index: SearchIndex) -> None:
    found = index.search(Query(limit=0))
    assert (found.ids, found.total) == ((), 3)


def test_relevance_puts_the_better_record_first(empty: SearchIndex) -> None:
    empty.put([replace(WIRE, id=7, text="张三丰 张三丰 张三丰"), replace(SLIP, id=8, text="张三丰" + "别的字" * 30)])
    empty.commit()
    assert empty.search(Query(terms=("张三丰",), sort=Sort.RELEVANCE)).ids == (7, 8)
    assert empty.search(Query(terms=("张三丰",))).ids == (8, 7)


def test_a_document_put_again_replaces_itself(index: SearchIndex) -> None:
    index.put([replace(WIRE, text="", fields={"payer_name": "王五"})])
    index.commit()
    assert index.count() == 3
    assert index.search(parse("张三")).total == 0
    assert index.search(parse("王五")).ids == (1,)


def test_the_last_of_two_puts_in_one_commit_stands(empty: SearchIndex) -> None:
    empty.put([WIRE, replace(WIRE, state="doubtful")])
    empty.commit()
    assert empty.search(Query()).facets["state"] == {"doubtful": 1}


def test_a_deleted_document_is_gone(index: SearchIndex) -> None:
    index.delete([1, 99])
    index.commit()
    assert index.search(Query()).ids == (3, 2)


def test_nothing_is_seen_before_the_commit(index: SearchIndex) -> None:
    index.clear()
    index.put([replace(WIRE, id=9)])
    assert index.count() == 3
    index.commit()
    assert index.search(Query()).ids == (9,)


def test_an_empty_index_finds_nothing(empty: SearchIndex) -> None:
    assert empty.search(parse("张")).total == 0
    assert empty.count() == 0


CHARACTERS = st.text(alphabet="张三丰12ab ,-|（人", max_size=8)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(texts=st.lists(CHARACTERS, min_size=1, max_size=6), terms=st.lists(CHARACTERS, min_size=1, max_size=8))
def test_tantivy_finds_what_plain_loops_find(tmp_path: Path, texts: list[str], terms: list[str]) -> None:
    plain, real = MemoryIndex(), TantivyIndex(tmp_path / "index")
    for index in (plain, real):
        index.clear()
        index.put(replace(WIRE, id=n, text=text, fields={"purpose": text[::-1]}) for n, text in enumerate(texts))
        index.commit()
    for term in terms:
        for query in (Query(terms=(term,)), Query(terms=(term + "*",)), Query(fields=((("purpose",), term),))):
            assert real.search(query).ids == plain.search(query).ids, query
    real.close()


def test_an_index_opens_by_its_address(tmp_path: Path) -> None:
    assert isinstance(open_index("memory:"), MemoryIndex)
    assert open_index(f"tantivy://{tmp_path}/i").count() == 0


@pytest.mark.parametrize("url", ["tantivy://host/x", "solr://x", "", "/path"])
def test_an_address_of_no_index_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="use tantivy:///folder or memory:"):
        open_index(url)
