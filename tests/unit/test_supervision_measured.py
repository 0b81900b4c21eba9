"""Matching measured on seeded demo days: what was sown in the journal is found, and nothing is matched wrongly."""

import random
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from archive.model import Entry, Record, RecordField, RecordState
from ocr.synthesis.journal import Sown, sow, write
from ocr.synthesis.plan import Options, Planned, Planner, spare_numbers, voucher_types
from supervision.assignment import match_day
from supervision.evidence import transactions_of
from supervision.findings import differences, surplus
from supervision.journal import PAPERLESS_CODES, parse_journal

DATE = date(2026, 3, 8)
LOOKS_LIKE = str.maketrans("1738065492", "7183690842")


def books(folder: Path, planner: Planner, sheets: list[Planned]) -> tuple[list[Entry], Sown]:
    """The journal behind the sheets with about 3% missing, extra and different each."""
    true = list({s.transaction.journal_no: s.transaction for s in sheets if s.transaction}.values())
    values = planner.values("journal")
    free = spare_numbers(values.rng, 20, {found.journal_no for found in true})
    kept, sown = sow(true, values, 0.03, free)
    write(folder / "journal.csv", kept, DATE, "0102", "0417")
    return parse_journal("journal.csv", (folder / "journal.csv").read_bytes()), sown


def misread(value: str, rng: random.Random, rate: float) -> str:
    """A value with digits taken for what they look like, and some lost."""
    kept = (c for c in value if not (c.isdigit() and rng.random() < rate / 3))
    return "".join(c.translate(LOOKS_LIKE) if rng.random() < rate else c for c in kept)


def record(number: int, sheet: Planned, rng: random.Random, rate: float) -> Record:
    """The sheet as read: with errors in a third of its fields, seen as doubtful, and some fields not found."""
    fields: dict[str, RecordField] = {}
    for name, item in sheet.items.items():
        value = misread(item.stored, rng, rate) if rng.random() < 0.35 else item.stored
        if not rate or rng.random() > 0.05:
            fields[name] = RecordField(name, value, value, 1.0, value == item.stored, "ocr:noise")
    return Record(number, number, 1, "0102", "0417", DATE, sheet.type, 1.0, RecordState.DONE, 1, fields)


def day(folder: Path, seed: int, rate: float) -> tuple[list[Entry], Sown, list[Record], Mapping[int, str]]:
    planner = Planner(Options("0102", "0417", DATE, ("a", "b"), voucher_types(None)), seed)
    sheets = list(planner.sheets(100))
    entries, sown = books(folder, planner, sheets)
    rng = random.Random(seed)
    vouchers = {number: sheet for number, sheet in enumerate(sheets) if sheet.form is not None}
    records = [record(number, sheet, rng, rate) for number, sheet in vouchers.items()]
    booked = {entry.journal_no for entry in entries}
    true = {n: s.transaction.journal_no for n, s in vouchers.items() if s.transaction}
    return entries, sown, records, {number: no for number, no in true.items() if no in booked}


@pytest.mark.parametrize("seed", [31, 32, 33])
def test_a_day_that_was_read_rightly_shows_exactly_what_was_sown(tmp_path: Path, seed: int) -> None:
    entries, sown, records, true = day(tmp_path, seed, 0.0)
    matches = {match.record_id: match.journal_no for match in match_day(entries, records)}
    assert matches == true
    transactions = {t.journal_no: t for t in transactions_of(entries)}
    bare = {no for no, t in transactions.items() if no not in matches.values() and t.needs_paper(PAPERLESS_CODES)}
    assert bare == set(sown.extra)
    by_id = {one.id: one for one in records}
    assert {no for id, no in matches.items() if differences(by_id[id], transactions[no])} == {
        change["journal_no"] for change in sown.different
    }
    assert len(surplus(records, matches)) >= len(sown.missing) > 0


@pytest.mark.parametrize("seed", [41, 42, 43])
def test_errors_of_reading_cost_few_matches_and_make_no_false_one(tmp_path: Path, seed: int) -> None:
    entries, _, records, true = day(tmp_path, seed, 0.05)
    matches = {match.record_id: match.journal_no for match in match_day(entries, records)}
    assert {id: no for id, no in matches.items() if true.get(id) != no} == {}
    assert len(matches) >= 0.97 * len(true)
