"""The main job on real input: a folder of scans goes in by the command line and comes out as a sealed day."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from api.settings import Settings
from api.wiring import build_archive
from archive.model import Person, Role
from ocr.synthesis.day import make_day
from processing import keying

WHERE = ("--branch", "0102", "--teller", "0417", "--date", "2026-03-09")
BOSS = Person(0, "boss", "boss", Role.SYSTEM_ADMINISTRATOR)
pytestmark = pytest.mark.slow


class Vouch:
    """The installed command over one data folder."""

    def __init__(self, data: Path) -> None:
        self.data = data

    def __call__(self, *words: str, status: int = 0) -> dict[str, Any]:
        command = [str(Path(sys.executable).parent / "vouch"), *words, "--json"]
        environment = {**os.environ, "VOUCH_DATA": str(self.data), "OMP_NUM_THREADS": "1"}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == status, done.stderr
        found: dict[str, Any] = json.loads(done.stdout)
        return found


def truth_of(folder: Path) -> dict[tuple[str, int], dict[str, Any]]:
    lines = (folder / "truth.jsonl").read_text(encoding="utf-8").splitlines()
    return {(line["file"], line["page"]): line for line in map(json.loads, lines)}


def key_everything(data: Path, truth: dict[tuple[str, int], dict[str, Any]]) -> None:
    """A person who reads the paper itself completes every task; an empty value says that the paper has none."""
    archive = build_archive(Settings(data=data))
    while tasks := keying.claim(archive, BOSS, count=10):
        for task in tasks:
            with archive.catalogue.read() as tx:
                record = tx.records.get(task.record_id)
            value = truth[record.file_name, record.page_number]["fields"].get(task.field, "")
            keying.complete(archive, task.id, task.token, value, BOSS)
    archive.close()


def test_a_folder_of_scans_becomes_a_sealed_day(tmp_path: Path) -> None:
    folder, vouch = tmp_path / "scans", Vouch(tmp_path / "data")
    place = {"business_date": date(2026, 3, 9), "branch_no": "0102", "teller_no": "0417"}
    types = ["wire_transfer", "cash_deposit", "teller_slip", "transfer_cheque"]
    make_day(folder, seed=41, vouchers=5, types=types, discrepancies=0.0, extras=False, **place)
    truth = truth_of(folder)

    batch = vouch("ingest", str(folder), *WHERE, "--sheets", str(len(truth)))
    assert (batch["pages_done"], batch["quarantined"], batch["refused"]) == (len(truth), 0, [])
    assert {(v["file"], v["page"]): v["type"] for v in batch["vouchers"]} == {k: v["type"] for k, v in truth.items()}
    assert vouch("search", "")["total"] == len(truth)

    refused = vouch("day", "seal", *WHERE, status=1)
    assert "gaps" in json.dumps(refused)

    key_everything(tmp_path / "data", truth)
    vouch("journal", "import", str(folder / "journal.csv"))
    vouch("batch", "close", batch["batch"])
    assert vouch("day", "show", *WHERE)["balanced"]
    manifest = vouch("day", "seal", *WHERE)["manifest"]
    assert len(manifest) == 64
    assert vouch("day", "show", *WHERE)["state"] == "sealed"
    assert "sealed" in json.dumps(vouch("ingest", str(folder), *WHERE, "--new-batch", status=1))

    (line,) = [line for line in truth.values() if line["type"] == "transfer_cheque"][:1]
    hits = vouch("search", line["fields"]["voucher_no"])["hits"]
    assert line["file"] in {hit["file"] for hit in hits}
