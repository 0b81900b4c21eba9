"""What tests do to a PostgreSQL beside the catalogue: its databases' addresses, and statements run by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
from psycopg.conninfo import make_conninfo

from archive.address import Address

if TYPE_CHECKING:
    from tools.services import Postgres


def address_of(server: Postgres, database: str) -> Address:
    return Address(server.url(database), secret=server.settings()["VOUCH_DATABASE_PASSWORD"])


def command(server: Postgres, *statements: str) -> None:
    """Runs statements on the server's own database, each by itself."""
    login = make_conninfo(server.url("postgres"), password=server.settings()["VOUCH_DATABASE_PASSWORD"])
    with psycopg.connect(login, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())
