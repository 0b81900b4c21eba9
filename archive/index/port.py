"""The port of search indexes: documents in, ids of records with totals and facets out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Protocol

from ..model import EVERYTHING, Scope

FACETS = ("type", "branch_no", "business_date", "state")


class Sort(StrEnum):
    """`date`: business date, latest first, then id, latest first. `relevance`: best first, then as `date`."""

    DATE = "date"
    RELEVANCE = "relevance"


@dataclass(frozen=True, slots=True)
class Document:
    """One record as the index knows it. `amounts` are its fields' amounts in cents, `dates` its fields' dates;
    `fields` its values by name; `text` everything that was read."""

    id: int
    type: str
    title: str
    branch_no: str
    teller_no: str
    business_date: date
    state: str
    batch_id: int
    amounts: tuple[int, ...] = ()
    dates: tuple[date, ...] = ()
    text: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    file_name: str = ""
    sheet_number: int = 0

    @property
    def all_dates(self) -> frozenset[date]:
        """The business date and the fields' dates."""
        return frozenset({self.business_date, *self.dates})

    @property
    def named(self) -> Mapping[str, str]:
        """What a term can be looked for in by name: the fields, and the file's name."""
        return {**self.fields, "file_name": self.file_name}

    @property
    def said(self) -> list[str]:
        """What a term without a name is looked for in: the title, the fields, the lines of the text."""
        return [self.title, *self.fields.values(), *self.text.splitlines()]


@dataclass(frozen=True, slots=True)
class Query:
    """What to look for; every part must hold. `terms` are texts that must stand somewhere in the record, anywhere in a
    word or number; one that ends in `*` is the beginning of a word or number. `fields` are names of fields and a term
    that one of them must hold. `amounts` and `dates` are ranges, ends included, of which each must hold some amount or
    date of the record; `days` are a date with its text, of which either will do. `date_from` and `date_to` bound the
    business date. An empty tuple or text asks for nothing."""

    terms: tuple[str, ...] = ()
    fields: tuple[tuple[tuple[str, ...], str], ...] = ()
    types: tuple[str, ...] = ()
    branch_nos: tuple[str, ...] = ()
    teller_no: str = ""
    batch_id: int | None = None
    state: str = ""
    date_from: date | None = None
    date_to: date | None = None
    amounts: tuple[tuple[int, int], ...] = ()
    dates: tuple[tuple[date, date], ...] = ()
    days: tuple[tuple[date, str], ...] = ()
    scope: Scope = EVERYTHING
    sort: Sort = Sort.DATE
    offset: int = 0
    limit: int = 50


@dataclass(frozen=True, slots=True)
class Results:
    """Ids of records in order, of one page; the exact total and the facets (name → value → count) of all of them."""

    total: int
    ids: tuple[int, ...]
    facets: Mapping[str, Mapping[str, int]]
    took_ms: float


class SearchIndex(Protocol):
    """A projection of the catalogue that can be thrown away and built again. One process writes at a time."""

    def put(self, documents: Iterable[Document]) -> None:
        """Adds documents or replaces those of the same id; seen after `commit`."""
        ...

    def delete(self, ids: Iterable[int]) -> None:
        """Removes documents; seen after `commit`."""
        ...

    def commit(self) -> None:
        """Makes all that was put and deleted durable and seen by every reader."""
        ...

    def search(self, query: Query) -> Results:
        """What the query finds, as of the last commit of any process."""
        ...

    def count(self) -> int:
        """How many documents there are, as of the last commit."""
        ...

    def clear(self) -> None:
        """Removes every document; seen after `commit`."""
        ...

    def close(self) -> None:
        """Lets go of the index and of the right to write to it."""
        ...
