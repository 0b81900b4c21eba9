"""Extract: labels, groups, grids, ticks and loose values lead to the right fields in layouts of every sort."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from imaging.model import Box, Pixels
from ocr.extract import Extraction, analyse, extract
from ocr.extract.edges import with_crossings
from ocr.extract.marks import nearest_label
from ocr.forms import catalogue
from ocr.model import Line, Reading

WIDTH, HEIGHT, H = 1600, 1000, 30
Word = tuple[str, int, int]


def width(text: str) -> int:
    return round(sum(H * (0.95 if ord(c) > 0x2E80 else 0.5) for c in text))


def reading(*words: Word) -> Reading:
    lines = tuple(Line(t, 0.99, Box(x, y, max(8, width(t)), H)) for t, x, y in words)
    return Reading(lines, "test", WIDTH, HEIGHT)


def tall(text: str, x: int, y: int) -> Line:
    return Line(text, 0.99, Box(x, y, H, H * len(text)))


def blank() -> Pixels:
    return np.full((HEIGHT, WIDTH, 3), 255, np.uint8)


def run(kind: str, said: Reading, cells: tuple[Box, ...] = (), pixels: Pixels | None = None) -> Extraction:
    return extract(analyse(said, cells), catalogue().types[kind], (), blank() if pixels is None else pixels)


def values(kind: str, *words: Word, cells: tuple[Box, ...] = ()) -> dict[str, str]:
    return {found.field: found.value.value for found in run(kind, reading(*words), cells).found}


def test_a_value_behind_its_label_in_one_line() -> None:
    assert values("teller_slip", ("户名：张三丰", 100, 200), ("交易码：4021", 700, 200)) == {
        "holder_name": "张三丰",
        "transaction_code": "4021",
    }


def test_several_labels_in_one_line() -> None:
    found = values("teller_slip", ("机构号：310012 柜员号：A10234 流水号：000123", 100, 200))
    assert found == {"branch_no": "310012", "teller_no": "A10234", "journal_no": "000123"}


def test_a_value_to_the_right_and_one_below() -> None:
    assert values(
        "cash_deposit", ("户名", 100, 200), ("李四光", 260, 204), ("款项来源", 700, 200), ("货款", 700, 240)
    ) == {
        "holder_name": "李四光",
        "purpose": "货款",
    }


def test_a_value_below_its_caption_in_the_cell() -> None:
    cells = (Box(90, 190, 400, 80), Box(490, 190, 400, 80))
    found = values(
        "cash_deposit",
        ("户名", 95, 195),
        ("李四光", 110, 235),
        ("账号", 495, 195),
        ("1020304050607", 510, 235),
        cells=cells,
    )
    assert found == {"holder_name": "李四光", "holder_account": "1020304050607"}


def test_a_spaced_label_read_in_pieces() -> None:
    assert values("cash_deposit", ("户", 100, 200), ("名", 170, 200), ("李四光", 260, 200)) == {"holder_name": "李四光"}


@pytest.mark.parametrize(
    ("read", "label"),
    [("收款人开户根行", "收款人开户银行"), ("统一社会信用代吗", "统一社会信用代码"), ("委托曰期", "委托日期")],
)
def test_a_misread_label_is_the_one_it_is_near_to(read: str, label: str) -> None:
    near = nearest_label(read)
    assert near is not None
    assert near[0].label == label


@pytest.mark.parametrize("read", ["用余", "张三", "货款", "某款人"])
def test_what_is_near_to_no_label_or_to_two_is_none(read: str) -> None:
    assert nearest_label(read) is None


def _groups(payer: Line, payee: Line, x: tuple[int, int], y: tuple[int, int]) -> Reading:
    lines = [payer, payee]
    for side, name, account in ((0, "甲公司", "11111111"), (1, "乙公司", "22222222")):
        rows = (("全称", 0, 0), (name, 150, 0), ("账号", 0, 60), (account, 150, 60))
        lines += reading(*((t, x[side] + dx, y[side] + dy) for t, dx, dy in rows)).lines
    return Reading(tuple(lines), "test", WIDTH, HEIGHT)


WANTED = {"payer_name": "甲公司", "payer_account": "11111111", "payee_name": "乙公司", "payee_account": "22222222"}


def test_vertical_words_lead_bare_rows_side_by_side() -> None:
    said = _groups(tall("付款人", 60, 200), tall("收款人", 800, 200), (110, 850), (200, 200))
    assert {f.field: f.value.value for f in run("special_transfer_debit", said).found} == WANTED


def test_vertical_words_lead_bare_rows_one_over_the_other() -> None:
    said = _groups(tall("收款人", 60, 400), tall("付款人", 60, 200), (110, 110), (200, 400))
    assert {f.field: f.value.value for f in run("special_transfer_debit", said).found} == WANTED


def test_a_bare_account_on_a_cheque_is_the_payers() -> None:
    found = values("transfer_cheque", ("收款人：乙公司", 100, 200), ("账号：12345678", 900, 200))
    assert found == {"payee_name": "乙公司", "payer_account": "12345678"}


def test_a_printed_composite_needs_no_group() -> None:
    found = values("wire_transfer", ("汇款人全称 甲公司", 100, 200), ("收款人账号 22222222", 100, 260))
    assert found == {"payer_name": "甲公司", "payee_account": "22222222"}


def test_a_date_around_preprinted_units_without_a_label() -> None:
    found = values(
        "wire_transfer",
        ("2026", 600, 120),
        ("年", 690, 120),
        ("3", 740, 120),
        ("月", 790, 120),
        ("8", 840, 120),
        ("日", 890, 120),
    )
    assert found == {"date": "2026-03-08"}


def test_two_dates_of_one_row_stay_apart() -> None:
    found = values(
        "discount", ("出票日", 100, 200), ("2026年1月5日", 220, 200), ("到期日", 700, 200), ("2026年7月5日", 820, 200)
    )
    assert found == {"bill_issue_date": "2026-01-05", "bill_due_date": "2026-07-05"}


def _grid(digits: str, x: int = 900, y: int = 300) -> list[Word]:
    head = "亿千百十万千百十元角分"
    words = [(c, x + 40 * i, y) for i, c in enumerate(head)]
    return words + [(c, x + 40 * (len(head) - len(digits) + i), y + 40) for i, c in enumerate(digits)]


def test_an_amount_of_one_digit_a_cell() -> None:
    assert values("wire_transfer", ("金额", 700, 310), *_grid("¥123450")) == {"amount": "1234.50"}


def test_a_grid_that_misses_a_digit_is_not_sure() -> None:
    words = _grid("¥123450")
    del words[-2]
    (found,) = run("wire_transfer", reading(*words)).found
    assert found.evidence.least <= 0.3


def test_words_of_money_beside_their_stacked_label() -> None:
    words = (("人民币", 100, 300), ("(大写)", 100, 335), ("壹仟贰佰叁拾肆元伍角整", 260, 318))
    assert values("wire_transfer", *words) == {"amount_in_words": "壹仟贰佰叁拾肆元伍角整"}


def test_a_name_over_two_rows_of_its_cell_is_one() -> None:
    cells = (Box(90, 190, 150, 90), Box(240, 190, 400, 90))
    found = values(
        "cash_deposit", ("户名", 100, 215), ("上海某某国际贸易", 250, 195), ("有限公司", 250, 237), cells=cells
    )
    assert found == {"holder_name": "上海某某国际贸易有限公司"}


def test_small_print_is_no_value() -> None:
    assert values("cash_deposit", ("户名", 100, 200), ("第二联客户回单", 260, 200)) == {}


def test_what_is_not_printed_is_not_invented() -> None:
    assert values("wire_transfer", ("汇款人账号", 100, 200), ("收款人账号", 100, 300)) == {}


def test_the_ticked_box_is_the_choice() -> None:
    pixels = blank()
    words: list[Word] = [("账户性质", 60, 200)]
    for i, option in enumerate(("基本存款账户", "一般存款账户", "专用存款账户", "临时存款账户")):
        x = 300 + 300 * i
        words.append((option, x, 200))
        cv2.rectangle(pixels, (x - 34, 203), (x - 10, 227), (0, 0, 0), 2)
        if i == 2:
            cv2.line(pixels, (x - 32, 212), (x - 24, 225), (0, 0, 0), 4)
            cv2.line(pixels, (x - 24, 225), (x - 8, 200), (0, 0, 0), 4)
    found = run("account_closing", reading(*words), (), pixels).found
    assert [(f.field, f.value.value) for f in found] == [("account_kind", "专用存款账户")]


def test_options_without_a_tick_are_no_choice() -> None:
    words = (("协助事项", 60, 200), ("查询", 300, 200), ("冻结", 500, 200), ("扣划", 700, 200))
    assert "action" not in values("judicial_assistance", *words)


def test_a_label_whose_head_was_read_apart() -> None:
    found = values("judicial_assistance", ("文", 100, 200), ("号：沪01执123号", 170, 200))
    assert found == {"document_no": "沪01执123号"}


def test_a_label_is_never_a_value() -> None:
    assert values("cash_deposit", ("户名", 100, 200), ("账号", 260, 200)) == {}


def test_a_currency_stands_without_a_label() -> None:
    assert values("cash_deposit", ("人民币", 700, 200), ("户名", 100, 200), ("李四光", 200, 200))["currency"] == "CNY"


def test_an_unknown_label_with_a_colon_ends_a_value_and_is_none() -> None:
    assert values("teller_slip", ("产品名称：单位活期", 100, 200), ("摘要：结息 现转标志：现金", 100, 260)) == {
        "purpose": "结息"
    }


def test_a_label_whose_characters_overlap_their_neighbours() -> None:
    lines = (
        Line("账", 0.9, Box(100, 200, 60, 40)),
        Line("号", 0.9, Box(140, 200, 90, 40)),
        *reading(("12345678", 300, 205)).lines,
    )
    (found,) = run("cash_deposit", Reading(lines, "test", WIDTH, HEIGHT)).found
    assert (found.field, found.value.value) == ("holder_account", "12345678")


def test_a_label_that_was_misread_before_its_number_or_colon() -> None:
    assert values("cash_cheque", ("支粟号码30109910 26106268", 100, 200)) == {"voucher_no": "3010991026106268"}
    assert values("teller_slip", ("搞要：现金取款", 100, 200)) == {"purpose": "现金取款"}


def test_a_misread_label_and_its_value_in_the_next_cell_are_parted() -> None:
    text, steps = "销广原因企业改制", (0, 25, 50, 75, 130, 155, 180, 205)
    centers = tuple(100.0 + 12 + step for step in steps)
    line = Line(text, 0.99, Box(100, 200, 230, 52), centers, (0.99,) * len(text))
    cells = (Box(90, 190, 105, 70), Box(198, 190, 400, 70))
    found = run("account_closing", Reading((line,), "test", WIDTH, HEIGHT), cells).found
    assert {each.field: each.value.value for each in found} == {"closing_reason": "企业改制"}


def test_a_line_through_a_value_is_evidence_against_it() -> None:
    pixels = blank()
    (found,) = run("teller_slip", reading(("户名：张三丰", 100, 200)), (), pixels).found
    assert with_crossings(found, pixels).evidence.edge == found.evidence.edge
    box = found.lines[0]
    cv2.line(pixels, (box.x + box.w // 2, 100), (box.x + box.w // 2, 400), (0, 0, 0), 3)
    assert with_crossings(found, pixels).evidence.edge == -1
