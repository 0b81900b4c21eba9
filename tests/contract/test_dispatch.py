"""What every dispatch promises, said once and asked of each: local processes, and Celery on a real RabbitMQ."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest
from kombu import Connection
from pages import coded, wire_transfer
from plant import Plant, until

from archive.address import Address
from archive.errors import CatalogueUnavailable
from archive.model import PageState, TellerDay
from processing.dispatch import BrokerUnavailable, Wake, open_dispatch
from processing.supervisor import Seat, Supervisor
from processing.wakes import TOPIC
from tools.services import Postgres, Rabbit

BACKENDS = ["local", pytest.param("celery", marks=pytest.mark.servers)]


def _celery(postgres: Postgres, rabbit: Rabbit, folder: Path, **options: str) -> Plant:
    known = {**postgres.fresh("dispatch"), **rabbit.settings()}
    broker = Address(known["VOUCH_BROKER_URL"], secret=known["VOUCH_BROKER_PASSWORD"], options=options)
    _delete_queues(broker)
    catalogue = Address(known["VOUCH_DATABASE_URL"], secret=known["VOUCH_DATABASE_PASSWORD"])
    return Plant.at(catalogue, broker, folder)


def _delete_queues(broker: Address) -> None:
    user, _, host = broker.url.rpartition("@")
    with Connection(f"{user}:{broker.secret}@{host}") as connection:
        for queue in ("pages", "east", "west"):
            connection.default_channel.queue_delete(queue)


@pytest.fixture(params=BACKENDS)
def plant(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Plant]:
    if request.param == "local":
        made = Plant.at(Address(f"sqlite:///{tmp_path / 'catalogue.db'}"), Address(""), tmp_path)
    else:
        servers = (request.getfixturevalue(f"{name}_server") for name in ("postgres", "rabbit"))
        made = _celery(*servers, tmp_path)
    yield made
    made.close()


@pytest.fixture
def served(postgres_server: Postgres, rabbit_server: Rabbit, tmp_path: Path) -> Iterator[Plant]:
    made = _celery(postgres_server, rabbit_server, tmp_path)
    yield made
    made.close()


def _many(count: int) -> list[bytes]:
    return [wire_transfer(f"{number}.00", words="") for number in range(1, count + 1)]


def _holder(plant: Plant, supervisor: Supervisor, batch: int) -> Seat:
    """The seat whose worker has the batch's first page."""
    until(lambda: plant.runs(batch))
    page = plant.pages(batch)[0].id
    with plant.archive.catalogue.read() as tx:
        return next(s for s in supervisor.seats if page in [one for one, _ in tx.pages.held_by(s.name)])


def _freeze(plant: Plant, process: BaseProcess) -> None:
    """Stops a process at a moment at which it holds no lock of the catalogue: on SQLite a frozen writer stops all."""
    while True:
        os.kill(process.pid or 0, signal.SIGSTOP)
        until(lambda: _stands(process.pid or 0))  # a thread that still runs may take the lock yet, and stop with it
        try:
            with plant.archive.catalogue.write():
                return
        except CatalogueUnavailable:
            os.kill(process.pid or 0, signal.SIGCONT)


def _stands(pid: int) -> bool:
    """Whether every thread of a process is stopped."""
    try:
        states = [(each / "stat").read_text() for each in Path(f"/proc/{pid}/task").iterdir()]
    except OSError:  # a thread ended meanwhile
        return False
    return all(state.rpartition(")")[2].split()[0] == "T" for state in states)


def _when_asked(process: BaseProcess) -> threading.Event:
    """Set when the process has been asked to end, and has taken note of it."""
    asked, ask = threading.Event(), process.terminate

    def terminate() -> None:
        ask()
        until(lambda: not _pending(process.pid or 0) >> (signal.SIGTERM - 1) & 1)
        asked.set()

    process.terminate = terminate
    return asked


def _pending(pid: int) -> int:
    """The signals that wait for a process, a bit each."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return int(next(line for line in lines if line.startswith("ShdPnd")).split()[1], 16)


def test_every_page_is_worked_once(plant: Plant, day: TellerDay) -> None:
    batch = plant.filled(day, *_many(8))
    with plant.working(2):
        until(lambda: plant.settled(batch))
    assert plant.once(batch)
    assert plant.dispatch.depth() == 0


def test_doubled_and_mistaken_wakes_do_no_harm(plant: Plant, day: TellerDay) -> None:
    batch = plant.filled(day, *_many(5))
    wakes = [Wake(page.id, day.branch_no) for page in plant.pages(batch)]
    plant.dispatch.send([*wakes, *wakes, Wake(999_999, day.branch_no), *wakes])
    with plant.working(2):
        until(lambda: plant.settled(batch) and plant.dispatch.depth() == 0)
    assert plant.once(batch)


def test_the_page_of_a_killed_worker_is_done_by_another(plant: Plant, day: TellerDay, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    batch = plant.filled(day, coded(wait=str(gate)))
    with plant.working(2) as supervisor:
        killed = _holder(plant, supervisor, batch).process
        assert killed is not None and killed.pid is not None
        os.kill(killed.pid, signal.SIGKILL)
        until(lambda: plant.pages(batch)[0].token == 2)
        gate.touch()
        until(lambda: plant.settled(batch))
    assert (plant.once(batch), plant.pages(batch)[0].deliveries) == (True, 1)


def test_a_frozen_worker_cannot_commit_what_another_took_over(plant: Plant, day: TellerDay, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    batch = plant.filled(day, coded(wait=str(gate)))
    with plant.working(2) as supervisor:
        frozen = _holder(plant, supervisor, batch).process
        assert frozen is not None and frozen.pid is not None
        _freeze(plant, frozen)
        page = plant.pages(batch)[0]
        with plant.archive.catalogue.write() as tx:
            assert tx.pages.renew(page.id, page.token, datetime.now(UTC) - timedelta(seconds=1))
        until(lambda: plant.pages(batch)[0].token == 2)
        gate.touch()
        until(lambda: plant.settled(batch))
        os.kill(frozen.pid, signal.SIGCONT)
    assert (plant.once(batch), plant.pages(batch)[0].token) == (True, 2)


def test_a_stop_ends_after_the_page_in_hand(plant: Plant, day: TellerDay, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    batch = plant.filled(day, coded(wait=str(gate)), coded(wait=str(gate)))
    with plant.working() as supervisor:
        seat = _holder(plant, supervisor, batch)
        assert seat.process is not None
        stopping = threading.Thread(target=supervisor.stop, args=(60.0,))
        asked = _when_asked(seat.process)
        stopping.start()
        assert asked.wait(60.0)
        gate.touch()
        stopping.join()
    states = [(page.state, page.deliveries) for page in plant.pages(batch)]
    assert (seat.process.exitcode, states) == (0, [(PageState.DONE, 0), (PageState.RECEIVED, 0)])


def test_a_page_that_kills_its_workers_is_set_aside_and_the_rest_goes_on(plant: Plant, day: TellerDay) -> None:
    batch = plant.filled(day, coded(crash=True), *_many(3))
    with plant.working():
        until(lambda: plant.settled(batch))
    poison, *rest = plant.pages(batch)
    assert (poison.state, poison.deliveries) == (PageState.QUARANTINED, 4)
    assert {page.state for page in rest} == {PageState.DONE}


def test_a_page_that_fails_is_tried_four_times(plant: Plant, day: TellerDay) -> None:
    batch = plant.filled(day, coded(fail="no such glyph"))
    with plant.working():
        until(lambda: plant.settled(batch))
    page = plant.pages(batch)[0]
    assert (page.state, page.deliveries, "no such glyph" in page.cause) == (PageState.QUARANTINED, 4, True)


def test_no_wake_is_left_behind(plant: Plant, day: TellerDay) -> None:
    batch = plant.filled(day, *_many(3))
    with plant.working():
        until(lambda: plant.settled(batch))
    with plant.archive.catalogue.read() as tx:
        assert tx.outbox.pending(TOPIC) == []


@pytest.mark.servers
def test_a_broker_that_is_killed_loses_nothing(
    served: Plant, rabbit_server: Rabbit, day: TellerDay, tmp_path: Path
) -> None:
    gate = tmp_path / "gate"
    batch = served.filled(day, coded(wait=str(gate)), *_many(4))
    with served.working():
        until(lambda: served.runs(batch))
        rabbit_server.kill()
        try:
            served.add(batch, *_many(4))
            gate.touch()
        finally:
            rabbit_server.start()
        until(lambda: served.settled(batch))
    assert served.once(batch)


@pytest.mark.servers
def test_a_queue_that_a_kill_left_without_a_leader_is_made_anew(
    served: Plant, rabbit_server: Rabbit, day: TellerDay
) -> None:
    for _ in range(2):  # RabbitMQ 3.10 loses the leader of a queue that was deleted, made again and killed
        served.dispatch.check()
        _delete_queues(served.config.broker)
    served.dispatch.check()
    rabbit_server.kill()
    rabbit_server.start()
    batch = served.filled(day, *_many(2))
    with served.working(2):
        until(lambda: served.settled(batch))
    assert served.once(batch)


@pytest.mark.servers
def test_a_worker_outlives_its_database(
    served: Plant, postgres_server: Postgres, day: TellerDay, tmp_path: Path
) -> None:
    gate = tmp_path / "gate"
    batch = served.filled(day, coded(wait=str(gate)), *_many(2))
    with served.working() as supervisor:
        seat = _holder(served, supervisor, batch)
        process = seat.process
        postgres_server.kill()
        try:
            gate.touch()
        finally:
            postgres_server.start()
        until(lambda: served.settled(batch))
        assert (seat.process, seat.deaths) == (process, 0)
    assert served.once(batch)


@pytest.mark.servers
def test_a_broker_that_forgot_everything_is_told_again(served: Plant, rabbit_server: Rabbit, day: TellerDay) -> None:
    batch = served.filled(day, *_many(4))
    with served.archive.catalogue.write() as tx:
        tx.outbox.done(seq for seq, _ in tx.outbox.pending(TOPIC))  # as if they had been sent, and lost with its disk
    with served.working():
        until(lambda: served.settled(batch))
    assert served.once(batch)


@pytest.mark.servers
def test_a_centres_workers_serve_their_branches_only(
    postgres_server: Postgres, rabbit_server: Rabbit, day: TellerDay, tmp_path: Path
) -> None:
    plant = _celery(postgres_server, rabbit_server, tmp_path, centres="east=0102;west=02*", queue="east")
    west = replace(plant.config.broker, options={**plant.config.broker.options, "queue": "west"})
    mine, other = plant.filled(day, *_many(2)), plant.filled(TellerDay("0203", "1", day.business_date), *_many(2))
    try:
        with plant.working():
            until(lambda: plant.settled(mine) and plant.dispatch.depths() == {"pages": 0, "east": 0, "west": 2})
            assert {page.state for page in plant.pages(other)} == {PageState.RECEIVED}
            with plant.working(config=replace(plant.config, broker=west)):
                until(lambda: plant.settled(other))
    finally:
        plant.close()


@pytest.mark.servers
def test_only_a_quorum_queue_is_declared(served: Plant, rabbit_server: Rabbit, day: TellerDay) -> None:
    batch = served.filled(day, *_many(1))
    with served.working():
        until(lambda: served.settled(batch))
        said = rabbit_server.control("list_queues", "name", "type", "durable", "--no-table-headers")
    assert [line.split() for line in said.splitlines() if line.split()] == [["pages", "quorum", "true"]]


def test_a_broker_that_is_away_is_told_without_its_password() -> None:
    dispatch = open_dispatch(Address("amqp://vouch@127.0.0.1:1//", secret="hush-hush"))
    with pytest.raises(BrokerUnavailable) as told:
        dispatch.send([Wake(1, "0102")])
    assert "amqp://vouch@127.0.0.1:1//" in str(told.value)
    assert "check that it runs" in str(told.value)
    assert "hush-hush" not in str(told.value)


@pytest.mark.servers
def test_a_wrong_password_is_told_as_such(rabbit_server: Rabbit) -> None:
    dispatch = open_dispatch(Address(rabbit_server.settings()["VOUCH_BROKER_URL"], secret="hush-hush"))
    with pytest.raises(BrokerUnavailable, match="user and password") as told:
        dispatch.check()
    assert "hush-hush" not in str(told.value)
