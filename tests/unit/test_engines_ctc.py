"""Decoding a recogniser's answer: characters, places, masks of characters, alternatives."""

from __future__ import annotations

import numpy as np
import pytest

from ocr.engines.ctc import Decoder
from ocr.engines.masks import MASKS, mask_of
from ocr.engines.networks import TINY_RECOGNISER, Floats, characters

ALPHABET = ("", "0", "O", "8", "B", " ")
DECODE = Decoder(ALPHABET)


def answer(*steps: dict[str, float]) -> Floats:
    return np.array([[step.get(each, 0.0) for each in ALPHABET] for step in steps], np.float32)


def test_equal_neighbours_are_one_character_and_a_gap_parts_two() -> None:
    found = DECODE(answer({"8": 0.9}, {"8": 0.8}, {"": 1.0}, {"8": 0.7}), 4)
    assert found.text == "88"
    assert found.confidences == pytest.approx((0.9, 0.7))
    assert found.places == pytest.approx((0.25, 0.875))


def test_a_character_outside_of_the_mask_gives_way_at_its_own_likelihood() -> None:
    steps = answer({"O": 0.7, "0": 0.3}, {"": 1.0}, {"B": 0.6, "8": 0.4})
    found = DECODE(steps, 3, frozenset("0123456789"))
    assert found.text == "08"
    assert found.confidences == pytest.approx((0.3, 0.4))
    assert DECODE(steps, 3).text == "OB"


def test_alternatives_are_what_else_a_doubtful_character_may_be() -> None:
    found = DECODE(answer({"0": 0.6, "O": 0.3, "8": 0.1}, {"": 1.0}, {"8": 0.999, "B": 0.001}), 3)
    assert [[each for each, _ in others] for others in found.alternatives] == [["O", "8"], []]


def test_alternatives_keep_to_the_mask_and_tell_of_no_character() -> None:
    found = DECODE(answer({"0": 0.6, "O": 0.2, "": 0.2}), 1, frozenset("08"))
    assert [each for each, _ in found.alternatives[0]] == [""]


def test_a_character_that_was_nearly_read_is_hidden_but_the_edge_of_a_neighbour_is_not() -> None:
    assert DECODE(answer({"8": 0.9}, {"": 0.6, "B": 0.4}, {"0": 0.9}), 3).hidden == pytest.approx(0.4)
    assert DECODE(answer({"8": 0.9}, {"": 0.6, "8": 0.4}, {"0": 0.9}), 3).hidden == 0


def test_a_blank_that_was_nearly_read_is_not_hidden() -> None:
    assert DECODE(answer({"8": 0.9}, {"": 0.6, " ": 0.4}, {"0": 0.9}), 3).hidden == 0


def test_an_answer_without_characters_is_empty() -> None:
    found = DECODE(answer({"": 1.0}), 1)
    assert (found.text, found.confidence, found.alternatives) == ("", 0.0, ())


def test_a_name_can_hold_any_character() -> None:
    assert mask_of("name") is None and mask_of(None) is None


@pytest.mark.parametrize("kind", sorted(MASKS))
def test_the_tiny_network_knows_nearly_every_character_of_a_mask(kind: str) -> None:
    assert MASKS[kind] - set(characters(TINY_RECOGNISER)) <= {"圓"}
