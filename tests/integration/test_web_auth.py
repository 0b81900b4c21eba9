"""Signing in over a real archive: sessions, locks, keys, and the defence against forged requests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from hands import key_of, person

from api import auth
from api.app import create_app
from api.settings import Settings
from archive.model import Role
from archive.vault import Archive

PASSWORD = "a long enough password"
HOME = {"Origin": "http://testserver"}
PAGE = {"Accept": "text/html"}


@pytest.fixture
def client(archive: Archive, tmp_path: Path) -> Iterator[TestClient]:
    person(archive, "li", Role.OPERATOR, "0102", password=PASSWORD)
    with TestClient(create_app(archive, Settings(data=tmp_path / "data")), follow_redirects=False) as made:
        yield made


def sign_in(client: TestClient, password: str = PASSWORD, name: str = "li", **headers: str) -> int:
    form = {"name": name, "password": password, "next": "/day"}
    return client.post("/sign-in", data=form, headers=headers or HOME).status_code


def test_the_cookie_is_unreadable_to_scripts_and_its_token_is_kept_as_a_hash(
    client: TestClient, archive: Archive
) -> None:
    assert sign_in(client) == 303
    form = {"name": "li", "password": PASSWORD}
    cookie = client.post("/sign-in", data=form, headers=HOME).headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=lax" in cookie
    with archive.catalogue.read() as tx:
        assert tx.people.by_session(client.cookies[auth.COOKIE], auth.now()) is None
        assert tx.people.by_session(auth.digest(client.cookies[auth.COOKIE]), auth.now()) is not None


def test_signing_out_ends_the_session_for_a_copied_cookie_too(client: TestClient) -> None:
    sign_in(client)
    token = client.cookies[auth.COOKIE]
    client.post("/sign-out", headers=HOME)
    client.cookies.set(auth.COOKIE, token)
    assert client.get("/api/v1/batches").status_code == 401


def test_the_fifth_wrong_password_locks_the_account_even_for_the_right_one(client: TestClient) -> None:
    assert [sign_in(client, "wrong") for _ in range(5)] == [401, 401, 401, 401, 429]
    assert sign_in(client) == 429


def test_a_success_forgets_earlier_failures(client: TestClient) -> None:
    for _ in range(3):
        sign_in(client, "wrong")
    sign_in(client)
    assert [sign_in(client, "wrong") for _ in range(4)] == [401] * 4


def test_an_unknown_name_and_a_wrong_password_read_alike(client: TestClient) -> None:
    def shown(name: str) -> str:
        answer = client.post("/sign-in", data={"name": name, "password": "wrong"}, headers=HOME)
        return answer.text.split('role="alert"')[1].split("</div>")[0]

    assert shown("nobody") == shown("li")


def test_an_inactive_person_cannot_sign_in(client: TestClient, archive: Archive) -> None:
    with archive.catalogue.write() as tx:
        tx.people.set_active(1, False)
    assert sign_in(client) == 401


def test_signing_in_goes_on_within_this_site_only(client: TestClient) -> None:
    form = {"name": "li", "password": PASSWORD}
    for target, where in (("/day", "/day"), ("//evil.example", "/"), ("https://evil.example", "/"), ("/\\evil", "/")):
        answer = client.post("/sign-in", data={**form, "next": target}, headers=HOME)
        assert answer.headers["location"] == where


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 204),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "http://testserver"}, 204),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({}, 403),
    ],
)
def test_a_change_from_another_site_is_refused(client: TestClient, headers: dict[str, str], status: int) -> None:
    sign_in(client)
    assert client.post("/preferences", data={"theme": "dark"}, headers=headers).status_code == status


def test_an_api_key_needs_no_origin_and_is_kept_as_a_hash(client: TestClient, archive: Archive) -> None:
    key = key_of(archive, person(archive, "core", Role.SYSTEM))
    assert client.get("/api/v1/batches", headers=key).status_code == 200
    wrong = {"Authorization": "Bearer vk_wrong"}
    answer = client.get("/api/v1/batches", headers=wrong)
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")


def test_a_person_is_led_to_sign_in_and_a_program_is_told(client: TestClient) -> None:
    page = client.get("/batches/1?sheet=3", headers=PAGE)
    assert (page.status_code, page.headers["location"]) == (303, "/sign-in?next=%2Fbatches%2F1%3Fsheet%3D3")
    told = client.get("/api/v1/batches", headers=PAGE)
    assert (told.status_code, told.headers["content-type"]) == (401, "application/problem+json")


def test_every_answer_keeps_the_page_to_itself(client: TestClient) -> None:
    headers = client.get("/sign-in").headers
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
