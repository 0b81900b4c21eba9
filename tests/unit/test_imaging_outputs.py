"""What is made of a processed page: derivatives, perceptual hash, table rules and cells."""

from __future__ import annotations

import io

import imaging_pages as drawn
import numpy as np
import pytest
from PIL import Image

from imaging import decode, derivatives
from imaging.lines import cells, ruling, table
from imaging.model import Box, Page
from imaging.phash import SAME, hamming, phash

PAGE = drawn.page(drawn.noisy(drawn.stamped(drawn.form())))


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def test_the_access_copy_has_full_size_and_little_weight() -> None:
    data = derivatives.access_copy(PAGE)
    assert opened(data).size == (PAGE.width, PAGE.height)
    assert len(data) <= derivatives.ACCESS_BYTES


@pytest.mark.parametrize("page", [PAGE, Page(np.rot90(PAGE.pixels), 200.0), Page(PAGE.pixels[:, :, 1], 200.0)])
def test_a_thumbnail_fits_its_frame_and_budget(page: Page) -> None:
    data = derivatives.thumbnail(page)
    width, height = opened(data).size
    assert width <= 160 and height <= 114 and (width == 160 or height == 114)
    assert len(data) <= derivatives.THUMBNAIL_BYTES


def test_a_thumbnail_of_pure_noise_keeps_the_budget() -> None:
    noise = np.random.default_rng(0).integers(0, 255, (114, 160, 3)).astype(np.uint8)
    assert len(derivatives.thumbnail(drawn.page(noise))) <= derivatives.THUMBNAIL_BYTES


def test_resized_is_as_wide_as_asked_and_never_enlarged() -> None:
    assert opened(derivatives.resized(PAGE, 700)).size == (700, round(PAGE.height * 700 / PAGE.width))
    assert opened(derivatives.resized(PAGE, 9_000)).size == (PAGE.width, PAGE.height)


def test_a_snippet_is_the_pixels_around_its_box() -> None:
    image = opened(derivatives.snippet(PAGE, Box(300, 160, 400, 60), 10))
    assert image.size == (420, 80)
    assert np.array_equal(np.asarray(image)[:, :, ::-1], PAGE.pixels[150:230, 290:710])


def test_a_snippet_outside_the_page_is_an_error() -> None:
    with pytest.raises(ValueError, match="outside page 1"):
        derivatives.snippet(PAGE, Box(9_000, 10, 20, 20), 0)


def test_the_bitonal_copy_is_g4_with_its_resolution() -> None:
    data = derivatives.bitonal_g4(PAGE)
    image = opened(data)
    assert (image.mode, image.info["compression"]) == ("1", "group4")
    page = decode.decode(drawn.scan(data, "copy.tif"))
    assert page.dpi == 200
    print_share = np.mean(page.pixels == 0)
    assert 0.02 < print_share < 0.2
    assert len(data) < 60_000


def test_the_hash_stays_when_the_page_is_saved_again() -> None:
    again = decode.decode(drawn.scan(drawn.encoded(PAGE.pixels, "JPEG", quality=60)))
    assert hamming(phash(PAGE), phash(again)) <= SAME
    assert phash(PAGE) < 2**64


def test_vouchers_of_one_form_have_different_hashes() -> None:
    hashes = [phash(drawn.page(drawn.form(seed))) for seed in range(6)]
    apart = [hamming(a, b) for at, a in enumerate(hashes) for b in hashes[at + 1 :]]
    assert min(apart) > SAME


def test_every_closed_cell_is_found() -> None:
    found = cells(PAGE)
    assert len(found) == 4 * 4 + 2 + 11 + 2 + 2 + 2
    assert any(abs(c.x - 300) < 9 and abs(c.y - 230) < 9 and abs(c.w - 520) < 14 and abs(c.h - 70) < 14 for c in found)


@pytest.mark.parametrize("colour", [(40, 40, 150), (60, 120, 40), (170, 120, 60), (90, 120, 150)])
def test_cells_of_any_colour_with_small_breaks(colour: tuple[int, int, int]) -> None:
    pixels = drawn.form(0, colour).copy()
    paper = pixels[5, 5]
    for x in range(150, 1500, 111):
        pixels[:, x : x + 5] = paper
    assert len(cells(drawn.page(drawn.noisy(pixels)))) >= 30


def test_cells_of_a_bitonal_page() -> None:
    black_white = np.where(drawn.form().min(2) > 170, 255, 0).astype(np.uint8)
    assert len(cells(drawn.page(black_white))) == 35


def test_rules_are_found_with_their_places() -> None:
    rules = ruling(PAGE)
    long = [s for s in rules.horizontal if s.length > 1_300]
    assert [round(s.y1 / 10) * 10 for s in long] == list(drawn.ROWS)
    assert {90, 300, 820, 1030, 1560} <= {min((90, 300, 820, 1030, 1560), key=lambda x: abs(x - s.x1))
                                          for s in rules.vertical}  # fmt: skip


def test_an_upright_rule_ends_where_it_was_drawn() -> None:
    pixels = np.full((900, 900, 3), 250, np.uint8)
    for at in (200, 700):
        pixels[at - 1 : at + 2, 200:700], pixels[200:700, at - 1 : at + 2] = 40, 40
    found = ruling(Page(pixels, 200.0)).vertical
    assert [(rule.x1, rule.y1, rule.y2) for rule in found] == [
        (pytest.approx(at, abs=3), pytest.approx(200, abs=3), pytest.approx(700, abs=3)) for at in (200, 700)
    ]


@pytest.mark.parametrize("shape", [(3, 20_000), (20_000, 3), (1, 1)])
def test_a_page_thinner_than_a_rule_has_no_cells(shape: tuple[int, int]) -> None:
    assert cells(drawn.page(np.full(shape, 250, np.uint8))) == ()


def test_print_alone_has_no_cells() -> None:
    assert table(drawn.page(drawn.handwritten())).cells == ()
