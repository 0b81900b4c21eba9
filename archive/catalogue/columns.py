"""What the tables are made of: the one metadata, how constraints are named, and columns that many tables have."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Column, ColumnElement, Index, Integer, MetaData, TextClause, text

from .types import Words

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)
BigId = BigInteger().with_variant(Integer, "sqlite")


def id_column() -> Column[int]:
    return Column("id", BigId, primary_key=True, autoincrement=True)


def text_column(name: str, default: str = "") -> Column[str]:
    return Column(name, Words, nullable=False, default=default, server_default=default)


def partial(name: str, *columns: str | ColumnElement[Any] | TextClause, where: str, sqlite: str = "") -> Index:
    """An index over the rows that a condition names, so that it stays small however many rows are done with. The
    statement that uses it must spell the condition with literals; `sqlite` where that database spells it otherwise."""
    return Index(name, *columns, postgresql_where=text(where), sqlite_where=text(sqlite or where))
