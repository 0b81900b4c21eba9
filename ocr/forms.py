"""The catalogue of forms as typed, frozen values: groups, fields, types and the names of the rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from ocr import yamltext


class CatalogueError(ValueError):
    """The catalogue names something that it does not define; the message says what and where."""


@dataclass(frozen=True, slots=True)
class Group:
    """A leading word (付款人) whose rows carry bare labels: `rows` maps `name`, `account`, `bank` to those labels."""

    name: str
    words: tuple[str, ...]
    rows: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class FieldDef:
    """One field: its kind, the labels that it is printed under, and its options where it is a choice."""

    name: str
    kind: str
    labels: tuple[str, ...]
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TypeDef:
    """One type of paper: its printed title (empty where it has none) and the fields that it may carry."""

    name: str
    title: str
    required: tuple[str, ...]
    optional: tuple[str, ...] = ()

    @property
    def fields(self) -> tuple[str, ...]:
        """Required, then optional."""
        return (*self.required, *self.optional)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All of it, by name. `reading_rules` and `business_rules` map a rule's name to what it says."""

    groups: Mapping[str, Group]
    fields: Mapping[str, FieldDef]
    types: Mapping[str, TypeDef]
    reading_rules: Mapping[str, str]
    business_rules: Mapping[str, str]

    def fields_of(self, type_name: str) -> tuple[FieldDef, ...]:
        """The fields that paper of this type may carry; none for a type that is not of the catalogue."""
        found = self.types.get(type_name)
        return tuple(self.fields[name] for name in found.fields) if found else ()


def _strings(values: Any) -> tuple[str, ...]:
    return tuple(str(value) for value in values or ())


def _group(name: str, raw: Mapping[str, Any]) -> Group:
    rows = {row: _strings(labels) for row, labels in raw["rows"].items()}
    return Group(name, _strings(raw["words"]), MappingProxyType(rows))


def _field(name: str, raw: Mapping[str, Any]) -> FieldDef:
    return FieldDef(name, str(raw["kind"]), _strings(raw["labels"]), _strings(raw.get("options")))


def _type(name: str, raw: Mapping[str, Any]) -> TypeDef:
    return TypeDef(name, str(raw.get("title") or ""), _strings(raw.get("required")), _strings(raw.get("optional")))


def _rules(raw: list[Mapping[str, str]]) -> Mapping[str, str]:
    return MappingProxyType({name: text for rule in raw for name, text in rule.items()})


def parse(text: str) -> Catalogue:
    """The catalogue that a YAML text describes. CatalogueError where a type names a field that is not defined."""
    raw = yamltext.load(text)
    fields = {name: _field(name, body) for name, body in raw["fields"].items()}
    types = {name: _type(name, body) for name, body in raw["types"].items()}
    for found in types.values():
        unknown = [name for name in found.fields if name not in fields]
        if unknown:
            raise CatalogueError(f"the type {found.name} names fields that are not defined: {', '.join(unknown)}")
    groups = {name: _group(name, body) for name, body in raw["groups"].items()}
    return Catalogue(
        MappingProxyType(groups),
        MappingProxyType(fields),
        MappingProxyType(types),
        _rules(raw["rules"]["reading"]),
        _rules(raw["rules"]["business"]),
    )


@cache
def catalogue() -> Catalogue:
    """The catalogue that comes with the package, read once."""
    return parse(files("ocr").joinpath("catalogue.yaml").read_text(encoding="utf-8"))
