"""What every repository shares: a connection, short ways to run statements, and the scope as a condition."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, RowMapping, Table, and_, true
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql import Executable

from ..model import Scope, TellerDay

IN_LIMIT = 5_000  # SQLite takes 32,766 parameters a statement


class Repository:
    """One noun's statements on the connection of one transaction."""

    __slots__ = ("_connection",)

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def _all(self, statement: Executable) -> Sequence[RowMapping]:
        return self._connection.execute(statement).mappings().all()

    def _first(self, statement: Executable) -> RowMapping | None:
        return self._connection.execute(statement).mappings().first()

    def _scalar(self, statement: Executable) -> Any:
        return self._connection.execute(statement).scalar()

    def _run(self, statement: Executable, rows: Sequence[Mapping[str, Any]] | None = None) -> int:
        """How many rows a writing statement touched; with `rows` it runs once for each, and not at all for none."""
        if rows is None:
            return self._connection.execute(statement).rowcount
        return self._connection.execute(statement, list(rows)).rowcount if rows else 0

    def _add(self, table: Table, **values: Any) -> int:
        """The id of the row inserted."""
        key = self._connection.execute(table.insert(), values).inserted_primary_key
        assert key is not None
        return int(key[0])

    @property
    def _upsert(self) -> Callable[[Table], Any]:
        """This database's INSERT, which knows ON CONFLICT (a common ancestor does not type it)."""
        known: Callable[[Table], Any] = postgresql.insert
        return known if self._connection.dialect.name == "postgresql" else sqlite.insert


def within(column: Column[Any] | ColumnElement[Any], scope: Scope) -> ColumnElement[bool]:
    """The condition that a branch column lies in the scope."""
    return true() if scope.branches is None else column.in_(sorted(scope.branches))


def of_day(table: Table, day: TellerDay) -> ColumnElement[bool]:
    """The condition that a row belongs to one teller's day."""
    columns = table.c
    return and_(
        columns.business_date == day.business_date,
        columns.branch_no == day.branch_no,
        columns.teller_no == day.teller_no,
    )


def day_values(day: TellerDay) -> dict[str, str | date]:
    """A teller's day as column values."""
    return {"branch_no": day.branch_no, "teller_no": day.teller_no, "business_date": day.business_date}


def day_of(row: RowMapping) -> TellerDay:
    return TellerDay(row["branch_no"], row["teller_no"], row["business_date"])


def chunks(ids: Iterable[int]) -> Iterator[list[int]]:
    """The ids in lists short enough for one IN."""
    found = list(ids)
    return (found[start : start + IN_LIMIT] for start in range(0, len(found), IN_LIMIT))
