"""The day's equation in numbers: a handful of aggregate queries for one teller's day or for every teller of a date."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, String, Subquery, Table, and_, case, cast, exists, func, or_, select

from ocr.model import BATCH_COVER, BLANK

from ..model import EVERYTHING, CaseKind, CaseState, PageState, RecordState, Scope, SealedDay, StoredPage, TellerDay
from .base import Repository, day_of, of_day, within
from .sheets import page_of, selected
from .tables import batch, entry, match, page, record, sheet
from .tables import case as cases
from .tables import day as days

_DAY = ("business_date", "branch_no", "teller_no")
EXPLAINED = CaseState.EXPLAINED.value


@dataclass(frozen=True, slots=True)
class Which:
    """The days that are asked for: one teller's day, or every one of a date within a scope."""

    business_date: date
    scope: Scope = EVERYTHING
    day: TellerDay | None = None

    def of(self, table: Table) -> ColumnElement[bool]:
        """The condition on a table that has the columns of a teller's day."""
        dated = and_(table.c.business_date == self.business_date, within(table.c.branch_no, self.scope))
        return dated if self.day is None else and_(dated, of_day(table, self.day))


@dataclass(frozen=True, slots=True)
class Feeds:
    """The batches of a day: how many, how many of them declare nothing, and what the others declare together."""

    batches: int = 0
    undeclared: int = 0
    declared: int = 0


@dataclass(frozen=True, slots=True)
class SheetCounts:
    """Sheets of a day, covers left out. `archived`: every side is done. `accounted`: and nothing on it waits for a
    person. A side that was explained by a reason counts. `quarantined` and `doubtful` are those not explained.
    `undeclared`: those of batches that declare nothing."""

    captured: int = 0
    archived: int = 0
    accounted: int = 0
    received: int = 0
    reading: int = 0
    quarantined: int = 0
    doubtful: int = 0
    undeclared: int = 0


@dataclass(frozen=True, slots=True)
class EntryCounts:
    """Transactions of a day's journal: all, those with paper, those explained by a case, those that need no paper."""

    transactions: int = 0
    with_paper: int = 0
    explained: int = 0
    exempt: int = 0


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One case of a day that concerns the day as a whole, or the number of its open cases of a kind."""

    kind: str
    state: str
    count: int
    expected: str = ""
    found: str = ""


def _flag(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.max(case((condition, 1), else_=0))


def _explained(kind: CaseKind, subject: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether the case of a subject (its key is the kind and the subject's id) was explained by a person."""
    key = f"{kind.value}:" + cast(subject, String)
    return exists().where(cases.c.key == key, cases.c.state == EXPLAINED)


def _sheets(which: Which) -> Subquery:
    """One row a sheet: whether it is a cover, and what any of its sides still waits for."""
    joined = batch.join(sheet, sheet.c.batch_id == batch.c.id).join(page, page.c.sheet_id == sheet.c.id)
    joined = joined.outerjoin(record, record.c.page_id == page.c.id)
    aside = and_(page.c.state == PageState.QUARANTINED.value, ~_explained(CaseKind.QUARANTINED_PAGE, page.c.id))
    doubtful = and_(
        record.c.state == RecordState.DOUBTFUL.value,
        page.c.kind != BLANK,
        ~_explained(CaseKind.UNKEYED_FIELDS, record.c.id),
    )
    flags = (
        _flag(page.c.kind == BATCH_COVER).label("cover"),
        _flag(page.c.state == PageState.RECEIVED.value).label("received"),
        _flag(page.c.state == PageState.RUNNING.value).label("reading"),
        _flag(aside).label("quarantined"),
        _flag(doubtful).label("doubtful"),
        _flag(batch.c.declared_sheets.is_(None)).label("undeclared"),
    )
    names = [batch.c[name] for name in _DAY]
    return select(*names, *flags).select_from(joined).where(which.of(batch)).group_by(*names, sheet.c.id).subquery()


def _transactions(which: Which, paperless: Sequence[str]) -> Subquery:
    """One row a journal number: whether it has paper, needs it, and was explained."""
    names = [entry.c[name] for name in _DAY]
    same = [match.c[name] == entry.c[name] for name in (*_DAY, "journal_no")]
    excused = [cases.c[name] == entry.c[name] for name in (*_DAY, "journal_no")]
    reasoned = (cases.c.kind == CaseKind.MISSING_VOUCHER.value, cases.c.state == EXPLAINED)
    needs = entry.c.transaction_code.not_in(list(paperless)) if paperless else entry.c.id.is_not(None)
    flags = (
        _flag(exists().where(*same)).label("paper"),
        _flag(needs).label("needs"),
        _flag(exists().where(*excused, *reasoned)).label("explained"),
    )
    return select(*names, *flags).where(which.of(entry)).group_by(*names, entry.c.journal_no).subquery()


def _sum(*conditions: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((and_(*conditions), 1), else_=0))


class Balances(Repository):
    """Counts by teller's day; each method is one query, whatever the number of tellers."""

    def feeds(self, which: Which) -> dict[TellerDay, Feeds]:
        """What the batches declare."""
        names = [batch.c[name] for name in _DAY]
        counts = (
            func.count().label("batches"),
            _sum(batch.c.declared_sheets.is_(None)).label("undeclared"),
            func.coalesce(func.sum(batch.c.declared_sheets), 0).label("declared"),
        )
        found = select(*names, *counts).where(which.of(batch)).group_by(*names)
        return {day_of(row): Feeds(row["batches"], row["undeclared"], row["declared"]) for row in self._all(found)}

    def sheets(self, which: Which) -> dict[TellerDay, SheetCounts]:
        """How far the sheets are."""
        each = _sheets(which)
        flags = each.c
        names = [flags[name] for name in _DAY]
        own = flags.cover == 0
        whole = (own, flags.received == 0, flags.reading == 0, flags.quarantined == 0)
        counts = {
            "captured": _sum(own),
            "archived": _sum(*whole),
            "accounted": _sum(*whole, flags.doubtful == 0),
            "received": _sum(own, flags.received == 1, flags.reading == 0),
            "reading": _sum(own, flags.reading == 1),
            "quarantined": _sum(own, flags.quarantined == 1),
            "doubtful": _sum(own, flags.doubtful == 1),
            "undeclared": _sum(own, flags.undeclared == 1),
        }
        found = select(*names, *(value.label(name) for name, value in counts.items())).group_by(*names)
        return {day_of(row): SheetCounts(*(row[name] for name in counts)) for row in self._all(found)}

    def transactions(self, which: Which, paperless: Sequence[str]) -> dict[TellerDay, EntryCounts]:
        """How far the journal is covered; `paperless` are the transaction codes that need no paper."""
        each = _transactions(which, paperless)
        flags = each.c
        names = [flags[name] for name in _DAY]
        bare = (flags.paper == 0, flags.needs == 1)
        counts = {
            "transactions": func.count(),
            "with_paper": _sum(flags.paper == 1),
            "explained": _sum(*bare, flags.explained == 1),
            "exempt": _sum(flags.paper == 0, flags.needs == 0),
        }
        found = select(*names, *(value.label(name) for name, value in counts.items())).group_by(*names)
        return {day_of(row): EntryCounts(*(row[name] for name in counts)) for row in self._all(found)}

    def cases(self, which: Which, whole_day: Sequence[CaseKind]) -> dict[TellerDay, list[CaseLine]]:
        """The number of open cases by kind, and the explained ones of the kinds that concern a day as a whole."""
        names = [cases.c[name] for name in _DAY]
        kinds = [kind.value for kind in whole_day]
        excuses = and_(cases.c.state == EXPLAINED, cases.c.kind.in_(kinds))
        told = (cases.c.kind, cases.c.state, cases.c.expected, cases.c.found)
        shown = or_(cases.c.state == CaseState.RAISED.value, excuses)
        # Expected and found tell the excuses apart; for open cases they would only split the count.
        split = [case((cases.c.state == EXPLAINED, column), else_="").label(column.name) for column in told[2:]]
        inner = select(*names, told[0], told[1], *split).where(which.of(cases), shown).subquery()
        columns = list(inner.c)
        found = select(*columns, func.count().label("count")).group_by(*columns)
        lines: dict[TellerDay, list[CaseLine]] = {}
        for row in self._all(found):
            one = CaseLine(row["kind"], row["state"], row["count"], row["expected"], row["found"])
            lines.setdefault(day_of(row), []).append(one)
        return lines

    def sealed(self, which: Which) -> dict[TellerDay, SealedDay]:
        """The days that are sealed."""
        found = select(days).where(which.of(days), days.c.sealed_at.is_not(None))
        return {day_of(row): _sealed(row) for row in self._all(found)}

    def stale(self, day: TellerDay) -> bool:
        """Whether something of a day changed since it was matched."""
        return bool(self._scalar(select(days.c.stale).where(of_day(days, day))))

    def pages(self, day: TellerDay, states: Sequence[PageState]) -> list[StoredPage]:
        """The pages of a day that are in one of the states, by batch and place."""
        mine = selected().where(of_day(batch, day), page.c.state.in_([state.value for state in states]))
        return [page_of(row) for row in self._all(mine.order_by(page.c.batch_id, page.c.seq))]

    def doubtful(self, day: TellerDay) -> list[int]:
        """The ids of the records of a day that wait for a person and were not explained, by batch and place."""
        waits = (record.c.state == RecordState.DOUBTFUL.value, page.c.kind.not_in([BLANK, BATCH_COVER]))
        mine = select(record.c.id).join(page, page.c.id == record.c.page_id).where(of_day(record, day), *waits)
        found = mine.where(~_explained(CaseKind.UNKEYED_FIELDS, record.c.id))
        return [row["id"] for row in self._all(found.order_by(record.c.batch_id, page.c.seq))]

    def covers(self, batch_id: int) -> int:
        """How many sheets of a batch are covers."""
        mine = select(func.count(page.c.sheet_id.distinct()))
        return int(self._scalar(mine.where(page.c.batch_id == batch_id, page.c.kind == BATCH_COVER)))

    def due(self, settled_before: datetime, limit: int) -> list[TellerDay]:
        """Open days due for matching, oldest first; one whose pages still come is due again only where its last
        matching is older than that time."""
        undone = page.c.state.in_([PageState.RECEIVED.value, PageState.RUNNING.value])
        same = [batch.c[name] == days.c[name] for name in _DAY]
        working = exists(select(page.c.id).join(batch, batch.c.id == page.c.batch_id).where(undone, *same))
        rested = or_(days.c.matched_at.is_(None), days.c.matched_at < settled_before, ~working)
        due = select(days).where(days.c.stale, days.c.sealed_at.is_(None), rested)
        return [day_of(row) for row in self._all(due.order_by(days.c.business_date, days.c.id).limit(limit))]


def _sealed(row: RowMapping) -> SealedDay:
    return SealedDay(day_of(row), row["manifest"], row["sealed_by"], row["sealed_at"])
