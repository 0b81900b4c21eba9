"""The report of an evaluation: its curves, causes and worst values, and that the file needs nothing else."""

from __future__ import annotations

import re

import pytest

from api.evaluation_report import html
from ocr.evaluate import Answer, Evaluation, Said, Truth, compare
from ocr.report import cause, curve, interval, report

PICTURE = b"RIFF-a-picture"


def value(truth: str | None, said: str | None, accepted: bool = False, sure: float = 0.9, typed: str = "a") -> Said:
    return Said("1.jpg", 1, "a", typed, "payer_name", "name", "page", truth, said, accepted, sure)


def evaluation() -> Evaluation:
    truths = [
        Truth("1.jpg", 1, "wire_transfer", {"amount": "1234.50", "payer_name": "甲公司"}),
        Truth("2.jpg", 1, "deposit_slip", {"amount": "88.00"}),
    ]
    said = {"amount": ("1234.50", True), "payer_name": ("甲<公>司", True)}
    answers = [
        Answer("wire_transfer", said, 0.1, {"amount": 0.999, "payer_name": 0.97}, "ocr:rapid", {"payer_name": PICTURE}),
        Answer("wire_transfer", {"amount": ("83.00", False)}, 0.1, {"amount": 0.4}, "ocr:zone"),
    ]
    return compare(truths, answers, 1.0)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (value("甲公司", "甲公司", accepted=True), ""),
        (value("甲公司", "甲公司"), "asked"),
        (value("甲公司", "甲公"), "cut"),
        (value("甲公司", "甲乙公司"), "more"),
        (value("甲公司", "甲么司"), "misread"),
        (value("甲公司", "乙银行"), "other"),
        (value("甲公司", None), "missed"),
        (value("甲公司", "乙银行", typed="b"), "type"),
        (value(None, "甲", accepted=True), "unprinted"),
        (value(None, "甲"), ""),
    ],
)
def test_a_loss_has_a_cause(said: Said, why: str) -> None:
    assert cause(said) == why


def test_the_curve_has_a_point_before_each_error_and_at_its_end() -> None:
    said = [value("a", "a", sure=0.99), value("a", "b", sure=0.9), value("a", "a", sure=0.8), value("a", None)]
    assert list(curve(said)) == [(0.25, 0.0), (0.5, pytest.approx(1 / 3))]


def test_the_interval_of_a_share_lies_about_it() -> None:
    low, high = interval(95, 100)
    assert low < 0.95 < high < 1.0
    assert interval(0, 0) == (0.0, 1.0)


def test_the_worst_value_is_the_accepted_wrong_one() -> None:
    found = report(evaluation())
    assert [(each.field, each.accepted) for each in found.worst] == [("payer_name", True), ("amount", False)]


def test_confused_types_come_first() -> None:
    assert report(evaluation()).confused[0] == ("deposit_slip", "wire_transfer", 1)


def test_reliability_is_told_by_kind_and_by_source() -> None:
    found = {(each.kind, each.source) for each in report(evaluation()).reliability}
    assert {("all", ""), ("amount", ""), ("amount", "page"), ("amount", "zone"), ("name", "")} <= found


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_the_file_needs_nothing_else(language: str) -> None:
    text = html(report(evaluation()), "folder", language)
    assert not re.search(r'(?:src|href)="(?!data:)', text)
    assert "<script" not in text and "@import" not in text and "url(" not in text


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_every_word_of_the_report_is_in_the_catalogue(language: str) -> None:
    assert "evaluation." not in html(report(evaluation()), "folder", language)


def test_the_report_shows_the_pictures_of_wrong_values_and_escapes_what_was_read() -> None:
    text = html(report(evaluation()), "folder", "en")
    assert "data:image/webp;base64,UklGRi1hLXBpY3R1cmU=" in text
    assert "甲<mark>&lt;</mark>公" in text


def test_the_report_of_nothing_is_empty_and_whole() -> None:
    assert "</html>" in html(report(compare([], [], 0.0)), "folder", "zh_CN")
