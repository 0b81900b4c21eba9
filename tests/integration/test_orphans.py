"""A killed process leaves none of its own behind, whatever they are doing at that moment."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pages import coded
from plant import until

from bench.kills import called, descendants, kill

ROOT = Path(__file__).parents[2]
PATHS = os.pathsep.join((str(ROOT), str(ROOT / "tests" / "plugins")))
VOUCH = "from api.cli import main; main()"
GUARDED = """
import pathlib, sys, time
from imaging.formats.guarded import guarded
from imaging.model import Scan

def work():
    pathlib.Path(sys.argv[1]).touch()
    time.sleep(10**6)

guarded(Scan.of("x.pdf", b""), work, "page 1")
"""


@contextmanager
def started(code: str, *words: str, **said: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process of this interpreter, which nothing outlives that the test leaves."""
    environment = {**os.environ, **said, "PYTHONPATH": PATHS}
    quiet = subprocess.DEVNULL
    process = subprocess.Popen([sys.executable, "-c", code, *words], env=environment, stdout=quiet, stderr=quiet)
    try:
        yield process
    finally:
        if process.poll() is None:
            for pid in (process.pid, *descendants(process.pid)):
                kill(pid)
        process.wait()


def leaves_nobody(process: subprocess.Popen[bytes]) -> None:
    """Kills a process and waits until all that it began are gone."""
    family = descendants(process.pid)
    assert family
    process.kill()
    process.wait()
    try:
        until(lambda: not any(called(pid) for pid in family), patience=60.0)
    finally:
        for pid in filter(called, family):
            kill(pid)


def ingest(tmp_path: Path, page: bytes) -> tuple[str, ...]:
    (tmp_path / "scans").mkdir()
    (tmp_path / "scans" / "1.png").write_bytes(page)
    return ("ingest", str(tmp_path / "scans"), "--branch", "0102", "--teller", "0417", "--date", "2026-03-09")


def settings(tmp_path: Path, engine: str) -> dict[str, str]:
    return {"VOUCH_DATA": str(tmp_path / "data"), "VOUCH_ENGINE": engine, "VOUCH_WORKERS": "1"}


def test_a_worker_in_a_native_call_that_lets_no_thread_run_ends_with_its_owner(tmp_path: Path) -> None:
    held = tmp_path / "held"
    with started(VOUCH, *ingest(tmp_path, coded(hold=str(held))), **settings(tmp_path, "printed_code")) as process:
        until(held.exists)
        leaves_nobody(process)


def test_the_process_that_imports_for_the_workers_ends_amid_it_with_its_owner(tmp_path: Path) -> None:
    importing = tmp_path / "importing"
    said = {**settings(tmp_path, "stuck"), "VOUCH_TEST_IMPORTING": str(importing)}
    with started(VOUCH, *ingest(tmp_path, coded()), **said) as process:
        until(importing.exists)
        leaves_nobody(process)


def test_the_child_that_reads_a_pdf_ends_with_the_process_that_asked(tmp_path: Path) -> None:
    begun = tmp_path / "begun"
    with started(GUARDED, str(begun)) as process:
        until(begun.exists)
        leaves_nobody(process)
