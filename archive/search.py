"""Search: a text and filters to the records that they find, within what the asker may see."""

from __future__ import annotations

import base64
import hashlib
import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, InvalidOperation
from typing import Any, Self

from .boxing import as_written
from .catalogue.glances import Glance, GlanceField
from .errors import Invalid
from .index.port import After, Query, Results, Sort
from .index.query import parse
from .model import Record, Scope
from .vault import Archive

_MOST = 10**17
_FIRM = frozenset("0123456789")


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody looks for: a text (see `index.query.parse`) and the filters beside it, all of which must hold; an
    empty one asks for nothing. `loose`: digits and letters of the text tolerate the confusions of OCR, as `~` does for
    one term."""

    text: str = ""
    types: tuple[str, ...] = ()
    branch_nos: tuple[str, ...] = ()
    teller_no: str = ""
    batch_id: int | None = None
    box: str = ""
    state: str = ""
    date_from: date | None = None
    date_to: date | None = None
    amount_min: Decimal | None = None
    amount_max: Decimal | None = None
    loose: bool = False
    sort: Sort = Sort.NEWEST

    def query(self) -> Query:
        """The query of the text narrowed by the filters; where both name something else, nothing is found. Invalid
        where an amount is beyond any voucher's."""
        asked = parse(self.text)
        firm = tuple(term for term in asked.terms if not (self.loose and _FIRM & set(term)))
        return replace(
            asked,
            terms=firm,
            loose=(*asked.loose, *(term for term in asked.terms if term not in firm)),
            types=_both(asked.types, self.types),
            branch_nos=_both(asked.branch_nos, self.branch_nos),
            teller_no=_one(asked.teller_no, self.teller_no),
            batch_id=_same(asked.batch_id, self.batch_id),
            state=_one(asked.state, self.state),
            box=_one(asked.box, as_written(self.box)),
            amounts=(*asked.amounts, *_amounts(self.amount_min, self.amount_max)),
            date_from=self.date_from,
            date_to=self.date_to,
            sort=self.sort,
        )

    def filters(self) -> dict[str, Any]:
        """All but the text as plain JSON, only what is set."""
        values = {one.name: getattr(self, one.name) for one in fields(self) if one.name != "text"}
        return {name: _plain(value) for name, value in values.items() if value not in (None, "", (), False)}

    @classmethod
    def of(cls, text: str, filters: Mapping[str, Any]) -> Self:
        """What `filters` wrote, with its text. Invalid where a value is none of its filter's."""
        return cls(text, **{name: _value(name, value) for name, value in filters.items()})


@dataclass(frozen=True, slots=True)
class Found:
    """One page of what a search found: the exact total in scope, the records, of all that was found the facets (`type`,
    `branch_no`, `state`: value → count; empty where not asked), and the cursor of the next page."""

    total: int
    records: list[Record]
    facets: Mapping[str, Mapping[str, int]]
    took_ms: float
    next: str = ""


def search(
    archive: Archive, asked: Asked | str = "", *, scope: Scope, cursor: str = "", limit: int = 50, facets: bool = True
) -> Found:
    """The records in scope that answer, from the cursor of the page before on; an empty text finds all. Invalid where
    an amount or the cursor is none, IndexDamaged where the index must be built again."""
    started = time.perf_counter()
    found, following = _page(archive, asked, scope, cursor, limit, facets)
    with archive.catalogue.read() as transaction:
        records = transaction.records.many(found.ids, scope)
    return Found(found.total, records, found.facets, (time.perf_counter() - started) * 1000, following)


@dataclass(frozen=True, slots=True)
class Glimpsed:
    """`Found` with what its page shows of each record in place of the records."""

    total: int
    hits: list[tuple[Glance, list[GlanceField]]]
    facets: Mapping[str, Mapping[str, int]]
    took_ms: float
    next: str = ""


def glimpse(
    archive: Archive, asked: Asked | str, *, scope: Scope, cursor: str = "", limit: int = 50, facets: bool = True
) -> Glimpsed:
    """As `search`, in about half of its time beside the index's."""
    started = time.perf_counter()
    found, following = _page(archive, asked, scope, cursor, limit, facets)
    with archive.catalogue.read() as transaction:
        hits = transaction.glances.many(found.ids, scope)
    return Glimpsed(found.total, hits, found.facets, (time.perf_counter() - started) * 1000, following)


def search_ids(archive: Archive, asked: Asked | str, *, scope: Scope, limit: int) -> tuple[int, tuple[int, ...]]:
    """The exact total, and the ids of the first records alone: for the place of one among many."""
    found, _ = _page(archive, asked, scope, "", limit, False)
    return found.total, found.ids


def count(archive: Archive, asked: Asked | str, *, scope: Scope) -> int:
    """How many records in scope answer, exactly."""
    return _page(archive, asked, scope, "", 0, False)[0].total


def _page(
    archive: Archive, asked: Asked | str, scope: Scope, cursor: str, limit: int, facets: bool
) -> tuple[Results, str]:
    wanted = Asked(asked) if isinstance(asked, str) else asked
    query = replace(wanted.query(), scope=scope, limit=max(limit, 0), facets=facets)
    results = archive.index.search(replace(query, after=_after(cursor, wanted) if cursor else None))
    return results, "" if results.next is None else _cursor(results.next, wanted)


def _digest(asked: Asked) -> str:
    """What binds a cursor to its search."""
    said = json.dumps([asked.text, asked.filters()], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()[:12]


def _cursor(after: After, asked: Asked) -> str:
    packed = json.dumps([_digest(asked), *after], separators=(",", ":"))
    return base64.urlsafe_b64encode(packed.encode()).decode().rstrip("=")


def _after(cursor: str, asked: Asked) -> After:
    try:
        digest, key, last = json.loads(base64.urlsafe_b64decode(cursor.encode() + b"=" * (-len(cursor) % 4)))
        if digest == _digest(asked) and type(key) is int and type(last) is int:
            return key, last
    except (ValueError, TypeError):
        pass
    raise Invalid("cursor", "this cursor is not of this search; ask again without it, from the first page")


def _plain(value: object) -> object:
    if isinstance(value, date | Decimal):
        return str(value)
    return list(value) if isinstance(value, tuple) else value


def _value(name: str, value: Any) -> Any:
    try:
        return _KINDS[name](value)
    except (KeyError, ValueError, TypeError, InvalidOperation) as error:
        raise Invalid(name, f"{value!r} is no value of this filter; take it away") from error


def _texts(values: Iterable[Any]) -> tuple[str, ...]:
    if isinstance(values, str):
        raise TypeError("a list is wanted")
    return tuple(str(value) for value in values)


_KINDS: dict[str, Any] = {
    "types": _texts,
    "branch_nos": _texts,
    "teller_no": str,
    "batch_id": int,
    "box": str,
    "state": str,
    "date_from": date.fromisoformat,
    "date_to": date.fromisoformat,
    "amount_min": Decimal,
    "amount_max": Decimal,
    "loose": bool,
    "sort": Sort,
}


def _both(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    if one and other:
        return tuple(value for value in one if value in other) or ("(none)",)
    return one or other


def _one(one: str, other: str) -> str:
    return (_both((one,) if one else (), (other,) if other else ()) or ("",))[0]


def _same(one: int | None, other: int | None) -> int | None:
    return one if other is None else other if one in {None, other} else 0


def _amounts(low: Decimal | None, high: Decimal | None) -> tuple[tuple[int, int], ...]:
    """The range of whole cents between the ends; none where neither is given."""
    if low is None and high is None:
        return ()
    first = -_MOST if low is None else _cents("amount_min", low, ROUND_CEILING)
    last = _MOST if high is None else _cents("amount_max", high, ROUND_FLOOR)
    return ((first, last),)


def _cents(name: str, amount: Decimal, rounding: str) -> int:
    if not amount.is_finite() or abs(amount) > _MOST // 100:
        raise Invalid(name, f"{amount} is no amount that a voucher holds; give at most {_MOST // 100}")
    return int(amount.scaleb(2).to_integral_value(rounding))
