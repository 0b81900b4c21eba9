"""Evaluate: the shares of `vouch evaluate --json`, normalised by kind, and the errors of a folder's truth."""

from __future__ import annotations

from pathlib import Path

import pytest

from ocr.evaluate import Answer, Truth, TruthError, compare, read_truth

FIELDS = {"amount": "1,234.50", "payer_name": "甲 公司"}


def answer(kind: str = "wire_transfer", **fields: tuple[str, bool]) -> Answer:
    return Answer(kind, fields, 0.1)


def truth(kind: str = "wire_transfer", **fields: str) -> Truth:
    return Truth("0001.jpg", 1, kind, fields)


def test_values_are_compared_in_stored_form() -> None:
    found = compare([truth(**FIELDS)], [answer(amount=("1234.50", True), payer_name=("甲公司", False))], 2.0)
    assert (found.field_exact, found.accepted, found.accepted_wrong) == (1.0, 0.5, 0.0)
    assert (found.pages, found.fields, found.pages_per_second) == (1, 2, 0.5)


def test_an_accepted_field_that_is_not_in_the_truth_is_wrong() -> None:
    found = compare([truth(amount="1.00")], [answer(amount=("1.00", True), purpose=("货款", True))], 1.0)
    assert (found.field_exact, found.accepted, found.accepted_wrong) == (1.0, 1.0, 0.5)


def test_a_doubtful_field_that_is_not_in_the_truth_counts_for_nothing() -> None:
    found = compare([truth(amount="1.00")], [answer(amount=("1.00", True), purpose=("货款", False))], 1.0)
    assert found.accepted_wrong == 0.0


def test_a_missing_field_is_not_right() -> None:
    found = compare([truth(**FIELDS)], [answer(amount=("1234.50", False))], 1.0)
    assert found.field_exact == 0.5
    assert found.faults[0]["field"] == "payer_name"


def test_only_voucher_types_count_in_the_accuracy_of_types() -> None:
    found = compare([truth(), truth("attachment")], [answer(), answer("unknown")], 1.0)
    assert found.type_accuracy == 1.0
    assert [fault["truth"] for fault in found.faults] == ["attachment"]


def test_figures_are_given_by_type_and_by_field() -> None:
    found = compare([truth(**FIELDS)], [answer("deposit_slip", amount=("1234.50", True))], 1.0)
    assert found.by_type["wire_transfer"] == {
        "pages": 1,
        "type_accuracy": 0.0,
        "fields": 2,
        "field_exact": 0.5,
        "accepted": 0.5,
        "accepted_wrong": 0.0,
    }
    assert found.by_field["payer_name"]["field_exact"] == 0.0


def test_the_json_has_the_promised_keys() -> None:
    keys = {"pages", "type_accuracy", "fields", "field_exact", "accepted", "accepted_wrong", "by_type", "by_field"}
    assert set(compare([], [], 0.0).to_json()) == keys | {"by_kind", "seconds", "pages_per_second"}


def test_a_folder_without_truth_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TruthError, match=r"truth\.jsonl is missing"):
        read_truth(tmp_path)


@pytest.mark.parametrize("line", ["no json", '{"page": 1}', '{"file": "a", "type": "x", "fields": 3}'])
def test_a_bad_line_is_named(tmp_path: Path, line: str) -> None:
    (tmp_path / "truth.jsonl").write_text('{"file": "a.jpg", "type": "blank"}\n' + line + "\n", "utf-8")
    with pytest.raises(TruthError, match="line 2"):
        read_truth(tmp_path)
