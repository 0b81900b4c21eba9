"""A batch's paper goes into an archive box: its vouchers are found by it, through the API, the page and the command."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from dayworld import DAY as BOOKED
from dayworld import SUPERVISOR, World, line
from fastapi.testclient import TestClient
from hands import key_of, person, work_off
from pages import wire_transfer
from typer.testing import CliRunner

from api.app import create_app
from api.cli.commands import app
from api.settings import Settings
from archive.errors import NotFound
from archive.indexing import Indexer
from archive.model import EVERYTHING, Role, Scope, TellerDay
from archive.search import search
from archive.vault import Archive
from processing import capture
from processing.capture import box_batch
from supervision.seal import seal


@pytest.fixture
def captured(archive: Archive, day: TellerDay) -> Archive:
    """B-1 of one voucher, read and indexed."""
    batch = capture.open_batch(archive, day, actor="op")
    capture.add_file(archive, batch.id, "1.png", wire_transfer(), actor="op")
    work_off(archive)
    return archive


@pytest.fixture
def client(captured: Archive, tmp_path: Path) -> Iterator[TestClient]:
    with TestClient(create_app(captured, Settings(data=tmp_path / "data")), follow_redirects=False) as made:
        made.headers.update(key_of(captured, person(captured, "archivist", Role.ARCHIVIST)))
        yield made


def signed(archive: Archive, role: Role, *branches: str) -> dict[str, str]:
    return key_of(archive, person(archive, f"a-{role.value}", role, *branches))


def found(archive: Archive, text: str) -> int:
    Indexer(archive).drain()
    return search(archive, text, scope=EVERYTHING).total


def boxings(archive: Archive) -> list[tuple[str, object]]:
    with archive.catalogue.read() as tx:
        return [(one.actor, one.detail) for one in tx.events.of_batch(1) if one.kind == "batch.boxed"]


def test_a_voucher_is_found_by_its_box_until_its_paper_is_taken_out(captured: Archive) -> None:
    box_batch(captured, 1, "k2026-0042", actor="li")
    assert (found(captured, "箱:K2026-0042"), found(captured, "箱:K2026-004")) == (1, 0)
    box_batch(captured, 1, "K2026-0043", actor="li")
    assert (found(captured, "箱:K2026-0042"), found(captured, "box:k2026-0043")) == (0, 1)
    box_batch(captured, 1, "", actor="li")
    assert (found(captured, "箱:K2026-0043"), found(captured, "")) == (0, 1)


def test_a_sheet_that_is_read_after_the_boxing_is_found_by_the_box_too(archive: Archive, day: TellerDay) -> None:
    capture.open_batch(archive, day, actor="op")
    box_batch(archive, 1, "K1", actor="li")
    capture.add_file(archive, 1, "1.png", wire_transfer(), actor="op")
    work_off(archive)
    assert found(archive, "箱:K1") == 1


def test_an_index_that_is_built_again_knows_the_boxes(captured: Archive) -> None:
    box_batch(captured, 1, "K1", actor="li")
    Indexer(captured).rebuild()
    assert search(captured, "箱:K1", scope=EVERYTHING).total == 1


def test_each_change_of_a_box_is_an_event_with_what_it_was_and_the_same_box_again_is_none(captured: Archive) -> None:
    for box in ("K1", "k1 ", "K2", ""):
        box_batch(captured, 1, box, actor="li")
    changes = [("", "K1"), ("K1", "K2"), ("K2", "")]
    assert boxings(captured) == [("li", {"old": old, "new": new}) for old, new in changes]


def test_the_paper_of_a_sealed_day_goes_into_its_box_and_the_seal_stays_as_it_is(tmp_path: Path) -> None:
    world = World.at(tmp_path)
    world.batch(1)
    world.wires(1)
    world.books(line(1))
    box_batch(world.archive, 1, "EARLY", actor="li")
    sealed = seal(world.archive, BOOKED, SUPERVISOR)
    box_batch(world.archive, 1, "K1", actor="li")
    with world.archive.catalogue.read() as tx:
        assert (tx.days.sealed(BOOKED), tx.batches.get(1).box) == (sealed, "K1")
    assert "box" not in json.loads(world.archive.objects.get(sealed.manifest))["batches"][0]


def test_a_batch_of_another_branch_reads_like_none(captured: Archive) -> None:
    with pytest.raises(NotFound, match="no batch B-1"):
        box_batch(captured, 1, "K1", actor="li", scope=Scope(frozenset({"0103"})))
    assert boxings(captured) == []


def test_the_api_puts_a_batch_into_a_box_and_tells_it(client: TestClient, captured: Archive) -> None:
    answer = client.put("/api/v1/batches/B-1/box", json={"box": "ｋ2026-0042"})
    assert (answer.status_code, answer.json()["box"]) == (200, "K2026-0042")
    assert client.get("/api/v1/batches/1").json()["box"] == "K2026-0042"
    Indexer(captured).drain()
    assert client.get("/api/v1/search", params={"box": "k2026-0042"}).json()["total"] == 1
    assert boxings(captured)[0][0] == "archivist"


@pytest.mark.parametrize(
    ("role", "status"), [(Role.SUPERVISOR, 200), (Role.OPERATOR, 403), (Role.AUDITOR, 403), (Role.KEYER, 403)]
)
def test_those_who_keep_the_archive_may_put_into_a_box(
    client: TestClient, captured: Archive, role: Role, status: int
) -> None:
    answer = client.put("/api/v1/batches/B-1/box", json={"box": "K1"}, headers=signed(captured, role))
    assert (answer.status_code, len(boxings(captured))) == (status, status == 200)


def test_the_api_knows_no_batch_of_another_branch(client: TestClient, captured: Archive) -> None:
    stranger = signed(captured, Role.SUPERVISOR, "0103")
    assert client.put("/api/v1/batches/B-1/box", json={"box": "K1"}, headers=stranger).status_code == 404


def test_a_number_that_is_none_is_refused_by_field_in_the_askers_language(client: TestClient) -> None:
    answer = client.put("/api/v1/batches/B-1/box", json={"box": "K_1"})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "box")
    assert answer.json()["detail"] == "箱号：'K_1' 不是箱号；写1至40个字母、数字、汉字、- 或 /"


def test_the_page_of_a_batch_shows_its_box_and_takes_another(client: TestClient) -> None:
    sent = client.post("/batches/1/box", data={"box": "南山/7"})
    assert (sent.status_code, sent.headers["location"]) == (303, "/batches/1")
    page = client.get("/batches/1").text
    assert 'action="/batches/1/box"' in page and 'value="南山/7"' in page and ">南山/7</a>" in page
    client.post("/batches/1/box", data={"box": ""})
    assert "南山/7" not in client.get("/batches/1").text


def test_the_page_of_who_may_not_shows_the_box_alone(client: TestClient, captured: Archive) -> None:
    box_batch(captured, 1, "K1", actor="li")
    operator = signed(captured, Role.OPERATOR)
    page = client.get("/batches/1", headers=operator).text
    assert ">K1</a>" in page and "/batches/1/box" not in page
    assert client.post("/batches/1/box", data={"box": "K2"}, headers=operator).status_code == 403


def test_the_link_of_the_box_opens_the_search_for_it(client: TestClient, captured: Archive) -> None:
    box_batch(captured, 1, "南山/7", actor="li")
    Indexer(captured).drain()
    href = client.get("/batches/1").text.split('class="num"><a href="')[1].split('"')[0]
    assert 'id="r-1"' in client.get(href).text


def test_the_command_puts_into_a_box_takes_out_and_shows(
    captured: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def vouch(*words: str) -> str:
        done = CliRunner().invoke(app, ["batch", *words])
        assert done.exit_code == 0, done.output
        return done.output

    monkeypatch.setenv("VOUCH_DATA", str(tmp_path / "data"))
    assert json.loads(vouch("box", "B-1", "k2026-0042", "--json"))["box"] == "K2026-0042"
    assert "B-1 open · box K2026-0042" in vouch("show", "B-1")
    assert json.loads(vouch("show", "B-1", "--json"))["box"] == "K2026-0042"
    assert vouch("box", "1", "") == "B-1 is in no box\n"
    refused = CliRunner().invoke(app, ["batch", "box", "B-1", "K 1", "--json"])
    assert (refused.exit_code, json.loads(refused.stdout)["error"]) == (1, "invalid")
