"""The main job on real input, on both sizes: a folder of scans goes in by the command line and comes out as a sealed
day. The server size runs the processes of docker-compose.yml at the real servers."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import composed
import httpx2 as httpx
import pypdfium2
import pytest
from fastapi.testclient import TestClient
from hands import key_of, person
from plant import until

from api.app import create_app
from api.exporting import open_exports
from api.settings import Settings
from api.wiring import build_archive
from archive.model import Person, Role
from ocr.synthesis.day import make_day
from processing import keying
from processing.exports import run_exports

WHERE = ("--branch", "0102", "--teller", "0417", "--date", "2026-03-09")
BOSS = Person(0, "boss", "boss", Role.SYSTEM_ADMINISTRATOR)
pytestmark = pytest.mark.slow


class Vouch:
    """The installed command with the settings of one installation, which are the environment's; `address` is that of
    its API where one runs."""

    def __init__(self, address: str = "") -> None:
        self.address = address

    def __call__(self, *words: str, status: int = 0) -> dict[str, Any]:
        command = [str(Path(sys.executable).parent / "vouch"), *words, "--json"]
        environment = {**os.environ, "OMP_NUM_THREADS": "1"}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == status, done.stderr
        found: dict[str, Any] = json.loads(done.stdout)
        return found


@pytest.fixture(params=["embedded", pytest.param("server", marks=pytest.mark.servers)])
def vouch(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Vouch]:
    monkeypatch.setenv("VOUCH_DATA", str(tmp_path / "data"))
    if request.param == "embedded":
        yield Vouch()
        return
    names = ("minio_server", "postgres_server", "elastic_server", "rabbit_server")
    variables = composed.environment([request.getfixturevalue(name) for name in names], tmp_path)
    variables |= request.getfixturevalue("postgres_server").fresh("acceptance")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    Vouch()("migrate")
    with composed.running(variables, tmp_path) as address:
        yield Vouch(address)


def truth_of(folder: Path) -> dict[tuple[str, int], dict[str, Any]]:
    lines = (folder / "truth.jsonl").read_text(encoding="utf-8").splitlines()
    return {(line["file"], line["page"]): line for line in map(json.loads, lines)}


def key_everything(truth: dict[tuple[str, int], dict[str, Any]]) -> None:
    """A person who reads the paper itself completes every task; an empty value says that the paper has none."""
    archive = build_archive(Settings())
    while tasks := keying.claim(archive, BOSS, count=10):
        for task in tasks:
            with archive.catalogue.read() as tx:
                record = tx.records.get(task.record_id)
            value = truth[record.file_name, record.page_number]["fields"].get(task.field, "")
            keying.complete(archive, task.id, task.token, value, BOSS)
    archive.close()


def exported(address: str, *orders: dict[str, Any]) -> list[bytes]:
    """What the API hands to an auditor who orders all vouchers as files; the server size's schedulers make them."""
    settings = Settings()
    archive = build_archive(settings)
    opened = httpx.Client(base_url=address, timeout=60) if address else TestClient(create_app(archive, settings))
    with opened as client:
        client.headers.update(key_of(archive, person(archive, "auditor", Role.AUDITOR)))
        asked = [client.post("/api/v1/exports", json={"reason": "验收", **order}).json()["id"] for order in orders]
        while settings.embedded and run_exports(archive, open_exports(settings)):
            pass
        until(lambda: all(one["finished_at"] for one in client.get("/api/v1/exports").json()["exports"]))
        files = [client.get(f"/api/v1/exports/{number}/file") for number in asked]
    archive.close()
    assert [file.status_code for file in files] == [200] * len(orders), [file.text for file in files]
    return [file.content for file in files]


def table(data: bytes) -> list[dict[str, str]]:
    """The rows of a CSV by the names of its columns."""
    names, *rows = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""))
    return [dict(zip([name.split(" ")[-1] for name in names], row, strict=True)) for row in rows]


def check_exports(address: str, truth: dict[tuple[str, int], dict[str, Any]], scans: Path) -> None:
    """A table, the images and a PDF of all vouchers hold what was scanned and keyed."""
    orders = ({"format": "csv"}, {"format": "zip", "originals": True}, {"format": "pdf"})
    listed, images, pdf = exported(address, *orders)
    rows = {(row["file"], int(row["page"])): row for row in table(listed)}
    assert {place: row["type"] for place, row in rows.items()} == {place: line["type"] for place, line in truth.items()}
    for place, line in truth.items():
        assert rows[place]["amount"] == line["fields"].get("amount", ""), place
    with zipfile.ZipFile(io.BytesIO(images)) as packed:
        for row in table(packed.read("manifest.csv")):
            assert packed.read(row["image"]) == (scans / row["file"]).read_bytes()
    with pypdfium2.PdfDocument(pdf) as read:
        said = [page.get_textpage().get_text_range() for page in read]
    assert len(said) == len(truth) and all(any(file in one for one in said) for file, _ in truth)


def test_a_folder_of_scans_becomes_a_sealed_day(vouch: Vouch, tmp_path: Path) -> None:
    folder = tmp_path / "scans"
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

    key_everything(truth)
    vouch("journal", "import", str(folder / "journal.csv"))
    vouch("batch", "close", batch["batch"])
    assert vouch("day", "show", *WHERE)["balanced"]
    manifest = vouch("day", "seal", *WHERE)["manifest"]
    assert len(manifest) == 64
    assert vouch("day", "show", *WHERE)["state"] == "sealed"
    assert "sealed" in json.dumps(vouch("ingest", str(folder), *WHERE, "--new-batch", status=1))

    check_exports(vouch.address, truth, folder)
    (line,) = [line for line in truth.values() if line["type"] == "transfer_cheque"][:1]
    hits = vouch("search", line["fields"]["voucher_no"])["hits"]
    assert line["file"] in {hit["file"] for hit in hits}
