"""Extract: the layouts of other banks, each of which was read wrongly once."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from imaging.lines import cells
from imaging.model import Box, Page, Pixels
from ocr.extract import Extraction, analyse, extract
from ocr.forms import catalogue
from ocr.model import Line, Reading

WIDTH, HEIGHT, H = 1600, 1000, 30
Word = tuple[str, int, int]


def reading(*words: Word) -> Reading:
    def wide(text: str) -> int:
        return max(8, round(sum(H * (0.95 if ord(c) > 0x2E80 else 0.5) for c in text)))

    lines = tuple(Line(t, 0.99, Box(x, y, wide(t), H)) for t, x, y in words)
    return Reading(lines, "test", WIDTH, HEIGHT)


def run(kind: str, said: Reading, boxes: tuple[Box, ...] = ()) -> Extraction:
    pixels = np.full((HEIGHT, WIDTH, 3), 255, np.uint8)
    return extract(analyse(said, boxes), catalogue().types[kind], (), pixels)


def values(kind: str, *words: Word, boxes: tuple[Box, ...] = ()) -> dict[str, str]:
    return {found.field: found.value.value for found in run(kind, reading(*words), boxes).found}


def ruled(*lines: tuple[int, int, int, int]) -> Pixels:
    pixels = np.full((HEIGHT, WIDTH, 3), 250, np.uint8)
    for x1, y1, x2, y2 in lines:
        cv2.line(pixels, (x1, y1), (x2, y2), (60, 50, 40), 3)
    return pixels


def columns(boxes: tuple[Box, ...], y: int) -> list[int]:
    """Where the cells of the row through `y` begin."""
    return sorted(box.x for box in boxes if box.y <= y <= box.bottom)


def test_a_table_whose_sides_are_open_has_its_outer_cells() -> None:
    level = [(100, y, 1500, y) for y in (200, 300, 400, 500)]
    found = cells(Page(ruled(*level, (600, 200, 600, 500), (1000, 300, 1000, 500)), 200.0))
    assert columns(found, 350) == [pytest.approx(x, abs=14) for x in (100, 600, 1000)]


def test_fill_in_lines_are_no_table() -> None:
    assert cells(Page(ruled(*((100, y, 1500, y) for y in (200, 300, 400, 500))), 200.0)) == ()


def test_dividers_of_two_rows_that_stand_a_little_beside_each_other_part_both() -> None:
    frame = [(100, y, 1500, y) for y in (200, 300, 400)] + [(x, 200, x, 400) for x in (100, 1500)]
    found = cells(Page(ruled(*frame, (800, 200, 800, 300), (808, 300, 808, 400)), 200.0))
    assert (len(columns(found, 250)), len(columns(found, 350))) == (2, 2)


@pytest.mark.parametrize(
    ("printed", "chosen"),
    [
        ("[]基本存款账户[√]一般存款账户[]专用存款账户", "一般存款账户"),
        ("()基本存款账户(√)般存款账户()专用存款账户", "一般存款账户"),
        ("基本存款账户(√) 一般存款账户() 专用存款账户()", "基本存款账户"),
    ],
)
def test_a_tick_in_brackets_belongs_to_its_option(printed: str, chosen: str) -> None:
    assert values("account_closing", ("账户性质", 60, 200), (printed, 300, 200))["account_kind"] == chosen


def test_numbers_of_two_columns_are_never_one() -> None:
    boxes = (Box(90, 190, 400, 80), Box(490, 190, 400, 80))
    found = values(
        "teller_slip",
        ("流水号", 95, 195),
        ("000174584534", 110, 235),
        ("交易码", 495, 195),
        ("09959", 510, 235),
        boxes=boxes,
    )
    assert found == {"journal_no": "000174584534", "transaction_code": "09959"}


def test_a_name_and_an_account_in_one_cell_stay_apart() -> None:
    boxes = (Box(90, 190, 900, 80),)
    found = values(
        "cash_deposit",
        ("户名", 95, 195),
        ("李四光", 110, 235),
        ("账号", 300, 195),
        ("5345632851", 240, 235),
        boxes=boxes,
    )
    assert found["holder_name"] == "李四光"


def _cells_of_grid(count: int, x: int = 900, y: int = 300) -> tuple[Box, ...]:
    return tuple(Box(x + 40 * i, y + row * 40, 38, 38) for row in (0, 1) for i in range(count))


def test_a_grid_is_known_by_its_cells_where_its_head_is_misread() -> None:
    words = [("元", 1184, 302), ("分", 1264, 302), *((c, 984 + 40 * i, 344) for i, c in enumerate("¥7698867"))]
    found = values("wire_transfer", ("金额", 700, 320), *words, boxes=_cells_of_grid(10))
    assert found["amount"] == "76988.67"


def test_a_grid_of_which_one_cell_is_open_is_whole() -> None:
    words = [("元", 1184, 302), ("分", 1264, 302), *((c, 1064 + 40 * i, 344) for i, c in enumerate("807012"))]
    boxes = tuple(box for box in _cells_of_grid(10) if box.x != 1180)
    assert values("wire_transfer", ("金额", 700, 320), *words, boxes=boxes)["amount"] == "8070.12"


def test_a_grid_whose_last_column_has_no_cell_keeps_it() -> None:
    words = [("元", 1184, 302), ("角", 1224, 302), *((c, 1104 + 40 * i, 344) for i, c in enumerate("94000"))]
    found = values("wire_transfer", ("金额", 700, 320), *words, boxes=_cells_of_grid(9))
    assert found["amount"] == "940.00"


def test_of_a_grid_without_a_unit_nothing_says_which_column_is_which() -> None:
    words = [(c, 1104 + 40 * i, 344) for i, c in enumerate("94000")]
    (found,) = run("wire_transfer", reading(("金额", 700, 320), *words), _cells_of_grid(10)).found
    assert found.grid is not None
    assert not found.grid.sure


def test_a_counterfoil_says_nothing_of_the_cheque() -> None:
    found = values(
        "transfer_cheque",
        ("转账支票存根", 60, 60),
        ("收款人：绵阳市中联化工股份", 60, 300),
        ("转账支票", 900, 60),
        ("收款人：绵阳市中联化工股份有限公司", 700, 200),
    )
    assert found == {"payee_name": "绵阳市中联化工股份有限公司"}


def test_a_sign_of_money_alone_in_its_cell_is_a_label() -> None:
    boxes = (Box(90, 190, 100, 80), Box(190, 190, 600, 80))
    found = values("judicial_assistance", ("¥", 120, 215), ("3,479,282.62", 210, 215), boxes=boxes)
    assert found == {"amount": "3479282.62"}


def test_a_row_that_no_group_leads_is_not_what_another_label_asks_for() -> None:
    found = values(
        "deposit_slip",
        ("付款行名称", 60, 200),
        ("光大银行沈阳分行", 260, 200),
        ("开户银行", 800, 200),
        ("中信银行福州分行", 1000, 200),
    )
    assert found == {"payer_bank": "光大银行沈阳分行", "payee_bank": "中信银行福州分行"}


def test_a_groups_own_label_is_not_the_holders() -> None:
    found = values("discount", ("承兑人开户行", 60, 200), ("招商银行宁波分行", 400, 200), ("开户行", 60, 300))
    assert found == {"acceptor_bank": "招商银行宁波分行"}


def test_a_label_read_in_one_line_with_the_name_before_it_ends_the_name() -> None:
    found = values("transfer_cheque", ("收款人：苏州市昊宇化工有限公司出票人账号：5158004249015", 60, 200))
    assert found == {"payee_name": "苏州市昊宇化工有限公司", "payer_account": "5158004249015"}


def test_the_year_of_an_official_document_stands_in_its_own_brackets() -> None:
    assert (
        values("judicial_assistance", ("文号：[2024]苏0582执4083号", 60, 200))["document_no"]
        == "〔2024〕苏0582执4083号"
    )


def test_a_stroke_of_a_stamp_behind_an_amount_is_none_of_it() -> None:
    assert values("cash_deposit", ("小写：¥983.93 份", 60, 200))["amount"] == "983.93"


@pytest.mark.parametrize("read", ["收款人", "收"])
def test_a_word_written_downwards_leads_its_group_by_the_one_character_that_was_read(read: str) -> None:
    words = (("户名", 500, 300), ("开户银行", 500, 380), ("工商银行西湖支行", 700, 380))
    said = reading(*words)
    upright = Line(read, 0.99, Box(430, 290, 40, 130))
    said = Reading((*said.lines, upright), said.engine, WIDTH, HEIGHT)
    rows = tuple(Box(480 + 200 * k, 280 + 80 * j, 200 + 500 * k, 80) for j in (0, 1) for k in (0, 1))
    found = {each.field for each in run("wire_transfer", said, (Box(420, 280, 60, 160), *rows)).found}
    assert "payee_bank" in found
    assert "payer_bank" not in found
