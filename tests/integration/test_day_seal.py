"""Sealing a teller's day: only when it holds or its cases explain the rest; then it is frozen under its manifest."""

import hashlib
import json
from pathlib import Path

import pytest
from dayworld import DAY, OPERATOR, STRANGER, SUPERVISOR, World, line, wire

from archive.errors import Conflict, DaySealed, Invalid, NotFound, Refused
from archive.model import BatchState, CaseState
from supervision.balance import balance
from supervision.cases import explain, match_by_hand
from supervision.seal import Unbalanced, seal


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World.at(tmp_path)


@pytest.fixture
def whole(world: World) -> World:
    world.batch(2)
    world.wires(1, 2)
    world.books(line(1), line(2))
    return world


def test_a_balanced_day_seals_and_its_manifest_names_everything(whole: World) -> None:
    sealed = seal(whole.archive, DAY, SUPERVISOR)
    data = whole.archive.objects.get(sealed.manifest)
    manifest = json.loads(data)
    assert hashlib.sha256(data).hexdigest() == sealed.manifest
    assert {o["sha256"] for o in manifest["objects"]} == set(whole.archive.objects.iterate()) - {sealed.manifest}
    assert [v["fields"]["amount"]["value"] for v in manifest["vouchers"]] == ["1001.50", "1002.50"]
    assert all(v["history"] for v in manifest["vouchers"])
    assert [entry["journal_no"] for entry in manifest["journal"]] == ["00001", "00002"]
    assert manifest["equation"]["accounted"] == 2
    assert balance(whole.archive, DAY).state == "sealed"


def test_sealing_closes_the_days_open_batches(whole: World) -> None:
    seal(whole.archive, DAY, SUPERVISOR)
    with whole.archive.catalogue.read() as tx:
        assert [batch.state for batch in tx.batches.of_day(DAY)] == [BatchState.ARCHIVED]


def test_an_unbalanced_day_is_refused_with_what_is_missing(world: World) -> None:
    world.batch(3)
    world.wires(1)
    world.books(line(1), line(2))
    with pytest.raises(Unbalanced, match="missing_sheet 2, missing_voucher 1") as refused:
        seal(world.archive, DAY, SUPERVISOR)
    assert [gap.kind for gap in refused.value.gaps] == ["missing_sheet", "missing_sheet", "missing_voucher"]
    assert "sheet 2 of B-1 was declared and not captured" in str(refused.value)


def test_a_reason_explains_what_is_missing_a_case_for_each_thing(world: World) -> None:
    world.batch()
    world.wires(1)
    world.sheet("wire_transfer", wire(2), doubtful=("amount",))
    world.quarantined()
    sealed = seal(world.archive, DAY, SUPERVISOR, reason="flood in the vault")
    explained = {case.kind.value: case for case in world.cases(CaseState.EXPLAINED)}
    assert sorted(explained) == ["missing_declaration", "missing_journal", "quarantined_page", "unkeyed_fields"]
    assert {case.reason for case in explained.values()} == {"flood in the vault"}
    manifest = json.loads(world.archive.objects.get(sealed.manifest))
    assert len(manifest["cases"]) == 4


def test_cases_that_explain_the_rest_let_the_day_seal_without_another_reason(world: World) -> None:
    world.batch(1)
    world.wires(1)
    world.books(line(1), line(2))
    with pytest.raises(Unbalanced):
        seal(world.archive, DAY, SUPERVISOR)
    explain(world.archive, world.cases()[0].id, "kept by the court", SUPERVISOR)
    assert seal(world.archive, DAY, SUPERVISOR).sealed_by == "wang"


def test_no_reason_stands_for_pages_still_to_be_read(world: World) -> None:
    world.batch(2)
    world.wires(1)
    world.page()
    with pytest.raises(Unbalanced, match="Wait for the pages"):
        seal(world.archive, DAY, SUPERVISOR, reason="in a hurry")
    assert world.cases(CaseState.EXPLAINED) == []


def test_a_day_is_sealed_once(whole: World) -> None:
    seal(whole.archive, DAY, SUPERVISOR)
    with pytest.raises(DaySealed, match="sealed already, by wang"):
        seal(whole.archive, DAY, SUPERVISOR)
    assert issubclass(DaySealed, Conflict)


def test_only_a_supervisor_of_the_branch_seals(whole: World) -> None:
    with pytest.raises(Refused, match="operator may not seal a day"):
        seal(whole.archive, DAY, OPERATOR)
    with pytest.raises(NotFound):
        seal(whole.archive, DAY, STRANGER)


def test_a_day_that_nobody_knows_is_not_sealed(world: World) -> None:
    with pytest.raises(NotFound, match="capture its sheets"):
        seal(world.archive, DAY, SUPERVISOR, reason="nothing happened")


def test_a_reason_must_say_something(whole: World) -> None:
    with pytest.raises(Invalid, match="give a reason"):
        seal(whole.archive, DAY, SUPERVISOR, reason="   ")


def test_a_sealed_day_refuses_every_change(whole: World) -> None:
    seal(whole.archive, DAY, SUPERVISOR)
    with whole.archive.catalogue.read() as tx:
        voucher = tx.records.of_day(DAY)[0]
    with pytest.raises(DaySealed):
        whole.key(voucher, "amount", "9.00")
    with pytest.raises(DaySealed, match="file the paper with an open day"):
        whole.batch(1)
    with pytest.raises(DaySealed):
        match_by_hand(whole.archive, voucher.id, "00002", SUPERVISOR)


def test_late_lines_for_a_sealed_day_are_left_out_and_told_while_other_days_are_taken(whole: World) -> None:
    seal(whole.archive, DAY, SUPERVISOR)
    result = whole.books(line(1), line(2), line(3), line(4, teller_no="0500"))
    assert (result.new, result.same, result.sealed) == (1, 0, ((DAY, 1),))
    assert whole.books(line(1), line(2)).sealed == ()
    assert balance(whole.archive, DAY).transactions == 2


def test_an_object_lost_from_the_store_keeps_the_day_open(whole: World) -> None:
    with whole.archive.catalogue.read() as tx:
        lost = tx.pages.of_batch(whole.batches[DAY].id)[0].original
    del whole.archive.objects._objects[lost]  # type: ignore[attr-defined]
    with pytest.raises(Conflict, match=f"not in the store, the first is {lost}"):
        seal(whole.archive, DAY, SUPERVISOR)
