"""The system page, readiness and the metrics while parts fail and come back, on the embedded size."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from hands import key_of, person
from plant import until
from prometheus_client.parser import text_string_to_metric_families

from api.app import create_app
from api.settings import Settings
from archive.model import Role
from archive.vault import Archive

HTML = {"Accept": "text/html"}
NOW = datetime.now(UTC)
TOKEN = {"Authorization": "Bearer scrape-me"}


@pytest.fixture
def client(archive: Archive, tmp_path: Path) -> Iterator[TestClient]:
    """A running site, asked by its administrator, who has been seen once."""
    settings = Settings(data=tmp_path / "data", metrics_token="scrape-me")
    with TestClient(create_app(archive, settings), follow_redirects=False, headers=HTML) as made:
        made.headers.update(key_of(archive, person(archive, "admin", Role.SYSTEM_ADMINISTRATOR)))
        assert made.get("/system").status_code == 200
        yield made


def ready(client: TestClient) -> dict[str, object]:
    return dict(client.get("/readyz").json())


def state_of(client: TestClient, part: str) -> str:
    """The state that the page's line of a part shows."""
    found = re.search(rf'data-part="{re.escape(part)}".*?class="state (\w+)"', client.get("/system/parts").text, re.S)
    return found[1] if found else ""


def up(client: TestClient, part: str) -> float | None:
    samples = text_string_to_metric_families(client.get("/metrics", headers=TOKEN).text)
    found = [s.value for family in samples for s in family.samples if s.name == "vouch_part_up"]
    named = [s for f in text_string_to_metric_families(client.get("/metrics", headers=TOKEN).text) for s in f.samples]
    assert found
    return next((s.value for s in named if s.name == "vouch_part_up" and s.labels["part"] == part), None)


def test_every_part_works_on_a_fresh_archive(client: TestClient) -> None:
    until(lambda: state_of(client, "catalogue") == "done")
    assert [state_of(client, part) for part in ("objects", "index", "pages", "quarantine")] == ["done"] * 4
    assert ready(client) == {"ok": True, "fault": ""}


def test_an_object_folder_that_is_gone_is_named_everywhere_until_it_is_back(client: TestClient, tmp_path: Path) -> None:
    folder, aside = tmp_path / "data" / "objects", tmp_path / "aside"
    folder.rename(aside)
    assert (client.get("/readyz").status_code, str(ready(client)["fault"])[:8]) == (503, "objects:")
    assert (state_of(client, "objects"), up(client, "objects")) == ("quarantined", 0.0)
    assert "影像库连不上" in client.get("/day/2026-03-09").text
    assert "影像库连不上" in client.get("/system/outages").text
    aside.rename(folder)
    until(lambda: ready(client)["ok"] is True)
    assert (state_of(client, "objects"), up(client, "objects")) == ("done", 1.0)
    assert "影像库连不上" not in client.get("/day/2026-03-09").text


def test_a_damaged_index_is_named_and_the_page_stands(client: TestClient, tmp_path: Path) -> None:
    for path in (tmp_path / "data" / "index").rglob("meta.json"):
        path.write_text("damaged", encoding="ascii")
    assert str(ready(client)["fault"]).startswith("index:")
    assert state_of(client, "index") == "quarantined"
    assert "vouch rebuild" in client.get("/system").text
    assert "检索不可用" in client.get("/day/2026-03-09").text


@pytest.fixture
def no_catalogue(client: TestClient, archive: Archive, tmp_path: Path) -> Iterator[Callable[[], None]]:
    """Takes the database away, once everything was looked at; calling it brings the database back."""
    until(lambda: state_of(client, "catalogue") == "done")
    file, aside = tmp_path / "data" / "catalogue.db", tmp_path / "catalogue.db"
    archive.catalogue.close()
    file.rename(aside)

    def back() -> None:
        for path in file.parent.glob("catalogue.db*"):
            path.unlink()
        aside.rename(file)
        archive.catalogue.close()

    until(lambda: str(ready(client)["fault"]).startswith("catalogue:"))
    yield back


def test_without_the_catalogue_pages_say_so_and_come_back_by_themselves(
    client: TestClient, no_catalogue: Callable[[], None]
) -> None:
    page = client.get("/day/2026-03-09")
    assert (page.status_code, page.headers["retry-after"]) == (503, "5")
    assert all(text in page.text for text in ("数据库连不上", "已确认的一切不丢", 'http-equiv="refresh"'))
    assert (
        client.get("/api/v1/batches", headers={"Accept": "application/json"})
        .json()["type"]
        .endswith("/catalogue_unavailable")
    )
    no_catalogue()
    until(lambda: client.get("/day/2026-03-09").status_code == 200)


def test_without_the_catalogue_the_system_page_opens_for_who_was_signed_in(
    client: TestClient, no_catalogue: Callable[[], None]
) -> None:
    page = client.get("/system")
    assert (page.status_code, state_of(client, "catalogue")) == (200, "quarantined")
    assert "检查 PostgreSQL" in page.text
    stranger = client.get("/system", headers={"Authorization": "Bearer vk_nobody"})
    assert (stranger.status_code, "检查 PostgreSQL" in stranger.text) == (503, False)
    assert up(client, "catalogue") == 0.0


def test_what_was_posted_while_the_catalogue_is_away_is_not_repeated_by_itself(
    client: TestClient, no_catalogue: Callable[[], None]
) -> None:
    page = client.post("/batches", data={"branch_no": "0102"})
    assert (page.status_code, 'http-equiv="refresh"' in page.text, "此项未完成" in page.text) == (503, False, True)


def test_the_api_tells_administrators_what_the_page_shows(client: TestClient, archive: Archive) -> None:
    told = client.get("/api/v1/system").json()
    parts = {part["name"]: part for part in told["parts"]}
    assert {"catalogue", "objects", "index", "pages", "outbox.index", "exports", "tasks", "disk.data"} <= set(parts)
    assert (parts["catalogue"]["title"], parts["catalogue"]["works"]) == ("数据库", True)
    auditor = key_of(archive, person(archive, "auditor", Role.AUDITOR))
    assert client.get("/api/v1/system", headers=auditor).status_code == 403


def test_the_serving_process_notes_itself_and_leaves_in_order(archive: Archive, tmp_path: Path) -> None:
    def serving() -> list[str]:
        with archive.catalogue.read() as tx:
            return [part.kind for part in tx.parts.list() if part.kind == "serve"]

    with TestClient(create_app(archive, Settings(data=tmp_path / "data"))):
        until(lambda: serving() == ["serve"])
    assert serving() == []


def test_metrics_are_for_this_machine_or_the_token(archive: Archive, tmp_path: Path) -> None:
    app = create_app(archive, Settings(data=tmp_path / "data", metrics_token="scrape-me"))
    here, there = TestClient(app, client=("127.0.0.1", 1)), TestClient(app, client=("10.0.0.9", 1))
    forwarded = {"X-Forwarded-For": "10.0.0.9"}
    assert [c.get("/metrics").status_code for c in (here, there)] == [200, 403]
    assert here.get("/metrics", headers=forwarded).status_code == 403
    assert there.get("/metrics", headers=TOKEN).status_code == 200
    assert there.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 403


def test_metrics_time_requests_by_route_never_by_address(client: TestClient) -> None:
    client.get("/batches/1")
    client.get("/batches/2")
    families = {f.name: f for f in text_string_to_metric_families(client.get("/metrics", headers=TOKEN).text)}
    routes = {s.labels["route"] for s in families["vouch_http_request_seconds"].samples}
    assert "/batches/{batch_id}" in routes or any("{" in route for route in routes)
    assert not any(route in routes for route in ("/batches/1", "/batches/2"))
    assert {"vouch_part_up", "vouch_part_backlog", "vouch_part_oldest_seconds", "vouch_search_seconds"} <= set(families)


def test_a_disk_that_refused_a_write_is_a_part_that_is_down_and_has_no_figure(client: TestClient) -> None:
    client.app.state.watch.monitor.refused("the bucket's disk is full")  # type: ignore[attr-defined]
    told = text_string_to_metric_families(client.get("/metrics", headers=TOKEN).text)
    free = {s.labels["disk"]: s.value for f in told for s in f.samples if s.name == "vouch_disk_free_bytes"}
    assert (set(free), up(client, "disk.full")) == ({"data"}, 0.0)


def test_the_command_tells_whether_this_hosts_processes_live(client: TestClient, tmp_path: Path) -> None:
    environment = {**os.environ, "VOUCH_DATA": str(tmp_path / "data")}
    command = [str(Path(sys.executable).parent / "vouch"), "system"]
    run = partial(subprocess.run, env=environment, capture_output=True, text=True, check=False)
    until(lambda: run([*command, "--here"]).returncode == 0)
    told = json.loads(run([*command, "--json"]).stdout)
    assert {"catalogue", "objects", "index"} <= {part["name"] for part in told["parts"] if part["level"] == "works"}
    with client.app.state.watch.monitor.archive.catalogue.write() as tx:  # type: ignore[attr-defined]
        tx.parts.note("work@here", "work", host=socket.gethostname(), pid=1, since=NOW, works=False, fault="dead seats")
    ill = run([*command, "--here"])
    assert (ill.returncode, "work@here: dead seats" in ill.stderr) == (1, True)


def test_the_command_finds_nobody_where_nothing_runs(archive: Archive, tmp_path: Path) -> None:
    environment = {**os.environ, "VOUCH_DATA": str(tmp_path / "data")}
    command = [str(Path(sys.executable).parent / "vouch"), "system", "--here"]
    told = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (told.returncode, "no process of this host" in told.stderr) == (1, True)
