"""Vote: what most readings of a doubtful value say stands."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from imaging.model import Box, Page, Pixels
from ocr.extract.found import Candidate, Evidence, Found
from ocr.extract.vote import voted
from ocr.forms import catalogue
from ocr.kinds import Normalised
from ocr.model import Line, Reading

PAPER = np.full((100, 600), 255, np.uint8)


class Says:
    """An engine that reads the same on every crop."""

    name = "says"

    def __init__(self, text: str) -> None:
        self.text = text

    def read(self, page: Page) -> Reading:
        return Reading((), self.name, page.width, page.height)

    def read_lines(
        self, crops: list[Pixels], kinds: Sequence[str | None] | None = None, quick: bool = False
    ) -> list[Line]:
        return [Line(self.text, 0.9, None, (), (0.9,) * len(self.text)) for _ in crops]


@pytest.mark.parametrize(
    ("first", "other", "third", "stands"),
    [
        ("邵董民", "邵萱民", "邵萱民", "邵萱民"),
        ("邵董民", "邵萱民", "邵董民", "邵董民"),
        ("州市广丰公司", "川州广丰公司", "川市厂丰公司", "川市广丰公司"),
        ("邵董民", "邵萱民", "邵民", "邵董民"),
    ],
)
def test_the_majority_of_three_readings_stands(first: str, other: str, third: str, stands: str) -> None:
    box = Box(100, 30, 300, 40)
    found = Found("holder_name", Normalised(first), first, box, Evidence(least=0.8, mean=0.9, again=-1.0), lines=(box,),
                  other=Candidate(Normalised(other), other, 0.8, 0.9))  # fmt: skip
    said = voted([found], {"holder_name": catalogue().fields["holder_name"]}, [PAPER], Says(third))
    assert [each.value.value for each in said] == [stands]
    assert said[0].evidence.again == -1.0
