"""Exports: what the files hold, who may have them, and that a killed runner's work is begun again by another."""

from __future__ import annotations

import csv
import io
import multiprocessing
import os
import signal
import time
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pikepdf
import pytest
from fastapi.testclient import TestClient
from hands import key_of, person, work_off
from pages import voucher, wire_transfer

from api.app import create_app
from api.exporting import open_exports
from api.settings import Settings
from api.wiring import build_archive
from archive.errors import Conflict, Invalid, Refused, StoreUnavailable
from archive.model import Person, Role, TellerDay
from archive.objects import Erasable, holder
from archive.search import Asked
from archive.service import ExportState
from archive.vault import Archive
from processing import capture, exports
from processing.exports import Order, ask, cancel, run_exports, take

CSV = Order("csv", "年度抽查")


def add(archive: Archive, *files: tuple[str, bytes], branch: str = "0102") -> None:
    batch = capture.open_batch(archive, TellerDay(branch, "0417", date(2026, 3, 9)), actor="test")
    for name, data in files:
        capture.add_file(archive, batch.id, name, data, actor="test")
    work_off(archive)


def slip(amount: str) -> bytes:
    return voucher("取款凭条", 日期="2026年03月09日", 户名="王芳", 账号="6222021234567890", 金额=f"¥{amount}")


@pytest.fixture
def auditor(archive: Archive) -> Person:
    return person(archive, "auditor", Role.AUDITOR)


@pytest.fixture
def store(tmp_path: Path) -> Erasable:
    return open_exports(Settings(data=tmp_path / "data"))


def made(archive: Archive, store: Erasable, who: Person, order: Order = CSV, asked: Asked | str = "") -> bytes:
    """The bytes of an export that was asked for and made."""
    found = ask(archive, who, Asked(asked) if isinstance(asked, str) else asked, order)
    assert run_exports(archive, store)
    return b"".join(take(archive, store, who, found.id)[1])


def table(data: bytes) -> list[dict[str, str]]:
    """The rows of a CSV by the names of its columns."""
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    return [dict(zip([cell.split(" ")[-1] for cell in rows[0]], row, strict=True)) for row in rows[1:]]


def test_a_table_holds_every_found_voucher_with_labels_and_decimals(
    archive: Archive, store: Erasable, auditor: Person
) -> None:
    add(archive, ("1.png", wire_transfer()), ("2.png", slip("300.00")))
    with archive.catalogue.write() as tx:
        tx.records.set_field(2, "holder_name", "=1+1", source="keyed:zhang", actor="zhang", basis="test")
    data = made(archive, store, auditor)
    header = data.decode().split("\r\n", 1)[0].split(",")
    assert "金额 amount" in header and len(set(header)) == len(header)
    slip_row, wire_row = table(data)
    assert (wire_row["payer_name"], wire_row["amount"], wire_row["batch"]) == ("张伟", "1234.50", "B-1")
    assert (slip_row["holder_name"], slip_row["amount"]) == ("'=1+1", "300.00")


def test_masked_tables_tell_no_name_and_no_account(archive: Archive, store: Erasable, auditor: Person) -> None:
    add(archive, ("1.png", wire_transfer()))
    (row,) = table(made(archive, store, auditor, Order("csv", "抽查", masked=True)))
    assert (row["payer_name"], row["payer_account"]) == ("张*", "1001****7890")


def test_roles_that_may_not_take_values_away_get_them_masked_and_no_images(archive: Archive, store: Erasable) -> None:
    add(archive, ("1.png", wire_transfer()))
    operator = person(archive, "operator", Role.OPERATOR)
    assert table(made(archive, store, operator))[0]["payer_name"] == "张*"
    with pytest.raises(Refused, match="choose csv"):
        ask(archive, operator, Asked(), Order("zip", "x"))


def test_only_the_branches_of_the_person_are_exported(archive: Archive, store: Erasable) -> None:
    add(archive, ("1.png", wire_transfer()))
    add(archive, ("2.png", slip("300.00")), branch="0103")
    mine = person(archive, "mine", Role.AUDITOR, "0103")
    assert [row["branch_no"] for row in table(made(archive, store, mine))] == ["0103"]


def test_a_zip_holds_images_and_a_manifest_that_names_them(archive: Archive, store: Erasable, auditor: Person) -> None:
    add(archive, ("1.png", wire_transfer()), ("2.png", slip("300.00")))
    for originals in (False, True):
        data = made(archive, store, auditor, Order("zip", "调阅", originals=originals))
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            rows = table(packed.read("manifest.csv"))
            assert sorted([*(row["image"] for row in rows), "manifest.csv"]) == sorted(packed.namelist())
            image = packed.read(next(row["image"] for row in rows if row["type"] == "wire_transfer"))
        assert image == wire_transfer() if originals else image.startswith(b"\xff\xd8")


def test_a_pdf_has_a_page_for_each_voucher(archive: Archive, store: Erasable, auditor: Person) -> None:
    add(archive, ("1.png", wire_transfer()), ("2.png", slip("300.00")))
    with pikepdf.open(io.BytesIO(made(archive, store, auditor, Order("pdf", "调阅")))) as read:
        assert len(read.pages) == 2


def test_chosen_vouchers_alone_are_exported_and_only_in_scope(archive: Archive, store: Erasable) -> None:
    add(archive, ("1.png", wire_transfer()), ("2.png", slip("300.00")))
    add(archive, ("3.png", slip("400.00")), branch="0103")
    mine = person(archive, "mine", Role.AUDITOR, "0102")
    assert [row["id"] for row in table(made(archive, store, mine, Order("csv", "x", ids=(1, 3))))] == ["1"]


def test_the_act_its_reason_and_every_image_are_events(archive: Archive, store: Erasable, auditor: Person) -> None:
    add(archive, ("1.png", wire_transfer()))
    made(archive, store, auditor, Order("pdf", "司法协查"))
    with archive.catalogue.read() as tx:
        told = {event.kind: event for event in tx.events.after(0, limit=1000)}
    assert told["export.asked"].detail["reason"] == "司法协查"
    assert told["page.exported"].record_id == 1 and "export.taken" in told


@pytest.mark.parametrize(
    ("order", "said"),
    [
        (Order("csv", "  "), "what the export is for"),
        (Order("csv", "x" * 201), "at most 200 characters"),
        (Order("xls", "x"), "choose csv, zip or pdf"),
    ],
)
def test_an_order_that_cannot_be_is_told(archive: Archive, auditor: Person, order: Order, said: str) -> None:
    with pytest.raises(Invalid, match=said):
        ask(archive, auditor, Asked(), order)


def test_nothing_found_and_too_much_found_are_told(
    archive: Archive, auditor: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Invalid, match="nothing is found"):
        ask(archive, auditor, Asked("幽灵"), CSV)
    add(archive, ("1.png", wire_transfer()), ("2.png", slip("300.00")))
    monkeypatch.setitem(exports.MOST, "pdf", 1)
    with pytest.raises(Invalid, match="one pdf holds at most 1; narrow"):
        ask(archive, auditor, Asked(), Order("pdf", "x"))


def test_a_keyer_exports_nothing(archive: Archive) -> None:
    with pytest.raises(Refused):
        ask(archive, person(archive, "keyer", Role.KEYER), Asked(), CSV)


def test_more_than_a_few_at_once_are_refused(archive: Archive, auditor: Person) -> None:
    add(archive, ("1.png", wire_transfer()))
    for _ in range(exports.MOST_WAITING):
        ask(archive, auditor, Asked(), CSV)
    with pytest.raises(Conflict, match="wait for one, or cancel one"):
        ask(archive, auditor, Asked(), CSV)


def test_a_cancelled_export_is_not_made(archive: Archive, store: Erasable, auditor: Person) -> None:
    add(archive, ("1.png", wire_transfer()))
    found = ask(archive, auditor, Asked(), CSV)
    assert cancel(archive, auditor, found.id).state is ExportState.CANCELLED
    assert not run_exports(archive, store)
    with pytest.raises(Conflict, match="cancelled"):
        take(archive, store, auditor, found.id)


def test_what_was_asked_by_who_may_no_longer_is_not_made(archive: Archive, store: Erasable, auditor: Person) -> None:
    add(archive, ("1.png", wire_transfer()))
    found = ask(archive, auditor, Asked(), CSV)
    with archive.catalogue.write() as tx:
        tx.people.set_active(auditor.id, False)
    run_exports(archive, store)
    with archive.catalogue.read() as tx:
        ended = tx.exports.get(found.id)
    assert (ended.state, ended.fault) == (ExportState.FAILED, "the account that asked for this export is closed")


def test_a_damaged_image_ends_the_export_with_its_name(archive: Archive, store: Erasable, auditor: Person) -> None:
    add(archive, ("1.png", wire_transfer()))
    with archive.catalogue.read() as tx:
        access = tx.pages.get(1).access
    broken = next(Path(archive.objects.root).rglob(holder(access)))
    broken.write_bytes(b"rot" * 100_000)
    found = ask(archive, auditor, Asked(), Order("pdf", "x"))
    run_exports(archive, store)
    with archive.catalogue.read() as tx:
        ended = tx.exports.get(found.id)
    assert (ended.state, access in ended.fault) == (ExportState.FAILED, True)


def test_while_a_store_is_away_an_export_waits_and_is_then_made(
    archive: Archive, store: Erasable, auditor: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(archive, ("1.png", wire_transfer()))
    found = ask(archive, auditor, Asked(), CSV)

    def away(_: Path) -> str:
        raise StoreUnavailable("the store is away")

    with monkeypatch.context() as broken:
        broken.setattr(store, "put_file", away)
        with pytest.raises(StoreUnavailable):
            run_exports(archive, store, lease=timedelta(0))
    assert run_exports(archive, store)
    assert take(archive, store, auditor, found.id)[0].state is ExportState.DONE


def test_a_stopping_runner_gives_its_export_back_at_once(archive: Archive, store: Erasable, auditor: Person) -> None:
    add(archive, ("1.png", wire_transfer()))
    found = ask(archive, auditor, Asked(), CSV)
    asked = iter([False, True, True])
    assert not run_exports(archive, store, lambda: next(asked))
    with archive.catalogue.read() as tx:
        assert tx.exports.get(found.id).state is ExportState.WAITING


def _stuck(data: Path, claimed: multiprocessing.synchronize.Event) -> None:
    """A runner that has written a part of its export when it is killed."""
    settings = Settings(data=data)
    archive = build_archive(settings)

    asked = iter([False])

    def stuck() -> bool:
        if next(asked, True):  # asked again after the first rows are written
            claimed.set()
            time.sleep(600)
        return False

    run_exports(
        archive, open_exports(settings), stuck, worker="first", lease=timedelta(seconds=2), folder=data / "room"
    )


@pytest.mark.slow
def test_another_runner_begins_a_killed_ones_export_again_to_the_same_bytes(
    archive: Archive, store: Erasable, auditor: Person, tmp_path: Path
) -> None:
    add(archive, ("1.png", wire_transfer()), ("2.png", slip("300.00")))
    wanted = made(archive, store, auditor, Order("zip", "x"))
    found = ask(archive, auditor, Asked(), Order("zip", "x"))
    spawn = multiprocessing.get_context("spawn")
    claimed = spawn.Event()
    runner = spawn.Process(target=_stuck, args=(tmp_path / "data", claimed), daemon=True)
    runner.start()
    assert claimed.wait(60) and runner.pid
    os.kill(runner.pid, signal.SIGKILL)
    runner.join()
    (left,) = (tmp_path / "data" / "room").iterdir()
    os.utime(left, (0, 0))
    deadline = time.monotonic() + 30
    while not run_exports(archive, store, worker="second", folder=tmp_path / "data" / "room"):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    ended, pieces = take(archive, store, auditor, found.id)
    assert (b"".join(pieces), ended.token) == (wanted, 2)
    assert not any((tmp_path / "data" / "room").iterdir())


def test_an_export_cancelled_while_it_is_made_stays_cancelled(
    archive: Archive, store: Erasable, auditor: Person
) -> None:
    add(archive, ("1.png", wire_transfer()))
    found = ask(archive, auditor, Asked(), CSV)
    asked = iter([False, True, False])

    def cancelling() -> bool:
        if next(asked):
            cancel(archive, auditor, found.id)
        return False

    run_exports(archive, store, cancelling)
    with archive.catalogue.read() as tx:
        ended = tx.exports.get(found.id)
    assert (ended.state, ended.sha256) == (ExportState.CANCELLED, "")


def test_after_a_week_an_export_and_its_file_are_forgotten(
    archive: Archive, store: Erasable, auditor: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(archive, ("1.png", wire_transfer()))
    made(archive, store, auditor)
    with archive.catalogue.read() as tx:
        (kept,) = tx.exports.of_person(auditor.id)
    assert not run_exports(archive, store)
    monkeypatch.setattr(exports, "KEPT", timedelta(seconds=-1))
    assert run_exports(archive, store)
    with archive.catalogue.read() as tx:
        assert tx.exports.of_person(auditor.id) == []
    assert not store.exists(kept.sha256)


@pytest.fixture
def client(archive: Archive, store: Erasable, tmp_path: Path, auditor: Person) -> Iterator[TestClient]:
    with TestClient(create_app(archive, Settings(data=tmp_path / "data"))) as made_:
        made_.headers.update(key_of(archive, auditor))
        yield made_


def test_the_api_tells_progress_and_hands_out_the_file(client: TestClient, archive: Archive, store: Erasable) -> None:
    add(archive, ("1.png", wire_transfer()))
    asked = client.post("/api/v1/exports", json={"format": "csv", "reason": "抽查", "q": "张伟"}).json()
    assert (asked["state"], asked["q"]) == ("waiting", "张伟")
    there = f"/api/v1/exports/{asked['id']}"
    assert client.get(f"{there}/file").status_code == 409
    run_exports(archive, store)
    told = client.get(there).json()
    assert (told["state"], told["done"], told["total"]) == ("done", 1, 1)
    file = client.get(f"{there}/file")
    assert int(file.headers["content-length"]) == len(file.content) == told["size"]
    assert datetime.fromisoformat(told["expires_at"]) > datetime.now(UTC) + timedelta(days=6)
    assert client.delete(there).status_code == 409


def test_anothers_export_is_not_found(client: TestClient, archive: Archive, store: Erasable) -> None:
    add(archive, ("1.png", wire_transfer()))
    there = f"/api/v1/exports/{client.post('/api/v1/exports', json={'format': 'csv', 'reason': 'x'}).json()['id']}"
    run_exports(archive, store)
    other = key_of(archive, person(archive, "else", Role.SYSTEM_ADMINISTRATOR))
    told = [
        client.get(there, headers=other),
        client.get(f"{there}/file", headers=other),
        client.delete(there, headers=other),
    ]
    assert [answer.status_code for answer in told] == [404, 404, 404]
    assert client.get("/api/v1/exports", headers=other).json() == {"exports": []}


def test_who_lost_a_branch_since_cannot_fetch_the_file(archive: Archive, store: Erasable) -> None:
    add(archive, ("1.png", wire_transfer()))
    both = person(archive, "both", Role.AUDITOR, "0102", "0103")
    found = ask(archive, both, Asked(), CSV)
    run_exports(archive, store)
    fewer = Person(both.id, "both", "both", Role.AUDITOR, branches=frozenset({"0103"}))
    with pytest.raises(Refused, match="ask for a new one"):
        take(archive, store, fewer, found.id)
