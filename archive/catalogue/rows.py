"""Several rows in one statement: PostgreSQL takes them as one JSON parameter, SQLite one after the other."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    JSON,
    Connection,
    Dialect,
    Insert,
    Select,
    Table,
    Text,
    TypeDecorator,
    bindparam,
    cast,
    column,
    func,
    insert,
    select,
)

from .base import inserting

Added = tuple[Table, Sequence[Mapping[str, Any]]]


def insert_rows(connection: Connection, *added: Added) -> None:
    """Adds rows to several tables, none of which refers to another of them; a table's rows give the same columns and
    keep their order. A page brings two dozen rows: one by one they would cost both ends many times as much."""
    given = [(table, rows) for table, rows in added if rows]
    if connection.dialect.name != "postgresql":
        for table, rows in given:
            connection.execute(inserting(table), list(rows))
    elif given:
        statement = _from_json(*((table, tuple(rows[0])) for table, rows in given))
        arrays = {f"rows_{at}": json_array(connection, table, rows) for at, (table, rows) in enumerate(given)}
        connection.execute(statement, arrays)


def json_array(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> str:
    """The rows as the JSON that `selecting` reads, after what their columns' types do to every value."""
    told, dialect = _typed(table, tuple(rows[0])), connection.dialect
    found = [row | {name: tell(row[name], dialect) for name, tell in told} for row in map(dict, rows)]
    return json.dumps(found, ensure_ascii=False, default=datetime.isoformat)


@cache
def _typed(table: Table, names: tuple[str, ...]) -> tuple[tuple[str, Callable[[Any, Dialect], Any]], ...]:
    """The columns whose type has its own way with values, and that way."""
    types = ((name, table.c[name].type) for name in names)
    return tuple((name, one.process_bind_param) for name, one in types if isinstance(one, TypeDecorator))


def selecting(table: Table, names: tuple[str, ...], parameter: str) -> Select[Any]:
    """The rows of a JSON array with these columns of a table."""
    array = cast(bindparam(parameter, type_=Text), JSON)
    columns = (column(name, table.c[name].type) for name in names)
    return select(*func.json_to_recordset(array).table_valued(*columns).render_derived(with_types=True).c)


@cache
def _from_json(*added: tuple[Table, tuple[str, ...]]) -> Insert:
    """The one statement that adds the rows of an array a table, built once; columns not given take their defaults."""
    first, *others = (
        insert(table).from_select(names, selecting(table, names, f"rows_{at}"))
        for at, (table, names) in enumerate(added)
    )
    return first.add_cte(*(one.cte(f"added_{at}") for at, one in enumerate(others)))
