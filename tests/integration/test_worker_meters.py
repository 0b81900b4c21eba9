"""The workers' counters in /metrics: they count on both sizes, and no series of theirs ever goes backward."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from pages import wire_transfer
from plant import Plant, until
from prometheus_client.parser import text_string_to_metric_families

from api.app import create_app
from api.settings import Settings
from archive.address import Address
from archive.model import TellerDay

PAGES, SECONDS = "vouch_worker_pages_total", "vouch_worker_page_seconds_total"


@pytest.fixture(params=["local", pytest.param("celery", marks=pytest.mark.servers)])
def plant(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Plant]:
    known = {"VOUCH_DATABASE_URL": f"sqlite:///{tmp_path / 'catalogue.db'}"}
    if request.param == "celery":
        known = request.getfixturevalue("postgres_server").fresh("meters")
        known |= request.getfixturevalue("rabbit_server").settings()
    catalogue = Address(known["VOUCH_DATABASE_URL"], secret=known.get("VOUCH_DATABASE_PASSWORD", ""))
    broker = Address(known.get("VOUCH_BROKER_URL", ""), secret=known.get("VOUCH_BROKER_PASSWORD", ""))
    made = Plant.at(catalogue, broker, tmp_path)
    yield made
    made.close()


@pytest.fixture
def client(plant: Plant, tmp_path: Path) -> Iterator[TestClient]:
    """The API beside the workers, as Prometheus asks it."""
    settings = Settings(data=tmp_path / "data", metrics_token="t")
    with TestClient(create_app(plant.archive, settings), headers={"Authorization": "Bearer t"}) as made:
        yield made


def counted(client: TestClient, name: str = PAGES) -> dict[str, float]:
    """The counter of each living worker."""
    families = text_string_to_metric_families(client.get("/metrics").text)
    return {s.labels["worker"]: s.value for family in families for s in family.samples if s.name == name}


@pytest.mark.slow
def test_pages_and_their_seconds_count_and_a_replaced_worker_begins_a_series_at_zero(
    plant: Plant, client: TestClient, day: TellerDay
) -> None:
    batch = plant.filled(day, wire_transfer("1.00"), wire_transfer("2.00"))
    with plant.working() as supervisor:
        until(lambda: sum(counted(client).values()) == 2.0)
        (worker,) = counted(client)
        assert counted(client, SECONDS)[worker] > 0
        process = supervisor.seats[0].process
        assert process is not None and process.pid is not None
        os.kill(process.pid, signal.SIGKILL)
        until(lambda: set(counted(client).values()) >= {0.0})
        assert counted(client).get(worker, 2.0) == 2.0
        plant.add(batch, wire_transfer("3.00"))
        until(lambda: sum(value for name, value in counted(client).items() if name != worker) == 1.0)
