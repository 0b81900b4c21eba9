"""The number of an archive box: written in one way however it is typed, and refused where it is none."""

from __future__ import annotations

import pytest

from archive.boxing import box_number
from archive.errors import Invalid
from archive.index import parse
from archive.search import Asked


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" k2026-0042 ", "K2026-0042"),
        ("Ｋ２０２６－００４２", "K2026-0042"),
        ("南山/档3", "南山/档3"),
        ("x" * 40, "X" * 40),
        ("", ""),
        ("　", ""),
    ],
)
def test_a_number_is_kept_in_one_way(typed: str, kept: str) -> None:
    assert box_number(typed) == kept


@pytest.mark.parametrize("typed", ["K 1", "K_1", "K:1", "x" * 41, "K\n1", "K\0", "箱。", "K–1", "ß" * 21])
def test_what_is_no_number_is_refused_and_says_what_to_write(typed: str) -> None:
    with pytest.raises(Invalid, match="is no number of a box; write 1 to 40 letters, digits, - or /") as refused:
        box_number(typed)
    assert refused.value.field == "box"


@pytest.mark.parametrize("text", ["箱:k2026-0042", "箱号：Ｋ2026-0042", "box:K2026-0042", "箱:K2026－0042"])
def test_a_search_writes_the_number_the_same_way(text: str) -> None:
    assert parse(text).box == "K2026-0042"


def test_so_does_the_filter_beside_the_text() -> None:
    assert Asked("箱:K1", box=" k1").query().box == "K1"
