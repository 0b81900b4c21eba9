"""The words of the system page about parts."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from api.i18n import words
from api.part_words import row
from processing.standing import Refusal, disk

AT = datetime(2026, 3, 9, 12, tzinfo=UTC)


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_a_disk_of_a_server_that_refused_a_write_has_a_row_without_a_figure(language: str) -> None:
    (full,) = Refusal("the disk of MinIO is full", AT, AT).standing(AT)
    shown = row(words(language), full, AT)
    assert (shown.figure, shown.fault) == ("", "the disk of MinIO is full")
    assert shown.action


def test_a_local_disk_says_how_much_is_free() -> None:
    assert row(words("en"), disk("disk.data", 3 << 30, 10 << 30), AT).figure == "3.0 GB of 10.0 GB free"
