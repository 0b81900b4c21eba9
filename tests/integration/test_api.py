"""The JSON API over a real archive: what a downstream system sees, and what it must not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from hands import key_of, person, work_off
from pages import voucher, wire_transfer

from api.app import create_app
from api.settings import Settings
from archive.model import Role
from archive.vault import Archive

BATCH = {"branch_no": "0102", "teller_no": "0417", "business_date": "2026-03-09"}


@pytest.fixture
def client(archive: Archive, tmp_path: Path) -> Iterator[TestClient]:
    """A client that signs as the system, all branches."""
    app = create_app(archive, Settings(data=tmp_path / "data"))
    with TestClient(app) as made:
        made.headers.update(key_of(archive, person(archive, "core", Role.SYSTEM_ADMINISTRATOR)))
        yield made


def upload(client: TestClient, *files: tuple[str, bytes], **batch: object) -> str:
    label = client.post("/api/v1/batches", json={**BATCH, **batch}).json()["id"]
    sent = client.post(f"/api/v1/batches/{label}/files", files=[("file", file) for file in files])
    assert sent.status_code == 200, sent.text
    return str(label)


def hits(client: TestClient, **asked: str) -> list[dict]:
    return client.get("/api/v1/search", params=asked).json()["hits"]


def test_a_voucher_goes_from_upload_to_search(client: TestClient, archive: Archive) -> None:
    upload(client, ("0001.png", wire_transfer()))
    work_off(archive)
    (found,) = hits(client, q="1,234.50")
    assert (found["type"], found["file"], found["fields"]["amount"]["value"]) == (
        "wire_transfer",
        "0001.png",
        "1234.50",
    )


def test_each_file_is_answered_by_itself(client: TestClient) -> None:
    label = client.post("/api/v1/batches", json=BATCH).json()["id"]
    files = [("file", ("a.png", wire_transfer())), ("file", ("b.jpg", b"words"))]
    taken, refused = client.post(f"/api/v1/batches/{label}/files", files=files).json()["files"]
    assert (taken["refused"], refused["refused"], refused["reason"]) == (False, True, "not_an_image")
    assert client.get(f"/api/v1/batches/{label}").json()["refused"] == 1


def test_closing_short_is_a_conflict_that_names_the_sheets(client: TestClient) -> None:
    label = upload(client, ("a.png", wire_transfer()), declared_sheets=3)
    answer = client.post(f"/api/v1/batches/{label}/close")
    assert answer.status_code == 409
    assert "2-3" in answer.json()["detail"]


def test_images_come_by_id_and_width_and_a_look_is_logged(client: TestClient, archive: Archive) -> None:
    label = upload(client, ("a.png", wire_transfer()))
    work_off(archive)
    page = client.get(f"/api/v1/batches/{label}/pages").json()["pages"][0]
    image = client.get(f"/api/v1/pages/{page['id']}/image", params={"w": 300})
    assert image.headers["content-type"] == "image/jpeg"
    assert "Cookie" in image.headers["vary"]  # else the next person at the same browser sees it unasked
    assert client.get(f"/api/v1/pages/{page['id']}/original").content == wire_transfer()
    kinds = [event["kind"] for event in client.get("/api/v1/events").json()["events"]]
    assert "page.seen" in kinds and "page.taken" in kinds


def test_a_region_outside_the_page_is_an_error_that_names_it(client: TestClient, archive: Archive) -> None:
    label = upload(client, ("a.png", wire_transfer()))
    work_off(archive)
    page = client.get(f"/api/v1/batches/{label}/pages").json()["pages"][0]["id"]
    answer = client.get(f"/api/v1/pages/{page}/crop", params={"xywh": "9000,0,10,10"})
    assert (answer.status_code, "9000,0,10,10" in answer.text) == (422, True)


def test_another_branch_sees_nothing_not_even_a_count(client: TestClient, archive: Archive) -> None:
    label = upload(client, ("a.png", wire_transfer()))
    work_off(archive)
    other = key_of(archive, person(archive, "else", Role.AUDITOR, "0999"))
    found = client.get("/api/v1/search", headers=other).json()
    assert (found["total"], found["hits"], any(found["facets"].values())) == (0, [], False)
    assert client.get(f"/api/v1/batches/{label}", headers=other).status_code == 404
    assert client.get("/api/v1/vouchers/1", headers=other).status_code == 404
    assert client.get("/api/v1/pages/1/image", headers=other).status_code == 404
    assert client.get("/api/v1/days/0102/0417/2026-03-09", headers=other).status_code == 404


def test_without_a_key_nothing_is_served(client: TestClient) -> None:
    client.headers.pop("Authorization")
    answer = client.get("/api/v1/batches")
    assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json")


def test_a_keyer_sees_no_page_no_voucher_and_no_search(client: TestClient, archive: Archive) -> None:
    upload(client, ("a.png", wire_transfer()))
    work_off(archive)
    keyer = key_of(archive, person(archive, "keyer", Role.KEYER))
    for path in ("pages/1/image", "pages/1", "vouchers/1", "vouchers/1/history", "search"):
        assert client.get(f"/api/v1/{path}", headers=keyer).status_code == 403, path


def test_a_doubtful_field_is_keyed_and_the_voucher_and_the_index_follow(client: TestClient, archive: Archive) -> None:
    data = voucher("电汇凭证", 收款人全称="李静", 收款人账号="2009876543210")
    upload(client, ("a.png", data))
    work_off(archive)
    asked = client.post("/api/v1/tasks/claim", json={"count": 10}).json()["tasks"]
    amount = next(task for task in asked if task["field"] == "amount")
    body = {"token": amount["token"], "value": "￥1,234.5"}
    assert client.post(f"/api/v1/tasks/{amount['id']}/complete", json=body).status_code == 200
    work_off(archive)
    (found,) = hits(client, q="1234.50")
    assert found["fields"]["amount"]["source"] == "keyed:core"
    lines = client.get(f"/api/v1/vouchers/{found['id']}/history").json()["history"]
    assert [(line["new"], line["actor"]) for line in lines if line["field"] == "amount"] == [("1234.50", "core")]


def test_a_task_goes_to_one_person_and_a_stranger_cannot_complete_it(client: TestClient, archive: Archive) -> None:
    upload(client, ("a.png", voucher("电汇凭证", 收款人全称="李静")))
    work_off(archive)
    mine = client.post("/api/v1/tasks/claim", json={"count": 10}).json()["tasks"]
    other = key_of(archive, person(archive, "other", Role.VERIFIER))
    theirs = client.post("/api/v1/tasks/claim", json={"count": 10}, headers=other).json()["tasks"]
    assert {task["id"] for task in mine}.isdisjoint(task["id"] for task in theirs)
    body = {"token": mine[0]["token"], "value": "x"}
    assert client.post(f"/api/v1/tasks/{mine[0]['id']}/complete", json=body, headers=other).status_code == 409


def test_keyed_nonsense_is_refused_by_field(client: TestClient, archive: Archive) -> None:
    upload(client, ("a.png", voucher("电汇凭证", 收款人全称="李静")))
    work_off(archive)
    task = next(
        t for t in client.post("/api/v1/tasks/claim", json={"count": 10}).json()["tasks"] if t["field"] == "date"
    )
    body = {"token": task["token"], "value": "yesterday"}
    answer = client.post(f"/api/v1/tasks/{task['id']}/complete", json=body)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "date")


def test_an_unclassified_page_is_unknown_until_a_person_says_what_it_is(client: TestClient, archive: Archive) -> None:
    upload(client, ("a.png", voucher("杂项", 备注="无")))
    work_off(archive)
    (found,) = hits(client, type="unknown")
    assert found["state"] == "doubtful"
    said = client.post(f"/api/v1/vouchers/{found['id']}/type", json={"value": "attachment"}).json()
    assert (said["type"], said["state"]) == ("attachment", "done")


def test_an_open_api_document_names_every_route(client: TestClient) -> None:
    paths = client.get("/api/v1/openapi.json").json()["paths"]
    assert {"/api/v1/batches", "/api/v1/tasks/claim", "/api/v1/search", "/api/v1/events"} <= set(paths)


def test_the_process_says_whether_it_is_ready(client: TestClient) -> None:
    client.headers.pop("Authorization")
    assert client.get("/healthz").json() == {"ok": True, "fault": ""}
    assert client.get("/readyz").status_code == 200
