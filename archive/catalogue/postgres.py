"""PostgreSQL as the catalogue's database: connections that wait for nothing for ever, and are tried before each use."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import psycopg
from psycopg import errors
from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DisconnectionError

CONNECT_SECONDS = 5
ANSWER_SECONDS = 30  # a server that was stopped still has its kernel acknowledge our bytes: only a clock of ours tells
STATEMENT_SECONDS = 25
LOCK_SECONDS = 20
IDLE_SECONDS = 20  # in a transaction: a client that froze must not keep its locks
_LINK = {"tcp_keepalives_idle": 5, "tcp_keepalives_interval": 3, "tcp_keepalives_count": 3, "tcp_user_timeout": 15_000}
_OURS = {"keepalives": 1, "keepalives_idle": 5, "keepalives_interval": 3, "keepalives_count": 3}
_LIMITS = {
    "statement_timeout": STATEMENT_SECONDS * 1000,
    "lock_timeout": LOCK_SECONDS * 1000,
    "idle_in_transaction_session_timeout": IDLE_SECONDS * 1000,
}
_POOL = {"pool_size": 5, "max_overflow": 25, "pool_timeout": 10}
_T = TypeVar("_T")


class PatientConnection(psycopg.Connection[Any]):
    """A connection that waits `patience` seconds for each answer, and is closed after waiting in vain."""

    patience: float | None = ANSWER_SECONDS

    def wait(self, gen: Generator[Any, Any, _T], interval: float = 0.1, timeout: float | None = None) -> _T:
        limit = self.patience if timeout is None else timeout
        try:
            return super().wait(gen, interval, limit)
        except errors._WaitTimeout:  # what the driver raises itself, for want of a public name
            self.pgconn.finish()
            raise errors.ConnectionTimeout(f"the server did not answer for {limit:g} seconds") from None


def postgres_engine(where: URL, secret: str) -> Engine:
    """The engine; the secret goes to the driver and into no URL."""
    options = " ".join(f"-c {name}={value}" for name, value in {**_LIMITS, **_LINK}.items())
    settings: dict[str, Any] = {
        "connect_timeout": CONNECT_SECONDS,
        "tcp_user_timeout": 15_000,
        "application_name": "vouch",
        "options": options,
        **_OURS,
    }
    if secret:
        settings["password"] = secret
    server = where.set(drivername="postgresql+psycopg")
    engine = create_engine(server, connect_args=settings, hide_parameters=True, **_POOL)
    event.listen(engine, "do_connect", _connect)
    event.listen(engine, "checkout", _try)
    return engine


def _connect(_dialect: object, _record: object, arguments: Any, settings: Any) -> PatientConnection:
    return PatientConnection.connect(*arguments, **settings)


def _try(connection: PatientConnection, _record: object, _proxy: object) -> None:
    """Asks the server for a sign of life; the pool opens another connection in place of one that gives none."""
    connection.patience = CONNECT_SECONDS
    try:
        connection.autocommit = True
        connection.execute("SELECT 1", prepare=False)
        connection.autocommit = False
    except psycopg.Error as error:
        raise DisconnectionError(str(error)) from error
    finally:
        connection.patience = ANSWER_SECONDS


def begin_options(writes: bool) -> dict[str, Any]:
    """A writer sees what others committed before each statement; a reader sees one moment."""
    if writes:
        return {"isolation_level": "READ COMMITTED"}
    return {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


@contextmanager
def patiently(connection: Connection) -> Iterator[None]:
    """Lets this transaction take its time, as a change of the schema may."""
    for name in _LIMITS:
        connection.exec_driver_sql(f"SET LOCAL {name} = 0")
    driver = connection.connection.driver_connection
    assert isinstance(driver, PatientConnection)
    driver.patience = None
    try:
        yield
    finally:
        driver.patience = ANSWER_SECONDS
