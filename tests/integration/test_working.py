"""`vouch work` and `vouch schedule`: refused on a data folder; on servers they come and go, killed or in order."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pages import coded, wire_transfer
from plant import until
from typer.testing import CliRunner

from api.cli.commands import app
from archive.address import Address
from archive.catalogue import Catalogue
from tools.services import Postgres, Rabbit

PLUGINS = str(Path(__file__).parents[1] / "plugins")


@pytest.mark.parametrize("command", ["work", "schedule"])
def test_on_a_data_folder_they_say_who_does_the_work(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VOUCH_BROKER_URL", raising=False)
    done = CliRunner().invoke(app, [command])
    assert (done.exit_code, "VOUCH_BROKER_URL is not set" in done.stderr) == (2, True)
    assert "`vouch serve`" in done.stderr


def test_a_queue_that_is_not_there_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOUCH_BROKER_URL", "amqp://vouch@127.0.0.1:1//")
    done = CliRunner().invoke(app, ["work", "--queue", "north"])
    assert (done.exit_code, "no queue 'north'" in done.stderr) == (2, True)


@pytest.fixture
def environment(postgres_server: Postgres, rabbit_server: Rabbit, tmp_path: Path) -> dict[str, str]:
    said = {**postgres_server.fresh("working"), **rabbit_server.settings()}
    stores = {"VOUCH_OBJECTS_URL": (tmp_path / "objects").as_uri(), "VOUCH_DATA": str(tmp_path / "data")}
    return {**os.environ, **said, **stores, "VOUCH_ENGINE": "printed_code", "PYTHONPATH": PLUGINS}


def _start(environment: dict[str, str], *words: str) -> subprocess.Popen[str]:
    command = [str(Path(sys.executable).parent / "vouch"), *words]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)


@contextmanager
def _running(environment: dict[str, str], *words: str) -> Iterator[subprocess.Popen[str]]:
    process = _start(environment, *words)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def _children(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]


@pytest.mark.servers
@pytest.mark.slow
def test_a_killed_supervisor_leaves_no_worker_and_no_page_behind(environment: dict[str, str], tmp_path: Path) -> None:
    gate, scans = tmp_path / "gate", tmp_path / "scans"
    scans.mkdir()
    (scans / "1.png").write_bytes(coded(wait=str(gate)))
    (scans / "2.png").write_bytes(wire_transfer())
    catalogue = Catalogue(Address(environment["VOUCH_DATABASE_URL"], secret=environment["VOUCH_DATABASE_PASSWORD"]))
    words = ["--branch", "0102", "--teller", "0417", "--date", "2026-03-09", "--json"]
    with _running(environment, "schedule"):
        killed = _start(environment, "work", "--processes", "1")
        ingest = _start(environment, "ingest", str(scans), *words)
        until(lambda: _held(catalogue))
        workers = _children(killed.pid)
        killed.kill()
        killed.wait()
        until(lambda: not any(_lives(pid) for pid in workers), 10.0)
        gate.touch()
        with _running(environment, "work", "--processes", "1") as other:
            report = json.loads(ingest.communicate(timeout=200)[0])
        assert other.returncode == 0
    assert (report["pages_done"], len(report["vouchers"]), ingest.returncode) == (2, 2, 0)
    catalogue.close()


def _held(catalogue: Catalogue) -> bool:
    try:
        with catalogue.read() as tx:
            return bool(tx.pages.of_batch(1)) and tx.pages.of_batch(1)[0].state == "running"
    except OSError:  # the schema is not there yet
        return False


def _lives(pid: int) -> bool:
    """A process that waits only to be looked at is dead."""
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text(encoding="ascii")
    except FileNotFoundError:
        return False
