"""A demo day: its files can be read, its truth fits the paper, its journal differs only where it says so."""

import csv
import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pypdfium2
import pytest
from PIL import Image

from imaging.model import Page
from ocr.cover import Cover, parse_cover, read_cover
from ocr.synthesis.cover import cover_sheet
from ocr.synthesis.day import Day, make_day
from ocr.synthesis.files import MULTIPLE, SINGLE, encode, suffix
from ocr.synthesis.fonts import FACES, FontMissing, font
from ocr.synthesis.journal import COLUMNS
from ocr.synthesis.layouts.design import PLANS, design

TODAY = date(2026, 3, 8)


def day_of(folder: Path, **wishes: Any) -> Day:
    usual: dict[str, Any] = {
        "seed": 11,
        "vouchers": 8,
        "business_date": TODAY,
        "branch_no": "0101",
        "teller_no": "010107",
    }
    return make_day(folder, **{**usual, "dpi": 100, **wishes})


@dataclass
class Books:
    lines: list[dict[str, str]]
    truth: dict[str, Any]
    said: list[dict[str, Any]]


def books_of(day: Day) -> Books:
    with (day.folder / "journal.csv").open(encoding="utf-8") as rows:
        lines = list(csv.DictReader(rows))
    truth = json.loads((day.folder / "journal_truth.json").read_text("utf-8"))
    said = [json.loads(line) for line in (day.folder / "truth.jsonl").read_text("utf-8").splitlines()]
    return Books(lines, truth, said)


def pages_in(path: Path) -> int:
    if path.suffix == ".pdf":
        with pypdfium2.PdfDocument(path) as document:
            return len(document)
    with Image.open(path) as image:
        image.load()
        return getattr(image, "n_frames", 1)


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    days = [day_of(tmp_path / name, formats="mixed", duplex=True, cover=True) for name in ("one", "two")]
    first, second = ({p.name: p.read_bytes() for p in day.folder.iterdir()} for day in days)
    assert first == second


def test_another_seed_gives_other_vouchers(tmp_path: Path) -> None:
    assert day_of(tmp_path / "one", vouchers=2).truth != day_of(tmp_path / "two", vouchers=2, seed=12).truth


def test_every_page_of_every_format_has_its_line_of_truth(tmp_path: Path) -> None:
    day = day_of(tmp_path, formats="mixed", vouchers=9, duplex=True, cover=True)
    found = {(path.name, number) for path in day.files for number in range(1, pages_in(path) + 1)}
    assert found == {(said.file, said.page) for said in day.truth}
    assert len({path.suffix for path in day.files}) > 2


@pytest.mark.parametrize("kind", sorted({*SINGLE, *MULTIPLE}))
def test_each_kind_of_file_holds_its_pages(tmp_path: Path, kind: str) -> None:
    page = np.full((60, 90, 3), 240, np.uint8)
    page[20:30] = 30
    count = 3 if kind in MULTIPLE else 1
    path = tmp_path / f"file.{suffix(kind)}"
    path.write_bytes(encode([page] * count, kind, 100))
    assert pages_in(path) == count


def test_g4_files_are_bitonal(tmp_path: Path) -> None:
    path = tmp_path / "file.tif"
    path.write_bytes(encode([np.full((60, 90, 3), 240, np.uint8)], "g4.tif", 100))
    with Image.open(path) as image:
        assert (image.mode, image.info["compression"]) == ("1", "group4")


@pytest.mark.parametrize(("formats", "modes"), [("grey", {"L"}), ("bitonal", {"1"})])
def test_a_whole_day_can_be_grey_or_bitonal(tmp_path: Path, formats: str, modes: set[str]) -> None:
    day = day_of(tmp_path, formats=formats, vouchers=2, journal=False)
    assert {Image.open(path).mode for path in day.files} == modes


def test_paper_without_stamps_is_else_alike(tmp_path: Path) -> None:
    stamped, bare = (day_of(tmp_path / str(wish), vouchers=6, stamped=wish, extras=False) for wish in (True, False))
    rest = [{k: v for k, v in s.fields.items() if not k.startswith("stamp_")} for s in stamped.truth]
    assert rest == [{k: v for k, v in s.fields.items() if not k.startswith("stamp_")} for s in bare.truth]
    assert "present" not in {v for s in bare.truth for k, v in s.fields.items() if k.startswith("stamp_")}


def test_an_unknown_kind_of_file_is_refused() -> None:
    with pytest.raises(ValueError, match="gif is not a kind of file"):
        encode([np.zeros((4, 4, 3), np.uint8)], "gif", 100)


def test_truth_holds_the_fields_of_the_catalogue_that_are_printed(tmp_path: Path) -> None:
    day = day_of(tmp_path, vouchers=len(PLANS), types=tuple(PLANS), extras=False)
    for said in day.truth:
        stamps = {name for name in said.fields if name.startswith("stamp_")}
        assert set(said.fields) - stamps <= set(PLANS[said.type].fields)
        assert {said.fields[name] for name in stamps} <= {"present", "absent"}
        assert set(PLANS[said.type].fields) - PLANS[said.type].optional <= set(said.fields)


@pytest.mark.parametrize("geometry", ["a", "b", "never seen before"])
def test_a_geometry_prints_each_required_field_once_inside_the_paper(geometry: str) -> None:
    for name in PLANS:
        form = design(name, geometry)
        fields = [slot.field for slot in form.slots]
        assert len(fields) == len(set(fields))
        assert set(PLANS[name].fields) - PLANS[name].optional <= set(fields)
        assert all(slot.x > 0 and slot.x + slot.w <= form.width + 1 for slot in form.slots), name
        assert all(slot.y > 0 and slot.y + slot.h <= form.height for slot in form.slots), name


def test_two_geometries_of_a_type_differ() -> None:
    assert all(design(name, "a").slots != design(name, "b").slots for name in PLANS)


def test_the_journal_agrees_with_the_vouchers_except_where_it_says_so(tmp_path: Path) -> None:
    books = books_of(
        day_of(tmp_path, vouchers=20, types=["wire_transfer", "cash_deposit", "teller_slip"], extras=False)
    )
    amounts = {(line["journal_no"], line["amount"]) for line in books.lines}
    said = {(page["file"], page["page"]): page["fields"] for page in books.said}
    different = {change["journal_no"] for change in books.truth["different"] if change["field"] == "amount"}
    for page in books.truth["vouchers"]:
        agrees = (page["journal_no"], said[page["file"], page["page"]]["amount"]) in amounts
        assert agrees == (page["journal_no"] not in {*books.truth["missing"], *different})


def test_the_journal_has_missing_extra_and_different_transactions(tmp_path: Path) -> None:
    day = day_of(tmp_path, vouchers=16, discrepancies=0.1)
    books = books_of(day)
    numbers = {line["journal_no"] for line in books.lines}
    papers = {page["journal_no"] for page in books.truth["vouchers"]}
    need_none = {
        line["journal_no"] for line in books.lines if line["transaction_code"] in books.truth["no_paper_codes"]
    }
    assert all(books.truth[kind] for kind in ("missing", "extra", "different"))
    assert papers - numbers == set(books.truth["missing"])
    assert numbers - papers - need_none == set(books.truth["extra"])
    assert tuple(books.lines[0]) == COLUMNS
    assert len(books.lines) == day.journal_lines


def test_a_transaction_with_two_parties_balances(tmp_path: Path) -> None:
    books = books_of(day_of(tmp_path, types=["wire_transfer"], discrepancies=0.0))
    first = [line for line in books.lines if line["journal_no"] == books.lines[0]["journal_no"]]
    assert [line["direction"] for line in first][:2] == ["D", "C"]
    assert first[0]["account"] == first[1]["counter_account"]


def test_vouchers_that_move_no_money_have_no_transaction(tmp_path: Path) -> None:
    books = books_of(day_of(tmp_path, types=["loss_report", "cash_deposit"], discrepancies=0.0, extras=False))
    assert {page["type"] for page in books.truth["no_transaction"]} == {"loss_report"}
    assert {page["type"] for page in books.truth["vouchers"]} == {"cash_deposit"}


def test_duplex_scans_a_back_for_every_front(tmp_path: Path) -> None:
    day = day_of(tmp_path, duplex=True, types=["transfer_cheque", "deposit_slip"])
    types = [said.type for said in day.truth]
    assert all(back in {"blank", "endorsement"} for back in types[1::2])
    assert day.sheets == len(types) // 2


def test_broken_rules_are_named_in_the_truth(tmp_path: Path) -> None:
    books = books_of(day_of(tmp_path, types=["transfer_cheque"], breaks=1.0, extras=False))
    assert {page["breaks"] for page in books.said} <= {"cheque_not_stale", "amount_words_equal_digits"}


def test_the_cover_sheet_is_read_back(tmp_path: Path) -> None:
    day = day_of(tmp_path, cover=True, dpi=200, vouchers=2, wear="hard")
    pixels = cv2.imread(str(day.files[0]))
    assert read_cover(Page(pixels, 200)) == day.cover
    assert day.cover is not None
    assert day.cover.sheets == day.sheets - 1


@pytest.mark.parametrize("quarters", range(4))
@pytest.mark.parametrize("covered", [np.s_[:850, 1_000:], np.s_[850:]])  # the QR code, the bars
def test_either_code_of_a_cover_is_enough_however_it_lies(quarters: int, covered: tuple[slice, ...]) -> None:
    cover = Cover("0101", "010107", TODAY, 42)
    pixels = cover_sheet(cover, "a", 200)[0]
    pixels[covered] = 245
    assert read_cover(Page(np.ascontiguousarray(np.rot90(pixels, quarters)), 200)) == cover


def test_a_page_without_a_code_is_no_cover(tmp_path: Path) -> None:
    day = day_of(tmp_path, vouchers=1)
    assert read_cover(Page(cv2.imread(str(day.files[0])), 100)) is None


def test_both_codes_of_a_cover_are_parsed_and_others_refused() -> None:
    cover = Cover("0101", "010107", TODAY, 42)
    assert parse_cover(cover.payload()) == parse_cover(cover.short_payload()) == cover
    for payload in ("", "hello", "VOUCH1 branch_no=1", "VOUCH1 branch_no=1 teller_no=2 date=x sheets=3"):
        assert parse_cover(payload) is None


def test_progress_is_told_page_by_page(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    day = day_of(tmp_path, on_page=lambda done, total: seen.append((done, total)), formats="mixed")
    assert seen == [(number, len(day.truth)) for number in range(1, len(day.truth) + 1)]


@pytest.mark.parametrize("wish", [{"types": ["cheque"]}, {"wear": "torn"}, {"formats": "gif"}, {"geometries": ()}])
def test_an_unknown_wish_is_refused_by_name(tmp_path: Path, wish: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="choose"):
        day_of(tmp_path, **wish)


def test_a_missing_font_names_its_debian_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(FACES, "none", ("Kein Font", "fonts-kein"))
    with pytest.raises(FontMissing, match="Debian package fonts-kein"):
        font("none", 12)
