"""Parts of known forms: votes of readings, grids by their rules, printed words, zones that a person adjusts."""

from dataclasses import replace
from decimal import Decimal

import cv2
import numpy as np
import pytest

from archive.spans import cut
from imaging.model import Box
from ocr import readings
from ocr.extract.found import ZONE, Evidence, Found
from ocr.forms import catalogue
from ocr.kinds import Normalised
from ocr.known.adjust import adjusted, misplaced
from ocr.known.crops import Lie, crossed, touched
from ocr.known.dark import cut as cut_of
from ocr.known.doubts import doubted, is_doubtful
from ocr.known.grids import Strip, ruled_columns
from ocr.known.ink import Ink
from ocr.known.jobs import Job
from ocr.known.labels import without_labels
from ocr.known.learn import _going_beyond, _going_through
from ocr.known.marks import _outstanding, without_boxes
from ocr.known.model import PER_MM, Choice, KnownForm, Printed, Rect, Zone
from ocr.known.read import is_empty
from ocr.known.residue import without_residue
from ocr.known.text import whole_text
from ocr.known.unlike import unlike
from ocr.known.values import _in_cells, _without_words, covered
from ocr.known.votes import agreed, voted
from ocr.known.zones import _whole
from ocr.model import Line, Reading

VALUE = Rect(50.0, 10.0, 41.0, 5.0)


def said(value: str, least: float = 0.99, amount: Decimal | None = None, field: str = "payer_name") -> Found:
    return Found(field, Normalised(value, None, False, amount), value, None, Evidence(ZONE, least, least))


def form(*zones: Zone) -> KnownForm:
    template = np.zeros((400, 800), np.uint8)
    return KnownForm("slip", "wire_transfer", "", (203.2, 101.6), template, (), (), zones)


def test_two_readings_that_agree_stand_and_tell_the_quick_ones_certainty() -> None:
    found = agreed({"payer_name": said("张三", 0.7)}, {"payer_name": said("张三")}, ["payer_name"])["payer_name"]
    assert found is not None
    assert (found.evidence.least, found.evidence.again) == (0.99, 0.7)


def test_what_one_reading_alone_says_asks_for_a_third() -> None:
    assert agreed({"payer_name": said("张三")}, {}, ["payer_name"]) == {"payer_name": None}


def test_a_value_that_nobody_doubts_has_one_reading_alone() -> None:
    found = agreed({"payer_name": said("张三")}, {}, [])["payer_name"]
    assert found is not None
    assert found.evidence.again == 0.0


def test_amounts_that_words_and_digits_say_alike_are_not_read_again() -> None:
    amount = Decimal("3000.00")
    found = {
        "amount": said("3000.00", 0.6, amount, "amount"),
        "amount_in_words": said("叁仟元整", 0.6, amount, "amount_in_words"),
    }
    assert doubted(form(), found, frozenset(found)) == frozenset()
    assert doubted(form(), {"amount": found["amount"]}, frozenset(found)) == set(found)


def test_a_value_at_whose_end_ink_goes_on_is_read_again() -> None:
    found = said("张三")
    cut_off = replace(found, evidence=replace(found.evidence, edge=-1.0))
    assert not is_doubtful(found, False)
    assert is_doubtful(cut_off, True)


def test_two_of_three_readings_outvote_the_first() -> None:
    votes = voted({"n": said("张三")}, {"n": said("张二")}, {"n": said("张二")}, ["n"])
    assert votes["n"] is not None
    assert votes["n"].value.value == "张二"
    assert 0 < votes["n"].evidence.again < 0.1


def test_three_different_readings_are_marked_as_differing() -> None:
    votes = voted({"n": said("张三")}, {"n": said("张二")}, {"n": said("张王")}, ["n"])
    assert votes["n"] is not None
    assert votes["n"].evidence.again == -1.0


def test_the_cells_of_a_grid_are_told_by_equal_rules_even_where_one_faded() -> None:
    template = np.zeros((200, 600), np.uint8)
    for k in range(11):
        if k != 4:
            x = round((40 + 5 * k) * PER_MM)
            template[100:130, x : x + 2] = 200
    columns = ruled_columns(template, Rect(60.0, 26.0, 20.0, 6.0))
    assert len(columns) == 10
    assert np.allclose(np.diff(columns), 5.0, atol=0.4)


def test_the_end_of_a_label_is_no_part_of_a_value() -> None:
    zone = Zone("payer_name", "name", Rect(40, 20, 60, 8), Rect(42, 21, 30, 6), 5.0, core=Rect(42, 21, 20, 6))
    label = Printed("户名:", Rect(28, 21, 11, 6), True)
    line = Line("名：张三", 0.9, None, (1.0, 2.0, 3.0, 4.0), (0.9, 0.8, 0.7, 0.6))
    rest = without_labels(line, zone, [label])
    assert (rest.text, rest.centers, rest.char_confidences) == ("张三", (3.0, 4.0), (0.7, 0.6))


def test_printed_words_join_the_reading_once_and_are_kept_as_print() -> None:
    title = Line("进账单", 0.99)
    word = Line("收款人", 0.99, Box(10, 50, 60, 20), (20.0, 40.0, 60.0), (0.99,) * 3, (), True)
    again = Line("进账单", 0.99, Box(100, 5, 90, 30), (), (), (), True)
    lines = whole_text([(title, Box(100, 5, 90, 30), 0)], [word, again])
    assert [line.text for line in lines] == ["进账单", "收款人"]
    kept = readings.load(readings.dump(Reading(lines, "rapid", 200, 100)))
    assert [line.printed for line in kept.lines] == [False, True]


def test_a_printed_word_is_highlighted_where_it_stands() -> None:
    box = Box(10, 50, 60, 20)
    found = cut("收款人", box, (20.0, 40.0, 60.0), 1, 3)
    assert found.x >= 25
    assert found.right <= 72


def test_a_zone_that_a_person_moved_takes_its_columns_along() -> None:
    zone = Zone("amount", "amount", Rect(100, 30, 50, 6), Rect(100, 30, 50, 6), 4.0, columns=(102.5, 107.5, 112.5))
    moved = adjusted(form(zone), {"amount": Rect(103, 32, 50, 6)}).zones[0]
    assert moved.columns == (105.5, 110.5, 115.5)
    assert moved.value == Rect(103, 32, 50, 6)


def test_a_zone_without_a_box_is_taken_out_and_one_off_the_form_is_named() -> None:
    zones = [Zone(name, "name", Rect(10, 10, 20, 6), Rect(10, 10, 20, 6), 4.0) for name in ("payer_name", "payee_name")]
    assert [z.field for z in adjusted(form(*zones), {"payee_name": zones[1].box}).zones] == ["payee_name"]
    assert misplaced(form(*zones), {"payer_name": Rect(190, 10, 20, 6)}) == "payer_name"


def test_a_time_keeps_its_hours_beside_a_label_with_a_colon() -> None:
    zone = Zone("transaction_time", "text", Rect(40, 20, 60, 8), Rect(42, 21, 30, 6), 5.0, core=Rect(42, 21, 20, 6))
    label = Printed("交易时间:", Rect(22, 21, 18, 6), True)
    assert without_labels(Line("09:02:39", 0.9), zone, [label]).text == "09:02:39"
    assert without_labels(Line("间：09:02:39", 0.9), zone, [label]).text == "09:02:39"


def test_the_end_of_a_value_is_no_label_that_begins_behind_its_crop() -> None:
    zone = Zone("loss_kind", "choice", Rect(30, 40, 90, 8), Rect(34, 43, 17, 6), 6.0, core=Rect(34, 43, 16, 6))
    label = Printed("挂失凭证号码:", Rect(121, 43, 22, 6), True)
    assert without_labels(Line("口头挂失", 0.9), zone, [label], 52.0).text == "口头挂失"
    assert without_labels(Line("口头挂失挂失", 0.9), zone, [label], 130.0).text == "口头挂失"


def test_a_stroke_that_ends_inside_a_zone_is_no_rule() -> None:
    rules = np.zeros((20, 100), np.uint8)
    rules[5, :] = rules[12, 30:70] = 255
    kept = _going_through(rules)
    assert kept[5].all()
    assert not kept[12].any()


def test_of_two_characters_in_one_cell_of_a_grid_the_surer_is_read() -> None:
    picture = np.zeros((40, 120, 3), np.uint8)
    strip = Strip(picture, picture, 3, Rect(0, 0, 30, 8), 0.0)
    line = Line("5127", 0.9, None, (22.0, 50.0, 62.0, 95.0), (0.99, 0.4, 0.98, 0.97))
    assert _in_cells(strip, line, False) == ("527", (0.99, 0.98, 0.97), 0)
    stamped = Line("8￥7", 0.9, None, (22.0, 55.0, 95.0), (0.9, 0.98, 0.97))
    assert _in_cells(strip, stamped, False) == ("￥7", (0.98, 0.97), 1)


def test_a_page_with_one_value_missing_still_fits_its_form() -> None:
    zones = [Zone(name, "name", Rect(0, 0, 9, 4), Rect(0, 0, 9, 4), 4.0) for name in catalogue_required()]
    have = [said("1", field=zone.field) for zone in zones[1:]]
    assert not is_empty(form(*zones), have)
    assert is_empty(form(*zones), have[:1])


def catalogue_required() -> tuple[str, ...]:
    return tuple(catalogue().types["wire_transfer"].required)


def test_a_misread_end_of_a_label_goes_with_its_colon_and_a_time_keeps_its_own() -> None:
    label = (Printed("机构号:", Rect(0, 10, 14, 4)),)
    branch = Zone("branch_no", "number", Rect(15, 10, 20, 4), Rect(15, 10, 20, 4), 4.0, core=Rect(15, 10, 20, 4))
    time = replace(branch, field="transaction_time", kind="text")
    assert without_labels(Line("3:0102", 0.9), branch, label).text == "0102"
    assert without_labels(Line("7:09:03:47", 0.9), time, label).text == "09:03:47"
    assert without_labels(Line("9:03:47", 0.9), time, label).text == "9:03:47"


def test_a_tick_is_told_by_ink_that_the_form_does_not_print_where_one_option_alone_has_it() -> None:
    assert _outstanding([0.9, 0.0, 0.1], 0.3, 2.0) == 0
    assert _outstanding([0.9, 0.6, 0.1], 0.3, 2.0) is None
    assert _outstanding([0.1, 0.0, 0.0], 0.3, 2.0) is None


def _lie_of(options: int, ticked: int, middles: list[float]) -> Lie:
    """A page of 10 pixels to the mm: boxes of 3 mm at x = 20 mm k, one with a stroke through it, rules above some."""
    page = np.full((300, 200 * options, 3), 250, np.uint8)
    for k, middle in enumerate(middles):
        left, top = 200 * k + 50, round(10 * middle) - 15
        cv2.rectangle(page, (left, top), (left + 30, top + 30), (120, 160, 120), 2)
        if k % 2:
            cv2.line(page, (200 * k, top - 12), (200 * k + 199, top - 12), (90, 120, 90), 3)
    x, y = 200 * ticked + 50, round(10 * middles[ticked])
    cv2.line(page, (x + 4, y), (x + 12, y + 10), (60, 60, 140), 4)
    cv2.line(page, (x + 12, y + 10), (x + 30, y - 18), (60, 60, 140), 4)
    return Lie(page, np.array([[10.0, 0, 0], [0, 10.0, 0]]), 10.0)


@pytest.mark.parametrize("ticked", [0, 1, 2])
def test_a_mark_is_told_by_what_the_other_options_of_the_page_do_not_have(ticked: int) -> None:
    middles = [15.0, 15.2, 14.9]
    rooms = [Rect(20 * k + 4, middles[k] - (3.0 if k else 2.2), 5, 6 if k else 5.2) for k in range(3)]
    marked = unlike(_lie_of(3, ticked, middles), rooms, middles)
    assert marked[ticked] > 0.5
    assert all(ink < 0.05 for k, ink in enumerate(marked) if k != ticked)


def test_digits_that_all_samples_share_are_no_rule_though_they_touch_one() -> None:
    across = np.zeros((60, 400), np.uint8)
    across[20:23, 100:190] = 255  # digits run together, from the cell's rule on
    across[40:43, 20:380] = 255
    rect = Rect(100 / PER_MM, 10 / PER_MM, 100 / PER_MM, 40 / PER_MM)
    kept = _going_beyond(across, rect)
    assert kept.shape == (40, 100)
    assert not kept[:20].any()
    assert kept[30:33].all()


def test_a_choice_that_was_read_with_its_box_is_as_wide_as_its_words() -> None:
    mates = tuple(Choice(name, Rect(x, 10, 18, 5)) for name, x in (("基本存款账户", 20), ("一般存款账户", 50)))
    boxed = Choice("临时存款账户", Rect(15, 17, 23, 5))
    template = np.zeros((200, 400), np.uint8)
    for x, y in ((15.5, 10), (45.5, 10), (15.5, 17)):
        cut_of(template, Rect(x, y + 1, 3, 3))[:] = 150
    zone = Zone("account_kind", "choice", Rect(15, 10, 55, 12), Rect(15, 10, 55, 12), 5.0, options=(*mates, boxed))
    assert [round(o.box.x) for o in without_boxes(zone, template).options] == [20, 50, 20]


def test_a_grid_whose_last_rules_faded_goes_on_to_the_end_of_its_values() -> None:
    columns = tuple(40.0 + 5 * k for k in range(8))
    whole = _whole(Zone("amount", "amount", VALUE, VALUE, 5.0, columns=columns, core=Rect(50, 10, 41, 5)))
    assert whole.columns[-1] == 85.0


def test_a_middle_character_that_was_not_read_is_told_by_its_ink() -> None:
    picture = np.zeros((40, 200, 3), np.uint8)
    ink = tuple(float(x) for k in range(5) if k != 2 for x in range(20 + 40 * k, 50 + 40 * k))
    zone = Zone("payer_name", "name", VALUE, VALUE, 4.0)
    read = Line("银行分行", 0.9, None, (35.0, 75.0, 155.0, 195.0))
    job = Job(zone, VALUE, picture, ink, False, VALUE, lambda _: picture)
    assert covered(job, read)
    assert not covered(replace(job, ink=tuple(sorted((*ink, 114.0, 115.0, 116.0)))), read)


def test_words_whose_end_may_be_missing_are_read_again_though_the_digits_prove_them() -> None:
    whole, short = (said(words, 0.99, Decimal(3000), "amount_in_words") for words in ("叁仟元整", "叁仟元"))
    unread = [replace(each, evidence=replace(each.evidence, covered=-1.0)) for each in (whole, short)]
    assert [is_doubtful(each, True) for each in unread] == [False, True]


def test_a_number_ends_before_the_label_that_no_sample_showed_behind_it() -> None:
    read = Line("0102经营", 0.99, centers=(1.0, 2.0, 3.0, 4.0, 6.0, 8.0), char_confidences=(0.99,) * 6)
    assert _without_words(read).text == "0102"
    assert _without_words(replace(read, text="12经营范围")).text == "12经营范围"


def test_what_a_lifted_stamp_leaves_apart_from_a_value_is_dropped_unless_it_is_whole() -> None:
    value = [[x, 10, 12, 14, 90] for x in (10, 24, 38)]
    stamped = np.zeros((40, 200), np.uint8)
    stamped[:, 90:] = 255
    broken, whole = ([[x, 12, 6, height, 20] for x in (100, 108)] for height in (6, 14))
    apart = [np.array([*value, *rest], np.int32) for rest in (broken, whole)]
    assert [len(without_residue(parts, stamped, 24.0)) for parts in apart] == [3, 5]
    assert len(without_residue(apart[0], None, 24.0)) == 5
    assert len(without_residue(np.array(broken, np.int32), stamped, 24.0)) == 2


def test_a_rule_stays_where_a_character_stands_over_it_and_not_beside_one() -> None:
    template, mask = np.zeros((60, 400), np.uint8), np.zeros((60, 400), np.uint8)
    template[:, 199:202] = 200
    made = replace(form(), template=template)
    mask[22:36, 185:198] = mask[22:36, 203:210] = 255
    row = Rect(100 / PER_MM, 22 / PER_MM, 110 / PER_MM, 14 / PER_MM)
    parts, creases = np.zeros((0, 5), np.int32), np.zeros(0, np.intp)
    assert len(crossed(row, made, Ink(mask, parts, 0.0, creases))) == 1
    mask[:, 203:] = 0
    assert crossed(row, made, Ink(mask, parts, 0.0, creases)) == []
    mask[:, :] = 0
    mask[22:36, 203:210] = 255
    assert len(touched(row, made, Ink(mask, parts, 0.0, creases))) == 1
    mask[:, 203:206] = 0
    assert touched(row, made, Ink(mask, parts, 0.0, creases)) == []
