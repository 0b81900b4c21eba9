"""The core-banking journal: imports, and its lines by teller's day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy import RowMapping, insert, select, update

from ..model import EVERYTHING, Entry, Scope, TellerDay
from .base import Repository, day_of, of_day, within
from .batches import cents, yuan
from .days import Days, begin_change
from .tables import entry, journal_import
from .types import now, plain

_KEY = ("journal_no", "line")
_PLAIN = [
    "business_date",
    "branch_no",
    "teller_no",
    "journal_no",
    "line",
    "transaction_code",
    "account",
    "counter_account",
    "name",
    "currency",
    "direction",
    "time",
    "voucher_no",
    "summary",
    "customer_no",
    "authoriser_no",
    "reverses_journal_no",
]


@dataclass(frozen=True, slots=True)
class Upserted:
    """How many lines of an import were new, changed and known already, and the days that changed."""

    new: int
    changed: int
    same: int
    days: tuple[TellerDay, ...] = ()


def _entry(row: RowMapping) -> Entry:
    amount = yuan(row["cents"])
    assert amount is not None
    return Entry(**{name: row[name] for name in _PLAIN}, amount=amount, id=row["id"], version=row["version"])


def _values(one: Entry) -> dict[str, Any]:
    found = {name: plain(value) if isinstance(value, str) else value for name, value in asdict(one).items()}
    return {**{name: found[name] for name in _PLAIN}, "cents": cents(one.amount)}


def _order(day: TellerDay) -> tuple[date, str, str]:
    return day.business_date, day.branch_no, day.teller_no


class Journal(Repository):
    """Lines are keyed by date, branch, teller, journal number and line; sent again they are the same lines."""

    def record_import(self, name: str, sha256: str, rows: int, actor: str) -> int:
        """The id of an import."""
        return self._add(journal_import, name=name, sha256=sha256, rows=rows, actor=actor, at=now())

    def upsert(self, entries: Iterable[Entry], import_id: int) -> Upserted:
        """Adds new lines and corrects changed ones. DaySealed where that would change a sealed day."""
        by_day: dict[TellerDay, dict[tuple[object, ...], dict[str, Any]]] = {}
        for one in entries:
            values = _values(one)
            by_day.setdefault(TellerDay(one.branch_no, one.teller_no, one.business_date), {})[
                tuple(values[name] for name in _KEY)
            ] = values
        total = Upserted(0, 0, 0)
        for day, lines in sorted(by_day.items(), key=lambda one: _order(one[0])):  # so that two imports do not cross
            done = self._upsert_day(day, lines, import_id)
            total = Upserted(
                total.new + done.new, total.changed + done.changed, total.same + done.same, (*total.days, *done.days)
            )
        return total

    def _upsert_day(self, day: TellerDay, lines: dict[tuple[object, ...], dict[str, Any]], import_id: int) -> Upserted:
        Days(self._connection).hold(day)
        known = {tuple(row[name] for name in _KEY): row for row in self._all(select(entry).where(of_day(entry, day)))}
        new = [{**values, "import_id": import_id} for key, values in lines.items() if key not in known]
        changed = {
            known[key]["id"]: values
            for key, values in lines.items()
            if key in known and any(known[key][name] != value for name, value in values.items())
        }
        if new or changed:
            begin_change(self._connection, day)
        self._run(insert(entry), new)
        for id, values in changed.items():
            again = {**values, "import_id": import_id, "version": entry.c.version + 1}
            self._run(update(entry).where(entry.c.id == id).values(again))
        days = (day,) if new or changed else ()
        return Upserted(len(new), len(changed), len(lines) - len(new) - len(changed), days)

    def of_day(self, day: TellerDay) -> list[Entry]:
        """The day's lines by journal number and line."""
        found = select(entry).where(of_day(entry, day)).order_by(entry.c.journal_no, entry.c.line)
        return [_entry(row) for row in self._all(found)]

    def days(self, scope: Scope = EVERYTHING) -> list[TellerDay]:
        """The days in scope that have lines."""
        names = (entry.c.branch_no, entry.c.teller_no, entry.c.business_date)
        found = select(*names).distinct().where(within(entry.c.branch_no, scope))
        return [day_of(row) for row in self._all(found.order_by(entry.c.business_date, *names[:2]))]

    def has(self, day: TellerDay) -> bool:
        """Whether the day has any line."""
        return self._first(select(entry.c.id).where(of_day(entry, day)).limit(1)) is not None

    def touch_days(self, days: Iterable[TellerDay]) -> None:
        """Makes days due for matching."""
        for one in sorted(days, key=_order):
            Days(self._connection).touch(one)
