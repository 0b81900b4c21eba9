"""The parameter centre on the command line: shares of errors, proposed by one person and in force by another's word."""

import json
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from api.cli.commands import app
from api.settings import Settings
from api.wiring import build_archive
from archive.accepting import accept_error
from archive.model import Role
from ocr.calibration import ACCEPT_ERROR


@pytest.fixture(autouse=True)
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOUCH_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("VOUCH_ENGINE", "printed_code")
    archive = build_archive(Settings())
    with archive.catalogue.write() as tx:
        for name in ("anna", "bo"):
            tx.people.add(name, name, Role.PARAMETER_ADMINISTRATOR, branch_no="", branches=(), password_hash="")
    archive.close()


def vouch(*words: str) -> Result:
    return CliRunner().invoke(app, ["params", *words, "--json"])


def in_force() -> dict[str, float]:
    archive = build_archive(Settings())
    with archive.catalogue.read() as tx:
        shares = dict(accept_error(tx))
    archive.close()
    return shares


def test_without_a_version_what_the_package_carries_is_in_force() -> None:
    assert json.loads(vouch("list").stdout) == {"accept_error": dict(ACCEPT_ERROR), "versions": []}


def test_a_proposal_is_in_force_once_a_second_person_approves_it() -> None:
    made = json.loads(vouch("set", "accept_error", "name=0.004", "--as", "anna").stdout)
    assert (made["version"], made["shares"]["name"], made["approved_by"]) == (1, 0.004, "")
    assert in_force() == dict(ACCEPT_ERROR)
    assert json.loads(vouch("approve", "--as", "bo").stdout)["approved_by"] == "bo"
    assert in_force() == {**ACCEPT_ERROR, "name": 0.004}


def test_nobody_approves_an_own_proposal() -> None:
    vouch("set", "accept_error", "name=0.004", "--as", "anna")
    assert json.loads(vouch("approve", "--as", "anna").stdout)["error"] == "conflict"


def test_there_must_be_a_proposal_to_approve() -> None:
    assert json.loads(vouch("approve").stdout)["error"] == "not_found"


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (("accept_error", "colour=0.1"), "invalid"),
        (("accept_error", "amount=0.5"), "invalid"),
        (("accept_error", "amount"), "usage"),
        (("shoe_size", "amount=0.001"), "usage"),
    ],
)
def test_what_cannot_be_set_is_refused(words: tuple[str, ...], error: str) -> None:
    assert json.loads(vouch("set", *words).stdout)["error"] == error
