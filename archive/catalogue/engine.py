"""The catalogue: one database, its migrations, and transactions that carry the repositories."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, inspect, make_url, text
from sqlalchemy.exc import SQLAlchemyError

from ..address import Address, address
from ..errors import CatalogueUnavailable
from .batches import Batches
from .cases import Cases
from .chores import Chores
from .days import Days
from .events import Events
from .exports import Exports
from .glances import Glances
from .journal import Journal
from .matches import Matches
from .outages import meaning
from .outbox import Outbox
from .pages import Pages
from .parts import Parts
from .people import People
from .records import Records
from .saved_searches import SavedSearches
from .settings import Settings
from .sqlite import DEFERRED, IMMEDIATE, sqlite_engine
from .tasks import Tasks

LATEST = "0004"  # the last of migrations/versions
_MIGRATION_LOCK = 0x566F756368  # any number, as long as every process takes the same one


class Transaction:
    """One transaction's repositories, one a noun. It ends with the block that it was opened for."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.people = People(connection)
        self.batches = Batches(connection)
        self.pages = Pages(connection)
        self.records = Records(connection)
        self.glances = Glances(connection)
        self.tasks = Tasks(connection)
        self.journal = Journal(connection)
        self.matches = Matches(connection)
        self.cases = Cases(connection)
        self.days = Days(connection)
        self.events = Events(connection)
        self.outbox = Outbox(connection)
        self.settings = Settings(connection)
        self.parts = Parts(connection)
        self.chores = Chores(connection)
        self.exports = Exports(connection)
        self.saved_searches = SavedSearches(connection)


class Catalogue:
    """The database at a URL. Many processes and threads may use the same one; a process that forks opens its own."""

    def __init__(self, where: str | Address) -> None:
        self.url = make_url(address(where).url).render_as_string(hide_password=True)
        self._engine = _engine(address(where))

    def schema(self) -> str:
        """The version of the schema that is there, such as 0002; empty where there is none yet."""
        with self._begin(DEFERRED) as connection:
            if not inspect(connection).has_table("alembic_version"):
                return ""
            return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or "")

    def migrate(self, to: str = LATEST) -> str:
        """Brings the schema up to this version; returns the one that was there. Of processes that start at once one
        does it, the others wait. CatalogueUnavailable where a newer version of the product has been here."""
        found = self.schema()
        if found > LATEST:
            raise CatalogueUnavailable(
                f"the catalogue {self.url} has the schema {found} of a newer version; this one knows {LATEST}:"
                " install the newer version here too"
            )
        if found < to:
            self._upgrade(to)
        return found

    def _upgrade(self, to: str) -> None:
        from alembic import command  # a process that finds the schema in order starts without it
        from alembic.config import Config

        with self._begin(IMMEDIATE) as connection:
            config = Config()
            config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
            config.attributes["connection"] = connection
            with nullcontext() if self._sqlite else self._alone(connection):
                command.upgrade(config, to)

    @contextmanager
    def _alone(self, connection: Connection) -> Iterator[None]:
        """Holds PostgreSQL's lock of the schema, for as long as changing it takes."""
        from .postgres import patiently

        with patiently(connection):
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})
            yield

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """A transaction that sees one moment of the database and writes nothing."""
        with self._begin(DEFERRED) as connection:
            yield Transaction(connection)

    @contextmanager
    def write(self, *, synced: bool = True) -> Iterator[Transaction]:
        """A transaction that may write: committed when the block ends, rolled back when it raises. On SQLite there is
        one at a time; none may span OCR or a call over the network. One that is not `synced` survives the death of any
        process, and a power cut from the next synced one on, whoever makes it: for what promises nothing to anybody."""
        with self._begin(IMMEDIATE, synced) as connection:
            yield Transaction(connection)

    @contextmanager
    def _begin(self, mode: str, synced: bool = True) -> Iterator[Connection]:
        ended = False
        try:
            with self._engine.connect() as connection:
                opened = connection.execution_options(mode=mode, synced=synced, **self._options(mode))
                with opened.begin():
                    yield opened
                    ended = True
        except (SQLAlchemyError, OverflowError) as error:
            found = meaning(error, self.url, sqlite=self._sqlite, committing=ended)
            if found is None:
                raise
            raise found from error

    @property
    def _sqlite(self) -> bool:
        return self._engine.dialect.name == "sqlite"

    def _options(self, mode: str) -> dict[str, Any]:
        if self._sqlite:
            return {}
        from .postgres import begin_options

        return begin_options(mode == IMMEDIATE)

    def close(self) -> None:
        """Closes every connection."""
        self._engine.dispose()


def _engine(where: Address) -> Engine:
    found = make_url(where.url)
    if found.get_backend_name() == "sqlite":
        return sqlite_engine(found)
    from .postgres import postgres_engine  # the embedded size starts without the driver

    return postgres_engine(found, where.secret)
