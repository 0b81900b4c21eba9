"""The port of search indexes: documents in, ids of records with totals and facets out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Protocol

from ..model import EVERYTHING, Scope

FACETS = ("type", "branch_no", "state")
NO_AMOUNT = 1 << 60  # stands for the amount of a record without one; with its sign, after all others in either order
_FARTHEST = 1 << 62
After = tuple[int, int]  # where a row stands in the order: the day or the cents it is sorted by, and its id


class Sort(StrEnum):
    """By business date or by the record's main amount; ids break ties, the later first where the order descends.
    Records without an amount come last in both orders of amounts."""

    NEWEST = "newest"
    OLDEST = "oldest"
    AMOUNT_HIGH = "amount_high"
    AMOUNT_LOW = "amount_low"

    @property
    def descends(self) -> bool:
        return self in {Sort.NEWEST, Sort.AMOUNT_HIGH}

    @property
    def by_date(self) -> bool:
        return self in {Sort.NEWEST, Sort.OLDEST}


@dataclass(frozen=True, slots=True)
class Document:
    """One record as the index knows it. `amounts` are its fields' amounts in cents, `amount` the main one of them;
    `dates` its fields' dates; `fields` its values by name; `text` everything that was read; `box` the number of the
    paper's box. `version` grows with every change: where several processes write, an older one never replaces a newer
    one. The business date of an id never changes."""

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
    amount: int | None = None
    box: str = ""
    version: int = 0

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

    def key(self, sort: Sort) -> After:
        """Where the record stands in that order."""
        if sort.by_date:
            return self.business_date.toordinal(), self.id
        missing = -NO_AMOUNT if sort.descends else NO_AMOUNT
        return missing if self.amount is None else self.amount, self.id


@dataclass(frozen=True, slots=True)
class Query:
    """What to look for; every part must hold. `terms` are texts that must stand somewhere in the record, anywhere in a
    word or number; one that ends in `*` is the beginning of a word or number. `loose` are terms of which each number
    and word may differ by what OCR takes for each other (see `grams.fold`), and need not stand together. `fields` are
    names of fields and a term that one of them must hold. `amounts` and `dates` are ranges, ends included, of which
    each must hold some amount or date of the record; `days` are a date with its text, of which either will do.
    `date_from` and `date_to` bound the business date. An empty tuple or text asks for nothing. `after` is the `next` of
    the page before: the rows that follow it, whatever came or went meanwhile. The facets are counted only where
    `facets` asks for them."""

    terms: tuple[str, ...] = ()
    loose: tuple[str, ...] = ()
    fields: tuple[tuple[tuple[str, ...], str], ...] = ()
    types: tuple[str, ...] = ()
    branch_nos: tuple[str, ...] = ()
    teller_no: str = ""
    batch_id: int | None = None
    state: str = ""
    box: str = ""
    date_from: date | None = None
    date_to: date | None = None
    amounts: tuple[tuple[int, int], ...] = ()
    dates: tuple[tuple[date, date], ...] = ()
    days: tuple[tuple[date, str], ...] = ()
    scope: Scope = EVERYTHING
    sort: Sort = Sort.NEWEST
    after: After | None = None
    limit: int = 50
    facets: bool = False

    @property
    def bounds(self) -> After | None:
        """`after`, within what an index can compare: it may come from outside."""
        if self.after is None:
            return None
        value, id = (max(-_FARTHEST, min(_FARTHEST, one)) for one in self.after)
        return value, id


@dataclass(frozen=True, slots=True)
class Results:
    """Ids of records in order, of one page; the exact total and the facets (name → value → count) of all of them, on
    every page. `next` is the key after which the next page begins; None where nothing follows."""

    total: int
    ids: tuple[int, ...]
    facets: Mapping[str, Mapping[str, int]]
    took_ms: float
    next: After | None = None


class Builder(Protocol):
    """An index that is being built beside the one that is searched."""

    def put(self, documents: Iterable[Document]) -> None:
        """Adds documents, but for those of which a newer version is there already."""
        ...


class SearchIndex(Protocol):
    """A projection of the catalogue that can be thrown away and built again. IndexDamaged where it is not there or
    cannot be read, StoreUnavailable where its server or disk is away; the same call works again once that is over."""

    def put(self, documents: Iterable[Document]) -> None:
        """Adds documents or replaces those of the same id; seen after `commit`."""
        ...

    def delete(self, ids: Iterable[int], version: int = 0) -> None:
        """Removes documents up to that version; seen after `commit`."""
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

    def rebuilding(self) -> AbstractContextManager[Builder]:
        """Builds anew beside the index, also where that is missing or damaged: what is put into the builder takes its
        place in one step when the block ends well, and is thrown away where it does not. What is put into or deleted
        from the index meanwhile is in both; searches see the old one until the end."""
        ...

    def close(self) -> None:
        """Lets go of the index and of the right to write to it."""
        ...
