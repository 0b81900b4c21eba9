"""Judge: a value stands without a person only on strong evidence, and never against a rule or a second reading."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ocr.extract.found import Evidence, Found
from ocr.forms import catalogue
from ocr.judge import judge
from ocr.kinds import Normalised
from ocr.model import FieldValue

STRONG = Evidence(least=0.9999, mean=0.9999, role=1.0, margin=3.0, again=0.9999)


def said(
    evidence: Evidence, name: str = "payer_account", value: str = "1020304050607080", sure: float = 0.99, **more: object
) -> FieldValue:
    found = Found(name, Normalised(value, **more), value, None, evidence)  # type: ignore[arg-type]
    return judge(found, catalogue().fields[name], sure, "rapid")


def test_strong_evidence_stands() -> None:
    found = said(STRONG)
    assert found.accepted
    assert found.source == "ocr:rapid"


@pytest.mark.parametrize(
    "weaker",
    [
        {"again": -1.0},
        {"least": 0.4, "mean": 0.7, "again": 0.0},
        {"doubts": frozenset({"card_passes_luhn"})},
        {"how": "derived"},
        {"role": 0.0, "margin": 0.0, "place": 3.0},
    ],
)
def test_weak_or_contrary_evidence_asks_a_person(weaker: dict[str, object]) -> None:
    assert not said(replace(STRONG, **weaker)).accepted  # type: ignore[arg-type]


def test_a_failed_check_digit_asks_a_person() -> None:
    assert not said(STRONG, proved=False).accepted


def test_nothing_of_a_page_of_doubtful_type_stands() -> None:
    assert not said(STRONG, sure=0.4).accepted


def test_weaker_evidence_is_less_confidence() -> None:
    assert said(replace(STRONG, least=0.6, mean=0.8, again=0.0)).confidence < said(STRONG).confidence


@pytest.mark.parametrize(
    ("name", "value", "raw"),
    [
        ("payer_account", "2375545700930514", "23755457009305 14"),
        ("date", "2026-04-01", "2026年04月1日"),
        ("holder_name", "同创农业开发有限公司 ¥:720.00", "同创农业开发有限公司 ¥:720.00"),
        ("payee_bank", "业部", "业部"),
        ("payee_bank", "银行绍兴保税区支行", "银行绍兴保税区支行"),
        ("holder_name", "居民身份证", "居民身份证"),
        ("holder_name", "嘉兴弘毅化T(集团)有限公司", "嘉兴弘毅化T(集团)有限公司"),
        ("holder_name", "洗煜", "洗煜"),
        ("payer_name", "郑州安泰文化传播有限贵任公司", "郑州安泰文化传播有限贵任公司"),
        ("payer_bank", "江苏银行长沙人民中路分理处票据种类:银行汇票", "江苏银行长沙人民中路分理处票据种类:银行汇票"),
        ("purpose", "投标保证金专", "投标保证金专"),
        ("payee_name", "佛山吴宇信息技术有限公司", "佛山吴宇信息技术有限公司"),
        ("date", "2026-04-01", "2026年04 月1 日"),
        ("authoriser_no", "165400", "16:54:00"),
        ("balance", "19771199535.00", "19771199535"),
        ("purpose", "中国建设银行上海分行", "中国建设银行上海分行"),
        ("purpose", "保函保证金洛阳市湖滨路471号", "保函保证金洛阳市湖滨路471号"),
        ("holder_id_no", "15964644993", "15964644993"),
        ("bill_no", "562562083705408319254232907", "562562083705408319254232907"),
        ("transaction_time", "09:0743", "09:0743"),
        ("balance", "35414.00", "¥35,414.0"),
    ],
)
def test_what_looks_as_if_something_was_lost_or_added_asks_a_person(name: str, value: str, raw: str) -> None:
    field = catalogue().fields[name]
    assert not judge(Found(name, Normalised(value), raw, None, STRONG), field, 1.0, "rapid").accepted


def test_a_purpose_may_name_what_a_bank_accepted() -> None:
    assert said(STRONG, "purpose", "银行承兑汇票保证金").accepted


def test_a_bank_far_from_its_label_asks_a_person_as_it_may_be_another_labels() -> None:
    near, far = (replace(STRONG, how="label", place=place) for place in (0.3, 0.9))
    assert said(near, "payer_bank", "中国银行西湖支行").accepted
    assert not said(far, "payer_bank", "中国银行西湖支行").accepted


def test_what_was_read_in_black_and_white_is_less_sure() -> None:
    weak = replace(STRONG, least=0.95, again=0.95)
    assert said(replace(weak, bitonal=1.0)).confidence < said(weak).confidence


def test_a_surname_that_looks_like_a_rarer_character_stands() -> None:
    assert said(STRONG, "holder_name", "吴秀英").accepted


def test_words_of_money_that_lack_one_ask_a_person_though_their_digits_agree() -> None:
    proved = replace(STRONG, proofs=frozenset({"amount_words_equal_digits"}))
    assert said(proved, "amount_in_words", "壹拾壹万柒仟元整").accepted
    assert not said(proved, "amount_in_words", "壹拾壹万柒仟元").accepted
    assert not said(proved, "amount_in_words", "叁拾叁万贰仟肆佰拾肆元整").accepted
    assert not said(proved, "amount_in_words", "0叁拾元柒角贰分").accepted
    assert not said(proved, "amount_in_words", "伍拾肆圓叁角伍分").accepted


def test_a_check_digit_does_not_say_whose_an_account_is() -> None:
    proved = replace(STRONG, proofs=frozenset({"card_passes_luhn"}), how="label", role=0.6)
    assert not said(proved).accepted
    assert said(replace(proved, role=1.0)).accepted
