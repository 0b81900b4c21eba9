"""Search: a text and filters to the records that they find, within what the asker may see."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from .errors import Invalid
from .index.port import Query, Sort
from .index.query import parse
from .model import Record, Scope
from .vault import Archive

_MOST = 10**17


@dataclass(frozen=True, slots=True)
class Found:
    """One page of what a search found: the exact total in scope, the records, and of all that was found the facets
    (`type`, `branch_no`, `business_date`, `state`: value → count)."""

    total: int
    records: list[Record]
    facets: Mapping[str, Mapping[str, int]]
    took_ms: float


def search(
    archive: Archive,
    text: str = "",
    *,
    scope: Scope,
    types: Iterable[str] = (),
    branch_nos: Iterable[str] = (),
    state: str = "",
    batch_id: int | None = None,
    date_from: date | None = None,
    date_to: date | None = None,
    amount_min: Decimal | None = None,
    amount_max: Decimal | None = None,
    sort: Sort = Sort.DATE,
    offset: int = 0,
    limit: int = 50,
) -> Found:
    """The records that the text (see `index.query.parse`) and every filter find; an empty text finds all in scope.
    Invalid where an amount is beyond any voucher's, IndexDamaged where the index must be built again."""
    started = time.perf_counter()
    asked = _narrowed(parse(text), types, branch_nos, state, batch_id)
    query = replace(
        asked,
        amounts=(*asked.amounts, *_amounts(amount_min, amount_max)),
        date_from=date_from,
        date_to=date_to,
        scope=scope,
        sort=Sort(sort),
        offset=max(offset, 0),
        limit=max(limit, 0),
    )
    results = archive.index.search(query)
    with archive.catalogue.read() as transaction:
        records = transaction.records.many(results.ids, scope)
    return Found(results.total, records, results.facets, (time.perf_counter() - started) * 1000)


def _narrowed(query: Query, types: Iterable[str], branch_nos: Iterable[str], state: str, batch_id: int | None) -> Query:
    """The query with the filters; what both ask for must agree, or nothing is found."""
    types, branch_nos = tuple(types), tuple(branch_nos)
    return replace(
        query,
        types=_both(query.types, types),
        branch_nos=_both(query.branch_nos, branch_nos),
        state=_one(query.state, state),
        batch_id=query.batch_id if batch_id is None else batch_id if query.batch_id in {None, batch_id} else 0,
    )


def _both(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    if one and other:
        return tuple(value for value in one if value in other) or ("(none)",)
    return one or other


def _one(one: str, other: str) -> str:
    return (_both((one,) if one else (), (other,) if other else ()) or ("",))[0]


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
