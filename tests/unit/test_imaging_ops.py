"""The pixel operations that the stages share: parts of a mask, and a page moved with its small view."""

from __future__ import annotations

import cv2
import imaging_pages as drawn
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from imaging.model import Page
from imaging.ops import labelled, row_runs
from imaging.stages.straighten import straighten
from imaging.views import view

MASKS = arrays.arrays(np.uint8, arrays.array_shapes(min_dims=2, max_dims=2, max_side=24), elements=st.booleans())


@settings(max_examples=60)
@given(MASKS)
def test_the_parts_of_a_mask_have_the_figures_of_their_pixels(mask: np.ndarray) -> None:
    labels, stats = labelled(mask * np.uint8(255))
    _, expected, figures, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    assert np.array_equal(labels, expected)
    assert np.array_equal(stats[1:], figures[1:])


def test_runs_end_with_their_row() -> None:
    rows, left, right = row_runs(np.array([[9, 9, 0, 9], [9, 0, 0, 0]], np.uint8))
    assert list(zip(rows, left, right, strict=True)) == [(0, 0, 2), (0, 3, 4), (1, 0, 1)]


@pytest.mark.parametrize("dpi", [200.0, 300.0, 400.0])
@pytest.mark.parametrize("level", [255, 22])
def test_the_view_that_comes_along_with_a_turn_is_that_of_the_turned_pixels(dpi: float, level: int) -> None:
    page = straighten(drawn.page(drawn.tilted(drawn.form(), 0.8, level), dpi))
    assert page.note("deskew")["angle"]
    assert np.array_equal(view(page).small, view(Page(page.pixels, page.dpi)).small)
