"""The schema's history on both databases: from nothing, from the first version with data in it, and never back."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from archive_world import DAY, later
from sqlalchemy import text
from typer.testing import CliRunner

from api.cli.commands import app
from archive.address import Address
from archive.catalogue import Catalogue, PageResult
from archive.catalogue.engine import LATEST, Transaction
from archive.errors import CatalogueUnavailable
from archive.model import PageState, Role

VERSIONS = Path(__file__).parents[2] / "archive/catalogue/migrations/versions"
CAME = "2026-03-08 01:02:03.000000"
FIRST = [
    "INSERT INTO person (id, name, role, branches, active, failures)"
    " VALUES (1, 'zhang', 'keyer', '[\"0102\"]', true, 0)",
    "INSERT INTO batch (id, branch_no, teller_no, business_date, state, duplex, opened_at) VALUES"
    f" (1, '0102', '9001', '2026-03-08', 'closed', false, '{CAME}')",
    "INSERT INTO day (id, branch_no, teller_no, business_date, stale) VALUES (1, '0102', '9001', '2026-03-08', true)",
    f"INSERT INTO file (id, batch_id, name, sha256, size, pages, received_at) VALUES (1, 1, 'a', 'ab', 1, 2, '{CAME}')",
    "INSERT INTO sheet (id, batch_id, number) VALUES (1, 1, 1)",
    *(
        "INSERT INTO page (id, batch_id, sheet_id, file_id, number, seq, state, original, priority, token, deliveries,"
        f" width, height, dpi, notes)"
        f" VALUES ({id}, 1, 1, 1, {id}, {id - 1}, '{state}', 'ab', 0, 0, 0, 0, 0, 0.0, '{{}}')"
        for id, state in ((1, "done"), (2, "received"))
    ),
    *(
        "INSERT INTO event (seq, at, actor, kind, branch_no, batch_id, detail) VALUES"
        f" ({seq}, '{CAME}', 'zhang', 'e{seq}', '0102', 1, '{{}}')"
        for seq in (1, 2, 5)
    ),
]


def fill(tx: Transaction) -> None:
    """Puts the first schema's rows there; a colon in them is no parameter."""
    for statement in FIRST:
        tx.connection.execute(text(statement.replace(":", "\\:")))


@pytest.fixture
def first(empty: Address) -> Address:
    """A catalogue of the first schema with a batch, a page that is done and one that waits, and three events."""
    old = Catalogue(empty)
    old.migrate("0001")
    with old.write() as tx:
        fill(tx)
        if tx.connection.dialect.name == "postgresql":
            for table, key in (("person", "id"), ("batch", "id"), ("page", "id"), ("event", "seq")):
                places = f"pg_get_serial_sequence('{table}', '{key}'), (SELECT max({key}) FROM {table})"
                tx.connection.execute(text(f"SELECT setval({places})"))
    old.close()
    return empty


def test_the_latest_version_is_the_last_of_the_history() -> None:
    assert max(path.name[:4] for path in VERSIONS.glob("0*.py")) == LATEST


def test_what_the_first_schema_held_is_there_in_the_latest_and_work_goes_on(first: Address) -> None:
    catalogue = Catalogue(first)
    assert (catalogue.schema(), catalogue.migrate(), catalogue.schema()) == ("0001", "0001", LATEST)
    with catalogue.read() as tx:
        assert [person.branches for person in tx.people.list()] == [frozenset({"0102"})]
        assert [page.state for page in tx.pages.of_batch(1)] == [PageState.DONE, PageState.RECEIVED]
        assert tx.pages.backlog() == (1, datetime(2026, 3, 8, 1, 2, 3, tzinfo=UTC))
        assert [(event.kind, event.position) for event in tx.events.after(0)] == [("e1", 1), ("e2", 2), ("e5", 5)]
    with catalogue.write() as tx:
        page = tx.pages.claim("w", later())
        assert page is not None
        tx.pages.finish(page.id, page.token, PageResult("voucher"))
        assert tx.batches.get(1).state.value == "archived"
        tx.events.add("new", "w", batch_id=1)
        tx.events.sequence()
        assert [event.kind for event in tx.events.after(5)] == ["new"]
        assert tx.days.stale() == [DAY]
        tx.people.add("li", "", Role.AUDITOR)
    catalogue.close()


def test_numbers_of_the_outbox_go_on_above_all_that_the_second_schema_gave(empty: Address) -> None:
    old = Catalogue(empty)
    old.migrate("0002")
    with old.write() as tx:
        fill(tx)
        tx.outbox.add_all("index", range(1, 8))
        tx.outbox.done(seq for seq, _ in tx.outbox.pending("index")[:3])
        waited = tx.outbox.pending("index")
    assert (old.migrate(), old.schema()) == ("0002", LATEST)
    with old.write() as tx:
        assert tx.outbox.pending("index") == waited
        tx.outbox.done(seq for seq, _ in waited)
        tx.outbox.add("index", 9)
        ((later_, _),) = tx.outbox.pending("index")
        assert later_ > max(seq for seq, _ in waited)
        assert later_ > 1 << 40 or tx.connection.dialect.name == "postgresql"
    old.close()


def test_many_that_migrate_at_once_bring_it_up_once(first: Address) -> None:
    def migrate() -> None:
        one = Catalogue(first)
        one.migrate()
        one.close()

    several = [threading.Thread(target=migrate) for _ in range(4)]
    for one in several:
        one.start()
    for one in several:
        one.join(60)
    assert Catalogue(first).schema() == LATEST


def test_a_catalogue_of_a_newer_version_is_left_alone(catalogue: Catalogue) -> None:
    with catalogue.write() as tx:
        tx.connection.execute(text("UPDATE alembic_version SET version_num = '0099'"))
    with pytest.raises(CatalogueUnavailable, match="has the schema 0099 of a newer version; this one knows"):
        catalogue.migrate()


def test_the_command_says_what_it_did(first: Address, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOUCH_DATA", str(tmp_path))
    monkeypatch.setenv("VOUCH_DATABASE_URL", first.url)
    monkeypatch.setenv("VOUCH_DATABASE_PASSWORD", first.secret)
    told = CliRunner().invoke(app, ["migrate"])
    assert told.exit_code == 0, told.output
    assert f"the schema is {LATEST} now" in told.output
    again = CliRunner().invoke(app, ["migrate", "--json"])
    assert json.loads(again.stdout.strip().splitlines()[-1]) == {"ok": True, "from": LATEST, "to": LATEST}
