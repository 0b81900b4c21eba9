"""Cases of a day: raised once, closed by themselves, explained by right; journals imported late and again."""

from pathlib import Path

import pytest
from dayworld import DAY, OPERATOR, STRANGER, SUPERVISOR, World, journal, line, wire

from archive.errors import Conflict, Invalid, NotFound, Refused
from archive.model import CaseKind, CaseState
from supervision import cases
from supervision.balance import balance
from supervision.journal import JournalInvalid, import_file
from supervision.matching import refresh, refresh_stale


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World.at(tmp_path)


def kinds(world: World) -> list[str]:
    refresh(world.archive, DAY)
    return sorted(case.kind.value for case in world.cases())


def test_missing_surplus_and_different_become_cases(world: World) -> None:
    world.batch(3)
    world.wires(1)
    wrong = world.sheet("wire_transfer", wire(2, amount="1082.50"))
    surplus = world.wires(9)[0]
    world.books(line(1), line(2), line(3))
    assert kinds(world) == ["field_differs", "missing_voucher", "surplus_voucher"]
    found = {case.kind: case for case in world.cases()}
    differs = found[CaseKind.FIELD_DIFFERS]
    assert (differs.record_id, differs.field, differs.expected, differs.found) == (
        wrong.id,
        "amount",
        "1002.50",
        "1082.50",
    )
    assert found[CaseKind.MISSING_VOUCHER].journal_no == "00003"
    assert found[CaseKind.SURPLUS_VOUCHER].record_id == surplus.id


def test_matching_never_changes_what_was_read(world: World) -> None:
    wrong = world.sheet("wire_transfer", wire(1, amount="1081.50"))
    world.books(line(1))
    refresh(world.archive, DAY)
    with world.archive.catalogue.read() as tx:
        kept = tx.records.get(wrong.id)
        assert (kept.fields["amount"], kept.journal_no) == (wrong.fields["amount"], "00001")
        assert len(tx.records.history(wrong.id)) == len(wrong.fields) + 1


def test_matching_again_raises_nothing_twice(world: World) -> None:
    world.batch(1)
    world.wires(9)
    world.books(line(1))
    refresh(world.archive, DAY)
    before = world.cases(*CaseState)
    refresh(world.archive, DAY)
    assert world.cases(*CaseState) == before


def test_a_case_closes_by_itself_when_the_voucher_comes(world: World) -> None:
    world.batch(2)
    world.wires(1)
    world.books(line(1), line(2))
    assert kinds(world) == ["missing_voucher"]
    world.wires(2)
    assert kinds(world) == []
    assert [case.state for case in world.cases(*CaseState)] == [CaseState.CLOSED]


def test_missing_vouchers_wait_for_the_last_page_of_the_day(world: World) -> None:
    world.batch(2)
    page = world.running()
    world.books(line(1))
    assert kinds(world) == []
    with world.archive.catalogue.write() as tx:
        tx.pages.quarantine(page.id, page.token, "no image")
    assert kinds(world) == ["missing_voucher", "quarantined_page"]


def test_codes_that_need_no_paper_are_a_setting(world: World) -> None:
    with world.archive.catalogue.write() as tx:
        tx.settings.put("paperless_codes", ["7777"])
    world.books(line(1, transaction_code="7777"), line(2, transaction_code="9001"))
    refresh(world.archive, DAY)
    assert [case.journal_no for case in world.cases()] == ["00002"]


def test_a_broken_business_rule_warns_and_does_not_keep_the_day_from_balancing(world: World) -> None:
    world.batch(1)
    record = world.wires(1)[0]
    with world.archive.catalogue.write() as tx:
        stale = {"rule": "cheque_not_stale", "kind": "business", "fields": ["date"], "detail": "12 days"}
        tx.records.set_failures(record.id, [stale])
    world.books(line(1))
    assert kinds(world) == ["rule_failed"]
    assert balance(world.archive, DAY).balanced


def test_an_explained_case_stays_explained_and_counts_in_the_equation(world: World) -> None:
    world.batch(1)
    world.wires(1)
    world.books(line(1), line(2))
    refresh(world.archive, DAY)
    cases.explain(world.archive, world.cases()[0].id, "voucher kept by the court", SUPERVISOR)
    refresh(world.archive, DAY)
    assert (balance(world.archive, DAY).entries_text, world.cases()) == ("2=1+1", [])
    assert world.cases(CaseState.EXPLAINED)[0].actor == "wang"


def test_explaining_one_difference_does_not_excuse_the_next_in_that_field(world: World) -> None:
    record = world.sheet("wire_transfer", wire(1, amount="1081.50"))
    world.books(line(1))
    refresh(world.archive, DAY)
    cases.explain(world.archive, world.cases()[0].id, "corrected by hand on the paper", SUPERVISOR)
    world.key(record, "amount", "1007.50")
    assert kinds(world) == ["field_differs"]


def test_only_a_supervisor_of_the_branch_explains_with_a_reason(world: World) -> None:
    world.books(line(1))
    refresh(world.archive, DAY)
    (case,) = world.cases()
    with pytest.raises(Refused, match="operator may not explain"):
        cases.explain(world.archive, case.id, "x", OPERATOR)
    with pytest.raises(Invalid, match="give a reason"):
        cases.explain(world.archive, case.id, "  ", SUPERVISOR)
    with pytest.raises(NotFound):
        cases.explain(world.archive, case.id, "x", STRANGER)


def test_a_closed_case_cannot_be_explained(world: World) -> None:
    world.books(line(1))
    refresh(world.archive, DAY)
    (case,) = world.cases()
    world.wires(1)
    refresh(world.archive, DAY)
    with pytest.raises(Conflict, match="its cause is gone"):
        cases.explain(world.archive, case.id, "x", SUPERVISOR)


def test_what_a_person_matched_or_unmatched_stays_until_given_back(world: World) -> None:
    record = world.wires(1)[0]
    world.books(line(1), line(2))
    cases.match_by_hand(world.archive, record.id, "00002", SUPERVISOR)
    refresh(world.archive, DAY)
    with world.archive.catalogue.read() as tx:
        assert tx.records.get(record.id).journal_no == "00002"
    cases.unmatch(world.archive, record.id, SUPERVISOR)
    assert kinds(world) == ["missing_voucher", "missing_voucher", "surplus_voucher"]
    cases.rematch(world.archive, record.id, SUPERVISOR)
    assert kinds(world) == ["missing_voucher"]


def test_matching_by_hand_with_a_transaction_that_is_not_there_is_refused(world: World) -> None:
    record = world.wires(1)[0]
    world.books(line(1))
    with pytest.raises(NotFound, match="no transaction 00009"):
        cases.match_by_hand(world.archive, record.id, "00009", SUPERVISOR)


def test_a_repeated_import_changes_nothing(world: World) -> None:
    assert world.books(line(1), line(2)).new == 2
    refresh(world.archive, DAY)
    again = world.books(line(1), line(2))
    assert (again.new, again.changed, again.same) == (0, 0, 2)
    assert refresh_stale(world.archive) == 0


def test_a_corrected_import_changes_its_lines_and_the_day_is_matched_again(world: World) -> None:
    world.sheet("wire_transfer", wire(1))
    world.books(line(1, amount="1081.50"))
    assert kinds(world) == ["field_differs"]
    assert world.books(line(1)).changed == 1
    assert refresh_stale(world.archive) == 1
    assert world.cases() == []


def test_a_bad_row_leaves_nothing_imported(world: World) -> None:
    with pytest.raises(JournalInvalid, match="row 3, column amount"):
        world.books(line(1), line(2, amount="1,2,3"))
    with world.archive.catalogue.read() as tx:
        assert not tx.journal.has(DAY)


def test_a_journal_with_lines_of_another_branch_is_refused_for_who_may_not_see_it(world: World) -> None:
    with pytest.raises(Refused, match="branch 0102"):
        import_file(world.archive, "j.csv", journal(line(1)), actor="zhao", scope=STRANGER.scope)
