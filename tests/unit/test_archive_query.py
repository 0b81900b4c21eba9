"""What a person types, as a query."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from archive.index import MemoryIndex, Query, parse, understand
from archive.index.grams import GRAM, grams, normalise, pairs
from archive.index.plan import Phrase
from archive.index.query import cents_of, dates_of
from archive.index.tantivy import TantivyIndex

MARCH = (date(2026, 3, 1), date(2026, 3, 31))
MOST = 10**17


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("", Query()),
        ("张三 6222", Query(terms=("张三", "6222"))),
        ("6222*", Query(terms=("6222*",))),
        ('"two words" “三 四”', Query(terms=("two words", "三 四"))),
        ('"1,234.50"', Query(terms=("1,234.50",))),
        ("1,234.50", Query(amounts=((123_450, 123_450),))),
        ("￥1234", Query(amounts=((123_400, 123_400),))),
        ("0.1", Query(amounts=((10, 10),))),
        ("12元", Query(amounts=((1200, 1200),))),
        ("1234", Query(terms=("1234",))),
        ("1000..5000", Query(amounts=((100_000, 500_000),))),
        ("5000..1000", Query(amounts=((100_000, 500_000),))),
        ("1000.5..", Query(amounts=((100_050, MOST),))),
        ("..5", Query(amounts=((-MOST, 500),))),
        ("1000~2000", Query(amounts=((100_000, 200_000),))),
        (">1000", Query(amounts=((100_001, MOST),))),
        ("<=1,000.00", Query(amounts=((-MOST, 100_000),))),
        ("金额:1234", Query(amounts=((123_400, 123_400),))),
        ("金额：1000..2000", Query(amounts=((100_000, 200_000),))),
        ("余额:5", Query(amounts=((500, 500),))),
        ("金额:abc", Query(terms=("金额:abc",))),
        ("电汇 2026-03", Query(terms=("电汇",), dates=(MARCH,))),
        ("2026年3月", Query(dates=(MARCH,))),
        ("2026年", Query(dates=((date(2026, 1, 1), date(2026, 12, 31)),))),
        ("2026-03-08", Query(days=((date(2026, 3, 8), "2026-03-08"),))),
        ("2026/3/8", Query(days=((date(2026, 3, 8), "2026/3/8"),))),
        ("20260308", Query(days=((date(2026, 3, 8), "20260308"),))),
        ("20261308", Query(terms=("20261308",))),
        ("2026-02-30", Query(terms=("2026-02-30",))),
        ("2026-03-01..2026-03", Query(dates=(MARCH,))),
        ("2026-04..2026-03", Query(dates=((date(2026, 3, 1), date(2026, 4, 30)),))),
        ("2026-03..", Query(dates=((date(2026, 3, 1), date.max),))),
        ("日期:2026-03", Query(dates=(MARCH,))),
        ("batch:B-12", Query(batch_id=12)),
        ("batch:12", Query(batch_id=12)),
        ("B-12", Query(batch_id=12)),
        ("branch:0102 branch:0103", Query(branch_nos=("0102", "0103"))),
        ("teller:9001", Query(teller_no="9001")),
        ("type:wire_transfer", Query(types=("wire_transfer",))),
        ("类型:电汇", Query(types=("wire_transfer",))),
        ("type:unknown", Query(types=("unknown",))),
        ("state:Doubtful", Query(state="doubtful")),
        ("payer_name:张三", Query(fields=((("payer_name",), "张三"),))),
        ('payer_name:"张 三"', Query(fields=((("payer_name",), "张 三"),))),
        ("file:0001.jpg", Query(fields=((("file_name",), "0001.jpg"),))),
        ("nonsense:x", Query(terms=("nonsense:x",))),
        ("a:", Query(terms=("a:",))),
        ('"', Query()),
        ("~6222", Query(loose=("6222",))),
        ("～6222O", Query(loose=("6222O",))),
        ('~"62 22" 张', Query(loose=("62 22",), terms=("张",))),
        ("~", Query(terms=("~",))),
        ("payer_account:~6222O", Query(loose=("6222O",))),
        ("余额:~5", Query(amounts=((-MOST, 500),))),
        ("box:X-7", Query(box="X-7")),
        ("箱:7", Query(box="7")),
    ],
)
def test_a_text_is_understood(text: str, query: Query) -> None:
    assert parse(text) == query


@pytest.mark.parametrize(
    ("text", "odd"),
    [
        ("张三 金额:abc", [("金额:abc", "金额:1000..5000")]),
        ("余额:x", [("余额:x", "余额:1000..5000")]),
        ("batch:x", [("batch:x", "batch:B-12")]),
        ("date:2026-13-40 B-1", [("date:2026-13-40", "date:2026-03-08")]),
        ("2026-13-40", [("2026-13-40", "2026-03-08")]),
        ("state:lost", [("state:lost", "state:doubtful")]),
        ("5000..1000", [("5000..1000", "1000..5000")]),
        ("金额：5000..1000", [("金额：5000..1000", "金额:1000..5000")]),
        ("2026-04..2026-03", [("2026-04..2026-03", "2026-03..2026-04")]),
        ('ﬁﬁ "2026-13-40" 5000', []),
        ("ﬁﬁ　batch:y", [("batch:y", "batch:B-12")]),
        ("账号:~6222 payer_name:~张", [("账号:~6222", "~6222"), ("payer_name:~张", "~张")]),
        ("box:~7 file:~0001.jpg", [("box:~7", "box:7"), ("file:~0001.jpg", "file:0001.jpg")]),
        ("1000..5000 2026-03..  ..5 state:done 付款人:李 nonsense:x ~12 张~三 a:", []),
        ("金额:~5 出票日期:~2026-03 nonsense:~x", []),
    ],
)
def test_an_odd_part_is_shown_where_it_was_typed_with_an_example(text: str, odd: list[tuple[str, str]]) -> None:
    assert [(text[start:end], example) for start, end, example in understand(text).odd] == odd


def test_an_example_is_itself_understood() -> None:
    for text in ("金额:abc", "batch:x", "date:x", "state:x", "2026-13-40", "9..1", "账号:~1", "box:~7"):
        assert understand(understand(text).odd[0][2]).odd == ()


def test_a_label_stands_for_every_field_that_bears_it() -> None:
    (names, term) = parse("账号:6222").fields[0]
    assert term == "6222"
    assert {"payer_account", "payee_account", "holder_account"} <= set(names)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> TantivyIndex:
    return TantivyIndex(tmp_path_factory.mktemp("query") / "index")


PIECES = st.sampled_from(
    ["..", ":", "：", '"', "*", "-", "¥", "9" * 40, "2026", "-03", "年", "B-", "batch:", "金额:", "type:", "|", "账号:"]
)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(text=st.one_of(st.text(max_size=40), st.lists(st.one_of(PIECES, st.text(max_size=3)), max_size=8).map("".join)))
@example(text="\ud800")
@example(text="9" * 1000 + "*")
@example(text="(" * 500 + "张" * 3000)
@example(text="0000-00 0000年 9999-12..")
@example(text="a*b*.*[")
def test_any_text_is_a_query_that_every_index_answers(index: TantivyIndex, text: str) -> None:
    query = parse(text)
    assert index.search(query).total == 0
    assert MemoryIndex().search(query).total == 0


@given(whole=st.text(alphabet="张三丰李12ab ,(", max_size=12), data=st.data())
def test_a_piece_of_a_text_is_found_by_its_tokens_in_a_row(whole: str, data: st.DataObject) -> None:
    normal = normalise(whole)
    start = data.draw(st.integers(0, len(normal)))
    piece = normal[start : data.draw(st.integers(start, len(normal)))]
    if not piece:
        return
    row = grams(normal)
    assert len(piece) != 2 or piece in pairs(normal)
    if len(piece) >= GRAM:
        cover = Phrase("grams", tuple(grams(piece)), GRAM).cover()
        assert {place for at, _ in cover for place in range(at, at + GRAM)} == set(range(len(piece)))
        assert any(all(row[at + gap : at + gap + 1] == [one] for gap, one in cover) for at in range(len(row)))


@given(st.text(max_size=30))
def test_normal_text_stays_as_it_is(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once


@pytest.mark.parametrize(
    ("text", "normal"),
    [("ＡＢ１２３", "ab123"), ("张 三", "张三"), ("6222 0212", "6222|0212"), ("1,234.50", "1|234|50"), ("!?", "")],
)
def test_text_is_normalised(text: str, normal: str) -> None:
    assert normalise(text) == normal


@given(st.text(max_size=20))
def test_no_text_breaks_the_reading_of_amounts_and_dates(text: str) -> None:
    cents_of(text)
    dates_of(text)
