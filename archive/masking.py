"""Masking: values as they leave the archive for those who may not take them away in full."""

from __future__ import annotations

from ocr.forms import catalogue

from .model import Person, Role

# Who may take names and accounts out of the house in full; everybody else sees them on the screen only.
_IN_FULL = frozenset({Role.SUPERVISOR, Role.AUDITOR, Role.ARCHIVIST, Role.SYSTEM_ADMINISTRATOR, Role.SYSTEM})
_NUMBERS = frozenset({"account", "id_card", "uscc"})
_BY_NAME = frozenset({"holder_id_no"})


def masked_for(person: Person) -> bool:
    """Whether what this person exports is masked in any case."""
    return person.role not in _IN_FULL


def masked(name: str, value: str) -> str:
    """A field's value without what tells a person or an account: 张*明, 6222****0123; other values as they are."""
    known = catalogue().fields.get(name)
    kind = known.kind if known else "text"
    if kind in _NUMBERS or name in _BY_NAME:
        return f"{value[:4]}****{value[-4:]}" if len(value) > 8 else "*" * len(value)
    if kind == "name" and not name.endswith("_bank"):
        return _name(value)
    return value


def _name(value: str) -> str:
    if len(value) <= 2:
        return value[:1] + "*" * (len(value) - 1)
    return value[0] + "*" * (len(value) - 2) + value[-1]
