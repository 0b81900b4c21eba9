"""`vouch search`: pages by cursor, orders, the tolerant search, and what it says to a wrong cursor."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hands import work_off
from pages import wire_transfer
from typer.testing import CliRunner

from api.cli.commands import app
from api.settings import Settings
from api.wiring import build_archive
from archive.model import TellerDay
from archive.vault import Archive
from processing import capture


@pytest.fixture(autouse=True)
def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Archive]:
    """Three vouchers, read and indexed."""
    monkeypatch.setenv("VOUCH_DATA", str(tmp_path / "data"))
    made = build_archive(Settings())
    batch = capture.open_batch(made, TellerDay("0102", "0417", date(2026, 3, 9)), actor="test")
    for n in (30, 10, 20):
        capture.add_file(made, batch.id, f"{n}.png", wire_transfer(f"{n}.00"), actor="test")
    work_off(made)
    yield made
    made.close()


def said(*words: str, status: int = 0) -> dict[str, Any]:
    result = CliRunner().invoke(app, ["search", *words, "--json"])
    assert result.exit_code == status, result.output
    return json.loads(result.stdout)


def test_pages_follow_each_other_by_cursor_in_the_order_asked_for() -> None:
    amounts, cursor = [], ""
    while cursor is not None:
        page = said("", "--sort", "amount_low", "--limit", "2", "--cursor", cursor)
        amounts += [hit["fields"]["amount"]["value"] for hit in page["hits"]]
        cursor = page["next"]
    assert amounts == ["10.00", "20.00", "30.00"]


def test_the_tolerant_search_takes_letters_for_the_digits_they_look_like() -> None:
    assert (said("1OO1Z")["total"], said("1OO1Z", "--loose")["total"], said("~1OO1Z")["total"]) == (0, 3, 3)


def test_a_wrong_cursor_is_told() -> None:
    assert said("张伟", "--cursor", "nonsense", status=1)["error"] == "invalid"


def test_an_index_that_lags_is_caught_up_first_only_where_this_process_may_own_the_folder(
    read: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with read.catalogue.write() as tx:
        tx.records.set_field(1, "amount", "77.77", source="keyed:zhang", actor="zhang", basis="test")
    read.index.close()
    monkeypatch.setenv("VOUCH_BROKER_URL", "amqp://vouch@127.0.0.1:1//")  # the server size: a scheduler's to do
    assert said("77.77")["total"] == 0
    assert not (tmp_path / "data" / "owner.lock").exists()
    monkeypatch.delenv("VOUCH_BROKER_URL")
    assert said("77.77")["total"] == 1
