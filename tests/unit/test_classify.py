"""Classify: the printed title decides, in any print; what is no voucher needs evidence."""

from __future__ import annotations

import pytest

from imaging.model import Box
from ocr.classify import TypeGuess, classify
from ocr.extract import analyse
from ocr.forms import catalogue
from ocr.model import ATTACHMENT, ENDORSEMENT, UNKNOWN, Line, Reading

WIDTH, HEIGHT = 1600, 1100


def page(*texts: tuple[str, int, int, int]) -> Reading:
    """Lines by text, x, y and height, as wide as their characters."""
    lines = tuple(Line(t, 0.99, Box(x, y, max(h, round(len(t) * h * 0.95)), h)) for t, x, y, h in texts)
    return Reading(lines, "test", WIDTH, HEIGHT)


def guess(*texts: tuple[str, int, int, int]) -> TypeGuess:
    layout = analyse(page(*texts), ())
    return classify(layout.reading, layout.runs, layout.marks)


BODY = (("收款人", 100, 400, 30), ("账号", 100, 450, 30), ("金额", 100, 500, 30), ("用途", 100, 550, 30))


@pytest.mark.parametrize(
    "kind", [t for t in catalogue().types.values() if t.title and t.name != "batch_cover"], ids=lambda t: t.name
)
def test_every_title_is_its_type(kind: object) -> None:
    found = guess((kind.title, 500, 60, 60), *BODY)  # type: ignore[attr-defined]
    assert found.type == kind.name  # type: ignore[attr-defined]
    assert found.confidence > 0.9


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("转 账 支 票", "transfer_cheque"),
        ("中国工商银行现金支票", "cash_cheque"),
        ("特种转账贷方凭证(回单)", "special_transfer_credit"),
        ("挂失中请书", "loss_report"),
        ("协助查询、冻结、扣划通知书", "judicial_assistance"),
        ("撤销银行结算帐户申请书", "account_closing"),
    ],
)
def test_a_title_is_known_in_other_print(title: str, kind: str) -> None:
    assert guess((title, 500, 60, 60), *BODY).type == kind


def test_a_title_read_in_pieces_is_put_together() -> None:
    assert (
        guess(("转", 500, 60, 60), ("账", 600, 60, 60), ("支", 700, 60, 60), ("票", 800, 60, 60), *BODY).type
        == "transfer_cheque"
    )


def test_a_title_in_two_rows_is_put_together() -> None:
    found = guess(("开立单位银行", 500, 60, 50), ("结算账户申请书", 490, 120, 50), *BODY)
    assert found.type == "account_opening"


def test_words_in_small_print_are_no_title() -> None:
    found = guess(("结算业务申请书", 500, 60, 60), ("本申请书可用于电汇凭证", 100, 1000, 22), *BODY)
    assert found.type == "settlement_application"


@pytest.mark.parametrize(
    ("texts", "kind"),
    [
        (("中华人民共和国居民身份证", "公民身份号码 110105194912310021"), ATTACHMENT),
        (("上海增值税专用发票", "开票日期 2026年3月8日"), ATTACHMENT),
        (("购销合同", "甲方 乙方"), ATTACHMENT),
        (("被背书人", "背书人签章"), ENDORSEMENT),
        (("今日天气晴", "明日有雨"), UNKNOWN),
    ],
)
def test_what_is_no_voucher_needs_positive_evidence(texts: tuple[str, ...], kind: str) -> None:
    assert guess(*((t, 200, 100 + 80 * i, 40) for i, t in enumerate(texts))).type == kind


def test_an_empty_reading_is_unknown() -> None:
    assert guess().type == UNKNOWN


def test_labels_tell_the_type_where_the_title_is_lost() -> None:
    labels = ("汇票种类", "汇票号码", "汇票到期日", "承兑人账号", "贴现率", "贴现利息", "实付贴现金额")
    assert guess(*((t, 100, 200 + 60 * i, 30) for i, t in enumerate(labels))).type == "discount"
