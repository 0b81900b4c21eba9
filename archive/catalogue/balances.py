"""The day's equation in numbers: a handful of aggregate queries for one teller's day or for every teller of a date."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    RowMapping,
    Select,
    String,
    Table,
    and_,
    case,
    cast,
    exists,
    false,
    func,
    or_,
    select,
    true,
)

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


def _explained(kind: CaseKind, subject: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether the case of a subject (its key is the kind and the subject's id) was explained by a person."""
    key = f"{kind.value}:" + cast(subject, String)
    return exists().where(cases.c.key == key, cases.c.state == EXPLAINED)


@dataclass(slots=True)
class _Sides:
    """The sheets of a day that have a side which is not plainly done, by what that side is or waits for."""

    cover: set[int] = field(default_factory=set)
    received: set[int] = field(default_factory=set)
    reading: set[int] = field(default_factory=set)
    quarantined: set[int] = field(default_factory=set)
    doubtful: set[int] = field(default_factory=set)

    def counts(self, sheets: int, undeclared: int) -> SheetCounts:
        undone = (self.received | self.reading | self.quarantined) - self.cover
        waiting = self.doubtful - self.cover
        captured = sheets - len(self.cover)
        return SheetCounts(
            captured=captured,
            archived=captured - len(undone),
            accounted=captured - len(undone | waiting),
            received=len(self.received - self.reading - self.cover),
            reading=len(self.reading - self.cover),
            quarantined=len(self.quarantined - self.cover),
            doubtful=len(waiting),
            undeclared=undeclared,  # a cover declares, so that none is among them
        )


def _sum(*conditions: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((and_(*conditions), 1), else_=0))


_WAITS = {
    PageState.RECEIVED.value: "received",
    PageState.RUNNING.value: "reading",
    PageState.QUARANTINED.value: "quarantined",
}


def _unlike_done(which: Which) -> Select[Any]:
    """The sides that are not done, and the covers; whether a person explained a quarantined one."""
    aside = page.c.state == PageState.QUARANTINED.value
    explained = case((aside, _explained(CaseKind.QUARANTINED_PAGE, page.c.id)), else_=false()).label("explained")
    names = [batch.c[name] for name in _DAY]
    joined = batch.join(page, page.c.batch_id == batch.c.id)
    unlike = or_(page.c.state != PageState.DONE.value, page.c.kind == BATCH_COVER)
    columns = (page.c.sheet_id, page.c.state, page.c.kind, explained)
    return select(*names, *columns).select_from(joined).where(which.of(batch), unlike)


def _waits() -> ColumnElement[bool]:
    """A record on paper that waits for a person and was not explained."""
    written = page.c.kind.not_in([BLANK, BATCH_COVER])
    doubtful = record.c.state == RecordState.DOUBTFUL.value
    return and_(doubtful, written, ~_explained(CaseKind.UNKEYED_FIELDS, record.c.id))


def _doubtful(which: Which) -> Select[Any]:
    names = [record.c[name] for name in _DAY]
    joined = record.join(page, page.c.id == record.c.page_id)
    return select(*names, page.c.sheet_id).select_from(joined).where(which.of(record), _waits())


def _has_paper() -> ColumnElement[bool]:
    return exists().where(*(match.c[name] == entry.c[name] for name in (*_DAY, "journal_no")))


def _bare(which: Which) -> Select[Any]:
    """The transactions of the journal without paper."""
    names = [entry.c[name] for name in (*_DAY, "journal_no")]
    return select(*names).where(which.of(entry), ~_has_paper()).group_by(*names)


def _exempt(which: Which, paperless: Sequence[str]) -> Select[Any]:
    """Those of which every line has a code that needs no paper; found from such lines, which are few."""
    other = entry.alias()
    same = [other.c[name] == entry.c[name] for name in (*_DAY, "journal_no")]
    needs = exists().where(*same, other.c.transaction_code.not_in(list(paperless)))
    return _bare(which).where(entry.c.transaction_code.in_(list(paperless)), ~needs)


def _reasoned(which: Which, paperless: Sequence[str]) -> Select[Any]:
    """Those that need paper and whose want of it a person explained; found from the cases, which are few."""
    same = [cases.c[name] == entry.c[name] for name in (*_DAY, "journal_no")]
    reasoned = (cases.c.kind == CaseKind.MISSING_VOUCHER.value, cases.c.state == EXPLAINED)
    needs = entry.c.transaction_code.not_in(list(paperless)) if paperless else true()
    names = [cases.c[name] for name in (*_DAY, "journal_no")]
    joined = cases.join(entry, and_(*same))
    return select(*names).select_from(joined).where(which.of(cases), *reasoned, needs, ~_has_paper()).group_by(*names)


class Balances(Repository):
    """Counts by teller's day; each method is a query or a few, whatever the number of tellers."""

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
        """How far the sheets are. All are counted; only those with a side that is not plainly done are looked at one
        by one, so that a board of hundreds of tellers stays quick."""
        names = [batch.c[name] for name in _DAY]
        joined = batch.join(sheet, sheet.c.batch_id == batch.c.id)
        counts = (func.count().label("sheets"), _sum(batch.c.declared_sheets.is_(None)).label("undeclared"))
        found = select(*names, *counts).select_from(joined).where(which.of(batch)).group_by(*names)
        rows = {day_of(row): (row["sheets"], row["undeclared"]) for row in self._all(found)}
        sides = self._sides(which)
        return {day: sides[day].counts(*totals) for day, totals in rows.items()}

    def _sides(self, which: Which) -> dict[TellerDay, _Sides]:
        found: dict[TellerDay, _Sides] = defaultdict(_Sides)
        for row in self._all(_unlike_done(which)):
            mine = found[day_of(row)]
            if row["kind"] == BATCH_COVER:
                mine.cover.add(row["sheet_id"])
            elif not row["explained"]:
                getattr(mine, _WAITS[row["state"]]).add(row["sheet_id"])
        for row in self._all(_doubtful(which)):
            found[day_of(row)].doubtful.add(row["sheet_id"])
        return found

    def transactions(self, which: Which, paperless: Sequence[str]) -> dict[TellerDay, EntryCounts]:
        """How far the journal is covered; `paperless` are the transaction codes that need no paper. The journal's
        lines never go away, so that each match stands in one of its transactions."""
        every, papers = self._distinct(which, entry), self._distinct(which, match)
        exempt = self._by_day(_exempt(which, paperless)) if paperless else {}
        explained = self._by_day(_reasoned(which, paperless))
        return {
            day: EntryCounts(count, papers.get(day, 0), explained.get(day, 0), exempt.get(day, 0))
            for day, count in every.items()
        }

    def _distinct(self, which: Which, table: Table) -> dict[TellerDay, int]:
        """How many journal numbers a table has by day."""
        names = [table.c[name] for name in _DAY]
        each = select(*names, table.c.journal_no).where(which.of(table), table.c.journal_no != "").distinct().subquery()
        days_of = [each.c[name] for name in _DAY]
        found = select(*days_of, func.count().label("count")).group_by(*days_of)
        return {day_of(row): row["count"] for row in self._all(found)}

    def _by_day(self, each: Select[Any]) -> dict[TellerDay, int]:
        counted: Counter[TellerDay] = Counter(day_of(row) for row in self._all(each))
        return dict(counted)

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
        mine = select(record.c.id).join(page, page.c.id == record.c.page_id).where(of_day(record, day), _waits())
        return [row["id"] for row in self._all(mine.order_by(record.c.batch_id, page.c.seq))]

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
