"""The catalogue: one database, its migrations, and transactions that carry the repositories."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import DatabaseError, OperationalError

from ..errors import CatalogueUnavailable, NotFound
from .batches import Batches
from .cases import Cases
from .days import Days
from .events import Events
from .journal import Journal
from .matches import Matches
from .outbox import Outbox
from .pages import Pages
from .people import People
from .records import Records
from .settings import Settings
from .tasks import Tasks

_BUSY_SECONDS = 10
_MIGRATION_LOCK = 0x566F756368  # any number, as long as every process takes the same one
_IMMEDIATE = "immediate"


class Transaction:
    """One transaction's repositories, one a noun. It ends with the block that it was opened for."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.people = People(connection)
        self.batches = Batches(connection)
        self.pages = Pages(connection)
        self.records = Records(connection)
        self.tasks = Tasks(connection)
        self.journal = Journal(connection)
        self.matches = Matches(connection)
        self.cases = Cases(connection)
        self.days = Days(connection)
        self.events = Events(connection)
        self.outbox = Outbox(connection)
        self.settings = Settings(connection)


class Catalogue:
    """The database at a URL. Many processes and threads may use the same one; a process that forks opens its own."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._engine = _engine(url)

    def migrate(self) -> None:
        """Brings the schema up to this version. Of processes that start at once one does it, the others wait."""
        from alembic import command  # a worker, which never migrates, starts without it
        from alembic.config import Config

        with self._begin(_IMMEDIATE) as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})
            config = Config()
            config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """A transaction that sees one moment of the database and writes nothing."""
        with self._begin("deferred") as connection:
            yield Transaction(connection)

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        """A transaction that may write: committed when the block ends, rolled back when it raises. On SQLite there is
        one at a time; none may span OCR or a call over the network."""
        with self._begin(_IMMEDIATE) as connection:
            yield Transaction(connection)

    @contextmanager
    def _begin(self, mode: str) -> Iterator[Connection]:
        options = {} if self._engine.dialect.name == "sqlite" else _server_options(mode)
        try:
            with self._engine.connect() as connection:
                opened = connection.execution_options(mode=mode, **options)
                with opened.begin():
                    yield opened
        except DatabaseError as error:
            if type(error) not in {DatabaseError, OperationalError}:  # the others are mistakes of ours
                raise
            raise CatalogueUnavailable(_advice(self._engine.url.render_as_string(), str(error.orig))) from error
        except OverflowError as error:  # SQLite keeps 64 bits; a number beyond them names nothing
            raise NotFound("nothing has a number that large") from error

    def close(self) -> None:
        """Closes every connection."""
        self._engine.dispose()


def _advice(where: str, said: str) -> str:
    if "locked" in said or "busy" in said:
        return f"another process held the catalogue {where} for {_BUSY_SECONDS} seconds; try again, and look for it"
    if "full" in said:
        return f"the disk of the catalogue {where} is full; free space, then try again: nothing was committed"
    return f"the catalogue {where} cannot be used ({said}); check that it is there, writable and migrated"


def _server_options(mode: str) -> dict[str, Any]:
    if mode == _IMMEDIATE:
        return {"isolation_level": "READ COMMITTED"}
    return {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


def _engine(url: str) -> Engine:
    found = make_url(url)
    if found.get_backend_name() != "sqlite":
        return create_engine(found, pool_pre_ping=True)
    if found.database and found.database != ":memory:":
        Path(found.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(found, connect_args={"timeout": _BUSY_SECONDS})
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare(connection: Any, _: object) -> None:
    """SQLAlchemy says BEGIN itself (isolation_level None): the driver would begin late, and never immediately."""
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={_BUSY_SECONDS * 1000}"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    """A deferred transaction that reads first, then writes, fails at once under contention; an immediate one waits."""
    immediate = connection.get_execution_options().get("mode") == _IMMEDIATE
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN DEFERRED")
