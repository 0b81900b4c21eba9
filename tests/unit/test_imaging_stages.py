"""Stages: what each does to drawn pages, and the laws that all keep."""

from __future__ import annotations

import random

import imaging_pages as drawn
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from imaging.model import Box, Page, Stage
from imaging.recipe import READING, RECIPE, geometry, reading_stream, run
from imaging.stages.background import background
from imaging.stages.blank import blank, is_blank
from imaging.stages.crop import crop
from imaging.stages.deskew import deskew, skew
from imaging.stages.orient import orient, turned
from imaging.stages.quality import GATES, quality
from imaging.stages.stamps import BLUE, RED, split_stamps
from imaging.views import view
from ocr.synthesis.misfeeds import MISFEEDS, misfed

STAGES: tuple[Stage, ...] = (*RECIPE, *READING, lambda page: split_stamps(page).text_stream)
COLOURS = {"red": (40, 40, 150), "green": (60, 110, 30), "brown": (40, 70, 110), "blue": (150, 70, 40)}


def bitonal(pixels: np.ndarray) -> np.ndarray:
    return np.where(pixels.min(2) > 150, 255, 0).astype(np.uint8)


@settings(max_examples=25, deadline=None)
@given(
    arrays.arrays(np.uint8, st.sampled_from([(1, 1), (7, 300), (120, 90), (64, 64, 3), (200, 31, 3), (3, 2, 3)])),
    st.sampled_from([72.0, 200.0, 600.0]),
)
def test_no_stage_changes_its_input_or_fails_on_any_pixels(pixels: np.ndarray, dpi: float) -> None:
    before = pixels.copy()
    for stage in STAGES:
        after = stage(Page(pixels, dpi))
        assert np.array_equal(pixels, before)
        assert after.notes
        assert not after.pixels.flags.writeable
        assert after.pixels.ndim == pixels.ndim


@settings(max_examples=8, deadline=None)
@given(st.floats(-5.8, 5.8), st.integers(0, 50), st.sampled_from(sorted(COLOURS)), st.booleans())
def test_deskew_undoes_a_rotation(degrees: float, seed: int, colour: str, black_white: bool) -> None:
    pixels = drawn.noisy(drawn.tilted(drawn.form(seed, COLOURS[colour]), degrees))
    found, _ = skew(view(drawn.page(bitonal(pixels) if black_white else pixels)))
    assert abs(found + degrees) <= 0.1


def test_deskew_leaves_level_lines_and_loses_no_corner() -> None:
    page = deskew(drawn.page(drawn.tilted(drawn.form(), 3.0)))
    assert abs(skew(view(page))[0]) <= 0.1
    original = drawn.page(drawn.tilted(drawn.form(), 3.0))
    assert page.width >= original.width
    assert page.height >= original.height
    assert page.pixels[0, 0].min() == 255


def test_deskew_leaves_a_blank_side_alone() -> None:
    white = drawn.page(drawn.noisy(np.full((800, 1000, 3), 240, np.uint8)))
    assert deskew(white).note("deskew")["angle"] == 0.0


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize("quarters", [0, 1, 2, 3])
def test_orient_brings_the_text_across(colour: str, quarters: int) -> None:
    upright = drawn.stamped(drawn.tilted(drawn.form(1, COLOURS[colour]), 3.5))
    page = orient(drawn.page(np.rot90(upright, quarters)))
    assert page.note("orient")["quarters"] == quarters % 2
    assert page.width > page.height


def test_turned_goes_clockwise_and_four_turns_are_none() -> None:
    page = drawn.page(drawn.form())
    once = turned(page, 1)
    assert np.array_equal(once.pixels, np.rot90(page.pixels, -1))
    assert np.array_equal(turned(once, 3).pixels, page.pixels)
    assert once.note("turned")["quarters"] == 1


@pytest.mark.parametrize("level", [5, 60, 120])
@pytest.mark.parametrize("degrees", [0.0, 3.0])
def test_crop_finds_the_sheet_on_a_dark_bed(level: int, degrees: float) -> None:
    sheet = drawn.tilted(drawn.form(), degrees, level)
    page = crop(drawn.page(drawn.noisy(drawn.on_bed(drawn.form(), degrees, level))))
    assert abs(page.width - sheet.shape[1]) <= 12
    assert abs(page.height - sheet.shape[0]) <= 12
    assert page.note("crop")["found"] == "dark"
    edge = np.concatenate([page.pixels[2], page.pixels[-3], page.pixels[:, 2], page.pixels[:, -3]])
    assert np.mean(edge.min(1) > 170) > 0.97


def test_crop_keeps_a_sheet_that_fills_the_frame() -> None:
    page = crop(drawn.page(drawn.form()))
    assert np.array_equal(page.pixels, drawn.form())
    assert page.note("crop")["found"] == "no"


def test_crop_cuts_wide_white_margins_but_no_print() -> None:
    bed = np.full((2339, 3300, 3), 252, np.uint8)
    bed[100:1265, 120:1774] = drawn.form()
    page = crop(drawn.page(bed))
    assert page.note("crop")["found"] == "white"
    assert page.width < 2300
    assert np.count_nonzero(page.pixels.min(2) < 128) == np.count_nonzero(bed.min(2) < 128)


@pytest.mark.parametrize("power", [1.0, 2.0, 3.5])
@pytest.mark.parametrize("quarters", [0, 1, 2, 3])
def test_crop_cuts_nothing_off_a_side_in_a_strong_shadow(power: float, quarters: int) -> None:
    form = drawn.form()
    shaded = form * (1 - 0.35 * np.linspace(1, 0, form.shape[1])[None, :, None] ** power)
    # The bed around the sheet is as dark as its darkest side: there it has no edge.
    bed = drawn.on_bed(shaded.astype(np.uint8), 1.0, int(shaded[2, 2].min()), 4)
    pixels = drawn.noisy(np.rot90(bed, quarters))
    assert np.array_equal(crop(drawn.page(pixels)).pixels, pixels)


@pytest.mark.parametrize("level", [5, 60, 90])
def test_crop_takes_a_shadowed_sheet_whole_off_a_dark_bed(level: int) -> None:
    form = drawn.form()
    shade = 1 - 0.35 * np.linspace(1, 0, form.shape[1])[None, :, None] ** 2
    page = crop(drawn.page(drawn.noisy(drawn.on_bed((form * shade).astype(np.uint8), 2.0, level))))
    sheet = drawn.tilted(form, 2.0)
    assert page.note("crop")["found"] == "dark"
    assert abs(page.width - sheet.shape[1]) <= 12
    assert abs(page.height - sheet.shape[0]) <= 12


def test_crop_keeps_a_second_slip_beside_the_sheet() -> None:
    bed = np.full((1300, 2700, 3), 20, np.uint8)
    bed[60:1225, 60:1714] = drawn.form()
    bed[60:900, 1850:2600] = drawn.form()[160:1000, 90:840]
    page = crop(drawn.page(drawn.noisy(bed)))
    assert page.width == 2700


def test_crop_keeps_a_dark_page() -> None:
    photo = drawn.noisy(np.full((800, 600, 3), 60, np.uint8), 25)
    assert crop(drawn.page(photo)).pixels.shape == photo.shape


def test_background_flattens_a_shadow_and_keeps_colours() -> None:
    pixels = drawn.stamped(drawn.form())
    shade = 1 - 0.5 * np.linspace(0, 1, pixels.shape[1])[None, :, None]
    page = background(drawn.page((pixels * shade).astype(np.uint8)))
    paper = page.pixels[20:40].mean(axis=(0, 2))
    assert paper.min() > 225
    assert paper.max() - paper.min() < 25
    blue, green, red = page.pixels[604, 1197].astype(int)
    assert red - max(blue, green) > 90


def test_background_leaves_black_and_white_alone() -> None:
    page = drawn.page(bitonal(drawn.form()))
    assert background(page).pixels is page.pixels


@pytest.mark.parametrize("jpeg_quality", [55, 90])
def test_an_ordinary_scan_has_no_fault(jpeg_quality: int) -> None:
    from imaging.decode import decode

    data = drawn.encoded(drawn.noisy(drawn.form(), 6), "JPEG", quality=jpeg_quality, dpi=(200, 200))
    assert run(decode(drawn.scan(data))).note("quality")["fault"] == ""


def faulty(name: str) -> Page:
    import cv2

    pixels = drawn.form()
    if name == "blurred":
        pixels = cv2.GaussianBlur(pixels, (0, 0), 3.2)
    elif name == "low_contrast":
        pixels = (200 + (pixels.astype(int) - 200) * 0.15).astype(np.uint8)
    elif name == "dark":
        pixels = (pixels * 0.3).astype(np.uint8)
    elif name == "low_resolution":
        return Page(pixels, 75.0).noted("decode", dpi_guessed=False)
    elif name == "cut_off":
        pixels = drawn.form()[:, 330:]
        pixels = np.concatenate([pixels[150:450]] * 4)
    elif name in MISFEEDS:
        pixels = misfed(pixels, name, 20, 200, random.Random(4))
    return Page(pixels, 200.0)


@pytest.mark.parametrize("fault", GATES)
def test_a_fault_is_named_with_its_figure_and_gate(fault: str) -> None:
    note = run(faulty(fault), (crop, quality)).note("quality")
    assert (note["fault"], note["gate"]) == (fault, GATES[fault])
    past = note["measured"] > note["gate"] if fault in ("cut_off", *MISFEEDS) else note["measured"] < note["gate"]
    assert past


@pytest.mark.parametrize(("colour", "ink"), [(RED, drawn.RED), (BLUE, drawn.BLUE)])
def test_a_stamp_is_split_from_the_text(colour: str, ink: tuple[int, int, int]) -> None:
    clean, pressed = drawn.form(0, COLOURS["brown"]), drawn.stamped(drawn.form(0, COLOURS["brown"]), ink)
    page = drawn.page(pressed)
    split = split_stamps(page)
    assert [box.colour for box in split.boxes] == [colour]
    box = split.boxes[0].box
    assert abs(box.x - 1043) <= 8 and abs(box.y - 603) <= 8 and abs(box.w - 315) <= 14 and abs(box.h - 315) <= 14
    assert np.array_equal(page.pixels, pressed)
    inside = np.s_[box.y : box.bottom, box.x : box.right]
    assert np.mean(split.text_stream.pixels[inside].min(2) < 150) <= np.mean(clean[inside].min(2) < 150) + 0.003
    assert split.layer[box.y : box.bottom, box.x : box.right].any()
    assert not split.layer[: box.y - 20].any()


def test_black_print_under_a_stamp_stays() -> None:
    pixels = drawn.stamped(drawn.form(), at=(1300, 560))
    split = split_stamps(drawn.page(pixels))
    assert len(split.boxes) == 1
    digits = np.s_[462:510, 1140:1440]
    black = drawn.form()[digits].max(2) < 90
    assert np.mean(split.text_stream.pixels[digits].max(2)[black] < 120) > 0.95


@pytest.mark.parametrize("colour", COLOURS)
def test_coloured_rules_and_labels_are_no_stamps(colour: str) -> None:
    pixels = drawn.noisy(drawn.form(3, COLOURS[colour]))
    split = split_stamps(drawn.page(pixels))
    assert split.boxes == ()
    assert np.array_equal(split.text_stream.pixels, pixels)


@pytest.mark.parametrize("ink", [(110, 110, 110), (40, 90, 150), (130, 40, 30)])
def test_print_of_another_shade_under_a_red_stamp_stays_dark(ink: tuple[int, int, int]) -> None:
    pixels = np.full((1165, 1654, 3), 250, np.uint8)
    pixels[740:780:8, 1060:1340] = ink
    printed = pixels.max(axis=2) < 240
    stream = split_stamps(drawn.page(drawn.stamped(pixels))).text_stream.pixels
    assert np.mean(stream.min(axis=2)[printed] < 140) > 0.95


def test_a_gray_page_has_no_stamps() -> None:
    assert split_stamps(drawn.page(drawn.stamped(drawn.form())[:, :, 1])).boxes == ()


def test_a_stamp_on_a_red_form_is_found() -> None:
    page = drawn.page(drawn.noisy(drawn.stamped(drawn.form(2, COLOURS["red"]))))
    assert [box.colour for box in reading_stream(page).boxes] == [RED]


def blank_side(shows: float = 0.09) -> np.ndarray:
    """White with show-through, a fold, two punched holes, specks and a dark border."""
    import cv2

    # Paper blurs what shows through it; sharper or darker than this it could be pencil, and the side stays in doubt.
    show = cv2.GaussianBlur(drawn.form()[:, ::-1], (0, 0), 2.2).astype(int)
    side = (245 - (245 - show) * shows).clip(0, 255).astype(np.uint8)
    side[:, 1300:1306] = (side[:, 1300:1306] * 0.75).astype(np.uint8)
    for y in (400, 760):
        cv2.circle(side, (60, y), 22, (30, 30, 30), -1)
    for x, y in np.random.default_rng(1).integers(50, 1100, (40, 2)):
        side[y : y + 2, x : x + 3] = 40
    return drawn.noisy(side)


def test_a_blank_back_is_blank() -> None:
    for side in (blank_side(), bitonal(blank_side())):
        assert is_blank(drawn.page(side))
    assert is_blank(run(drawn.page(drawn.on_bed(blank_side(0.05), 1.0)), (crop, deskew)))


def test_a_side_that_was_cut_to_its_dark_ink_is_in_doubt() -> None:
    note = blank(crop(drawn.page(blank_side()))).note("blank")
    assert (note["blank"], note["doubt"]) == (False, "cut")


def test_a_crop_to_dark_ink_keeps_faint_writing_beside_it() -> None:
    import cv2

    assert crop(drawn.page(blank_side(0.0))).width < 1600
    side = blank_side(0.0)
    cv2.putText(side, "ok 88", (1450, 600), cv2.FONT_HERSHEY_SCRIPT_SIMPLEX, 0.9, (205, 205, 205), 2, cv2.LINE_AA)
    kept = crop(drawn.page(side))
    assert kept.width == 1654
    assert not is_blank(kept)


@pytest.mark.parametrize(
    ("shape", "level", "dpi_guessed", "fault"),
    [
        ((1100, 1600, 3), 0, True, "dark"),
        ((1100, 1600), 30, False, "dark"),
        ((1, 1, 3), 255, True, "low_resolution"),
        ((1, 1), 255, False, "low_resolution"),
        ((20_000, 3), 255, True, "low_resolution"),
        ((150, 1600), 250, False, "low_resolution"),
    ],
)
def test_a_black_or_tiny_side_is_a_fault_and_not_blank(
    shape: tuple[int, ...], level: int, dpi_guessed: bool, fault: str
) -> None:
    page = run(Page(np.full(shape, level, np.uint8), 200.0).noted("decode", dpi_guessed=dpi_guessed))
    assert page.note("blank")["blank"] is False
    note = page.note("quality")
    assert note["fault"] == fault
    assert note["measured"] < note["gate"]


def test_a_side_that_is_mostly_black_is_dark_and_not_blank() -> None:
    pixels = np.full((1100, 1600), 255, np.uint8)
    pixels[:, :1000] = 5
    page = run(drawn.page(pixels), (blank, quality))
    assert page.note("blank")["blank"] is False
    assert page.note("quality")["fault"] == "dark"


def test_one_line_of_handwriting_is_not_blank() -> None:
    page = blank(drawn.page(drawn.noisy(drawn.handwritten())))
    assert page.note("blank")["blank"] is False
    assert page.note("blank")["ink"] > 5
    assert not is_blank(drawn.page(drawn.form()))


@settings(max_examples=6, deadline=None)
@given(st.floats(-4, 4), st.integers(0, 3), st.integers(0, 3), st.integers(0, 1300), st.integers(0, 900))
def test_geometry_goes_both_ways(degrees: float, quarters: int, again: int, x: int, y: int) -> None:
    page = run(drawn.page(np.rot90(drawn.on_bed(drawn.form(), degrees), quarters)))
    there = geometry(turned(page, again))
    assert there.to_original(there.from_original((x, y))) == pytest.approx((x, y))
    assert there.quarters == (int(page.note("orient")["quarters"]) + again) % 4


def test_geometry_finds_the_same_spot_in_both_pages() -> None:
    pixels = drawn.on_bed(drawn.form(), 2.5)
    pixels[700:712, 900:912] = (255, 0, 255)
    original = drawn.page(np.rot90(pixels))
    page = turned(run(original), 2)
    rows, columns = np.nonzero(
        (page.pixels[:, :, 0] > 200) & (page.pixels[:, :, 1] < 60) & (page.pixels[:, :, 2] > 200)
    )
    spots, places = np.nonzero((original.pixels[:, :, 1] == 0) & (original.pixels[:, :, 2] == 255))
    x, y = geometry(page).to_original((columns.mean(), rows.mean()))
    assert (x, y) == pytest.approx((places.mean(), spots.mean()), abs=0.6)


def test_a_quarter_turn_maps_boxes_exactly() -> None:
    page = turned(Page(np.zeros((100, 200), np.uint8), 200.0), 1)
    box = geometry(page).box_from_original(Box(10, 20, 30, 40))
    assert box == Box(100 - 20 - 40, 10, 40, 30)
    assert geometry(page).box_to_original(box) == Box(10, 20, 30, 40)


def test_the_recipe_notes_every_stage() -> None:
    page = run(drawn.page(drawn.stamped(drawn.form())))
    assert [note.stage for note in page.notes] == ["orient", "crop", "deskew", "blank", "quality"]
