"""The system page, readiness and metrics beside real servers that hang or die, and come back."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest
from fastapi.testclient import TestClient
from hands import key_of, person
from prometheus_client.parser import text_string_to_metric_families

from api.app import create_app
from api.settings import Settings
from api.wiring import build_archive
from archive.indexing import Indexer
from archive.model import Role
from tools.services import Elastic, Minio, Postgres, Rabbit, Server

pytestmark = [pytest.mark.servers, pytest.mark.slow]
WITHIN = 15.0  # seconds from a fault, or its end, to the page that says so, on a loaded machine


@pytest.fixture(scope="module")
def client(
    minio_server: Minio,
    postgres_server: Postgres,
    elastic_server: Elastic,
    rabbit_server: Rabbit,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[TestClient]:
    """The API of the server size, asked by its administrator."""
    own = {"VOUCH_OBJECTS_URL": "s3://system", "VOUCH_INDEX_URL": f"{elastic_server.url}/system"}
    found = {**minio_server.settings(), **rabbit_server.settings(), **postgres_server.fresh("system"), **own}
    chosen = {name.removeprefix("VOUCH_").lower(): value for name, value in found.items()}
    settings = Settings(data=tmp_path_factory.mktemp("data"), metrics_token="t", **chosen)
    archive = build_archive(settings)
    Indexer(archive).ensure()  # as the scheduler does at its start
    with TestClient(create_app(archive, settings), headers={"Accept": "text/html"}) as made:
        made.headers.update(key_of(archive, person(archive, "admin", Role.SYSTEM_ADMINISTRATOR)))
        until(lambda: made.get("/readyz").status_code == 200, 60)
        assert made.get("/system").status_code == 200
        yield made
    archive.close()


def until(true: Callable[[], bool], seconds: float = WITHIN) -> float:
    """The seconds until it was true; fails where it is not within the time."""
    began = time.monotonic()
    while not true():
        assert time.monotonic() - began < seconds, "it did not come to that"
        time.sleep(0.1)
    return time.monotonic() - began


def up(client: TestClient) -> dict[str, bool]:
    """Which stores work, as the metrics say."""
    text = client.get("/metrics", headers={"Authorization": "Bearer t"}).text
    samples = [s for family in text_string_to_metric_families(text) for s in family.samples]
    stores = [s for s in samples if s.name == "vouch_part_up" and s.labels["kind"] == "store"]
    return {s.labels["part"]: s.value == 1.0 for s in stores}


def told(client: TestClient, part: str) -> bool:
    """Whether readiness, the metrics and the page say that the part does not work, and the page comes at once."""
    ready, began = client.get("/readyz").json(), time.monotonic()
    page = client.get("/system")
    assert page.status_code == 200 and time.monotonic() - began < 5
    return str(ready["fault"]).startswith(f"{part}:") and not up(client)[part]


def well(client: TestClient) -> bool:
    return client.get("/readyz").status_code == 200 and all(up(client).values())


@pytest.mark.parametrize(
    ("part", "fixture", "line"),
    [
        ("objects", "minio_server", "影像库连不上"),
        ("index", "elastic_server", "检索不可用"),
        ("broker", "rabbit_server", "消息队列连不上"),
        ("catalogue", "postgres_server", "数据库连不上"),
    ],
)
def test_a_server_that_hangs_is_named_within_seconds_and_comes_back(
    client: TestClient, request: pytest.FixtureRequest, part: str, fixture: str, line: str
) -> None:
    server: Server = request.getfixturevalue(fixture)
    server.pause()
    try:
        until(lambda: told(client, part))
        until(lambda: line in client.get("/system/outages").text)
    finally:
        server.resume()
    until(lambda: well(client), 60)


@pytest.mark.parametrize(("part", "fixture"), [("objects", "minio_server"), ("catalogue", "postgres_server")])
def test_a_server_that_dies_is_named_within_seconds_and_comes_back(
    client: TestClient, request: pytest.FixtureRequest, part: str, fixture: str
) -> None:
    server: Server = request.getfixturevalue(fixture)
    server.kill()
    try:
        until(lambda: told(client, part))
        if part == "catalogue":
            page = client.get("/day/2026-03-09")
            assert (page.status_code, "数据库连不上" in page.text) == (503, True)
    finally:
        server.start()
    until(lambda: well(client), 60)
    assert client.get("/day/2026-03-09").status_code == 200
