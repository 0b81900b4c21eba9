"""The words of the catalogue's types and fields, and in what order a screen shows them."""

from __future__ import annotations

from api.i18n import Words
from ocr.forms import catalogue
from ocr.model import NOT_VOUCHERS


def types() -> tuple[str, ...]:
    """Every type of page, vouchers first, in the catalogue's order."""
    vouchers = tuple(name for name in catalogue().types if name not in NOT_VOUCHERS)
    return vouchers + tuple(sorted(NOT_VOUCHERS))


def fields() -> tuple[str, ...]:
    """Every field in the catalogue's order."""
    return tuple(catalogue().fields)


def kind(field: str) -> str:
    """The kind of a field's value; text where the catalogue does not name the field."""
    found = catalogue().fields.get(field)
    return found.kind if found else "text"


def order(type_: str) -> tuple[str, ...]:
    """The fields of a type, required first; empty where the type has none."""
    found = catalogue().types.get(type_)
    return found.fields if found else ()


def options(field: str) -> tuple[str, ...]:
    """The printed options of a choice."""
    found = catalogue().fields.get(field)
    return found.options if found else ()


def type_name(type_: str, say: Words) -> str:
    """The title of a type in a language."""
    return say.first((f"type.{type_}",), type_) if type_ else say("type.none")


def short_name(type_: str, say: Words) -> str:
    """The title of a type in two to four characters, for a cell."""
    return say.first((f"short.{type_}", f"type.{type_}"), type_)


def field_name(field: str, say: Words) -> str:
    """The label of a field in a language."""
    return say.first((f"field.{field}",), field)


def required(type_: str) -> tuple[str, ...]:
    """The fields that a type must carry."""
    found = catalogue().types.get(type_)
    return found.required if found else ()
