"""The JSON API at its edges: scopes, blind keyers, numbers that no store holds, files that are too large."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from dayworld import journal, line
from fastapi.testclient import TestClient
from hands import key_of, person, work_off
from pages import wire_transfer

from api.app import create_app
from api.routes import batches
from api.settings import Settings
from archive.model import Role
from archive.objects import holder
from archive.vault import Archive

BATCH = {"branch_no": "0102", "teller_no": "0417", "business_date": "2026-03-08"}
BEYOND = 2**63


@pytest.fixture
def client(archive: Archive, tmp_path: Path) -> Iterator[TestClient]:
    with TestClient(create_app(archive, Settings(data=tmp_path / "data"))) as made:
        made.headers.update(key_of(archive, person(archive, "core", Role.SYSTEM_ADMINISTRATOR)))
        yield made


def opened(client: TestClient) -> str:
    return str(client.post("/api/v1/batches", json=BATCH).json()["id"])


def test_a_journal_of_another_branch_is_refused(client: TestClient, archive: Archive) -> None:
    stranger = key_of(archive, person(archive, "zhao", Role.SUPERVISOR, "0999"))
    file = {"file": ("journal.csv", journal(line(1)))}
    assert client.post("/api/v1/journals", files=file, headers=stranger).status_code == 403
    assert client.post("/api/v1/journals", files=file).json()["new"] == 1


@pytest.mark.parametrize(
    "path",
    [
        "batches", "batches/1", "batches/1/files", "batches/1/pages", "pages/1", "pages/1/image", "pages/1/thumbnail",
        "pages/1/original", "pages/1/crop?xywh=0,0,9,9", "vouchers/1", "vouchers/1/history", "search", "events",
        "cases", "cases/1", "days/2026-03-08", "days/0102/0417/2026-03-08",
    ],
)  # fmt: skip
def test_a_keyer_reads_nothing_but_tasks(client: TestClient, archive: Archive, path: str) -> None:
    label = opened(client)
    client.post(f"/api/v1/batches/{label}/files", files={"file": ("0001.png", wire_transfer())})
    work_off(archive)
    keyer = key_of(archive, person(archive, "zhang", Role.KEYER))
    assert client.get(f"/api/v1/{path}", headers=keyer).status_code == 403
    assert client.post("/api/v1/tasks/claim", headers=keyer).status_code == 200


@pytest.mark.parametrize("path", ["pages", "vouchers", "cases"])
def test_a_number_that_no_store_holds_names_nothing(client: TestClient, path: str) -> None:
    for number in (BEYOND, -BEYOND - 1, 10**30):
        assert client.get(f"/api/v1/{path}/{number}").status_code == 404


def test_a_cursor_that_no_store_holds_is_refused_by_name(client: TestClient) -> None:
    label = opened(client)
    for path in ("batches?before", f"batches/{label}/pages?after", "events?after"):
        refused = client.get(f"/api/v1/{path}={BEYOND}")
        assert (refused.status_code, refused.headers["content-type"]) == (422, "application/problem+json")
        assert refused.json()["errors"][0]["field"] in path


@pytest.mark.parametrize("amount", ["1e400", "99999999999999999999", "-1e30"])
def test_a_search_for_an_amount_beyond_any_vouchers_is_refused(client: TestClient, amount: str) -> None:
    refused = client.get("/api/v1/search", params={"min": amount})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] in {"amount_min", "min"}


def test_a_file_that_is_too_large_is_refused_by_name_while_others_go_on(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "LARGEST_FILE", 1 << 20)
    files = [("file", ("big.png", wire_transfer() + b"\0" * (1 << 20))), ("file", ("small.png", wire_transfer()))]
    label = opened(client)
    big, small = client.post(f"/api/v1/batches/{label}/files", files=files).json()["files"]
    assert (big["file"], big["refused"], big["reason"]) == ("big.png", True, "too_large")
    assert (small["refused"], client.get(f"/api/v1/batches/{label}").json()["pages"]) == (False, 1)


def test_a_file_without_a_name_refuses_the_request_before_any_is_taken(client: TestClient) -> None:
    files = [("file", ("a.png", wire_transfer())), ("file", ("../..", wire_transfer("2.00")))]
    label = opened(client)
    assert client.post(f"/api/v1/batches/{label}/files", files=files).status_code == 422
    assert client.get(f"/api/v1/batches/{label}").json()["pages"] == 0


def test_a_one_sided_batch_takes_no_two_sided_sheets(client: TestClient) -> None:
    label = opened(client)
    assert client.post("/api/v1/batches", json={**BATCH, "duplex": True}).status_code == 409
    assert client.post("/api/v1/batches", json={**BATCH, "duplex": True, "new": True}).json()["id"] != label
    assert client.post("/api/v1/batches", json=BATCH).json()["duplex"] is True


@pytest.mark.parametrize("asked", ["image", "image?w=300", "crop?xywh=0,0,9,9"])
def test_a_damaged_image_is_said_to_be_damaged_and_never_shown(
    client: TestClient, archive: Archive, tmp_path: Path, asked: str
) -> None:
    client.post(f"/api/v1/batches/{opened(client)}/files", files={"file": ("0001.png", wire_transfer())})
    work_off(archive)
    with archive.catalogue.read() as tx:
        sha256 = holder(tx.pages.get(1).access)
    kept = tmp_path / "data" / "objects" / sha256[:2] / sha256[2:4] / sha256
    data = kept.read_bytes()
    kept.write_bytes(data[: len(data) // 2] + b"tampered!" + data[len(data) // 2 + 9 :])
    answer = client.get(f"/api/v1/pages/1/{asked}")
    assert (answer.status_code, answer.json()["type"]) == (500, "/problems/object_damaged")
