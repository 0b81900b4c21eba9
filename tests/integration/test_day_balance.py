"""A teller's day: its equation in exact counts, its gaps one by one, its state."""

from pathlib import Path

import pytest
from dayworld import DAY, STRANGER, SUPERVISOR, World, line, wire

from archive.errors import NotFound
from archive.model import CaseKind, TellerDay
from supervision.balance import Balance, balance, board
from supervision.cases import explain_day
from supervision.matching import refresh


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World.at(tmp_path)


def now(world: World) -> Balance:
    refresh(world.archive, DAY)
    return balance(world.archive, DAY)


def gaps(found: Balance) -> list[str]:
    return [gap.kind for gap in found.gaps]


def test_a_whole_day_balances(world: World) -> None:
    world.batch(3)
    world.wires(1, 2, 3)
    world.books(line(1), line(2), line(3), line(4, transaction_code="9001"))
    found = now(world)
    assert (found.sheets_text, found.entries_text, found.state) == ("3=3=3=3", "4=3+0+1", "balanced")
    assert found.balanced
    assert found.gaps == ()


def test_missing_sheets_are_listed_one_by_one(world: World) -> None:
    batch = world.batch(4)
    world.wires(1, 2)
    world.books(line(1), line(2))
    found = now(world)
    assert found.sheets_text == "4≠2 ▸缺2"
    assert [(gap.kind, gap.batch_id, gap.sheet_number) for gap in found.gaps] == [
        ("missing_sheet", batch.id, 3),
        ("missing_sheet", batch.id, 4),
    ]


def test_surplus_sheets_are_listed_one_by_one(world: World) -> None:
    world.batch(1)
    world.wires(1, 2)
    world.books(line(1), line(2))
    found = now(world)
    assert (found.sheets_text, gaps(found), found.gaps[0].sheet_number) == ("1≠2 ▸多余1", ["surplus_sheet"], 2)


def test_a_cover_is_no_sheet(world: World) -> None:
    world.batch(2)
    world.sheet("batch_cover")
    world.wires(1)
    world.books(line(1))
    found = now(world)
    assert (found.declared, found.captured) == (2, 1)
    assert [gap.sheet_number for gap in found.gaps] == [3]


def test_sheets_of_two_batches_balance_over_the_day(world: World) -> None:
    world.batch(1)
    world.wires(1, 2)
    world.batch(2)
    world.wires(3)
    world.books(line(1), line(2), line(3))
    assert now(world).sheets_text == "3=3=3=3"


def test_sheets_still_to_be_read_are_blue_and_break_at_archived(world: World) -> None:
    world.batch(3)
    world.books(line(1), line(2), line(3))
    world.wires(1)
    world.page()
    running = world.running()
    found = now(world)
    assert (found.sheets_text, found.entries_text, found.state) == ("3=3≠1 ▸识别中2", "3≠1+0 ▸未勾2", "reading")
    assert {gap.kind for gap in found.gaps} == {"received", "reading", "missing_voucher"}
    assert all(gap.closing for gap in found.gaps)
    assert running.id in {gap.page_id for gap in found.gaps}


def test_a_doubtful_sheet_is_archived_and_not_accounted_for(world: World) -> None:
    world.batch(2)
    world.wires(1)
    doubtful = world.sheet("wire_transfer", wire(2), doubtful=("amount",))
    world.books(line(1), line(2))
    found = now(world)
    assert (found.sheets_text, found.state) == ("2=2=2≠1 ▸缺1", "doubtful")
    assert [(gap.kind, gap.record_id, gap.field) for gap in found.gaps] == [("unkeyed_fields", doubtful.id, "amount")]


def test_keying_the_last_field_accounts_for_the_sheet(world: World) -> None:
    world.batch(1)
    doubtful = world.sheet("wire_transfer", wire(1), doubtful=("amount",))
    world.books(line(1))
    assert not now(world).balanced
    world.key(doubtful, "amount", wire(1)["amount"])
    assert now(world).balanced


def test_a_sheet_counts_when_each_of_its_written_sides_is_done(world: World) -> None:
    world.batch(1, duplex=True)
    world.sheet("transfer_cheque", {"amount": "1001.50"} | wire(1))
    world.sheet("blank")
    world.books(line(1))
    found = now(world)
    assert (found.captured, found.accounted, found.balanced) == (1, 1, True)


def test_a_quarantined_page_is_the_uppermost_state_and_names_its_cause(world: World) -> None:
    world.batch(2)
    world.sheet("wire_transfer", wire(1), doubtful=("amount",))
    page = world.quarantined("TiffError: directory loops")
    world.books(line(1))
    found = now(world)
    assert (found.sheets_text, found.state) == ("2=2≠1 ▸已隔离1", "quarantined")
    gap = next(gap for gap in found.gaps if gap.kind == CaseKind.QUARANTINED_PAGE)
    assert (gap.page_id, gap.found) == (page.id, "TiffError: directory loops")


def test_without_a_journal_the_day_awaits_it(world: World) -> None:
    world.batch(1)
    world.wires(1)
    found = now(world)
    assert (found.state, found.entries_text, gaps(found)) == ("awaiting_journal", "—", ["missing_journal"])


def test_a_batch_that_declares_nothing_is_a_gap_until_it_is_explained(world: World) -> None:
    world.batch()
    world.wires(1)
    world.books(line(1))
    found = now(world)
    assert (found.declared, gaps(found)) == (None, ["missing_declaration"])
    explain_day(world.archive, DAY, "the branch keeps no count", SUPERVISOR)
    assert (now(world).sheets_text, now(world).balanced) == ("1=1=1=1", True)


def test_an_explanation_of_missing_sheets_ends_with_the_figures_it_was_given_for(world: World) -> None:
    world.batch(3)
    world.wires(1)
    world.books(line(1), line(2))
    explain_day(world.archive, DAY, "two sheets burnt", SUPERVISOR)
    assert (now(world).sheets_text, now(world).balanced) == ("3=1+2=1=1", True)
    world.wires(2)
    assert now(world).sheets_text == "3≠2 ▸缺1"


def test_the_board_tells_what_each_balance_tells(world: World) -> None:
    other = TellerDay("0103", "0001", DAY.business_date)
    world.batch(2)
    world.wires(1)
    world.page()
    world.batch(1, day=other)
    world.sheet("wire_transfer", wire(9), day=other, doubtful=("amount",))
    world.books(line(1), line(2), line(9, branch_no="0103", teller_no="0001"), line(7, teller_no="0500"))
    for day in (DAY, other, TellerDay("0102", "0500", DAY.business_date)):
        refresh(world.archive, day)
    shown = board(world.archive, DAY.business_date)
    assert [(b.day.branch_no, b.day.teller_no) for b in shown] == [("0102", "0417"), ("0102", "0500"), ("0103", "0001")]
    for one in shown:
        whole = balance(world.archive, one.day)
        assert (one.sheets_text, one.entries_text, one.state) == (whole.sheets_text, whole.entries_text, whole.state)
        assert one.missing == {kind: gaps(whole).count(kind) for kind in dict.fromkeys(gaps(whole))}


def test_the_board_and_the_balance_are_cut_to_the_branches_that_a_person_may_see(world: World) -> None:
    world.batch(1)
    assert board(world.archive, DAY.business_date, STRANGER.scope) == []
    with pytest.raises(NotFound):
        balance(world.archive, DAY, STRANGER.scope)
