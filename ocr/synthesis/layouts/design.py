"""A form for a type and a geometry: "a" and "b" are two banks' prints, any other name draws one of its own."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

import yaml

from ocr.synthesis import vocabulary
from ocr.synthesis.extras import extras_for
from ocr.synthesis.form import Draft, Form, Look
from ocr.synthesis.layouts.cheque import cheque, endorsement
from ocr.synthesis.layouts.families import above, filled, letter, lines, pairs
from ocr.synthesis.layouts.grouped import grouped, led

_GREENS, _BROWNS = ((40, 110, 60), (30, 120, 80), (20, 90, 110)), ((130, 85, 50), (150, 95, 60))
_BLUES, _REDS, _BLACKS = ((40, 70, 150), (60, 90, 170)), ((170, 60, 60), (190, 80, 80)), ((45, 45, 45), (70, 70, 75))
_COLOURS = _GREENS + _BROWNS + _BLUES + _REDS + _BLACKS
_PAPERS = ((255, 255, 255), (252, 252, 248), (250, 247, 238), (243, 250, 243), (253, 243, 243), (242, 247, 253))


@dataclass(frozen=True, slots=True)
class Plan:
    """How a type may be laid out: its layout families by geometry, its fields in order, and which may be left out."""

    a: str
    b: str
    others: tuple[str, ...]
    fields: tuple[str, ...]
    optional: frozenset[str]
    customer_stamp: bool


# optional fields of which a form prints both or neither
_TOGETHER = (frozenset({"payer_bank", "payee_bank"}), frozenset({"holder_id_type", "holder_id_no"}))
_SIZES = {  # of families whose paper comes in several sizes, mm
    "lines": ((210.0, 148.0), (210.0, 120.0), (210.0, 105.0)),
    "letter": ((210.0, 148.0), (210.0, 180.0)),
    "pairs": ((210.0, 148.0), (210.0, 148.0), (200.0, 140.0)),
}
_LAYOUTS: dict[str, Callable[[Draft, str], None]] = {
    "grouped": grouped,
    "led": led,
    "pairs": pairs,
    "above": above,
    "lines": lines,
    "filled": filled,
    "letter": letter,
    "cheque": cheque,
}


@cache
def _content(package: str, name: str) -> dict[str, Any]:
    text = files(package).joinpath(name).read_text("utf-8")
    content: dict[str, Any] = yaml.load(text, Loader=yaml.CSafeLoader)
    return content


def _plans() -> dict[str, Plan]:
    """The plan of each type that the demo draws, in the catalogue's order."""
    types = _content("ocr", "catalogue.yaml")["types"]
    plans = {}
    for name, raw in _content(__package__, "plans.yaml").items():
        families = raw["families"]
        plans[name] = Plan(
            families["a"],
            families["b"],
            tuple(families["others"]),
            tuple(raw["fields"]),
            frozenset(types[name]["optional"]),
            bool(raw.get("customer_stamp")),
        )
    return plans


PLANS = _plans()


def title_of(type_name: str) -> str:
    """The title that the catalogue gives a type, empty where it has none."""
    return str(_content("ocr", "catalogue.yaml")["types"].get(type_name, {}).get("title") or "")


def random_look(rng: random.Random) -> Look:
    return Look(
        ink=rng.choice(_COLOURS),
        paper=rng.choice(_PAPERS),
        face=rng.choice(("song", "song", "hei", "serif", "kai", "zen")),
        spread=rng.choice((0, 0, 1, 2)),
        colon=rng.choice(("：", ":", "：", "")),
        date_style=rng.choice(("iso", "chinese", "chinese_padded", "compact", "slashed_spaces")),
        amount_style=rng.choice(("yen_grouped", "grouped", "plain", "yen_plain", "yen_wide")),
        amount_align=rng.choice("lllmr"),
        row=rng.uniform(7.5, 9.5),
        rule=rng.choice((0.15, 0.2, 0.25, 0.35)),
        waves=rng.random() < 0.25,
    )


def _fields(plan: Plan, rng: random.Random) -> tuple[str, ...]:
    """The plan's fields, some optional ones left out of this print."""
    kept = [name for name in plan.fields if name not in plan.optional or rng.random() < 0.8]
    for pair in _TOGETHER:
        if len(pair & set(kept)) == 1:
            kept = [name for name in kept if name not in pair]
    return tuple(kept)


@lru_cache(maxsize=256)
def design(type_name: str, geometry: str) -> Form:
    """The form of `type_name` in `geometry`: the same names give the same form. KeyError for an unknown type."""
    rng = random.Random(f"{type_name}/{geometry}")  # noqa: S311
    plan = PLANS[type_name]
    family = {"a": plan.a, "b": plan.b}.get(geometry) or rng.choice(plan.others)
    size = (225.0, 80.0) if family == "cheque" else rng.choice(_SIZES.get(family, ((210.0, 148.0),)))
    draft = Draft(type_name, title_of(type_name), *size, random_look(rng), rng)
    draft.fields = _fields(plan, rng)
    offered = [name for name in extras_for(type_name) if rng.random() < 0.6]
    draft.extras = tuple(rng.sample(offered, min(len(offered), rng.choice((0, 1, 2, 3, 5)))))
    draft.wants_customer_stamp = plan.customer_stamp
    draft.monthly_rate = type_name == "discount" and rng.random() < 0.4
    bank = random.Random(f"bank/{geometry}").choice(vocabulary.BANKS)  # noqa: S311
    _LAYOUTS[family](draft, bank)
    return draft.done()


@lru_cache(maxsize=16)
def back_of_cheque(geometry: str) -> Form:
    """The printed back of a cheque, for endorsements."""
    rng = random.Random(f"endorsement/{geometry}")  # noqa: S311
    draft = Draft("endorsement", "", 225.0, 80.0, random_look(rng), rng)
    endorsement(draft, "")
    return draft.done()
