"""The catalogue's two databases: each test of its contract runs on SQLite and on a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from databases import address_of, command

from archive.address import Address
from archive.catalogue import Catalogue, Transaction

if TYPE_CHECKING:
    from tools.services import Postgres

BOTH = ["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)]


@pytest.fixture(scope="session")
def migrated_server(postgres_server: Postgres) -> Postgres:
    """The server with a migrated database `pattern`, of which others are copied."""
    postgres_server.fresh("pattern")
    made = Catalogue(address_of(postgres_server, "pattern"))
    made.migrate()
    made.close()
    return postgres_server


@pytest.fixture(params=BOTH)
def where(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Address]:
    """An empty, migrated catalogue's address."""
    if request.param == "sqlite":
        found = Address(f"sqlite:///{tmp_path}/catalogue.db")
        Catalogue(found).migrate()
        yield found
        return
    server: Postgres = request.getfixturevalue("migrated_server")
    drop = "DROP DATABASE IF EXISTS trial WITH (FORCE)"
    command(server, drop, "CREATE DATABASE trial TEMPLATE pattern")
    yield address_of(server, "trial")


@pytest.fixture(params=BOTH)
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Address:
    """The address of a database that has no table yet."""
    if request.param == "sqlite":
        return Address(f"sqlite:///{tmp_path}/new/c.db")
    server: Postgres = request.getfixturevalue("postgres_server")
    server.fresh("empty")
    return address_of(server, "empty")


@pytest.fixture
def catalogue(where: Address) -> Iterator[Catalogue]:
    made = Catalogue(where)
    yield made
    made.close()


@pytest.fixture
def tx(catalogue: Catalogue) -> Iterator[Transaction]:
    with catalogue.write() as made:
        yield made
