"""Search through the API: filters, cursor pages while data arrives, places on the paper, saved searches, scope."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from hands import key_of, person, work_off
from pages import voucher, wire_transfer

from api.app import create_app
from api.routes.search_shapes import Hits
from api.settings import Settings
from archive.errors import StoreUnavailable
from archive.model import Role, TellerDay
from archive.vault import Archive
from processing import capture


def add(archive: Archive, *files: tuple[str, bytes], branch: str = "0102", day: int = 9) -> None:
    """Files of a batch of that branch and day of March, read and indexed."""
    batch = capture.open_batch(archive, TellerDay(branch, "0417", date(2026, 3, day)), actor="test")
    for name, data in files:
        capture.add_file(archive, batch.id, name, data, actor="test")
    work_off(archive)


def slip(amount: str) -> bytes:
    return voucher("取款凭条", 日期="2026年03月09日", 户名="王芳", 账号="6222021234567890", 金额=f"¥{amount}")


@pytest.fixture
def client(archive: Archive, tmp_path: Path) -> Iterator[TestClient]:
    with TestClient(create_app(archive, Settings(data=tmp_path / "data"))) as made:
        made.headers.update(key_of(archive, person(archive, "core", Role.AUDITOR)))
        yield made


def found(client: TestClient, **asked: object) -> dict:
    answer = client.get("/api/v1/search", params=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_every_filter_narrows_and_the_total_says_so(client: TestClient, archive: Archive) -> None:
    add(archive, ("1.png", wire_transfer()), ("2.png", slip("300.00")))
    add(archive, ("3.png", slip("400.00")), branch="0103", day=8)
    wanted = [
        ({"type": "wire_transfer"}, 1),
        ({"type": ["wire_transfer", "cash_withdrawal"]}, 3),
        ({"branch": "0103"}, 1),
        ({"teller": "0417"}, 3),
        ({"teller": "9999"}, 0),
        ({"batch": "B-1"}, 2),
        ({"box": "0231"}, 0),
        ({"from": "2026-03-09"}, 2),
        ({"to": "2026-03-08"}, 1),
        ({"min": "300", "max": "400"}, 2),
        ({"q": "王"}, 2),
        ({"q": "6222021234", "loose": True}, 2),
        ({"q": "~622Z0Z"}, 2),
        ({"q": "622Z0Z"}, 0),
    ]
    assert [(asked, found(client, **asked)["total"]) for asked, _ in wanted] == wanted


def test_sorts_by_date_and_amount_both_ways(client: TestClient, archive: Archive) -> None:
    add(archive, ("1.png", slip("300.00")), ("2.png", slip("20.00")), day=8)
    add(archive, ("3.png", slip("100.00")), day=9)

    def amounts(sort: str) -> list[str]:
        return [hit["fields"]["amount"]["value"] for hit in found(client, sort=sort)["hits"]]

    assert amounts("newest")[0] == amounts("oldest")[-1] == "100.00"
    assert amounts("amount_low") == ["20.00", "100.00", "300.00"] == amounts("amount_high")[::-1]


def test_pages_by_cursor_show_each_once_while_others_arrive(client: TestClient, archive: Archive) -> None:
    add(archive, *((f"{n}.png", slip(f"{n}.00")) for n in range(1, 6)))
    first = found(client, limit=2)
    add(archive, ("new.png", slip("99.00")), day=12)
    ids, following = [hit["id"] for hit in first["hits"]], first["next"]
    while following:
        page = found(client, limit=2, cursor=following)
        ids, following = ids + [hit["id"] for hit in page["hits"]], page["next"]
    assert ids == [5, 4, 3, 2, 1]


@pytest.mark.parametrize("cursor", ["nonsense", "!!", "WzEsMiwzXQ", "W10"])
def test_a_wrong_cursor_is_refused_and_says_what_to_do(client: TestClient, cursor: str) -> None:
    answer = client.get("/api/v1/search", params={"cursor": cursor})
    assert (answer.status_code, "从第一页重新检索" in answer.json()["detail"]) == (422, True)


def test_a_cursor_of_another_search_is_refused(client: TestClient, archive: Archive) -> None:
    add(archive, ("1.png", slip("1.00")), ("2.png", slip("2.00")))
    following = found(client, limit=1)["next"]
    for other in ({"q": "王"}, {"sort": "oldest"}, {"type": "cash_withdrawal"}):
        assert client.get("/api/v1/search", params={**other, "cursor": following}).status_code == 422


def test_facets_are_counted_only_where_asked(client: TestClient, archive: Archive) -> None:
    add(archive, ("1.png", slip("1.00")))
    assert found(client)["facets"]["branch_no"] == {"0102": 1}
    assert found(client, facets=False)["facets"] == {}


def test_places_are_boxes_on_the_page_and_come_with_the_search(client: TestClient, archive: Archive) -> None:
    add(archive, ("1.png", wire_transfer()))
    (hit,) = found(client, q="张伟", highlight=True)["hits"]
    (place,) = hit["highlights"]
    assert (place["text"], place["field"]) == ("张伟", "payer_name")
    x, y, w, h = place["box"]
    line = (600, 144, 22 * len("汇款人全称：张伟"), 28)  # as the test page prints it, before it is straightened
    assert abs(x + w - (line[0] + line[2])) <= 6 and abs(y - line[1]) <= 6 and abs(w - line[2] / 4) <= 6 and h <= 34
    alone = client.get(f"/api/v1/vouchers/{hit['id']}/hits", params={"q": "张伟"}).json()
    assert alone["places"] == [place]


def test_without_highlight_no_place_is_told(client: TestClient, archive: Archive) -> None:
    add(archive, ("1.png", wire_transfer()))
    assert found(client, q="张伟")["hits"][0]["highlights"] is None


def test_where_readings_are_away_the_fields_still_tell(
    client: TestClient, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(archive, ("1.png", wire_transfer("777.00", words="柒佰柒拾柒元整")))

    def away(_: str) -> bytes:
        raise StoreUnavailable("the store is away")

    monkeypatch.setattr(archive.objects, "get", away)
    (hit,) = found(client, q="777.00", highlight=True)["hits"]
    assert [place["field"] for place in hit["highlights"]] == ["amount"]


def test_another_branch_learns_nothing_by_any_way(client: TestClient, archive: Archive) -> None:
    add(archive, ("1.png", wire_transfer()), ("2.png", slip("1.00")))
    other = key_of(archive, person(archive, "else", Role.AUDITOR, "0103"))
    following = found(client, limit=1)["next"]
    answer = client.get("/api/v1/search", params={"cursor": following, "limit": 1, "highlight": True}, headers=other)
    assert (answer.json()["total"], answer.json()["hits"], any(answer.json()["facets"].values())) == (0, [], False)
    assert client.get("/api/v1/vouchers/1/hits", params={"q": "张伟"}, headers=other).status_code == 404


@pytest.mark.parametrize(
    ("asked", "named"),
    [({"batch": "X"}, "batch"), ({"offset": 5}, "offset"), ({"sort": "best"}, "sort"), ({"min": "1e30"}, "amount_min")],
)
def test_what_cannot_be_asked_is_named(client: TestClient, asked: dict[str, str], named: str) -> None:
    answer = client.get("/api/v1/search", params=asked)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, named)


def test_a_search_is_saved_listed_opened_renamed_and_forgotten(client: TestClient) -> None:
    made = client.post(
        "/api/v1/searches", json={"name": " 大额  电汇 ", "q": "张", "type": ["wire_transfer"], "min": "50000"}
    )
    assert (made.status_code, made.json()["name"]) == (201, "大额 电汇")
    there = f"/api/v1/searches/{made.json()['id']}"
    assert client.get(there).json()["filters"] == {"types": ["wire_transfer"], "amount_min": "50000", "sort": "newest"}
    assert client.patch(there, json={"name": "电汇"}).json()["name"] == "电汇"
    assert [one["name"] for one in client.get("/api/v1/searches").json()["searches"]] == ["电汇"]
    assert client.delete(there).status_code == 204
    assert client.get(there).status_code == 404


def test_a_name_is_taken_once_a_person_and_an_empty_one_never(client: TestClient, archive: Archive) -> None:
    other = key_of(archive, person(archive, "else", Role.AUDITOR))
    body = {"name": "电汇"}
    assert client.post("/api/v1/searches", json=body).status_code == 201
    taken = client.post("/api/v1/searches", json=body)
    assert (taken.status_code, "电汇" in taken.json()["detail"]) == (409, True)
    assert client.post("/api/v1/searches", json=body, headers=other).status_code == 201
    assert client.post("/api/v1/searches", json={"name": "  "}).status_code == 422


def test_anothers_saved_search_is_not_found(client: TestClient, archive: Archive) -> None:
    there = f"/api/v1/searches/{client.post('/api/v1/searches', json={'name': 'x'}).json()['id']}"
    other = key_of(archive, person(archive, "else", Role.AUDITOR))
    told = [client.get(there, headers=other), client.delete(there, headers=other)]
    told.append(client.patch(there, json={"name": "y"}, headers=other))
    assert [answer.status_code for answer in told] == [404, 404, 404]


def test_a_hit_is_the_same_with_and_without_its_places(client: TestClient, archive: Archive) -> None:
    add(archive, ("1.png", wire_transfer()), ("2.png", slip("300.00")))
    plain, placed = found(client), found(client, highlight=True)
    assert [{**one, "highlights": None} for one in placed["hits"]] == plain["hits"]
    assert [list(one) for one in placed["hits"]] == [list(one) for one in plain["hits"]]
    Hits.model_validate_json(client.get("/api/v1/search").content)
