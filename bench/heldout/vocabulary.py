"""The catalogue as this generator uses it: titles, fields of each type, kinds, labels and options."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

CATALOGUE = Path(__file__).resolve().parents[2] / "ocr" / "catalogue.yaml"
BARE = frozenset({"账号", "开户银行", "开户行"})
PARTIES = {"payer": ("付款人", "出票人", "汇款人", "申请人"), "payee": ("收款人", "持票人")}


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the catalogue: its kind, the labels that it is printed under and its options."""

    name: str
    kind: str
    labels: tuple[str, ...]
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Kind:
    """One type of voucher: the title on the paper and its fields."""

    name: str
    title: str
    required: tuple[str, ...]
    optional: tuple[str, ...]


@cache
def fields() -> dict[str, Field]:
    """Every field of the catalogue by name."""
    raw = yaml.safe_load(CATALOGUE.read_text(encoding="utf-8"))["fields"]
    return {
        name: Field(name, spec["kind"], tuple(map(str, spec["labels"])), tuple(spec.get("options", ())))
        for name, spec in raw.items()
    }


@cache
def types() -> dict[str, Kind]:
    """The voucher types of the catalogue by name, those with a title and fields, without the batch cover."""
    raw = yaml.safe_load(CATALOGUE.read_text(encoding="utf-8"))["types"]
    return {
        name: Kind(name, spec["title"], tuple(spec["required"]), tuple(spec.get("optional", ())))
        for name, spec in raw.items()
        if spec["required"] and name != "batch_cover"
    }


@cache
def group_rows() -> dict[str, dict[str, tuple[str, ...]]]:
    """The bare labels of the rows of a party's group: party, then name, account or bank."""
    raw = yaml.safe_load(CATALOGUE.read_text(encoding="utf-8"))["groups"]
    return {party: {row: tuple(labels) for row, labels in spec["rows"].items()} for party, spec in raw.items()}
