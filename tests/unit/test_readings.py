"""The stored form of a reading."""

from __future__ import annotations

import pytest

from imaging.model import Box
from ocr import readings
from ocr.model import Line, Reading

READING = Reading(
    (Line("金额 1.50", 0.9876, Box(1, 2, 30, 40), (1.5, 2.5), (0.5, 1.0)), Line("", 0.0)), "rapid", 1654, 1165
)


def test_a_reading_comes_back_as_it_was_stored() -> None:
    assert readings.load(readings.dump(READING)) == READING


def test_equal_readings_have_equal_bytes() -> None:
    assert readings.dump(READING) == readings.dump(readings.load(readings.dump(READING)))


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b'{"format": 1}', b"\xff\xfe"])
def test_bytes_that_are_no_reading_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="not a stored reading"):
        readings.load(data)


def test_a_newer_format_is_refused_by_its_number() -> None:
    with pytest.raises(ValueError, match="its format is 9"):
        readings.load(b'{"format": 9, "engine": "x", "size": [1, 1], "lines": []}')
