"""`vouch ingest`: a folder in, one object out; whatever happens, what it says is what is archived."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import cv2
import pytest
from click.testing import Result
from pages import coded, wire_transfer
from typer.testing import CliRunner

from api.cli.commands import app
from api.settings import Settings
from api.wiring import build_archive, build_owner
from archive.catalogue.engine import Catalogue
from archive.model import PageState
from ocr.cover import Cover
from ocr.synthesis.cover import cover_sheet

DAY = ("--branch", "0102", "--teller", "0417", "--date", "2026-03-09")
PLUGINS = str(Path(__file__).parents[1] / "plugins")
HEARING = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "


@pytest.fixture(autouse=True)
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOUCH_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("VOUCH_ENGINE", "printed_code")
    monkeypatch.setenv("VOUCH_WORKERS", "1")


@pytest.fixture
def scans(tmp_path: Path) -> Path:
    folder = tmp_path / "scans"
    folder.mkdir()
    return folder


def vouch(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def ingest(*words: object) -> tuple[dict, int]:
    """The object on stdout and the exit status."""
    done = vouch("ingest", *words, "--json")
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return json.loads(done.stdout), done.exit_code


def test_a_folder_goes_in_and_one_object_describes_the_whole_batch(scans: Path) -> None:
    (scans / "10.png").write_bytes(wire_transfer("10.00", words="壹拾元整"))
    (scans / "2.png").write_bytes(wire_transfer())
    (scans / "sub").mkdir()
    (scans / "sub" / "1.png").write_bytes(wire_transfer("1.00", words="壹元整"))
    for name in ("truth.jsonl", "journal.csv", ".hidden"):
        (scans / name).write_text("not a page")
    report, status = ingest(scans, *DAY, "--sheets", 3)
    assert status == 0
    counts = {name: report[name] for name in ("batch", "state", "sheets", "pages", "pages_done", "quarantined")}
    assert counts == {"batch": "B-1", "state": "open", "sheets": 3, "pages": 3, "pages_done": 3, "quarantined": 0}
    assert [(v["file"], v["page"]) for v in report["vouchers"]] == [("2.png", 1), ("10.png", 1), ("sub/1.png", 1)]
    assert report["vouchers"][0]["type"] == "wire_transfer"
    assert report["vouchers"][0]["fields"]["amount"].keys() == {"value", "confidence", "accepted"}
    assert report["vouchers"][0]["fields"]["amount"]["value"] == "1234.50"
    assert (report["refused"], report["declared_sheets"]) == ([], 3)
    found = json.loads(vouch("search", "", "--json").stdout)
    assert (found["total"], {hit["id"] for hit in found["hits"]}) == (3, {v["id"] for v in report["vouchers"]})


def test_ingest_again_goes_on_with_the_open_batch_and_copies_nothing(scans: Path) -> None:
    (scans / "1.png").write_bytes(wire_transfer())
    first, _ = ingest(scans, *DAY)
    (scans / "2.png").write_bytes(wire_transfer("2.00", words="贰元整"))
    second, status = ingest(scans, *DAY)
    assert (second["batch"], second["pages"], status) == (first["batch"], 2, 0)
    assert second["vouchers"][0] == first["vouchers"][0]
    other, _ = ingest(scans, *DAY, "--new-batch")
    assert (other["batch"], other["pages"]) == ("B-2", 2)


def test_an_unfit_file_is_refused_by_name_while_the_others_go_on(scans: Path) -> None:
    (scans / "1.jpg").write_text("this is a text file named .jpg")
    (scans / "2.png").write_bytes(wire_transfer())
    report, status = ingest(scans, *DAY)
    assert (status, report["pages_done"]) == (1, 1)
    assert [(file["file"], file["reason"]) for file in report["refused"]] == [("1.jpg", "not_an_image")]
    (scans / "1.jpg").write_bytes(wire_transfer("2.00", words="贰元整"))
    mended, status = ingest(scans, *DAY)
    assert (status, mended["refused"]) == (0, [])


def test_a_quarantined_page_is_counted_and_fails_the_command(scans: Path) -> None:
    (scans / "1.png").write_bytes(coded(fail="no such glyph"))
    report, status = ingest(scans, *DAY)
    assert (status, report["pages_done"], report["quarantined"]) == (1, 0, 1)
    shown = json.loads(vouch("batch", "show", report["batch"], "--json").stdout)
    assert "no such glyph" in shown["faults"][0]["cause"]


def test_the_batch_cover_sheet_of_the_first_file_gives_the_day(scans: Path) -> None:
    cover = Cover("0105", "0533", date(2026, 3, 8), 1)
    page, _ = cover_sheet(cover, "a", 150)
    cv2.imwrite(str(scans / "0.png"), page)
    (scans / "1.png").write_bytes(wire_transfer())
    report, status = ingest(scans)
    assert (status, report["branch_no"], report["teller_no"]) == (0, "0105", "0533")
    assert (report["business_date"], report["declared_sheets"]) == ("2026-03-08", 1)
    assert report["vouchers"][0]["type"] == "batch_cover"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("{scans}",), "1.png is no batch cover sheet; give --branch, --teller and --date"),
        (("{scans}", "--branch", "0102", "--teller", "0417", "--date", "2026-02-30"), "not a date that exists"),
        (("{scans}/nothing", *DAY), "is not there; give a file or a folder"),
        (("{scans}/empty", *DAY), "holds no file to capture"),
    ],
)
def test_a_command_that_cannot_begin_says_what_to_give(scans: Path, words: tuple[str, ...], says: str) -> None:
    (scans / "1.png").write_bytes(wire_transfer())
    (scans / "empty").mkdir()
    done = vouch("ingest", *(word.format(scans=scans) for word in words))
    assert (done.exit_code, done.stdout) == (2, "")
    assert says in done.stderr
    assert done.stderr.count("\n") == 1


def test_pages_for_a_sealed_day_are_refused(scans: Path, tmp_path: Path) -> None:
    (scans / "1.png").write_bytes(wire_transfer())
    ingest(scans, *DAY)
    sealed = vouch("day", "seal", *DAY, "--reason", "no journal on a holiday")
    assert sealed.exit_code == 0
    (scans / "2.png").write_bytes(wire_transfer("2.00", words="贰元整"))
    said, status = ingest(scans, *DAY)
    assert (status, said["error"]) == (1, "conflict")
    assert "was sealed by local:" in said["detail"]


def test_beside_a_live_owner_it_registers_and_follows(scans: Path) -> None:
    settings = Settings()
    archive = build_archive(settings)
    owner = build_owner(settings, archive)
    assert owner.lock.acquire()
    owner.start()
    try:
        (scans / "1.png").write_bytes(wire_transfer())
        report, status = ingest(scans, *DAY)
    finally:
        owner.stop()
        archive.close()
    assert (status, report["pages_done"]) == (0, 1)


@pytest.mark.slow
def test_ctrl_c_stops_cleanly_and_the_next_run_goes_on(scans: Path, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    (scans / "1.png").write_bytes(coded(wait=str(gate)))
    started = start("ingest", scans, *DAY, "--json")
    until_running(tmp_path / "data")
    started.send_signal(signal.SIGINT)
    assert started.stderr is not None
    assert any("page in hand" in line for line in iter(started.stderr.readline, ""))
    gate.touch()
    out, err = started.communicate(timeout=120)
    assert (started.returncode, out) == (130, "")
    assert "run the same command again to go on" in err
    report, status = ingest(scans, *DAY)
    assert (status, report["pages"], report["pages_done"], len(report["vouchers"])) == (0, 1, 1, 1)


@pytest.mark.slow
def test_nothing_but_the_object_goes_to_stdout_whatever_the_workers_say(scans: Path) -> None:
    (scans / "1.png").write_bytes(coded(fail="no such glyph"))
    (scans / "2.png").write_bytes(wire_transfer())
    started = start("ingest", scans, *DAY, "--json")
    out, _ = started.communicate(timeout=300)
    assert json.loads(out)["pages"] == 2
    assert started.returncode == 1


def start(*words: object) -> subprocess.Popen[str]:
    """The command in a process of its own, which hears Ctrl-C also where what runs the tests was told to ignore it."""
    command = [sys.executable, "-c", HEARING + "from api.cli import main; main()", *(str(word) for word in words)]
    environment = os.environ | {"PYTHONPATH": PLUGINS}
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)


def until_running(data: Path) -> None:
    """Waits until a worker holds a page."""
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline:
        if (data / "catalogue.db").exists() and PageState.RUNNING in states(data):
            return
        time.sleep(0.1)
    raise AssertionError("no worker ever took the page")


def states(data: Path) -> list[PageState]:
    catalogue = Catalogue(f"sqlite:///{data / 'catalogue.db'}")
    try:
        with catalogue.read() as tx:
            return [page.state for page in tx.pages.of_batch(1)]
    except Exception:
        return []  # the other process is still making the schema
    finally:
        catalogue.close()


def test_a_pipe_and_a_name_that_is_no_text_are_refused_while_others_go_on(scans: Path) -> None:
    (scans / "0001.png").write_bytes(wire_transfer())
    os.mkfifo(scans / "0002.png")
    (scans / "bad\udcff.png").symlink_to("nowhere")
    result = vouch("ingest", scans, *DAY, "--json")
    report = json.loads(result.stdout)
    assert (result.exit_code, report["pages_done"]) == (1, 1)
    assert {(one["file"], one["reason"]) for one in report["refused"]} == {
        ("0002.png", "unreadable"),
        ("bad.png", "unreadable"),
    }


def test_a_lost_index_is_built_again_before_a_search_says_that_there_is_nothing(scans: Path, tmp_path: Path) -> None:
    (scans / "0001.png").write_bytes(wire_transfer())
    assert vouch("ingest", scans, *DAY).exit_code == 0
    shutil.rmtree(tmp_path / "data" / "index")
    assert json.loads(vouch("search", "--json").stdout)["total"] == 1
