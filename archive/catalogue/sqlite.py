"""SQLite as the catalogue's database: one writer at a time, durable at each commit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event

BUSY_SECONDS = 10
_CACHE = 32_000  # KiB a connection, taken as needed: the inner pages of the trees of some three million records
IMMEDIATE, DEFERRED = "immediate", "deferred"


def sqlite_engine(where: URL) -> Engine:
    """The engine; the file's folder is made where it is missing."""
    if where.database and where.database != ":memory:":
        Path(where.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(where, connect_args={"timeout": BUSY_SECONDS}, hide_parameters=True)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: Any, _: object) -> None:
    """SQLAlchemy says BEGIN itself (isolation_level None): the driver would begin late, and never immediately."""
    connection.isolation_level = None
    pragmas = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"cache_size=-{_CACHE}")
    for pragma in (*pragmas, f"busy_timeout={BUSY_SECONDS * 1000}"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    """A deferred transaction that reads first, then writes, fails at once under contention; an immediate one waits."""
    options = connection.get_execution_options()
    immediate, synced = options.get("mode") == IMMEDIATE, options.get("synced", True)
    if immediate and synced != connection.info.get("synced", True):
        connection.exec_driver_sql(f"PRAGMA synchronous={'FULL' if synced else 'NORMAL'}")
        connection.info["synced"] = synced
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN DEFERRED")
