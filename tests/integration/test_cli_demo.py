"""`vouch demo`: accounts and days once, by the way that every other page goes."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.auth import check
from api.cli.commands import app
from api.cli.demo import PASSWORD, PILES
from api.settings import Settings
from api.wiring import build_archive
from archive.model import BatchState, Role


@pytest.mark.slow
def test_the_demo_fills_an_empty_folder_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOUCH_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("VOUCH_ENGINE", "printed_code")
    monkeypatch.setenv("VOUCH_WORKERS", "1")
    words = ["demo", "--share", "0.1", "--date", "2026-03-09", "--json"]
    first = json.loads(CliRunner().invoke(app, words).stdout)
    assert [(day["branch_no"], day["teller_no"]) for day in first["days"]] == [
        (p.branch_no, p.teller_no) for p in PILES
    ]
    assert all(day["captured"] == day["archived"] == day["declared"] for day in first["days"])
    assert [day["journal"] for day in first["days"]] == [True, True, False]
    again = json.loads(CliRunner().invoke(app, words[:1] + words[-1:]).stdout)
    assert again == first
    archive = build_archive(Settings())
    with archive.catalogue.read() as tx:
        assert [batch.state for batch in tx.batches.list()] == [BatchState.ARCHIVED] * len(PILES)
    assert check(archive, "supervisor", PASSWORD).role is Role.SUPERVISOR
    archive.close()
