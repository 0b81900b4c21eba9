"""Calibration: levels between knots, thresholds from a wanted share of errors, and the fit of both."""

from __future__ import annotations

import math
from random import Random

import pytest

from bench.levels import Odds, errors_of, levels_of
from ocr.calibration import ACCEPT_ERROR, MOST, NEVER, Calibration, between, fitted, group_of
from ocr.evaluate import calibration_error
from ocr.forms import catalogue

LEVELS = {"name": ((0.0, 0.5), (4.0, 0.9)), "name zone": ((0.0, 0.6), (4.0, 0.99))}
ERRORS = {"others": ((0.99, 0.0004), (0.97, 0.0009), (0.9, 0.01))}
KNOWN = Calibration("1", {"least": 1.0, "bias": -1.0}, LEVELS, ERRORS, 0.7, frozenset({"rapid"}))


def world(count: int, seed: int) -> list[Odds]:
    """Values as often right as their odds say, as a well-fitted model gives them."""
    rng = Random(seed)
    odds = [rng.uniform(0, 11) for _ in range(count)]
    return [Odds("name", "page", x, rng.random() < 1 / (1 + math.exp(-x)), False, n % 5) for n, x in enumerate(odds)]


@pytest.mark.parametrize(("at", "height"), [(-1.0, 0.5), (0.0, 0.5), (1.0, 0.6), (4.0, 0.9), (9.0, 0.9)])
def test_levels_run_straight_between_knots_and_flat_beyond(at: float, height: float) -> None:
    assert between(LEVELS["name"], at) == pytest.approx(height)


def test_a_source_with_levels_of_its_own_has_them() -> None:
    assert (KNOWN.level("name", "zone", 4.0), KNOWN.level("name", "page", 4.0)) == (0.99, 0.9)


def test_odds_are_the_weighted_evidence() -> None:
    assert KNOWN.odds({"least": 3.0, "unheard of": 5.0}) == 2.0


def test_nothing_is_surer_than_the_limit() -> None:
    assert KNOWN.level("text", "page", 30.0) == MOST


@pytest.mark.parametrize(("wanted", "least"), [(0.001, 0.97), (0.0005, 0.99), (0.02, 0.9), (0.0001, NEVER)])
def test_the_threshold_is_the_least_confidence_with_few_enough_errors(wanted: float, least: float) -> None:
    assert KNOWN.threshold("name", {"default": wanted}) == least


def test_a_kind_may_have_a_target_of_its_own() -> None:
    assert KNOWN.threshold("name", {"default": 0.02, "name": 0.0005}) == 0.99


def test_a_kind_that_was_never_fitted_is_never_accepted() -> None:
    assert KNOWN.threshold("stamp") == NEVER


def test_levels_rise() -> None:
    heights = [height for _, height in levels_of(world(2000, 1))]
    assert heights == sorted(heights)


def test_fitted_levels_are_calibrated_on_other_values() -> None:
    knots = tuple((x, y) for x, y in levels_of(world(6000, 1)))
    others = world(6000, 2)
    error = calibration_error([between(knots, each.odds) for each in others], [each.right for each in others])
    assert error < 0.01


@pytest.mark.parametrize("seed", range(4))
def test_thresholds_of_a_fit_hold_on_other_values(seed: int) -> None:
    levels = levels_of(world(8000, seed))
    told = [(between(_knots(levels), each.odds), each.right) for each in world(8000, seed)]
    known = Calibration("", {}, {"name": _knots(levels)}, {"others": _knots(errors_of(told))}, 0.7, frozenset())
    needed = known.threshold("name", {"default": 0.01})
    taken = [each.right for each in world(20000, seed + 50) if known.level("name", "page", each.odds) >= needed]
    assert len(taken) > 8000
    assert taken.count(False) / len(taken) <= 0.012


def _knots(knots: list[list[float]]) -> tuple[tuple[float, float], ...]:
    return tuple((x, y) for x, y in knots)


@pytest.mark.parametrize(
    ("sure", "right", "error"),
    [([1.0, 1.0], [True, True], 0.0), ([0.9] * 10, [True] * 9 + [False], 0.0), ([1.0, 1.0], [True, False], 0.5)],
)
def test_the_calibration_error_is_how_far_confidence_is_off(sure: list[float], right: list[bool], error: float) -> None:
    assert calibration_error(sure, right, 1) == pytest.approx(error)


def test_the_calibration_error_of_nothing_is_nothing() -> None:
    assert calibration_error([], []) == 0.0


def test_the_package_carries_a_calibration_for_every_kind_that_pages_hold() -> None:
    known = fitted()
    kinds = {field.kind for field in catalogue().fields.values()} - {"id_card"}
    assert kinds <= known.levels.keys() and known.errors.keys() == {"money", "stamps", "others"}
    assert known.version and "rapid" in known.engines


@pytest.mark.parametrize("kind", ["amount", "account", "name", "stamp", "date"])
def test_the_package_s_levels_rise_and_its_errors_fall_with_confidence(kind: str) -> None:
    levels, errors = fitted().levels[kind], fitted().errors[group_of(kind)]
    assert list(levels) == sorted(levels) and [y for _, y in levels] == sorted(y for _, y in levels)
    assert [x for x, _ in errors] == sorted((x for x, _ in errors), reverse=True)
    assert [y for _, y in errors] == sorted(y for _, y in errors)


def test_amounts_are_asked_for_more_readily_than_others() -> None:
    assert ACCEPT_ERROR["amount"] < ACCEPT_ERROR["default"]
