"""Five hundred hostile files: each is read or refused in words, none is more than a reader can bear."""

from __future__ import annotations

import pytest

from bench.fuzz import Tally, run
from bench.fuzz_cases import case, seeds


def test_a_case_is_the_same_every_time() -> None:
    assert [case(3, n).data for n in (1, 7, 64)] == [case(3, n).data for n in (1, 7, 64)]


def test_whole_files_are_read_or_known_to_be_of_no_accepted_kind() -> None:
    from bench.fuzz import attempt

    said = {kind: attempt(data, f"{kind}.bin")[0] for kind, data in seeds().items()}
    assert {kind for kind, word in said.items() if word != "read"} == {"gif", "jpeg2000"}
    assert {said["gif"], said["jpeg2000"]} == {"not_an_image"}


@pytest.mark.slow
def test_five_hundred_hostile_files_break_nothing() -> None:
    tally = run(seed=500, numbers=range(500), processes=2)
    assert tally.cases == 500
    assert tally.failures == []


@pytest.mark.parametrize(
    ("said", "seconds", "mb", "why"),
    [("read", 1.0, 200, ""), ("!died of -11", 0.1, 0, "crash"), ("!hang", 400.0, 0, "hang"),
     ("!KeyError: 1", 0.1, 90, "error"), ("damaged", 6.0, 90, "slow"), ("too_large", 0.1, 1_200, "memory")],
)  # fmt: skip
def test_what_counts_as_a_failure(said: str, seconds: float, mb: int, why: str) -> None:
    tally = Tally()
    answer = {"number": 1, "kind": "pdf", "change": "cut", "size": 9, "said": said, "seconds": seconds, "mb": mb}
    tally.add(answer)
    assert [failure["why"] for failure in tally.failures] == ([why] if why else [])
