"""Values of known forms under stamps: read where these were not lifted, and rows that only stamps and ticks make."""

from dataclasses import replace
from decimal import Decimal

import numpy as np

from imaging.model import Box, Pixels
from ocr.extract.found import ZONE, Evidence, Found
from ocr.kinds import Normalised
from ocr.known.crops import Lie
from ocr.known.dark import Dark
from ocr.known.ink import Ink, bands
from ocr.known.model import PER_MM, Rect, Zone
from ocr.known.residue import stamped_on, without_specks
from ocr.known.unlifted import Scan
from ocr.known.votes import outvoted, unsure

SIZE = (60, 300)
WHOLE = Rect(0.0, 0.0, 30.0, 6.0)
PAPER, INK, STAMP = (np.array(each, np.float64) for each in ((240, 240, 240), (170, 170, 170), (110, 100, 215)))


def scanned(stamp: bool) -> tuple[Pixels, Pixels]:
    """A page with pale gray strokes, and a layer, with a stamp across them or without one."""
    page = np.full((*SIZE, 3), PAPER)
    page[:, 40:260:20] = INK
    layer = np.zeros(SIZE, np.uint8)
    if stamp:
        page[20:40] *= STAMP / PAPER
        layer[20:40] = 255
    return page.round().astype(np.uint8), layer


def lie(pixels: Pixels) -> Lie:
    return Lie(pixels, np.array([[10.0, 0, 0], [0, 10.0, 0]]), 10.0)


def said(field: str, raw: str, least: float, value: str = "", proved: bool | None = None) -> dict[str, Found]:
    amount = Decimal(value) if value else None
    return {
        field: Found(field, Normalised(value or raw, proved, False, amount), raw, None, Evidence(ZONE, least, least))
    }


def test_strokes_under_a_stamp_are_as_dark_as_beside_it_and_the_stamp_is_gone() -> None:
    page, layer = scanned(stamp=True)
    scan = Scan.of(lie(page), page, layer)
    assert scan is not None
    made = scan.readings(WHOLE)
    assert made is not None
    print_alone, _ = made
    under, beside = (print_alone[row, :, 0].astype(int) for row in (30, 8))
    assert np.abs(under - beside).max() <= 12
    assert under[45] > 235 > 100 > under[40]


def test_where_no_stamp_was_or_no_colour_is_nothing_is_read_once_more() -> None:
    page, layer = scanned(stamp=False)
    scan = Scan.of(lie(page), page, layer)
    assert scan is not None
    assert scan.readings(WHOLE) is None
    assert Scan.of(lie(page), page[:, :, 0], layer) is None


def test_red_ink_that_was_not_lifted_counts_as_a_stamp() -> None:
    page, layer = scanned(stamp=True)
    scan = Scan.of(lie(page), page, np.zeros_like(layer))
    assert scan is not None
    assert scan.readings(WHOLE) is not None


def test_what_gray_ink_covers_all_over_is_not_told_from_print() -> None:
    page, layer = scanned(stamp=True)
    gray = np.repeat(page[:, :, 1:2], 3, axis=2)
    scan = Scan.of(lie(gray), gray, layer)
    assert scan is not None
    assert scan.readings(WHOLE) is None


def test_most_of_all_readings_say_a_value_under_a_stamp_and_none_counts_as_two_that_agree() -> None:
    lifted = [said("payer_account", "62284", 0.5), said("payer_account", "62234", 0.6)]
    bare = [said("payer_account", "62284", 0.9), said("payer_account", "622884", 0.9)]
    best = outvoted(lifted[1], [*lifted, *bare], bare)["payer_account"]
    assert (best.value.value, best.evidence.again) == ("62284", 0.01)
    assert outvoted(lifted[0], [*lifted, *bare], bare) == {}


def test_where_all_differ_a_value_is_marked_and_where_as_many_agree_the_surer_ones_stand() -> None:
    bare = [said("voucher_no", "0104", 0.9)]
    assert outvoted({}, [said("voucher_no", "0102", 0.6), *bare], bare)["voucher_no"].evidence.again == -1.0
    lifted, bare = [said("voucher_no", "10102", 0.4)] * 2, [said("voucher_no", "0102", 0.9)] * 2
    assert outvoted(lifted[0], [*lifted, *bare], bare)["voucher_no"].value.value == "0102"


def test_of_an_amounts_readings_with_the_same_digits_the_one_with_its_point_stands() -> None:
    whole, pointless = said("amount", "961.77", 0.5, "961.77"), said("amount", "96177", 0.9, "96177.00")
    before = said("amount", "561.77", 0.5, "561.77")
    best = outvoted(before, [whole, pointless, pointless], [pointless, pointless])["amount"]
    assert best.value.value == "961.77"


def test_two_readings_that_agree_on_a_doubtful_character_are_unsure() -> None:
    found = said("payer_name", "张三", 0.4) | said("purpose", "租金", 0.95)
    found |= {"payee_name": replace(found["purpose"], field="payee_name")}
    assert unsure(found, ["payer_name", "purpose", "payee_name"]) == ["payer_name"]


ROOM = Rect(20.0, 10.0, 60.0, 9.0)
LINE = 5.0


def rows(extra: Rect, stamped: Rect | None = None) -> list[Rect]:
    """The rows of a zone with a value of three characters and a piece of ink besides."""
    mask = np.zeros((160, 400), np.uint8)
    boxes = [Rect(22.0 + 5 * k, 14.0, 4.0, 3.6) for k in range(3)] + [extra]
    pixels = [[round(v * PER_MM) for v in box] for box in boxes]
    for x, y, w, h in pixels:
        mask[y : y + h, x : x + w] = 255
    parts = np.array([[x, y, w, h, w * h] for x, y, w, h in pixels], np.int32)
    under = None
    if stamped:
        under = np.zeros_like(mask)
        x, y, w, h = (round(v * PER_MM) for v in stamped)
        under[y : y + h, x : x + w] = 255
    core = Rect(22.0, 13.5, 12.0, 4.5)
    zone = Zone("payer_name", "name", ROOM, core, LINE, core=core)
    return [band.rect for band in bands(Ink(mask, parts, 0.0, np.zeros(0, np.intp), 0.0, under), zone)]


def test_a_row_that_a_stamp_left_beside_a_value_is_dropped() -> None:
    rest = Rect(50.0, 10.9, 8.0, 2.9)
    assert len(rows(rest)) == 2
    assert len(rows(rest, Rect(45.0, 5.0, 20.0, 12.0))) == 1


def test_a_tick_by_hand_far_beside_a_value_is_no_row_of_it() -> None:
    assert len(rows(Rect(60.0, 10.9, 4.5, 2.9))) == 1


def test_the_corner_of_a_lifted_stamp_lies_under_it_too() -> None:
    small = Dark(np.zeros((100, 200), np.uint8), 2.0)
    where = stamped_on([Box(100, 60, 80, 80)], small, np.array([[1.0, 0, 0], [0, 1.0, 0]]), (100, 200))
    assert where[50, 43]
    assert not where[50, 38]


def test_specks_of_a_stamp_behind_words_are_dropped_and_those_among_them_and_pieces_of_characters_kept() -> None:
    value = [[x, 10, 13, 13, 90] for x in (10, 25, 55)]
    stamped = np.full((40, 200), 255, np.uint8)
    among, behind, piece = [42, 15, 3, 2, 5], [100, 20, 3, 2, 5], [100, 10, 5, 13, 40]
    assert len(without_specks(np.array([*value, among, behind], np.int32), stamped, 25.0)) == 4
    assert len(without_specks(np.array([*value, piece], np.int32), stamped, 25.0)) == 4
    assert len(without_specks(np.array([*value, behind], np.int32), 0 * stamped, 25.0)) == 4
    assert len(without_specks(np.array([behind], np.int32), stamped, 25.0)) == 1


def test_digits_under_a_stamp_that_nobody_saw_without_lifting_it_count_as_outvoted() -> None:
    found = said("payer_account", "643347", 0.966)
    agreeing = {"payer_account": replace(found["payer_account"], evidence=Evidence(ZONE, 0.966, 0.99, again=0.96))}
    assert unsure(agreeing, ["payer_account"]) == ["payer_account"]
    bare = [said("payer_account", "643847", 0.6), said("payer_account", "64347", 0.6)]
    assert outvoted(agreeing, [found, found, *bare], bare)["payer_account"].evidence.again == 0.01
    assert outvoted(agreeing, [found, found, bare[0], found], [bare[0], found]) == {}
