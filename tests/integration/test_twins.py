"""Two scans of one paper: the later is shown as the earlier one's twin, whichever of them is read first."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from pages import wire_transfer

from archive.model import TellerDay
from archive.vault import Archive
from ocr.engines import load
from processing import capture
from processing.twins import same_paper
from processing.worker import claim, handle


def twins(archive: Archive, day: TellerDay, order: Sequence[int], *contents: bytes) -> list[int | None]:
    """Of each page the place of the one it is a twin of; all are claimed at once, and end in that order."""
    batch = capture.open_batch(archive, day, actor="op").id
    for number, data in enumerate(contents):
        capture.add_file(archive, batch, f"{number}.png", data, actor="op")
    pages = [page for _ in contents if (page := claim(archive, "here")) is not None]
    for at in order:
        handle(archive, load("printed_code"), pages[at], "here")
    places = {page.id: at for at, page in enumerate(pages)}
    with archive.catalogue.read() as tx:
        ended = tx.pages.of_batch(batch)
    return [places[page.twin_of] if page.twin_of else None for page in ended]


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2), (1, 2, 0)])
def test_copies_under_other_names_are_twins_of_the_first(
    archive: Archive, day: TellerDay, order: tuple[int, ...]
) -> None:
    copy, again = (wire_transfer() + tail for tail in (b"", b"\0"))  # other bytes, the same picture
    first, *rest = twins(archive, day, order, wire_transfer(), copy, again)
    assert first is None and None not in rest


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_another_paper_on_the_same_form_is_no_twin(archive: Archive, day: TellerDay, order: tuple[int, ...]) -> None:
    assert twins(archive, day, order, wire_transfer(), wire_transfer("88.00")) == [None, None]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("电汇凭证 张伟 1234.50", "电汇凭证 张伟 1234.50", True),
        ("电汇凭证 张伟 金额 1234.50", "电汇凭证 张韦 金额 1234.50", True),
        ("电汇凭证 张伟 1234.50", "电汇凭证 张伟 1234.60", False),
        ("存款业务须知第一条", "支票领用登记簿", False),
        ("", "", False),
    ],
)
def test_one_paper_says_the_same_twice(one: str, other: str, same: bool) -> None:
    assert same_paper(one, other) is same
