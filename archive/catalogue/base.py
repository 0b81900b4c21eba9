"""What every repository shares: a connection, short ways to run statements, and the scope as a condition."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Insert, RowMapping, Select, Table, and_, bindparam, true
from sqlalchemy.dialects import sqlite
from sqlalchemy.sql import Executable

from ..model import Scope, TellerDay
from .sqlite import IMMEDIATE

IN_LIMIT = 5_000  # SQLite takes 32,766 parameters a statement


@cache
def inserting(table: Table) -> Insert:
    """The INSERT into a table. Building a statement costs more than running it, so those that every page needs are
    built once and take their values with the call."""
    return table.insert()


@cache
def _locked(prepared: Select[Any]) -> Select[Any]:
    return prepared.with_for_update(key_share=True)


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

    def _locking(self, statement: Select[Any]) -> Select[Any]:
        """The statement, locking its rows until the transaction ends; one that only reads sees them as they were."""
        return statement.with_for_update(key_share=True) if self._serves_many else statement

    @property
    def _serves_many(self) -> bool:
        """Whether others may write beside this transaction, which writes."""
        writes = self._connection.get_execution_options().get("mode") == IMMEDIATE
        return writes and self._connection.dialect.name == "postgresql"

    def _asked(self, statement: Select[Any], **values: Any) -> RowMapping | None:
        """The first row of a SELECT that was built once."""
        return self._connection.execute(statement, values).mappings().first()

    def _prepared(self, statement: Select[Any], **values: Any) -> RowMapping | None:
        """The same, locked as by `_locking`."""
        return self._asked(_locked(statement) if self._serves_many else statement, **values)

    def _add(self, table: Table, **values: Any) -> int:
        """The id of the row inserted."""
        key = self._connection.execute(inserting(table), values).inserted_primary_key
        assert key is not None
        return int(key[0])

    @property
    def _upsert(self) -> Callable[[Table], Any]:
        """This database's INSERT, which knows ON CONFLICT (a common ancestor does not type it)."""
        if self._connection.dialect.name != "postgresql":
            return sqlite.insert
        from sqlalchemy.dialects import postgresql  # brings asyncio along; the embedded size starts without it

        return postgresql.insert


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


def of_that_day(table: Table) -> ColumnElement[bool]:
    """The same for a statement that is built once; its parameters are `day_parameters`."""
    return and_(*(table.c[name] == bindparam(f"that_{name}") for name in ("business_date", "branch_no", "teller_no")))


def day_parameters(day: TellerDay) -> dict[str, str | date]:
    return {f"that_{name}": value for name, value in day_values(day).items()}


def day_values(day: TellerDay) -> dict[str, str | date]:
    """A teller's day as column values."""
    return {"branch_no": day.branch_no, "teller_no": day.teller_no, "business_date": day.business_date}


def day_of(row: RowMapping) -> TellerDay:
    return TellerDay(row["branch_no"], row["teller_no"], row["business_date"])


def chunks(ids: Iterable[int]) -> Iterator[list[int]]:
    """The ids in lists short enough for one IN."""
    found = list(ids)
    return (found[start : start + IN_LIMIT] for start in range(0, len(found), IN_LIMIT))
