"""The parts of the engine `rapid`: regions in a map, lines laid side by side, and reading the right way up."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from imaging.model import Box, Page
from imaging.stages.orient import turned
from ocr.engines import networks, surgery
from ocr.engines.detector import Region, framed, regions_of
from ocr.engines.rapid import RapidEngine
from ocr.engines.recogniser import GAP, QUICK, WIDTHS, Recogniser, halves, strip_at, strip_of, trays
from ocr.model import Line, Reading
from ocr.read import read_upright, upright_text

TEXTS = ("Payment order 2026-03-08", "Account 6225880137654321", "Amount 1,234.50 CNY", "Purpose goods", "Branch 0101")


@pytest.fixture(scope="module")
def rapid() -> RapidEngine:
    return RapidEngine()


def form() -> Page:
    pixels = np.full((520, 900, 3), 255, np.uint8)
    for number, text in enumerate(TEXTS):
        cv2.putText(pixels, text, (60, 80 + 80 * number), cv2.FONT_HERSHEY_SIMPLEX, 1.0, (20, 20, 40), 2, cv2.LINE_AA)
    return Page(pixels, 200.0)


def test_a_region_is_the_core_in_the_map_grown_and_scaled() -> None:
    chart = np.zeros((96, 160), np.float32)
    chart[40:51, 20:121] = 0.9
    (region,) = regions_of(chart, 2.0, 2.0)
    assert (region.x, region.y) == pytest.approx((141, 91), abs=2)
    assert region.w > 220 and 40 < region.h < 70
    assert region.score > 0.8


def test_a_faint_spot_is_no_region() -> None:
    chart = np.zeros((96, 160), np.float32)
    chart[40:51, 20:121] = 0.4
    assert regions_of(chart, 1.0, 1.0) == []


def test_a_detector_parted_into_planes_draws_the_map_that_it_drew_whole() -> None:
    network = networks.TINY_DETECTOR
    file, inputs = networks.model_file(network, None), {"x": network.tensor(framed(form().pixels))}
    whole = networks.compiled(lambda: networks.read_model(network), file, "whole")(inputs)[0, 0].copy()
    model = networks.read_model(network)
    surgery.part(model)
    drawn = surgery.joined(networks.compiled(lambda: model, file, "parted")(inputs))
    assert drawn.shape == whole.shape
    assert np.abs(drawn - whole).max() < 0.1  # where the processor computes with 16-bit floats


def test_a_box_never_leaves_its_page() -> None:
    assert Region(5, 5, 40, 20, 0, 1).box(100, 100) == Box(0, 0, 25, 15)


def test_a_tall_region_holds_vertical_text() -> None:
    assert Region(0, 0, 40, 120, 0, 1).tall and not Region(0, 0, 120, 40, 0, 1).tall


def test_every_strip_lies_in_one_tray_and_none_overlap() -> None:
    widths = [600, 40, 48, 640, 333, 500, 8, 64, 370, 100]
    found = trays(widths)
    assert sorted(number for tray in found for number, _ in tray.places) == list(range(len(widths)))
    for tray in found:
        ends = [start + widths[number] for number, start in tray.places]
        assert all(start >= end + GAP for end, (_, start) in zip(ends, tray.places[1:], strict=False))
        assert tray.end <= WIDTHS[-1]


def test_trays_have_the_length_that_leaves_least_over() -> None:
    assert sorted(tray.width for tray in trays([370, 370, 370])) == [384, 384, 384]
    assert [tray.width for tray in trays([200, 200])] == [640]


@pytest.mark.parametrize("width", [641, 900, 1270])
def test_a_strip_too_wide_for_a_tray_is_parted_where_nothing_is_printed(width: int) -> None:
    strip = np.full((48, width, 3), 255, np.uint8)
    strip[10:40, 20::9] = 0
    gap = width // 2 - 10
    strip[:, gap : gap + 30] = 255
    left, right = halves(strip)
    assert max(left.shape[1], right.shape[1]) <= WIDTHS[-1]
    assert np.array_equal(np.hstack([left, right]), strip)
    assert gap <= left.shape[1] <= gap + 30


def test_a_strip_of_three_trays_is_parted_until_each_part_fits() -> None:
    parts = halves(np.full((48, 1920, 3), 255, np.uint8))
    assert (sum(part.shape[1] for part in parts), max(part.shape[1] for part in parts) <= WIDTHS[-1]) == (1920, True)


def test_a_long_line_is_read_whole(rapid: RapidEngine) -> None:
    text = "0123456789 " * 5
    pixels = np.full((48, 1100, 3), 255, np.uint8)
    cv2.putText(pixels, text, (10, 34), cv2.FONT_HERSHEY_SIMPLEX, 1.0, (20, 20, 20), 2, cv2.LINE_AA)
    (line,) = rapid.read_lines([pixels])
    assert line.text.replace(" ", "") == "0123456789" * 5
    assert list(line.centers) == sorted(line.centers) and len(line.centers) == len(line.text)


def test_a_crop_becomes_a_strip_of_its_shape() -> None:
    strip = strip_of(np.zeros((72, 300, 3), np.uint8), QUICK)
    assert strip.shape == (QUICK.rows, round(300 * QUICK.height / 72), 3)


def test_a_turned_strip_begins_with_the_top_of_its_region() -> None:
    pixels = np.zeros((200, 100, 3), np.uint8)
    pixels[:100] = 255
    strip = strip_at(pixels, Region(50, 100, 40, 160, 0, 1), QUICK, upright=False)
    assert strip[:, : strip.shape[1] // 2 - 3].min() == 255 and strip[:, strip.shape[1] // 2 + 3 :].max() == 0


def test_a_line_reads_alike_alone_and_beside_others(rapid: RapidEngine) -> None:
    pixels = form().pixels
    crops = [pixels[40 + 80 * number : 100 + 80 * number, 50:620] for number in range(len(TEXTS))]
    together = [line.text for line in rapid.read_lines(list(crops))]
    assert together == [rapid.read_lines([crop])[0].text for crop in crops]


@pytest.mark.parametrize("quarters", range(4))
def test_a_page_is_read_the_right_way_up(rapid: RapidEngine, quarters: int) -> None:
    page, reading = read_upright(turned(form(), quarters), rapid)
    assert np.array_equal(page.pixels, form().pixels)
    assert "6225880137654321" in reading.text


def test_an_upright_page_is_read_once() -> None:
    engine = Counting()
    read_upright(form(), engine)
    assert engine.pages == 1


def test_a_page_without_text_is_left_as_it_is(rapid: RapidEngine) -> None:
    white = Page(np.full((300, 400, 3), 255, np.uint8), 200.0)
    page, reading = read_upright(white, rapid)
    assert page is white and reading.lines == ()


def test_only_sure_characters_of_lines_across_the_page_count() -> None:
    across, down = Box(0, 0, 90, 30), Box(0, 0, 30, 90)
    lines = (Line("ab", 1, across, (), (0.99, 0.2)), Line("abc", 1, down, (), (1, 1, 1)), Line("abcd", 0.95, across))
    assert upright_text(Reading(lines, "x", 100, 100)) == 5


class Counting:
    """An engine that finds one sure line on every page, and counts the pages."""

    name = "counting"

    def __init__(self) -> None:
        self.pages = 0

    def read(self, page: Page, quick: bool = False) -> Reading:
        self.pages += 1
        return Reading((Line("sure", 1.0, Box(0, 0, 90, 30)),), self.name, page.width, page.height)

    def read_lines(self, crops: list[np.ndarray], kinds: object = None, quick: bool = False) -> list[Line]:
        return [Line("sure", 1.0) for _ in crops]


def test_a_recogniser_is_made_ready_for_the_trays_that_it_lays() -> None:
    quick = Recogniser(QUICK)
    quick.make_ready()
    assert set(quick._runs) == set(QUICK.widths)
