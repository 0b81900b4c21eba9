"""Sheets: what their outline tells, how one pass straightens them; faint sides, and the kinds of stamps."""

from __future__ import annotations

import random

import cv2
import imaging_pages as drawn
import numpy as np
import pytest

from imaging.model import Page
from imaging.ops import gray
from imaging.recipe import run
from imaging.stages.blank import blank
from imaging.stages.crop import crop
from imaging.stages.deskew import deskew
from imaging.stages.faint import ENOUGH, faint
from imaging.stages.orient import orient
from imaging.stages.outline import Outline, outline
from imaging.stages.stamps import kind_of
from imaging.stages.straighten import straighten
from imaging.views import view
from ocr.synthesis.ink import lay
from ocr.synthesis.misfeeds import MISFEEDS, misfed
from ocr.synthesis.paper import WEARS, blank_back, worn


def misfeed(kind: str, seed: int, bed: int = 25) -> np.ndarray:
    return misfed(drawn.form(seed), kind, bed, 200, random.Random(seed))


def fault(pixels: np.ndarray) -> object:
    return run(drawn.page(pixels)).note("quality")["fault"]


@pytest.mark.parametrize("kind", ["joined", "corner"])
@pytest.mark.parametrize("seed", range(3))
def test_joined_sheets_and_folded_corners_are_named_however_they_lie(kind: str, seed: int) -> None:
    pixels = drawn.noisy(drawn.tilted(misfeed(kind, seed), 3.0 - 2 * seed, 25))
    assert fault(np.rot90(pixels, seed)) == kind


def test_a_sheet_whose_rules_end_at_its_edge_is_folded() -> None:
    assert fault(drawn.on_bed(drawn.form()[:, :700], 1.0)) == "folded"


@pytest.mark.parametrize("kind", MISFEEDS)
def test_a_misfeed_is_named_on_gray_pages_too(kind: str) -> None:
    assert fault(gray(misfeed(kind, 4))) == kind


@pytest.mark.parametrize("level", [5, 60, 110])
@pytest.mark.parametrize("degrees", [0.0, -4.0])
def test_a_whole_sheet_on_its_bed_has_no_fault(level: int, degrees: float) -> None:
    page = drawn.page(drawn.noisy(drawn.on_bed(drawn.form(), degrees, level)))
    found = outline(view(page))
    assert max(found.notch, found.corner) < 2 and found.folds == 0
    assert run(page).note("quality")["fault"] == ""


def test_where_no_bed_shows_the_outline_tells_nothing() -> None:
    assert outline(view(drawn.page(drawn.form()))) == Outline()


def test_a_crease_across_the_sheet_is_no_fold() -> None:
    pixels = drawn.form().copy()
    pixels[:, 700:704] = pixels[:, 700:704] // 2
    assert fault(drawn.on_bed(pixels)) == ""


def test_a_shadow_over_the_sheet_is_no_notch() -> None:
    pixels = drawn.form()
    shade = np.linspace(0.55, 1.0, pixels.shape[1])[None, :, None] ** 1.5
    assert fault(drawn.on_bed((pixels * shade).astype(np.uint8))) == ""


def test_another_misfeed_is_refused() -> None:
    with pytest.raises(ValueError, match="choose one of"):
        misfed(drawn.form(), "torn", 20, 200, random.Random(1))


def test_a_misfed_pile_has_sheets_with_a_fault() -> None:
    page, rng = drawn.form(), random.Random(3)
    faults = [fault(worn(page, "misfed", 200, rng)) for _ in range(8)]
    assert 2 <= sum(each in MISFEEDS for each in faults) < 8
    assert all(wear.misfeeds == 0 for name, wear in WEARS.items() if name != "misfed")


@pytest.mark.parametrize("quarters", range(4))
@pytest.mark.parametrize("bed", [25, 255])
def test_straighten_is_orient_crop_and_deskew_in_one(quarters: int, bed: int) -> None:
    pixels = np.rot90(drawn.on_bed(drawn.form(), 2.3, bed), -quarters)
    one, each = straighten(drawn.page(pixels)), run(drawn.page(pixels), (orient, crop, deskew))
    assert one.note("orient")["quarters"] == each.note("orient")["quarters"] == quarters % 2
    assert one.note("deskew")["angle"] == pytest.approx(each.note("deskew")["angle"], abs=0.08)
    assert np.abs(np.subtract(one.pixels.shape, each.pixels.shape)).max() <= 4


def test_a_level_page_that_needs_nothing_is_passed_on_as_it_is() -> None:
    page = drawn.page(drawn.form())
    assert straighten(page).pixels is page.pixels


def test_a_page_is_seen_once_until_its_pixels_change() -> None:
    page = drawn.page(drawn.form())
    assert view(page.noted("looked")) is view(page)
    changed = page.noted("changed", page.pixels.copy())
    assert view(changed) is not view(page)
    assert view(changed).source is changed.pixels


def test_faint_sharp_strokes_leave_a_side_in_doubt() -> None:
    side, cover = np.full((1165, 1654, 3), 246, np.uint8), np.zeros((60, 420), np.uint8)
    cv2.putText(cover, "6222 0210 01", (8, 42), cv2.FONT_HERSHEY_SIMPLEX, 0.9, 255, 2, cv2.LINE_AA)
    lay(side, cover, (600, 500), (198, 198, 198), 1.0)
    assert (blank(drawn.page(side)).note("blank")["blank"], blank(drawn.page(side)).note("blank")["doubt"]) == (
        False,
        "faint",
    )


def pencilled(side: np.ndarray, at: tuple[int, int], depth: float = 0.16) -> np.ndarray:
    """The side with a short word in pale pencil, `depth` of the paper's level darker."""
    cover = np.zeros(side.shape[:2], np.uint8)
    cv2.putText(cover, "ok 88", at, cv2.FONT_HERSHEY_SCRIPT_SIMPLEX, 0.9, 255, 2, cv2.LINE_AA)
    return (side * (1 - depth * cover[:, :, None] / 255.0)).astype(np.uint8)


def worn_back(shows: float) -> np.ndarray:
    """A noisy back with show-through, a crease, a hole and dust."""
    soft = cv2.GaussianBlur(drawn.form()[:, ::-1], (0, 0), 2.0).astype(float)
    side = (245 - (245 - soft) * shows).clip(0, 255).astype(np.uint8)
    side[:, 900:905] = (side[:, 900:905] * 0.75).astype(np.uint8)
    cv2.circle(side, (60, 400), 22, (30, 30, 30), -1)
    for x, y in np.random.default_rng(2).integers(50, 1100, (25, 2)):
        side[y : y + 3, x : x + 4] = 60
    return drawn.noisy(side, 3)


@pytest.mark.parametrize("at", [(600, 500), (95, 410), (880, 600), (1450, 1090)])
def test_a_pale_word_beside_a_hole_a_crease_or_the_edge_is_not_blank(at: tuple[int, int]) -> None:
    assert blank(drawn.page(worn_back(0.05))).note("blank")["blank"]
    assert not blank(drawn.page(pencilled(worn_back(0.05), at))).note("blank")["blank"]


def test_a_pale_word_on_a_gray_page_is_not_blank() -> None:
    assert not blank(drawn.page(gray(pencilled(worn_back(0.0), (500, 300))))).note("blank")["blank"]


def test_what_a_hard_threshold_leaves_of_pale_print_is_not_blank() -> None:
    side = np.full((1165, 1654), 255, np.uint8)
    for x, y in np.random.default_rng(3).integers(100, 1100, (20, 2)):
        side[y : y + 2, x : x + 2] = 0
    assert blank(drawn.page(side)).note("blank")["blank"]
    side[600:630:12, 500:560:12] = 0
    assert not blank(drawn.page(side)).note("blank")["blank"]


@pytest.mark.parametrize(
    "left", [((300, 300), (312, 306)), ((150, 166), (161, 174), (174, 178))], ids=["two alone", "three among dust"]
)
def test_few_specks_that_lie_as_those_of_a_word_do_are_not_blank(left: tuple[tuple[int, int], ...]) -> None:
    side = np.full((649, 1780), 255, np.uint8)
    dust = np.random.default_rng(5).integers((200, 100), (1700, 600), (12 * (len(left) > 2), 2))
    for x, y in dust:
        side[y : y + 4, x : x + 4] = 0
    assert blank(drawn.page(side)).note("blank")["blank"]
    for x, y in left:
        side[y : y + 5, x : x + 3] = 0
    assert not blank(drawn.page(side)).note("blank")["blank"]


def test_one_stroke_longer_than_dust_on_paper_without_grain_is_not_blank() -> None:
    side = np.full((1165, 1654), 255, np.uint8)
    side[500:508, 700:706] = 0
    assert blank(drawn.page(side)).note("blank")["blank"]
    side[500:517, 703:706] = 0
    assert not blank(drawn.page(side)).note("blank")["blank"]


def test_the_end_of_a_pale_word_that_a_hole_took_is_not_blank() -> None:
    side, cover = np.full((1165, 1654, 3), 235, np.uint8), np.zeros((60, 160), np.uint8)
    cv2.circle(side, (100, 500), 22, (20, 20, 20), -1, cv2.LINE_AA)
    assert blank(drawn.page(side)).note("blank")["blank"]
    cv2.putText(cover, "45", (8, 30), cv2.FONT_HERSHEY_SIMPLEX, 0.5, 255, 1, cv2.LINE_AA)
    lay(side, cover, (108, 478), (195, 195, 195), 1.0)
    cv2.circle(side, (100, 500), 22, (20, 20, 20), -1, cv2.LINE_AA)
    assert not blank(drawn.page(side)).note("blank")["blank"]


def test_small_sharp_pieces_in_a_line_on_paper_with_grain_are_not_blank() -> None:
    side = np.full((1165, 1654), 213, np.uint8)
    assert blank(drawn.page(drawn.noisy(side, 6))).note("blank")["blank"]
    for x in range(620, 760, 11):
        side[500 + x % 7 : 505 + x % 7, x : x + 2] = 173
    assert not blank(drawn.page(drawn.noisy(side, 6))).note("blank")["blank"]


def test_dust_and_creases_across_each_other_leave_a_back_blank() -> None:
    back = worn_back(0.0)
    back[700:704] = (back[700:704] * 0.7).astype(np.uint8)
    assert faint(view(drawn.page(back))) < ENOUGH


def test_a_printed_side_gone_pale_is_not_blank() -> None:
    pale = (205 + (drawn.form().astype(int) - 205) * 0.08).clip(0, 255).astype(np.uint8)
    note = run(drawn.page(pale))
    assert not note.note("blank")["blank"]
    assert note.note("quality")["fault"] == "low_contrast"


def test_what_shows_through_leaves_no_doubt() -> None:
    back = drawn.noisy(blank_back(drawn.form(), random.Random(4)), 3)
    assert blank(drawn.page(back)).note("blank")["blank"]


@pytest.mark.parametrize("kind", ["round", "oval", "square", "rectangular"])
@pytest.mark.parametrize("degrees", [0, 25])
def test_the_kind_of_a_stamp_is_that_of_its_outline(kind: str, degrees: int) -> None:
    across, down = (150, 150) if kind in ("round", "square") else (180, 110)
    if kind in ("round", "oval"):
        outline_ = cv2.ellipse2Poly((200, 200), (across // 2, down // 2), degrees, 0, 360, 4)
    else:
        outline_ = cv2.boxPoints(((200.0, 200.0), (across, down), degrees))
    hull = np.asarray(cv2.convexHull(outline_.astype(np.int32)), dtype=np.int32)
    assert kind_of(hull) == kind


def test_a_side_smaller_than_any_sheet_has_no_outline() -> None:
    assert outline(view(Page(np.zeros((40, 30), np.uint8), 200.0))) == Outline()
