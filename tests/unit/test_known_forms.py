"""Known forms: found by their print, laid right whatever the scanner did, refused where the print is another's."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from archive.catalogue.engine import Catalogue
from archive.errors import Conflict, NotFound
from archive.known_forms import approve, find_kept, in_force, kept_forms, propose
from imaging.model import Page, Pixels
from ocr.known.crops import is_red
from ocr.known.dark import Dark, calmed, dark, moved
from ocr.known.files import dump, load
from ocr.known.fingerprint import find
from ocr.known.ink import Ink, bands, ink_of
from ocr.known.learn import learn
from ocr.known.model import PER_MM, FormError, KnownForm, Rect, Zone
from ocr.known.template import anchors_of, lightest_but_one

WORDS = ("PAYER", "ACCOUNT", "BANK", "AMOUNT", "PURPOSE", "REMARK")
VALUE = Rect(70.0, 41.0, 50.0, 6.0)


def a_print(title: str, rows: int, seed: int) -> Pixels:
    """The darkness of a printed form at 100 dpi: a title, a table of `rows` rows and their labels."""
    page, rng = np.zeros((580, 830), np.uint8), np.random.default_rng(seed)
    cv2.putText(page, title, (230, 60), cv2.FONT_HERSHEY_DUPLEX, 1.1, 200, 2, cv2.LINE_AA)
    cv2.rectangle(page, (60, 100), (770, 100 + rows * 50), 160, 1)
    split = int(rng.integers(330, 520))
    for row in range(rows):
        y = 100 + row * 50
        cv2.line(page, (60, y), (770, y), 160, 1)
        for x in (70, split + 10):
            label = WORDS[int(rng.integers(len(WORDS)))]
            cv2.putText(page, label, (x, y + 32), cv2.FONT_HERSHEY_SIMPLEX, 0.5, 190, 1, cv2.LINE_AA)
    cv2.line(page, (split, 100), (split, 100 + rows * 50), 160, 1)
    cv2.line(page, (200, 100), (200, 100 + rows * 50), 160, 1)
    return page


def a_form(title: str, rows: int, seed: int) -> KnownForm:
    page = a_print(title, rows, seed)
    zone = Zone("payee_name", "name", VALUE.grown(0.0, 1.5), VALUE, 4.0)
    words = (Rect(58.0, 8.0, 100.0, 9.0), Rect(17.0, 28.0, 24.0, 7.0), Rect(17.0, 53.0, 24.0, 7.0))
    size = page.shape[1] / PER_MM, page.shape[0] / PER_MM
    return KnownForm(title, "wire_transfer", title, size, page, anchors_of(page), words, (zone,), {})


FORMS = (a_form("WIRE TRANSFER", 6, 1), a_form("DEPOSIT SLIP", 6, 2), a_form("CASH CHEQUE", 4, 3))


def scanned(page: Pixels, degrees: float = 0.0, scale: float = 1.0, by: tuple[float, float] = (0.0, 0.0)) -> Dark:
    """A print as scanned: turned, scaled, shifted by mm, noisy."""
    matrix = cv2.getRotationMatrix2D((page.shape[1] / 2, page.shape[0] / 2), degrees, scale)
    matrix[:, 2] += np.array(by) * PER_MM
    moved_page = cv2.warpAffine(page, matrix, (page.shape[1], page.shape[0]), flags=cv2.INTER_LINEAR)
    noise = np.random.default_rng(7).normal(0, 4, page.shape)
    return Dark(np.clip(moved_page + noise, 0, 255).astype(np.uint8), 2.0)


@pytest.mark.parametrize(
    ("degrees", "scale", "by"),
    [(0.0, 1.0, (3.0, -3.0)), (0.0, 1.03, (0.0, 0.0)), (0.0, 0.97, (-2.0, 3.0)), (0.5, 1.01, (1.0, 1.0))],
)
def test_a_form_is_laid_within_a_third_of_a_millimetre(degrees: float, scale: float, by: tuple[float, float]) -> None:
    form = FORMS[0]
    page = scanned(form.template, degrees, scale, by)
    found = find(page, FORMS)
    assert found is not None
    assert found.form is form
    matrix = cv2.getRotationMatrix2D((415, 290), degrees, scale)
    matrix[:, 2] += np.array(by) * PER_MM
    for x, y in ((100, 100), (700, 100), (400, 390)):
        (a, b), (c, d) = moved(found.affine, x, y), moved(matrix, x, y)
        assert abs(a - c) < 1.3
        assert abs(b - d) < 1.3


def test_a_page_on_its_head_is_found_so() -> None:
    found = find(scanned(FORMS[2].template).flipped(), FORMS)
    assert found is not None
    assert found.flipped
    assert found.form is FORMS[2]


def test_a_form_that_is_not_known_is_none() -> None:
    assert find(scanned(a_print("LOSS REPORT", 5, 9)), FORMS) is None


def test_the_same_table_under_another_title_is_none() -> None:
    assert find(scanned(a_print("XMKQ BVWZ", 6, 1)), FORMS[:1]) is None


def test_a_page_whose_edge_is_cut_off_is_found() -> None:
    whole = scanned(FORMS[0].template)
    found = find(Dark(np.ascontiguousarray(whole.pixels[:, 24:]), 2.0), FORMS)
    assert found is not None
    assert found.form is FORMS[0]


def test_a_blank_page_is_none() -> None:
    assert find(Dark(np.zeros((580, 830), np.uint8), 2.0), FORMS) is None


def test_only_ink_that_the_form_does_not_print_is_a_value() -> None:
    page = FORMS[0].template.copy()
    cv2.putText(page, "VALUE 123", (290, 180), cv2.FONT_HERSHEY_SIMPLEX, 0.6, 220, 2, cv2.LINE_AA)
    ink = ink_of(page, np.eye(2, 3), FORMS[0])
    (band,) = bands(ink, FORMS[0].zones[0])
    assert abs(band.rect.x - 290 / PER_MM) < 1.0
    assert 20 < band.rect.w < 32


def test_an_empty_zone_has_no_rows() -> None:
    form = FORMS[0]
    assert bands(ink_of(form.template, np.eye(2, 3), form), form.zones[0]) == []


def test_the_template_keeps_no_digit_that_one_page_lacks() -> None:
    pages = [FORMS[0].template.copy() for _ in range(5)]
    for page in pages[:3]:
        cv2.putText(page, "2026", (300, 180), cv2.FONT_HERSHEY_SIMPLEX, 0.6, 220, 2)
    made = lightest_but_one(pages, [[] for _ in pages])
    assert np.array_equal(made, FORMS[0].template)


def test_too_few_samples_are_refused() -> None:
    with pytest.raises(FormError, match="from 3 to 10 labelled pages"):
        learn([], "slip")


def test_a_form_is_the_same_after_it_was_written_and_read() -> None:
    text, template = dump(FORMS[0])
    back = load(text, template)
    assert (back.name, back.type, back.title, len(back.anchors)) == (
        "WIRE TRANSFER",
        "wire_transfer",
        "WIRE TRANSFER",
        len(FORMS[0].anchors),
    )
    assert back.zones[0].box == pytest.approx(FORMS[0].zones[0].box, abs=0.01)
    assert np.abs(back.template.astype(int) - FORMS[0].template).max() <= 17


@pytest.mark.parametrize(
    ("text", "said"),
    [("zones: [", "is no YAML"), ("schema: 1", "lacks or misstates"), ("schema: 9\ntype: x", "schema 9")],
)
def test_a_form_that_cannot_be_read_says_why(text: str, said: str) -> None:
    with pytest.raises(FormError, match=said):
        load(text, dump(FORMS[0])[1])


def test_a_form_without_its_picture_is_refused() -> None:
    with pytest.raises(FormError, match="no PNG"):
        load(dump(FORMS[0])[0], b"nothing")


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    made = Catalogue(f"sqlite:///{tmp_path / 'catalogue.db'}")
    made.migrate()
    return made


def test_a_form_is_in_force_only_after_a_second_person_approved_it(catalogue: Catalogue) -> None:
    with catalogue.write() as tx:
        kept = propose(tx, FORMS[0], "anna")
        assert (kept.version, kept.state, in_force(tx)) == (1, "proposed", ())
        with pytest.raises(Conflict, match="a second person must approve it"):
            approve(tx, kept.name, 1, "anna")
        assert approve(tx, kept.name, 1, "bo").state == "approved"
        (form,) = in_force(tx)
    assert (form.name, form.version) == ("WIRE TRANSFER", 1)


def test_the_newest_approved_version_is_in_force(catalogue: Catalogue) -> None:
    with catalogue.write() as tx:
        for _ in range(3):
            propose(tx, FORMS[0], "anna")
        approve(tx, "WIRE TRANSFER", 1, "bo")
        approve(tx, "WIRE TRANSFER", 2, "bo")
        assert [form.version for form in in_force(tx)] == [2]
        assert [kept.version for kept in kept_forms(tx)] == [1, 2, 3]
        with pytest.raises(Conflict, match="was approved by bo"):
            approve(tx, "WIRE TRANSFER", 2, "carl")


def test_a_version_that_is_not_there_is_not_found(catalogue: Catalogue) -> None:
    with catalogue.write() as tx, pytest.raises(NotFound, match="no version 4 of a form called slip"):
        find_kept(tx, "slip", 4)


def inked(*marks: tuple[int, int, int, int], form: KnownForm = FORMS[0]) -> Ink:
    """A page of a form with rectangles of ink (x, y, w, h in pixels of the form) in it."""
    page = form.template.copy()
    for x, y, w, h in marks:
        page[y : y + h, x : x + w] = 220
    return ink_of(page, np.eye(2, 3), form)


def characters(y: int, count: int = 8, x: int = 285) -> list[tuple[int, int, int, int]]:
    return [(x + 16 * k, y, 11, 10) for k in range(count)]


def test_two_rows_that_lie_close_are_read_apart() -> None:
    zone = FORMS[0].zones[0]
    ink = inked(*characters(158), *characters(170), form=FORMS[0])
    assert [round(band.rect.y * PER_MM) for band in bands(ink, zone)] == [158, 170]


def test_a_row_that_a_stroke_runs_through_is_as_high_as_its_characters() -> None:
    zone = FORMS[0].zones[0]
    ink = inked(*characters(166), (330, 155, 2, 26))
    (band,) = bands(ink, zone)
    assert band.rect.h * PER_MM < 16
    assert band.rect.x * PER_MM < 286
    assert band.rect.right * PER_MM > 285 + 16 * 7 + 10


def test_red_ink_is_no_values_unless_the_samples_values_are_red() -> None:
    white = np.full((580, 830, 3), 250, np.uint8)
    white[166:176, 300:400] = (70, 70, 210)
    white[166:176, 420:440] = (40, 40, 40)
    page = Page(white, 100.0, 1)
    small = dark(page)
    left = calmed(page, small)
    assert small.pixels[170, 350] > 100
    assert left[170, 350] == 0
    assert left[170, 430] > 150
    assert is_red(white[164:178, 295:405])
    assert not is_red(white[164:178, 415:445])
