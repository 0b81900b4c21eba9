"""Stamps are found by their outlines on any paper, garbled labels by what is lacking, clipped values by their edges."""

from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
import pytest

from imaging.model import Box, Page, Pixels
from imaging.stages.stamps import split_stamps
from ocr.engines.recorded import RecordedEngine
from ocr.extract import analyse, extract
from ocr.extract.edges import with_edges
from ocr.extract.found import Evidence, Found, of_value
from ocr.extract.garbled import guessed_marks
from ocr.extract.outlines import DPI, OBLONG, OVAL, ROUND, SQUARE, Outline, find_outlines, outline_of
from ocr.extract.owners import Calls, owned
from ocr.extract.runs import Run
from ocr.extract.stampink import stamp_ink
from ocr.extract.stamps import Sheet, find_stamps
from ocr.forms import catalogue
from ocr.kinds import Normalised
from ocr.model import Engine, Line, Reading
from ocr.synthesis.stamps import drawn

RED, DPMM = (40, 30, 200), 200 / 25.4


@dataclass
class Paper:
    """A white page at 200 dpi on which ink can be laid."""

    pixels: Pixels = field(default_factory=lambda: np.full((1160, 1650, 3), 250, np.uint8))
    cells: tuple[Box, ...] = ()

    def press(self, shape: str, at: tuple[float, float], colour: tuple[int, int, int] = RED) -> None:
        """A clean stamp about a point in mm."""
        tile = drawn(shape, "中国银行西湖支行", "转讫", 200, "2026-03-08")
        x, y = round(at[0] * DPMM) - tile.shape[1] // 2, round(at[1] * DPMM) - tile.shape[0] // 2
        self.pixels[y : y + tile.shape[0], x : x + tile.shape[1]][tile > 100] = colour

    def shapes(self) -> dict[str, tuple[float, float]]:
        """The outlines found, with their centres in mm."""
        page = Page(self.pixels, 200.0)
        found = find_outlines(stamp_ink(page, page, (), self.cells).map)
        return {each.shape: (each.x, each.y) for each in found if each.score * each.covered > 0.3}


STAMPS = [("round", ROUND), ("oval", OVAL), ("dated", OBLONG), ("name", SQUARE)]


@pytest.mark.parametrize(("stamp", "shape"), STAMPS)
@pytest.mark.parametrize("ink", [RED, (110, 110, 110)])
def test_a_stamp_is_found_by_its_outline(stamp: str, shape: str, ink: tuple[int, int, int]) -> None:
    paper = Paper()
    paper.press(stamp, (120, 70), ink)
    assert paper.shapes() == {shape: (pytest.approx(120, abs=2), pytest.approx(70, abs=2))}


def test_stamps_over_each_other_are_two() -> None:
    paper = Paper()
    paper.press("round", (100, 70))
    paper.press("name", (116, 76))
    assert set(paper.shapes()) == {ROUND, SQUARE}


def test_a_table_is_no_stamp() -> None:
    paper = Paper()
    for y in range(200, 1000, 80):
        cv2.line(paper.pixels, (100, y), (1500, y), RED, 2)
    for x in (100, 600, 1100, 1500):
        cv2.line(paper.pixels, (x, 200), (x, 920), RED, 2)
    assert paper.shapes() == {}


def test_cells_of_the_size_of_seals_are_no_stamps() -> None:
    paper = Paper()
    paper.cells = tuple(Box(x, 400, 145, 145) for x in range(300, 1100, 145))
    for box in paper.cells:
        cv2.rectangle(paper.pixels, (box.x, box.y), (box.right, box.bottom), (110, 110, 110), 2)
    assert paper.shapes() == {}


def test_the_map_of_ink_has_its_own_resolution() -> None:
    page = Page(Paper().pixels, 200.0)
    ink = stamp_ink(page, page, ())
    assert ink.map.shape == (pytest.approx(1160 * DPI / 200, abs=1), pytest.approx(1650 * DPI / 200, abs=1))


def _run(text: str, sure: float) -> Run:
    count = len(text)
    return Run(text, tuple(range(count)), (sure,) * count, (False,) * count, Box(0, 0, 20 * count, 20), -1)


def test_a_garbled_label_is_what_the_type_lacks() -> None:
    found = guessed_marks([_run("交易流林哥", 0.8), _run("西湖路", 0.99)], [], ["journal_no", "purpose"])
    assert [mark.meaning.fields for mark in found] == [("journal_no",)]


@pytest.mark.parametrize(("room", "edge"), [(40, 1.0), (0, -1.0)])
def test_ink_behind_a_value_is_told(room: int, edge: float) -> None:
    pixels = np.full((60, 300), 255, np.uint8)
    pixels[22:38, 60 : 200 - room : 4] = 0
    found = Found("teller_no", Normalised("1"), "1", None, Evidence(), lines=(Box(55, 10, 115, 40),))
    assert with_edges(found, pixels, [Box(0, 10, 55, 40)]).evidence.edge == edge


def test_a_doubtful_sign_of_money_does_not_count() -> None:
    assert of_value("¥12.00", (0.5, 0.99, 0.98, 0.6, 0.97, 0.99), "amount") == (0.99, 0.98, 0.97, 0.99)


def _told(
    paper: Paper, *words: tuple[str, Box], asked: tuple[str, ...] = (), engine: Engine | None = None
) -> dict[str, str]:
    """What is said of the stamps of a settlement application, on which a bank's and a customer's may stand."""
    lines = tuple(Line(text, 0.99, box) for text, box in words)
    page = Page(paper.pixels, 200.0)
    layout = analyse(Reading(lines, "test", page.width, page.height), paper.cells)
    first = extract(layout, catalogue().types["settlement_application"], (), paper.pixels)
    sheet = Sheet.of(page, layout, first, split_stamps(page))
    found = find_stamps(sheet, engine or RecordedEngine(Path("none")), asked)
    return {each.field: each.value.value for each in found}


def test_a_stamp_with_a_day_is_the_banks_whatever_its_shape() -> None:
    paper = Paper()
    paper.press("dated", (120, 70))
    day = Box(round(110 * DPMM), round(68 * DPMM), round(20 * DPMM), round(4 * DPMM))
    assert _told(paper, ("2026-03-08", day))["stamp_bank"] == "present"


def test_of_a_stamp_that_nothing_calls_for_nothing_is_said() -> None:
    label = ("银行盖章", Box(200, 900, 160, 36))
    assert _told(Paper()) == {}
    assert _told(Paper(), label) == {"stamp_bank": "absent"}
    assert _told(Paper(), asked=("stamp_bank",)) == {"stamp_bank": "absent"}


@dataclass
class Saying:
    """An engine that reads one text everywhere."""

    text: str
    name: str = "saying"

    def read(self, page: Page, quick: bool = False) -> Reading:
        return Reading((Line(self.text, 0.99),), self.name, page.width, page.height)

    def read_lines(self, crops: list[Pixels], kinds: object = None, quick: bool = False) -> list[Line]:
        return [Line(self.text, 0.99)] * len(crops)


CALLS = (("客户签章", Box(400, 1000, 160, 36)), ("银行盖章", Box(1200, 900, 160, 36)))
CUSTOMERS_ALONE = {"stamp_customer": "present", "stamp_bank": "absent"}


def test_two_seals_that_touch_are_no_oblong_stamp() -> None:
    paper = Paper()
    paper.press("name", (60, 90))
    paper.press("name", (75.5, 90))
    assert len(split_stamps(Page(paper.pixels, 200.0)).boxes) == 1
    assert _told(paper, *CALLS, engine=Saying("之印")) == CUSTOMERS_ALONE


def test_a_round_stamp_and_the_seal_beside_it_are_no_oval_one() -> None:
    ink = np.zeros((300, 420), np.uint8)
    cv2.circle(ink, (150, 150), 140, 255, 6)
    cv2.rectangle(ink, (290, 95), (405, 210), 255, 6)
    assert outline_of(ink, Box(0, 0, 420, 300), 200.0).shape == ""
    oval = cv2.ellipse(np.zeros((300, 420), np.uint8), (208, 150), (170, 120), 0, 0, 360, 255, 6)
    assert outline_of(oval, Box(0, 0, 420, 300), 200.0).shape == OVAL


def test_a_round_stamp_is_whose_words_it_says_wherever_it_stands() -> None:
    paper = Paper()
    paper.press("round", (160, 112))
    assert _told(paper, *CALLS, engine=Saying("财务专用章")) == CUSTOMERS_ALONE
    assert _told(paper, *CALLS, engine=Saying("2026.03.08 转讫"))["stamp_bank"] == "present"


def test_a_customers_word_is_no_label_that_calls_for_the_banks_stamp() -> None:
    paper = Paper()
    paper.press("round", (60, 100), (110, 110, 110))
    words = (("财务专用章", Box(400, 850, 150, 30)), ("业务专用章", Box(1200, 900, 160, 36)), CALLS[0])
    assert _told(paper, *words) == CUSTOMERS_ALONE


def test_a_blob_without_a_rim_is_whose_words_it_says_unless_the_page_has_them_printed_there() -> None:
    blob = Outline("", 40, 40, 35, 18, 0.0, 0.22, 1.0)
    page = Page(Paper().pixels, 200.0)
    printed = (("出票日 2026-06-16", Box(250, 280, 200, 40)),)

    def sure(text: str, words: tuple[tuple[str, Box], ...] = ()) -> float:
        places = {"stamp_customer": [(0.0, 0.0)], "stamp_bank": [(1200.0, 900.0)]}
        calls = Calls(page, ("stamp_customer", "stamp_bank"), places, words, bare=False)
        (stamp,) = owned(blob, calls, Saying(text))
        assert stamp.whose == "stamp_bank"
        return stamp.sure * stamp.clear

    assert sure("2026.06.16 转讫") > 2 * sure("出票日 2026-06-16", printed)
    assert sure("2026.06.16 转讫") > 2 * sure("收付账")


def test_a_pale_outline_on_a_page_without_colour_is_a_stamp_if_it_says_so() -> None:
    paper = Paper()
    paper.press("oval", (150, 112), (190, 190, 190))
    assert _told(paper, *CALLS, engine=Saying("转讫"))["stamp_bank"] == "present"
    assert _told(paper, *CALLS, engine=Saying("地址"))["stamp_bank"] == "absent"


def test_of_two_large_stamps_one_is_the_banks_wherever_it_stands() -> None:
    paper = Paper()
    paper.press("round", (50, 118))
    paper.press("round", (108, 118))
    engine = Saying("")
    texts = iter(["", "财务专用章"])
    engine.read = lambda page, quick=False: Saying(next(texts)).read(page, quick)  # type: ignore[method-assign]
    assert _told(paper, *CALLS, engine=engine) == {"stamp_customer": "present", "stamp_bank": "present"}
