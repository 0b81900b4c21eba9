"""The lexicon: every printed label of the catalogue, what it can mean, and the pre-printed words that are no value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from ocr import yamltext
from ocr.forms import Catalogue, catalogue

ROW_NAMES = ("name", "account", "bank")
_DECORATED = re.compile(r"[()\[\]::·.,、\s]")


@cache
def _lists() -> Mapping[str, Any]:
    return dict(yamltext.load(files("ocr").joinpath("words.yaml").read_text(encoding="utf-8")))


def words(name: str) -> tuple[str, ...]:
    """One list of words.yaml."""
    return tuple(str(_lists()[name]).split())


def words_by(name: str) -> Mapping[str, tuple[str, ...]]:
    """The lists of words.yaml below one name, by their own names."""
    return {key: tuple(str(text).split()) for key, text in _lists()[name].items()}


@cache
def to_simple() -> Mapping[int, int]:
    """The table of str.translate from traditional characters to simplified ones."""
    return str.maketrans(words("traditional")[0], words("simplified")[0])


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a label can stand for: fields of the catalogue, a leading word of a group, a bare row of one. A label with
    none of them is a pre-printed word where a value ends."""

    label: str
    fields: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    row: str | None = None


def plain(text: str) -> str:
    """A label without brackets, colons and spaces, with the one spelling of 账 that the catalogue uses, in simplified
    characters."""
    bare = _DECORATED.sub("", text).translate(to_simple())
    return bare.replace("帐", "账").replace("戶", "户").replace("賬", "账").replace("No", "NO")


def group_words(known: Catalogue) -> Mapping[str, tuple[str, ...]]:
    """The leading words of each group, those of the catalogue first."""
    further = words_by("more_words")
    words = {name: group.words + further.get(name, ()) for name, group in known.groups.items()}
    return {**{name: more for name, more in further.items() if name not in words}, **words}


def row_labels(known: Catalogue) -> Mapping[str, tuple[str, ...]]:
    """The bare labels of each row of a group."""
    rows = {row: set(labels) for row, labels in words_by("more_rows").items()}
    for group in known.groups.values():
        for row, labels in group.rows.items():
            rows[row] |= {label for label in labels if not label.startswith(("付款行", "汇"))}
    return {row: tuple(sorted(labels)) for row, labels in rows.items()}


class _Builder:
    def __init__(self) -> None:
        self.meanings: dict[str, Meaning] = {}

    def add(self, label: str, fields: tuple[str, ...] = (), group: str | None = None, row: str | None = None) -> None:
        key = plain(label)
        old = self.meanings.get(key, Meaning(key))
        fields = (*old.fields, *(f for f in fields if f not in old.fields))
        groups = (*old.groups, group) if group and group not in old.groups else old.groups
        self.meanings[key] = Meaning(key, fields, groups, row or old.row)


def _add_groups(built: _Builder, known: Catalogue) -> None:
    rows = row_labels(known)
    for group, words in group_words(known).items():
        for word in words:
            built.add(word, (f"{group}_name",) if f"{group}_name" in known.fields else (), group)
            for row, labels in rows.items():
                for label in labels:
                    built.add(word + label, _of_group(known, group, row))
    for row, labels in rows.items():
        for label in labels:
            built.add(label, (), None, row)


def _add_stamps(built: _Builder, known: Catalogue) -> None:
    persons = [word for words in group_words(known).values() for word in words]
    for whose, name in ((words("banks"), "stamp_bank"), ((*words("customers"), *persons), "stamp_customer")):
        for word in whose:
            for signed in words("signed"):
                built.add(word + signed, (name,))


def _of_group(known: Catalogue, group: str, row: str) -> tuple[str, ...]:
    """A group's field of a row, and the holder's, which stands for it on paper that has no such group."""
    names = (f"{group}_{row}", f"holder_{row}")
    return tuple(dict.fromkeys(name for name in names if name in known.fields))


@cache
def lexicon() -> Mapping[str, Meaning]:
    """Every label in plain form with its meaning."""
    known, built = catalogue(), _Builder()
    for word in words("stops"):
        built.add(word)
    _add_groups(built, known)
    _add_stamps(built, known)
    for field in known.fields.values():
        for label in (*field.labels, *words_by("more_labels").get(field.name, ())):
            built.add(label, (field.name,))
            if field.kind == "date":
                built.add(label + "大写", (field.name,))
            if field.kind == "amount":
                built.add(label + "小写", (field.name,))
    built.meanings.pop("¥", None)
    return built.meanings


@cache
def longest_first() -> re.Pattern[str]:
    """An expression that finds labels of two characters and more, the longest first."""
    words = sorted((word for word in lexicon() if len(word) > 1), key=len, reverse=True)
    return re.compile("|".join(re.escape(word) for word in words))


@cache
def by_length() -> Mapping[int, tuple[str, ...]]:
    """The labels that mean a field or a group, by their number of characters: what a misread label is compared with."""
    found: dict[int, list[str]] = {}
    for word, meaning in lexicon().items():
        if meaning.fields or meaning.groups or meaning.row:
            found.setdefault(len(word), []).append(word)
    return {size: tuple(words) for size, words in found.items()}
