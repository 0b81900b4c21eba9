"""`vouch forms`: what it lists, who may approve, and what it says where it cannot learn."""

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import Result
from typer.testing import CliRunner

from api.cli.commands import app
from api.settings import Settings
from api.wiring import build_archive
from archive.known_forms import in_force, propose
from archive.model import Role
from ocr.known.model import KnownForm, Rect


@pytest.fixture(autouse=True)
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOUCH_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("VOUCH_ENGINE", "printed_code")


def vouch(*words: str) -> Result:
    return CliRunner().invoke(app, ["forms", *words])


def proposed(actor: str) -> None:
    """A form that `actor` learned, and the accounts of two parameter administrators and a keyer."""
    archive = build_archive(Settings())
    template = np.zeros((200, 300), np.uint8)
    form = KnownForm("slip", "wire_transfer", "", (76.2, 50.8), template, (Rect(1, 1, 8, 5),), (), ())
    with archive.catalogue.write() as tx:
        propose(tx, form, actor)
        for name, role in (("anna", Role.PARAMETER_ADMINISTRATOR), ("bo", Role.PARAMETER_ADMINISTRATOR)):
            tx.people.add(name, name, role, branch_no="", branches=(), password_hash="")
        tx.people.add("kim", "kim", Role.KEYER, branch_no="", branches=(), password_hash="")
    archive.close()


def truth(folder: Path, *types: str) -> Path:
    folder.mkdir()
    lines = [json.dumps({"file": f"{n}.png", "page": 1, "type": kind, "fields": {}}) for n, kind in enumerate(types)]
    (folder / "truth.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return folder


def test_nothing_is_listed_before_a_form_is_learned() -> None:
    assert json.loads(vouch("list", "--json").stdout) == {"forms": []}


def test_a_second_person_approves() -> None:
    proposed("anna")
    assert vouch("approve", "slip", "--as", "bo", "--json").exit_code == 0
    (said,) = json.loads(vouch("list", "--json").stdout)["forms"]
    assert (said["state"], said["learned_by"], said["approved_by"]) == ("approved", "anna", "bo")
    archive = build_archive(Settings())
    with archive.catalogue.read() as tx:
        assert [form.name for form in in_force(tx)] == ["slip"]
    archive.close()


@pytest.mark.parametrize(
    ("actor", "word", "said"),
    [("anna", "conflict", "a second person must approve"), ("kim", "refused", "may not change forms"),
     ("zoe", "not_found", "no account is called zoe")],
)  # fmt: skip
def test_others_may_not_approve(actor: str, word: str, said: str) -> None:
    proposed("anna")
    found = vouch("approve", "slip", "--as", actor, "--json")
    assert found.exit_code == 1
    assert json.loads(found.stdout)["error"] == word
    assert said in json.loads(found.stdout)["detail"]


def test_a_form_is_shown_as_yaml_and_picture(tmp_path: Path) -> None:
    proposed("anna")
    found = vouch("show", "slip", "--picture", str(tmp_path / "slip.png"))
    assert "type: wire_transfer" in found.stdout
    assert (tmp_path / "slip.png").read_bytes().startswith(b"\x89PNG")


def test_a_form_that_is_not_there_is_named() -> None:
    found = vouch("show", "slip", "--json")
    assert found.exit_code == 1
    assert "no form called slip" in json.loads(found.stdout)["detail"]


def test_pages_of_several_types_ask_for_one(tmp_path: Path) -> None:
    found = vouch("learn", str(truth(tmp_path / "mixed", "wire_transfer", "deposit_slip")), "--json")
    assert found.exit_code == 2
    assert "choose one by --type" in json.loads(found.stdout)["detail"]


def test_a_type_without_pages_is_named(tmp_path: Path) -> None:
    found = vouch("learn", str(truth(tmp_path / "one", "wire_transfer")), "--type", "discount", "--json")
    assert found.exit_code == 2
    assert "no page of it, only wire_transfer" in json.loads(found.stdout)["detail"]
