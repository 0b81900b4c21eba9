"""The other commands: batches, days, journals, search, evaluation, accounts; their JSON, their errors, their status."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from click.testing import Result
from hands import work_off
from pages import wire_transfer
from typer.testing import CliRunner

from api.auth import digest
from api.cli.commands import app
from api.settings import Settings
from api.wiring import build_archive
from archive.catalogue.engine import LATEST
from archive.model import CaseState, Role, TellerDay
from archive.vault import Archive
from processing import capture
from processing.owner import OwnerLock

DAY = ("--branch", "0102", "--teller", "0417", "--date", "2026-03-09")
JOURNAL = (
    "business_date,branch_no,teller_no,journal_no,transaction_code,account,counter_account,name,amount,currency,"
    'direction\n20260309,0102,0417,00001,2201,1001234567890,2009876543210,张伟,"1,234.50",CNY,D\n'
)


@pytest.fixture(autouse=True)
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOUCH_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("VOUCH_ENGINE", "printed_code")
    monkeypatch.setenv("VOUCH_WORKERS", "1")


@pytest.fixture
def archive(environment: None) -> Iterator[Archive]:
    made = build_archive(Settings())
    yield made
    made.close()


@pytest.fixture
def captured(archive: Archive) -> Archive:
    """A day with one sheet of one declared, read and indexed; its values stand, as if keyed."""
    day = TellerDay("0102", "0417", date(2026, 3, 9))
    batch = capture.open_batch(archive, day, declared=capture.Declared(sheets=1), actor="op")
    capture.add_file(archive, batch.id, "1.png", wire_transfer(), actor="op")
    work_off(archive)
    with archive.catalogue.write() as tx:
        (record,) = tx.records.of_day(day)
        for name, field in record.fields.items():
            tx.records.set_field(record.id, name, field.value, source="keyed:z", actor="z", basis="test")
    return archive


def vouch(*words: object) -> Result:
    done = CliRunner().invoke(app, [str(word) for word in words])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done


def said(*words: object, status: int = 0) -> dict:
    """The one object that a command prints, its exit status checked."""
    done = vouch(*words, "--json")
    assert done.exit_code == status, done.stderr
    return json.loads(done.stdout)


def test_batches_are_listed_shown_and_closed(captured: Archive) -> None:
    assert [line["batch"] for line in said("batch", "list", "--date", "2026-03-09")["batches"]] == ["B-1"]
    assert said("batch", "list", "--branch", "0103")["batches"] == []
    shown = said("batch", "show", "B-1")
    assert (shown["pages_done"], shown["vouchers"][0]["file"], shown["faults"]) == (1, "1.png", [])
    assert said("batch", "close", "1")["state"] == "archived"


def test_closing_with_missing_sheets_is_refused_naming_them_unless_it_is_meant(captured: Archive) -> None:
    capture.open_batch(
        captured, TellerDay("0102", "0417", date(2026, 3, 9)), declared=capture.Declared(sheets=3), actor="op"
    )
    refused = said("batch", "close", "B-1", status=1)
    assert (refused["error"], "sheets 2-3" in refused["detail"]) == ("conflict", True)
    assert said("batch", "close", "B-1", "--short")["state"] == "archived"


def test_a_batch_that_is_not_there_is_an_error_in_one_line() -> None:
    done = vouch("batch", "show", "B-99")
    assert (done.exit_code, done.stdout, done.stderr) == (1, "", "vouch: no batch B-99\n")
    assert said("batch", "show", "x", status=2)["error"] == "usage"
    assert said("batch", "list", "--state", "shut", status=1)["error"] == "invalid"


def test_a_day_goes_from_awaiting_its_journal_to_sealed(captured: Archive, tmp_path: Path) -> None:
    assert said("day", "show", *DAY)["state"] == "awaiting_journal"
    refused = said("day", "seal", *DAY, status=1)
    assert (refused["error"], [gap["kind"] for gap in refused["gaps"]]) == ("unbalanced", ["missing_journal"])
    (tmp_path / "journal.csv").write_text(JOURNAL, encoding="gb18030")
    imported = said("journal", "import", tmp_path / "journal.csv")
    assert (imported["rows"], imported["new"], imported["sealed"]) == (1, 1, [])
    shown = said("day", "show", *DAY)
    assert shown["equation"] == {"sheets": "1=1=1=1", "transactions": "1=1+0"}
    assert (shown["balanced"], shown["gaps"]) == (True, [])
    sealed = said("day", "seal", *DAY)
    assert (sealed["state"], captured.objects.exists(sealed["manifest"])) == ("sealed", True)
    assert "sealed already" in said("day", "seal", *DAY, status=1)["detail"]


def test_gaps_are_told_in_words_too(captured: Archive) -> None:
    done = vouch("day", "show", *DAY)
    assert done.stdout.splitlines() == ["1=1=1=1   —   awaiting_journal", "待流水 no journal was imported for this day"]


def test_a_reason_explains_what_is_missing_and_is_kept(captured: Archive) -> None:
    assert said("day", "seal", *DAY, "--reason", "the core system was down")["sealed"]
    with captured.catalogue.read() as tx:
        (case,) = tx.cases.list(state=CaseState.EXPLAINED)
        assert (case.reason, case.actor.startswith("local:")) == ("the core system was down", True)


def test_a_day_that_nobody_knows_is_an_error() -> None:
    assert said("day", "show", *DAY, status=1)["error"] == "not_found"
    assert said("day", "seal", *DAY, "--reason", "x", status=1)["error"] == "not_found"


def test_a_bad_journal_is_refused_as_a_whole_with_row_and_column(tmp_path: Path) -> None:
    (tmp_path / "journal.csv").write_text(JOURNAL + JOURNAL.splitlines()[1].replace("1,234.50", "12.345"))
    refused = said("journal", "import", tmp_path / "journal.csv", status=1)
    assert (refused["error"], "row 3, column amount" in refused["detail"]) == ("invalid", True)
    assert said("journal", "import", tmp_path / "none.csv", status=2)["error"] == "usage"


def test_late_lines_for_a_sealed_day_are_told(captured: Archive, tmp_path: Path) -> None:
    said("day", "seal", *DAY, "--reason", "no journal yet")
    (tmp_path / "journal.csv").write_text(JOURNAL)
    late = said("journal", "import", tmp_path / "journal.csv", status=1)
    assert [(day["teller_no"], day["rows"]) for day in late["sealed"]] == [("0417", 1)]


def test_search_finds_by_words_filters_and_amount(captured: Archive) -> None:
    hit = said("search", "张伟", "--type", "wire_transfer", "--from", "2026-03-01", "--to", "2026-03-31")["hits"][0]
    assert (hit["type"], hit["date"], hit["fields"]["amount"]["value"]) == ("wire_transfer", "2026-03-09", "1234.50")
    assert said("search", "--min", "1,000", "--max", "2000")["total"] == 1
    assert said("search", "--branch", "0103")["total"] == 0
    assert said("search", "--min", "much", status=2)["detail"] == "--min 'much' is not an amount; write 1234.50"


def test_evaluate_tells_shares_by_type_and_field(tmp_path: Path) -> None:
    (tmp_path / "1.png").write_bytes(wire_transfer())
    truth = {"file": "1.png", "page": 1, "type": "wire_transfer", "fields": {"amount": "1234.50", "purpose": "货款"}}
    (tmp_path / "truth.jsonl").write_text(json.dumps(truth))
    found = said("evaluate", tmp_path)
    assert (found["pages"], found["type_accuracy"], found["fields"], found["field_exact"]) == (1, 1.0, 2, 0.5)
    assert {"accepted", "accepted_wrong", "by_type", "by_field", "seconds", "pages_per_second"} <= found.keys()


def test_evaluate_without_truth_or_engine_says_what_is_missing(tmp_path: Path) -> None:
    assert "truth.jsonl is missing" in said("evaluate", tmp_path, status=1)["detail"]
    (tmp_path / "truth.jsonl").write_text('{"file": "1.png", "type": "unknown"}')
    assert said("evaluate", tmp_path, "--engine", "nobody", status=1)["error"] == "engine"


def test_accounts_are_added_listed_and_given_keys_that_are_kept_as_hashes(archive: Archive) -> None:
    added = said("user", "add", "bob", "--role", "keyer", "--branch", "0102", "--sees", "0102")
    assert (added["role"], added["branches"], len(added["password"]) >= 12) == ("keyer", ["0102"], True)
    key = said("user", "key", "bob")["key"]
    with archive.catalogue.read() as tx:
        person = tx.people.by_key(digest(key))
        assert person is not None and person.role is Role.KEYER
        assert key not in str(tx.people.by_name("bob"))
    assert [user["name"] for user in said("user", "list")["users"]] == ["bob"]
    assert said("user", "password", "bob", "--password", "a longer one").get("password") is None


@pytest.mark.parametrize(
    ("words", "status", "says"),
    [
        (("add", "eve", "--role", "boss"), 2, "'boss' is none of operator, keyer"),
        (("add", "eve", "--role", "keyer", "--password", "short"), 1, "fewer than 8 characters"),
        (("key", "nobody"), 1, "no account is called nobody"),
        (("password", "nobody"), 1, "no account is called nobody"),
    ],
)
def test_account_errors_say_what_to_do(words: tuple[str, ...], status: int, says: str) -> None:
    done = vouch("user", *words)
    assert (done.exit_code, done.stdout) == (status, "")
    assert says in done.stderr


def test_a_name_is_given_once() -> None:
    said("user", "add", "bob", "--role", "keyer")
    assert "choose another name" in said("user", "add", "bob", "--role", "keyer", status=1)["detail"]


def test_a_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOUCH_WORKERS", "many")
    done = vouch("migrate")
    assert done.exit_code == 2
    assert "VOUCH_WORKERS" in done.stderr


def test_migrate_says_that_the_schema_is_up_to_date() -> None:
    assert said("migrate") == {"ok": True, "from": "", "to": LATEST}
    assert said("migrate") == {"ok": True, "from": LATEST, "to": LATEST}


def test_an_owned_folder_is_not_served_twice(tmp_path: Path) -> None:
    lock = OwnerLock(tmp_path / "data")
    assert lock.acquire()
    done = vouch("serve", "--port", "1")
    lock.release()
    assert done.exit_code == 1
    assert f"is owned by the process {os.getpid()}" in done.stderr


@pytest.mark.slow
def test_serve_answers_and_stops_on_a_signal() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-c", "from api.cli import main; main()", "serve", "--port", str(port)]
    plugins = str(Path(__file__).parents[1] / "plugins")
    served = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=os.environ | {"PYTHONPATH": plugins})
    try:
        assert answered(f"http://127.0.0.1:{port}/api/v1/openapi.json") == 200
    finally:
        served.send_signal(signal.SIGINT)
        _, err = served.communicate(timeout=120)
    assert f"Vouch at http://127.0.0.1:{port}" in err
    assert "Traceback" not in err


def answered(url: str) -> int:
    """The status of the first answer; waits until somebody listens."""
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url) as answer:
                return int(answer.status)
        except OSError:
            time.sleep(0.2)
    raise AssertionError("nobody listens")


def test_evaluate_writes_a_report_that_stands_alone(tmp_path: Path) -> None:
    (tmp_path / "1.png").write_bytes(wire_transfer())
    truth = {"file": "1.png", "page": 1, "type": "wire_transfer", "fields": {"amount": "9.99", "purpose": "货款"}}
    (tmp_path / "truth.jsonl").write_text(json.dumps(truth))
    said("evaluate", tmp_path, "--report", tmp_path / "report.html", "--language", "zh_CN")
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "识别准确度" in text and "9.99" in text


def test_evaluate_takes_only_a_language_that_is_kept(tmp_path: Path) -> None:
    assert said("evaluate", tmp_path, "--language", "fr", status=2)["error"] == "usage"


def test_evaluate_reads_by_the_parameters_in_force(tmp_path: Path, archive: Archive) -> None:
    (tmp_path / "1.png").write_bytes(wire_transfer())
    truth = {"file": "1.png", "page": 1, "type": "wire_transfer", "fields": {"amount": "1234.50"}}
    (tmp_path / "truth.jsonl").write_text(json.dumps(truth))
    assert said("evaluate", tmp_path, "--known")["field_exact"] == 1.0
