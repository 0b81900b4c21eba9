"""The equation as it is drawn: where it breaks, what may still close, what is named."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from api.pages import equation
from archive.model import TellerDay
from supervision.balance import Balance

DAY = TellerDay("0102", "0417", date(2026, 3, 8))
EVEN = Balance(
    DAY, 1, declared=126, captured=126, archived=126, accounted=126, transactions=131, with_paper=128, explained=3
)


def signs(found: equation.Equation | None) -> str:
    assert found is not None
    return "".join(f"{t.sign}{'—' if t.value is None else t.value}" for t in found.terms)


def test_an_even_day_holds() -> None:
    assert (signs(equation.sheets(EVEN)), equation.sheets(EVEN).holds) == ("126=126=126=126", True)
    assert signs(equation.transactions(EVEN)) == "131=128+3"


def test_doubtful_sheets_break_the_last_sign_for_good() -> None:
    found = equation.sheets(replace(EVEN, accounted=124, doubtful=2, missing={"unkeyed_fields": 2}))
    assert (signs(found), found.terms[3].closing) == ("126=126=126≠124", False)
    assert [(s.word, s.count) for s in found.shortfalls] == [("gap.doubtful", 2)]


def test_queued_work_may_close_what_it_breaks() -> None:
    found = equation.sheets(replace(EVEN, archived=99, accounted=99, reading=27, missing={"reading": 27}))
    assert (signs(found), found.terms[2].closing) == ("126=126≠99=99", True)
    assert [(s.word, s.closing) for s in found.shortfalls] == [("gap.working", True)]


def test_a_missing_sheet_is_not_closed_by_queued_work() -> None:
    found = equation.sheets(replace(EVEN, captured=124, archived=124, accounted=124, reading=1))
    assert (found.terms[1].broken, found.terms[1].closing) == (True, False)


def test_a_day_without_declaration_is_broken_at_its_first_sign() -> None:
    found = equation.sheets(replace(EVEN, declared=None, missing={"missing_declaration": 1}))
    assert (signs(found), found.shortfalls[0].word) == ("—≠126=126=126", "gap.undeclared")


def test_an_excused_difference_is_shown_and_does_not_break() -> None:
    found = equation.sheets(
        replace(EVEN, captured=124, archived=124, accounted=124, excused=frozenset({"missing_sheet"}))
    )
    assert (found.holds, found.terms[1].excused) == (True, 2)


def test_without_a_journal_there_is_no_second_equation() -> None:
    assert equation.transactions(replace(EVEN, transactions=0)) is None


def test_transactions_without_paper_are_counted_and_the_exempt_stand_apart() -> None:
    found = equation.transactions(replace(EVEN, transactions=140, exempt=5))
    assert found is not None
    assert (signs(found), [(s.word, s.count) for s in found.shortfalls]) == ("140≠128+3+5", [("gap.unmatched", 4)])
