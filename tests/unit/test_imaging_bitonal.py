"""Pages in black and white: rules and folds are lifted off their print."""

from __future__ import annotations

import cv2
import numpy as np

from imaging.bitonal import is_bitonal, softened, unruled, without_rules
from imaging.model import Page, Pixels


def paper() -> Pixels:
    return np.full((300, 400), 255, np.uint8)


def test_a_rule_that_print_touches_goes_and_the_print_stays() -> None:
    digit = paper()
    cv2.rectangle(digit, (103, 140), (120, 165), 0, 3)
    ruled = digit.copy()
    cv2.line(ruled, (100, 20), (100, 280), 0, 3)
    cv2.line(ruled, (20, 280), (380, 280), 0, 3)
    lifted = without_rules(ruled, 200.0)
    assert np.count_nonzero(lifted[:100] < 128) == 0
    assert np.count_nonzero(lifted[270:] < 128) == 0
    part = np.s_[135:170, 104:125]
    assert np.array_equal(lifted[part], digit[part])


def test_a_stroke_that_crosses_a_fold_stays_whole() -> None:
    pixels = paper()
    cv2.line(pixels, (180, 10), (182, 290), 0, 5)
    cv2.rectangle(pixels, (165, 150), (200, 153), 0, -1)
    lifted = without_rules(pixels, 200.0)
    assert (lifted[151, 166:200] < 128).all()
    assert np.count_nonzero(lifted[:140] < 128) == 0


def test_a_black_border_and_letters_stay() -> None:
    pixels = paper()
    pixels[:, :40] = 0
    cv2.putText(pixels, "30", (200, 150), cv2.FONT_HERSHEY_SIMPLEX, 1.2, 0, 3)
    assert np.array_equal(without_rules(pixels, 200.0), pixels)


def test_only_pages_in_black_and_white_are_changed() -> None:
    gray = paper()
    gray[::2] = 240
    cv2.line(gray, (100, 20), (100, 280), 30, 3)
    page = Page(gray, 200.0)
    assert not is_bitonal(page)
    assert unruled(page) is page
    assert softened(page) is page
    assert is_bitonal(page.noted("deskew", bilevel=True))
