"""Highlights: which characters of a line answer to a query, and the box that they fill."""

from __future__ import annotations

from datetime import date

import pytest

from archive.highlights import hits
from archive.index.query import parse
from archive.model import Record, RecordField, RecordState
from archive.spans import cut, needles
from imaging.model import Box
from ocr.model import Line, Reading

LINE = Box(100, 50, 400, 30)


def record(**fields: tuple[str, str, Box]) -> Record:
    made = {n: RecordField(n, value, raw, 1.0, True, "ocr:rapid", box) for n, (value, raw, box) in fields.items()}
    day = date(2026, 3, 9)
    return Record(1, 1, 1, "0102", "0417", day, "wire_transfer", 1.0, RecordState.DONE, 1, made)


def found(query: str, *lines: str, **fields: tuple[str, str, Box]) -> list[tuple[str, str]]:
    """The text and the field of each hit on a page of those lines."""
    reading = Reading(tuple(Line(text, 1.0, Box(0, 40 * i, 400, 30)) for i, text in enumerate(lines)), "e", 800, 600)
    return [(hit.text, hit.field) for hit in hits(needles(parse(query)), record(**fields), reading)]


@pytest.mark.parametrize(
    ("query", "line", "text"),
    [
        ("张", "付款人：张伟", "张"),
        ("张伟", "付款人：张 伟（先生）", "张 伟"),
        ("62220212", "账号 6222 0212 3456", "6222 0212"),
        ("0212", "账号 6222 0212 3456", "0212"),
        ("6222*", "16222 6222 0212", "6222"),
        ("1,234.50", "合计 ¥1,234.50", "¥1,234.50"),
        ("1000..5000", "合计 1,234.50元", "1,234.50"),
        ("2026-03-09", "2026年3月9日", "2026年3月9日"),
        ("2026-03", "日期20260309", "20260309"),
        ("ABC", "ａｂｃ公司", "ａｂｃ"),
        ("~62220", "622Z0O", "622Z0"),
    ],
)
def test_a_part_of_a_query_is_found_as_the_paper_writes_it(query: str, line: str, text: str) -> None:
    assert [said for said, _ in found(query, line)] == [text]


@pytest.mark.parametrize(("query", "line"), [("6222", "6 2 2"), ("123", "12-3"), ("type:wire_transfer", "电汇凭证")])
def test_what_does_not_answer_is_not_lit(query: str, line: str) -> None:
    assert found(query, line) == []


def test_every_place_of_a_term_is_lit() -> None:
    assert found("张", "张三", "李四", "张五张") == [("张", ""), ("张", ""), ("张", "")]


def test_a_line_that_a_field_stands_in_is_lit_under_its_name() -> None:
    box = Box(255, 0, 145, 30)
    assert found("伟", "付款人 张伟", payer_name=("张伟", "张伟", box)) == [("伟", "payer_name")]


def test_a_field_that_no_line_tells_is_lit_by_its_own_box() -> None:
    assert found("1234.50", "壹仟", amount=("1234.50", "1 234 50", Box(9, 300, 50, 20))) == [("1234.50", "amount")]


def test_a_term_of_a_named_field_is_lit_nowhere_else() -> None:
    name = ("张伟", "张伟", Box(0, 40, 400, 30))
    assert found("付款人:张伟", "收款人 张伟", "张伟", payer_name=name) == [("张伟", "payer_name")]


def test_a_line_is_cut_by_the_centres_of_its_characters() -> None:
    assert cut("abcd", LINE, (120.0, 200.0, 300.0, 460.0), 1, 3) == Box(160, 50, 220, 30)


def test_without_centres_a_line_is_cut_by_the_widths_of_its_characters() -> None:
    assert cut("张12", LINE, (), 0, 1) == Box(100, 50, 200, 30)
    assert cut("张12", LINE, (), 1, 2) == Box(300, 50, 100, 30)


def test_a_whole_line_is_not_cut() -> None:
    assert cut("张12", LINE, (), 0, 3) == LINE
