"""A PostgreSQL that is away, hangs, breaks down or is busy: what is said, and that work goes on when it is back."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
from archive_world import batch_of
from databases import address_of, command
from sqlalchemy import text

from archive.address import Address
from archive.catalogue import Catalogue, Transaction, postgres
from archive.errors import CatalogueUnavailable

if TYPE_CHECKING:
    from tools.services import Postgres

pytestmark = pytest.mark.servers


@pytest.fixture(scope="module")
def breakable() -> Iterator[Postgres]:
    """A server that these tests may break."""
    from tools.services import Postgres

    with TemporaryDirectory(prefix="vouch-") as folder:
        made = Postgres(Path(folder))
        made.start()
        made.fresh("broken")
        with_tables = Catalogue(address_of(made, "broken"))
        with_tables.migrate()
        with_tables.close()
        yield made
        made.stop()


@pytest.fixture
def server(breakable: Postgres) -> Iterator[Postgres]:
    """It works when a test begins, however the last one left it."""
    yield breakable
    if breakable.alive:
        breakable.resume()
    else:
        breakable.start()


@pytest.fixture
def there(server: Postgres) -> Address:
    return address_of(server, "broken")


@pytest.fixture
def catalogue(there: Address) -> Iterator[Catalogue]:
    made = Catalogue(there)
    with made.write() as tx:
        tx.settings.put("n", 0)
    yield made
    made.close()


def n_of(catalogue: Catalogue) -> object:
    with catalogue.read() as tx:
        return tx.settings.get("n")


def seconds(tx: Transaction, count: float) -> None:
    tx.connection.execute(text("SELECT pg_sleep(:count)"), {"count": count})


def limited(monkeypatch: pytest.MonkeyPatch, there: Address, **limits: int) -> Catalogue:
    """A catalogue whose server is less patient, in milliseconds."""
    monkeypatch.setattr(postgres, "_LIMITS", {**postgres._LIMITS, **limits})
    return Catalogue(there)


def test_a_server_that_is_not_there_is_told_with_what_to_do_and_without_its_password(
    server: Postgres, there: Address, catalogue: Catalogue
) -> None:
    server.kill()
    with pytest.raises(CatalogueUnavailable) as told:
        n_of(catalogue)
    server.start()
    assert f"the catalogue {there.url} cannot be reached" in str(told.value)
    assert "see that PostgreSQL runs there" in str(told.value)
    assert there.secret not in repr(told.value) + repr(told.value.__cause__) + catalogue.url + repr(there)
    assert n_of(catalogue) == 0


def test_a_server_killed_in_a_transaction_keeps_nothing_of_it_and_the_next_one_works(
    server: Postgres, catalogue: Catalogue
) -> None:
    with pytest.raises(CatalogueUnavailable, match="nothing was committed"), catalogue.write() as tx:
        tx.settings.put("n", 1)
        server.kill()
        tx.settings.put("n", 2)
    server.start()
    assert n_of(catalogue) == 0


def test_a_server_killed_before_the_commit_was_answered_says_that_the_end_is_not_known(
    server: Postgres, catalogue: Catalogue
) -> None:
    with pytest.raises(CatalogueUnavailable, match="whether the last change was committed is not known"):  # noqa: SIM117
        with catalogue.write() as tx:
            tx.settings.put("n", 1)
            server.kill()
    server.start()
    assert n_of(catalogue) == 0


def test_connections_that_died_while_nobody_used_them_are_replaced(server: Postgres, catalogue: Catalogue) -> None:
    with ExitStack() as several:
        for _ in range(4):
            several.enter_context(catalogue.read()).settings.get("n")
    server.kill()
    server.start()
    assert [n_of(catalogue) for _ in range(6)] == [0] * 6


def test_a_server_that_hangs_is_given_up_in_time_and_used_again_when_it_goes_on(
    server: Postgres, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "ANSWER_SECONDS", 1.0)
    with pytest.raises(CatalogueUnavailable, match="did not answer for 1 seconds"), catalogue.write() as tx:
        tx.settings.put("n", 1)
        server.pause()
        tx.settings.put("n", 2)
    server.resume()
    assert n_of(catalogue) == 0


def test_a_transaction_does_not_begin_at_a_server_that_hangs(
    server: Postgres, there: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "CONNECT_SECONDS", 2)
    catalogue = Catalogue(there)
    n_of(catalogue)
    server.pause()
    begun = time.monotonic()
    with pytest.raises(CatalogueUnavailable, match="cannot be reached"):
        n_of(catalogue)
    waited = time.monotonic() - begun
    server.resume()
    assert waited < 10
    assert n_of(catalogue) == 0


def test_a_server_that_starts_up_is_waited_for(server: Postgres, catalogue: Catalogue) -> None:
    server.kill()
    signal, settings = server.data / "standby.signal", server.data / "postgresql.auto.conf"
    before = settings.read_text()
    signal.touch()
    settings.write_text(f"{before}\nhot_standby = off\n")
    starting = threading.Thread(target=_start_in_vain, args=(server,))
    starting.start()
    said = _first_other_than(catalogue, "refused")
    signal.unlink()
    settings.write_text(before)
    server.kill()
    starting.join()
    server.start()
    assert "is starting up or shutting down" in said
    assert "goes on when the server is back" in said
    assert n_of(catalogue) == 0


def _start_in_vain(server: Postgres) -> None:
    with suppress(RuntimeError):
        server.start()


def _first_other_than(catalogue: Catalogue, word: str) -> str:
    """What is said once it no longer is that nothing listens."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            n_of(catalogue)
        except CatalogueUnavailable as error:
            if word not in str(error):
                return str(error)
        time.sleep(0.05)
    return ""


def test_a_backend_that_is_ended_by_hand_is_told_and_replaced(server: Postgres, catalogue: Catalogue) -> None:
    with pytest.raises(CatalogueUnavailable, match=r"is shutting down|cannot be reached"), catalogue.write() as tx:
        backend = tx.connection.execute(text("SELECT pg_backend_pid()")).scalar()
        command(server, f"SELECT pg_terminate_backend({backend})")
        tx.settings.put("n", 1)
    assert n_of(catalogue) == 0


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"secret": "wrong-word"}, "refuses the user or the password; check .*VOUCH_DATABASE_PASSWORD"),
        ({"secret": ""}, "asks for a password; set VOUCH_DATABASE_PASSWORD"),
    ],
)
def test_a_wrong_password_is_told_but_never_shown(there: Address, change: dict[str, str], words: str) -> None:
    with pytest.raises(CatalogueUnavailable, match=words) as told:
        n_of(Catalogue(replace(there, **change)))
    assert "wrong-word" not in str(told.value)


def test_a_database_that_is_missing_is_told(server: Postgres) -> None:
    with pytest.raises(CatalogueUnavailable, match="has no such database; create it, or check VOUCH_DATABASE_URL"):
        n_of(Catalogue(address_of(server, "nowhere")))


def test_a_database_without_its_schema_is_told(server: Postgres) -> None:
    server.fresh("bare")
    with pytest.raises(CatalogueUnavailable, match="has not this version's schema; run `vouch migrate`"):
        n_of(Catalogue(address_of(server, "bare")))


def test_a_standby_is_told(server: Postgres, there: Address) -> None:
    command(server, "ALTER DATABASE broken SET default_transaction_read_only = on")
    try:
        with pytest.raises(CatalogueUnavailable, match="takes no writes"), Catalogue(there).write() as tx:
            tx.settings.put("n", 1)
    finally:
        command(server, "ALTER DATABASE broken RESET default_transaction_read_only")


def test_a_row_that_another_process_holds_is_waited_for_in_vain(
    catalogue: Catalogue, there: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    hasty = limited(monkeypatch, there, lock_timeout=200)
    with catalogue.write() as tx:
        tx.settings.put("n", 1)
        with pytest.raises(CatalogueUnavailable, match="a row held by another process"), hasty.write() as other:
            other.settings.put("n", 2)
    assert n_of(catalogue) == 1


def test_a_statement_that_takes_too_long_is_ended(there: Address, monkeypatch: pytest.MonkeyPatch) -> None:
    hasty = limited(monkeypatch, there, statement_timeout=200)
    with pytest.raises(CatalogueUnavailable, match="took too long over a statement"), hasty.read() as tx:
        seconds(tx, 20)
    assert n_of(hasty) is not None


def test_a_transaction_that_stands_still_is_ended_and_lets_go_of_its_rows(
    catalogue: Catalogue, there: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    frozen = limited(monkeypatch, there, idle_in_transaction_session_timeout=200)
    with pytest.raises(CatalogueUnavailable, match=r"stood still for too long|cannot be reached"), frozen.write() as tx:
        tx.settings.put("n", 1)
        with catalogue.write() as other:  # waits until the server has ended the first
            other.settings.put("n", 2)
        tx.settings.put("n", 3)
    assert n_of(catalogue) == 2


def test_of_two_transactions_in_each_others_way_one_is_told_and_the_other_goes_on(catalogue: Catalogue) -> None:
    meet = threading.Barrier(2)
    said: list[str] = []

    def cross(first: str, second: str) -> None:
        try:
            with catalogue.write() as tx:
                tx.settings.put(first, 1)
                meet.wait(20)
                tx.settings.put(second, 1)
        except CatalogueUnavailable as error:
            said.append(str(error))

    both = [threading.Thread(target=cross, args=names) for names in (("a", "b"), ("b", "a"))]
    for one in both:
        one.start()
    for one in both:
        one.join(30)
    assert [("in each other's way; nothing was committed; try again" in one) for one in said] == [True]


def test_more_transactions_than_connections_are_told(there: Address, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "_POOL", {"pool_size": 1, "max_overflow": 0, "pool_timeout": 0.1})
    narrow = Catalogue(there)
    with narrow.read() as tx:
        tx.settings.get("n")
        with pytest.raises(CatalogueUnavailable, match=r"every connection to the catalogue .* is in use"):
            n_of(narrow)


def test_a_change_of_the_schema_may_take_longer_than_a_statement(
    server: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.fresh("slow")
    command(server, "ALTER DATABASE slow SET lock_timeout = 1")
    monkeypatch.setattr(postgres, "ANSWER_SECONDS", 0.5)
    first, second = Catalogue(address_of(server, "slow")), limited(monkeypatch, address_of(server, "slow"))
    with first.write() as tx:
        tx.connection.execute(text("SELECT pg_advisory_xact_lock(371237151592)"))
        waiting = threading.Thread(target=second.migrate)
        waiting.start()
        time.sleep(1.5)
        assert waiting.is_alive()
    waiting.join(60)
    with second.write() as tx:
        assert batch_of(tx, 1).id == 1
