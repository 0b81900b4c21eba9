"""A form learned from the archive: vouchers read, keyed through the API, sealed by a supervisor, learned, approved."""

from __future__ import annotations

import io
import json
from datetime import date
from pathlib import Path
from typing import Any
from zlib import crc32

import cv2
import numpy as np
import pytest
from fastapi.testclient import TestClient
from hands import key_of, person, work_off
from pages import HEIGHT, STEP, WIDTH, coded
from PIL import Image
from typer.testing import CliRunner

from api.app import create_app
from api.cli.commands import app
from api.settings import Settings
from archive.known_forms import in_force
from archive.model import Role, TellerDay
from archive.vault import Archive
from processing import capture
from processing.known import approved_vouchers, labelled
from supervision.seal import seal

DAY = TellerDay("0102", "0417", date(2026, 3, 9))
FIXED = {
    "委托日期": ("ENTRUSTED", "2026年03月09日"),
    "汇款人全称": ("PAYER", "张伟"),
    "汇出行名称": ("BANK", "示范银行城东支行"),
    "收款人全称": ("PAYEE", "李静"),
    "收款人账号": ("ITS ACCOUNT", "2009876543210"),
    "汇入行名称": ("ITS BANK", "示范银行城西支行"),
}
AMOUNTS = {"100.00": "壹佰元整", "230.00": "贰佰叁拾元整", "45.60": "肆拾伍元陆角", "7000.00": "柒仟元整"}
SAID = {
    "date": "2026-03-09",
    "payer_name": "张伟",
    "payer_bank": "示范银行城东支行",
    "payee_name": "李静",
    "payee_account": "2009876543210",
    "payee_bank": "",
    "stamp_bank": "absent",
    "stamp_customer": "absent",
}
ACCOUNTS = ("1001234567890", "1018881234567", "1027770001112", "1036665554443")
MISREAD = "700.00"  # the machine's last amount, which the words contradict


def slip(number: int, amount: str, words: str, read_as: str) -> bytes:
    """A form with its print and values, of which the machine reads the amount as `read_as`."""
    shown = {
        **FIXED,
        "汇款人账号": ("ACCOUNT", ACCOUNTS[number]),
        "金额(大写)": ("IN WORDS", words),
        "金额(小写)": ("AMOUNT", f"¥{read_as}"),
    }
    lines: list[Any] = [("电汇凭证", (450, 20, 300, 40))]
    drawn = [("WIRE TRANSFER", (450, 52))]
    for place, (label, (print_, value)) in enumerate(shown.items()):
        y = 100 + STEP * place
        lines += [(label, (480, y, 130, 28)), (value, (640, y, 18 * len(value) + 20, 28))]
        drawn += [
            (print_, (480, y + 24)),
            (amount if print_ == "AMOUNT" else f"{crc32(value.encode()) % 10**8:08d}", (640, y + 24)),
        ]
    page = np.array(Image.open(io.BytesIO(coded(lines=lines))))
    for text, at in drawn:
        cv2.putText(page, text, at, cv2.FONT_HERSHEY_SIMPLEX, 0.7, 0, 2, cv2.LINE_AA)
    cv2.rectangle(page, (470, 90), (WIDTH - 100, HEIGHT - 260), 0, 2)
    out = io.BytesIO()
    Image.fromarray(page).save(out, "PNG", dpi=(100, 100))
    return out.getvalue()


@pytest.fixture
def sealed(archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Archive:
    """A day of four vouchers, one of them misread and mended by a keyer, sealed by a supervisor."""
    monkeypatch.setenv("VOUCH_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("VOUCH_ENGINE", "printed_code")
    batch = capture.open_batch(archive, DAY, declared=capture.Declared(sheets=len(AMOUNTS)), actor="op")
    for number, (amount, words) in enumerate(AMOUNTS.items()):
        read_as = MISREAD if number == len(AMOUNTS) - 1 else amount
        capture.add_file(archive, batch.id, f"{number}.png", slip(number, amount, words, read_as), actor="op")
    work_off(archive)
    keyed(archive, tmp_path)
    seal(archive, DAY, person(archive, "sue", Role.SUPERVISOR), reason="no journal today")
    return archive


def keyed(archive: Archive, folder: Path) -> None:
    """A keyer takes each task in turn and types what the paper says."""
    with TestClient(create_app(archive, Settings(data=folder / "data"))) as client:
        client.headers.update(key_of(archive, person(archive, "kim", Role.KEYER)))
        while tasks := client.post("/api/v1/tasks/claim").json()["tasks"]:
            (task,) = tasks
            said = {**SAID, **on_paper(archive, task["id"])}
            body = {"token": task["token"], "value": said[task["field"]]}
            assert client.post(f"/api/v1/tasks/{task['id']}/complete", json=body).status_code == 200


def on_paper(archive: Archive, task: int) -> dict[str, str]:
    """What differs from page to page, as it stands on that of a task."""
    with archive.catalogue.read() as tx:
        name = tx.pages.get(tx.tasks.get(task).page_id).file_name
    amount, words = list(AMOUNTS.items())[int(name[0])]
    return {"amount": amount, "amount_in_words": words, "payer_account": ACCOUNTS[int(name[0])]}


def vouch(*words: str) -> dict[str, Any]:
    done = CliRunner().invoke(app, ["forms", *words, "--json"])
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_a_form_is_learned_from_vouchers_that_a_keyer_corrected_and_a_supervisor_sealed(sealed: Archive) -> None:
    person(sealed, "bo", Role.PARAMETER_ADMINISTRATOR)
    said = vouch("learn", "--from-archive", "wire_transfer", "--until", "2026-03-10")
    assert (said["state"], said["samples"] >= 3) == ("proposed", True)
    assert vouch("approve", "wire_transfer", "--as", "bo")["state"] == "approved"
    with sealed.catalogue.read() as tx:
        (form,) = in_force(tx)
    assert {zone.field for zone in form.zones} >= {"amount", "amount_in_words", "payee_name", "payer_account"}


def test_a_sample_says_what_the_keyer_typed_and_nothing_of_what_is_not_on_the_paper(sealed: Archive) -> None:
    with sealed.catalogue.read() as tx:
        records = approved_vouchers(tx, "wire_transfer", 10, DAY.business_date)
    said = {sample.truth["amount"]: sample.truth for sample in labelled(sealed, records)}
    assert set(said) == set(AMOUNTS)
    assert ["payee_bank" in truth for truth in said.values()] == [False] * len(AMOUNTS)


@pytest.mark.parametrize(
    ("words", "part"),
    [(("deposit_slip",), "have no sealed voucher of this type"),
     (("wire_transfer", "--until", "2026-03-08"), "the 60 days up to 2026-03-08 have no sealed voucher"),
     (("wire_transfer", "--until", "2026-13-01"), "--until '2026-13-01' is not a date that exists")],
)  # fmt: skip
def test_what_cannot_be_learned_from_says_why(sealed: Archive, words: tuple[str, ...], part: str) -> None:
    done = CliRunner().invoke(app, ["forms", "learn", "--from-archive", *words, "--json"])
    assert (done.exit_code, part in json.loads(done.stdout)["detail"]) == (2, True)
