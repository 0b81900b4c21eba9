"""A form for a type and a geometry. "a" and "b" are two banks' prints; any other name draws a geometry of its own."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

import yaml

from ocr.synthesis import vocabulary
from ocr.synthesis.form import Draft, Form, Look
from ocr.synthesis.layouts.cheque import cheque, endorsement
from ocr.synthesis.layouts.families import FAMILIES

_COLOURS = (
    (40, 110, 60), (30, 120, 80), (130, 85, 50), (150, 95, 60), (40, 70, 150), (60, 90, 170), (170, 60, 60), (190, 80, 80),
    (45, 45, 45), (70, 70, 75), (20, 90, 110),
)  # fmt: skip
_PAPERS = ((255, 255, 255), (252, 252, 248), (250, 247, 238), (243, 250, 243), (253, 243, 243), (242, 247, 253))


@dataclass(frozen=True, slots=True)
class Plan:
    """How a type may be laid out: the families of geometry a and b and of all others, and the fields in order."""

    a: str
    b: str
    others: tuple[str, ...]
    required: tuple[str, ...]
    optional: tuple[str, ...]
    customer_stamp: bool = False


_SIDES = ("payer_name", "payer_account", "payer_bank", "payee_name", "payee_account", "payee_bank")
_NO_BANKS = tuple(name for name in _SIDES if not name.endswith("bank"))
_MONEY = ("amount_in_words", "amount")
_TWO = ("grouped", "pairs", "above")
_ONE = ("pairs", "above", "lines")
_DISCOUNT = (
    "date", "bill_kind", "bill_no", "bill_issue_date", "bill_due_date", "holder_name", "holder_account", "holder_bank",
    "acceptor_name", "acceptor_account", "acceptor_bank", "amount_in_words", "bill_amount", "discount_rate",
    "discount_interest", "discount_paid",
)  # fmt: skip
_SLIP = (
    "date", "transaction_time", "branch_no", "teller_no", "journal_no", "transaction_code", "holder_name",
    "holder_account", "currency", "amount", "amount_in_words", "purpose", "balance", "authoriser_no",
)  # fmt: skip
_SLIP_MAY = ("transaction_time", "authoriser_no", "currency", "amount_in_words", "purpose", "balance")
_CHEQUE = ("voucher_no", "date", "payer_account", "payer_bank", "payee_name", *_MONEY, "purpose")
PLANS: dict[str, Plan] = {
    "transfer_cheque": Plan("cheque", "cheque", ("cheque",), _CHEQUE, ("purpose",), True),
    "cash_cheque": Plan("cheque", "cheque", ("cheque",), _CHEQUE, ("purpose",), True),
    "deposit_slip": Plan(
        "grouped", "pairs", _TWO, ("date", *_SIDES, *_MONEY, "attachments", "bill_no"), ("attachments", "bill_no")
    ),
    "wire_transfer": Plan("grouped", "above", _TWO, ("date", *_SIDES, *_MONEY, "purpose"), ("purpose",), True),
    "settlement_application": Plan(
        "grouped", "pairs", _TWO, ("voucher_no", "date", *_SIDES, *_MONEY, "purpose"), ("purpose",), True
    ),
    "cash_deposit": Plan(
        "pairs", "above", _ONE, ("date", "holder_name", "holder_account", "currency", *_MONEY, "purpose"), ("currency", "purpose")
    ),
    "cash_withdrawal": Plan(
        "lines", "pairs", _ONE,
        ("date", "holder_name", "holder_account", "currency", "amount", "amount_in_words", "holder_id_type", "holder_id_no"),
        ("currency", "amount_in_words", "holder_id_type", "holder_id_no"),
    ),
    "special_transfer_debit": Plan(
        "grouped", "pairs", _TWO, ("date", *_SIDES, *_MONEY, "purpose", "attachments"), ("purpose", "attachments")
    ),
    "special_transfer_credit": Plan(
        "grouped", "above", _TWO, ("date", *_NO_BANKS, *_MONEY, "purpose", "attachments"), ("purpose", "attachments")
    ),
    "teller_slip": Plan("lines", "pairs", ("lines", "lines", "pairs"), _SLIP, _SLIP_MAY),
    "discount": Plan(
        "pairs", "above", ("pairs", "above"), _DISCOUNT,
        ("holder_bank", "acceptor_account", "acceptor_bank", "amount_in_words"), True,
    ),
    "margin_deposit": Plan(
        "pairs", "lines", _ONE,
        ("date", "holder_name", "holder_account", "payee_account", *_MONEY, "purpose", "bill_no"), ("purpose", "bill_no"),
    ),
    "account_opening": Plan(
        "above", "pairs", _ONE, ("date", "holder_name", "uscc", "account_kind", "holder_account", "branch_no"),
        ("holder_account", "branch_no"), True,
    ),
    "account_closing": Plan(
        "pairs", "above", _ONE, ("date", "holder_name", "holder_account", "account_kind", "closing_reason", "balance"),
        ("balance",), True,
    ),
    "loss_report": Plan(
        "pairs", "lines", _ONE,
        ("date", "holder_name", "holder_id_type", "holder_id_no", "holder_account", "loss_kind", "lost_voucher_no", "balance"),
        ("lost_voucher_no", "balance"),
    ),
    "judicial_assistance": Plan(
        "lines", "pairs", _ONE,
        ("document_no", "date", "authority_name", "action", "holder_name", "holder_account", "holder_id_no", "amount",
         "amount_in_words"),
        ("holder_id_no", "amount", "amount_in_words"),
    ),
}  # fmt: skip
_LAYOUTS: dict[str, Callable[[Draft, str], None]] = {**FAMILIES, "cheque": cheque, "endorsement": endorsement}


@cache
def title_of(type_name: str) -> str:
    """The title that the catalogue gives a type, empty where it has none."""
    catalogue = yaml.safe_load(files("ocr").joinpath("catalogue.yaml").read_text("utf-8"))
    return str(catalogue["types"].get(type_name, {}).get("title") or "")


def random_look(rng: random.Random) -> Look:
    return Look(
        ink=rng.choice(_COLOURS),
        paper=rng.choice(_PAPERS),
        face=rng.choice(("song", "song", "hei", "serif", "kai", "zen")),
        spread=rng.choice((0, 0, 1, 2)),
        colon=rng.choice(("：", ":", "：", "")),
        date_style=rng.choice(("iso", "chinese", "chinese_padded", "compact", "slashed_spaces")),
        amount_style=rng.choice(("yen_grouped", "grouped", "plain", "yen_plain", "yen_wide")),
        row=rng.uniform(7.5, 9.5),
        rule=rng.choice((0.15, 0.2, 0.25, 0.35)),
    )


def _fields(plan: Plan, rng: random.Random) -> tuple[str, ...]:
    """The plan's fields, some optional ones left out of this print."""
    return tuple(name for name in plan.required if name not in plan.optional or rng.random() < 0.8)


@lru_cache(maxsize=256)
def design(type_name: str, geometry: str) -> Form:
    """The form of `type_name` in `geometry`: the same names give the same form. KeyError for a type without a plan."""
    rng = random.Random(f"{type_name}/{geometry}")  # noqa: S311
    plan = PLANS[type_name]
    family = {"a": plan.a, "b": plan.b}.get(geometry) or rng.choice(plan.others)
    size = (225.0, 80.0) if family == "cheque" else (210.0, 148.0)
    draft = Draft(type_name, title_of(type_name), *size, random_look(rng), rng)
    draft.fields = _fields(plan, rng)
    draft.wants_customer_stamp = plan.customer_stamp
    draft.monthly_rate = type_name == "discount" and rng.random() < 0.4
    if type_name == "cash_withdrawal" and ("holder_id_type" in draft.fields) != ("holder_id_no" in draft.fields):
        draft.fields = tuple(name for name in draft.fields if not name.startswith("holder_id"))
    _LAYOUTS[family](draft, rng.choice(vocabulary.BANKS))
    return draft.done()


@lru_cache(maxsize=16)
def back_of_cheque(geometry: str) -> Form:
    """The printed back of a cheque, for endorsements."""
    rng = random.Random(f"endorsement/{geometry}")  # noqa: S311
    draft = Draft("endorsement", "", 225.0, 80.0, random_look(rng), rng)
    endorsement(draft, "")
    return draft.done()
