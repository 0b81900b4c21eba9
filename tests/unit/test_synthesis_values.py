"""Demo values obey the catalogue: kinds, check digits, options, discount arithmetic."""

import random
import re
import unicodedata
from datetime import date, timedelta
from decimal import Decimal
from importlib.resources import files

import pytest
import yaml

from ocr.numerals import to_capital
from ocr.synthesis import numbers
from ocr.synthesis.layouts.labels import LABELS, TYPE_LABELS
from ocr.synthesis.printing import AMOUNT_STYLES, DATE_STYLES, print_amount, print_date
from ocr.synthesis.values import VOUCHER_TYPES, Items, Values

CATALOGUE = yaml.safe_load(files("ocr").joinpath("catalogue.yaml").read_text("utf-8"))
KINDS = {name: field["kind"] for name, field in CATALOGUE["fields"].items()}
TODAY = date(2026, 3, 8)
PATTERNS = {
    "date": r"\d{4}-\d\d-\d\d",
    "amount": r"\d+\.\d\d",
    "amount_cn": r"[零壹贰叁肆伍陆柒捌玖拾佰仟万亿元角分整正]+",
    "account": r"\d{8,32}",
    "number": r"[0-9A-Z]+",
    "uscc": r"[0-9A-HJ-NPQRTUWXY]{18}",
    "name": r"\S+",
    "text": r"\S+",
    "choice": r"\S+",
}


def filled(type_name: str, seed: int) -> Items:
    return Values(random.Random(f"{type_name}{seed}"), TODAY).fill(type_name, monthly_rate=seed % 2 == 0)


def luhn_holds(number: str) -> bool:
    return numbers.luhn_digit(number[:-1]) == number[-1]


@pytest.mark.parametrize("type_name", VOUCHER_TYPES)
def test_values_have_the_stored_form_of_their_kind(type_name: str) -> None:
    for seed in range(40):
        for name, item in filled(type_name, seed).items():
            assert re.fullmatch(PATTERNS[KINDS[name]], item.stored), (name, item)
            assert unicodedata.normalize("NFKC", item.stored) == item.stored


@pytest.mark.parametrize("type_name", VOUCHER_TYPES)
def test_values_cover_the_required_fields(type_name: str) -> None:
    assert set(CATALOGUE["types"][type_name]["required"]) <= set(filled(type_name, 1))


def test_every_voucher_type_of_the_catalogue_is_drawn() -> None:
    assert set(VOUCHER_TYPES) == set(CATALOGUE["types"]) - {"attachment", "batch_cover"}


def test_accounts_that_look_like_cards_pass_luhn() -> None:
    rng = random.Random(3)
    drawn = [numbers.account(rng) for _ in range(500)] + [numbers.card(rng) for _ in range(200)]
    cards = [number for number in drawn if 16 <= len(number) <= 19 and number.startswith("62")]
    assert len(cards) == 200
    assert all(luhn_holds(number) for number in cards)


def test_check_characters_agree_with_published_numbers() -> None:
    assert numbers.luhn_digit("7992739871") == "3"
    assert numbers.id_card_digit("11010519491231002") == "X"
    assert numbers.uscc_digit("91350100M000100Y4") == "3"


def test_identity_cards_and_credit_codes_carry_their_check_character() -> None:
    rng = random.Random(5)
    for _ in range(200):
        card, code = numbers.id_card(rng), numbers.uscc(rng)
        assert card[-1] == numbers.id_card_digit(card[:-1])
        assert code[-1] == numbers.uscc_digit(code[:-1])


def test_amount_in_words_says_the_amount() -> None:
    for type_name in VOUCHER_TYPES:
        items = filled(type_name, 2)
        if "amount_in_words" in items:
            amount = Decimal(items["bill_amount" if type_name == "discount" else "amount"].stored)
            allowed = {to_capital(amount, whole, zero) for whole in "整正" for zero in (True, False)}
            assert items["amount_in_words"].stored in allowed


@pytest.mark.parametrize("monthly", [True, False])
def test_discount_adds_up_and_its_interest_is_right(monthly: bool) -> None:
    for seed in range(60):
        items = Values(random.Random(seed), TODAY).fill("discount", monthly_rate=monthly)
        bill, interest, paid = (
            Decimal(items[name].stored) for name in ("bill_amount", "discount_interest", "discount_paid")
        )
        days = (date.fromisoformat(items["bill_due_date"].stored) - TODAY).days
        shown = items["discount_rate"].stored
        rate = Decimal(shown[:-1]) / (1000 if monthly else 100)
        assert shown.endswith("‰" if monthly else "%")
        assert abs(bill * rate * days / (30 if monthly else 360) - interest) <= Decimal("0.01")
        assert bill - interest == paid


def test_dates_are_not_after_the_business_date_and_cheques_not_stale() -> None:
    for seed in range(60):
        issued = date.fromisoformat(filled("transfer_cheque", seed)["date"].stored)
        assert TODAY - timedelta(days=10) <= issued <= TODAY
        assert date.fromisoformat(filled("discount", seed)["bill_issue_date"].stored) <= TODAY


def test_a_voucher_breaks_the_rule_it_is_meant_to_break() -> None:
    values = Values(random.Random(1), TODAY)
    stale = values.fill("cash_cheque", breaks="cheque_not_stale")
    assert date.fromisoformat(stale["date"].stored) < TODAY - timedelta(days=10)
    wrong = values.fill("wire_transfer", breaks="amount_words_equal_digits")
    assert to_capital(Decimal(wrong["amount"].stored))[:-1] != wrong["amount_in_words"].stored[:-1]
    same = values.fill("wire_transfer", breaks="payer_is_not_payee")
    assert same["payer_account"].stored == same["payee_account"].stored


def test_printed_styles_show_the_stored_value() -> None:
    assert [print_amount("1234.50", style) for style in AMOUNT_STYLES] == [
        "¥1,234.50", "1,234.50", "1234.50", "¥1234.50", "￥1,234.50", "CNY 1,234.50",
    ]  # fmt: skip
    assert [print_date("2026-03-08", style) for style in DATE_STYLES] == [
        "2026-03-08", "2026年3月8日", "2026年03月08日", "20260308", "2026 年 03 月 08 日", "贰零贰陆年叁月零捌日",
    ]  # fmt: skip


def test_printed_labels_are_labels_of_the_catalogue() -> None:
    for name, labels in [*LABELS.items(), *((field, labels) for (_, field), labels in TYPE_LABELS.items())]:
        assert set(labels) <= {str(label) for label in CATALOGUE["fields"][name]["labels"]}, name
