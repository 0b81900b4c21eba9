"""Capture: acknowledged means durable, sent twice is one, what cannot be imaged is refused by name."""

from __future__ import annotations

from decimal import Decimal

import pytest
from pages import coded

from archive.errors import Conflict, DaySealed, Invalid, NotFound
from archive.model import BatchState, Scope, TellerDay
from archive.vault import Archive
from processing import capture
from processing.capture import Declared, SheetsMissing


def opened(archive: Archive, day: TellerDay, **options: object) -> int:
    return capture.open_batch(archive, day, actor="op", **options).id  # type: ignore[arg-type]


def test_a_file_sent_again_is_answered_with_the_same_identity(archive: Archive, day: TellerDay) -> None:
    batch = opened(archive, day)
    first = capture.add_file(archive, batch, "0001.png", coded(n=1), actor="op")
    again = capture.add_file(archive, batch, "0001.png", coded(n=1), actor="op")
    with archive.catalogue.read() as tx:
        assert (again.id, tx.batches.counts(batch).pages) == (first.id, 1)


def test_equal_bytes_under_another_name_keep_their_place(archive: Archive, day: TellerDay) -> None:
    batch = opened(archive, day)
    capture.add_file(archive, batch, "0001.png", coded(n=1), actor="op")
    capture.add_file(archive, batch, "0002.png", coded(n=1), actor="op")
    with archive.catalogue.read() as tx:
        assert tx.batches.counts(batch).sheets == 2


def test_a_file_that_is_no_image_is_refused_by_name_while_others_go_on(archive: Archive, day: TellerDay) -> None:
    batch = opened(archive, day)
    refused = capture.add_file(archive, batch, "notes.jpg", b"plain words", actor="op")
    taken = capture.add_file(archive, batch, "0001.png", coded(n=1), actor="op")
    assert (refused.name, refused.refused, bool(refused.detail)) == ("notes.jpg", "not_an_image", True)
    assert (taken.refused, taken.pages) == ("", 1)


def test_files_that_come_together_keep_their_order_and_their_identity(archive: Archive, day: TellerDay) -> None:
    batch = opened(archive, day)
    known = capture.add_file(archive, batch, "0002.png", coded(n=2), actor="op")
    three = [("0001.png", coded(n=1)), ("0002.png", coded(n=2)), ("0003.png", b"plain words"), ("0001.png", coded(n=1))]
    found = capture.add_files(archive, batch, three, actor="op")
    assert [file.refused for file in found] == ["", "", "not_an_image", ""]
    assert (found[1].id, found[3].id) == (known.id, found[0].id)
    with archive.catalogue.read() as tx:
        assert [page.file_name for page in tx.pages.of_batch(batch)] == ["0002.png", "0001.png"]
        assert tx.pages.undone(batch) == 2


def test_an_acknowledged_file_lies_in_the_object_store(archive: Archive, day: TellerDay) -> None:
    data = coded(n=1)
    file = capture.add_file(archive, opened(archive, day), "0001.png", data, actor="op")
    assert archive.objects.get(file.sha256) == data


def test_the_same_teller_and_day_go_on_with_the_open_batch_unless_a_new_one_is_asked(
    archive: Archive, day: TellerDay
) -> None:
    first = opened(archive, day)
    assert opened(archive, day) == first
    assert opened(archive, day, new=True) != first


def test_what_is_declared_later_stands_and_what_is_not_said_stays(archive: Archive, day: TellerDay) -> None:
    opened(archive, day, declared=Declared(sheets=3, amount=Decimal("12.50")))
    batch = capture.open_batch(archive, day, declared=Declared(sheets=4), actor="op")
    assert (batch.declared_sheets, batch.declared_amount) == (4, Decimal("12.50"))


def test_closing_a_short_batch_is_refused_naming_the_missing_sheets(archive: Archive, day: TellerDay) -> None:
    batch = opened(archive, day, declared=Declared(sheets=3))
    capture.add_file(archive, batch, "0001.png", coded(n=1), actor="op")
    with pytest.raises(SheetsMissing, match="sheets 2-3") as caught:
        capture.close_batch(archive, batch, actor="op")
    assert caught.value.numbers == (2, 3)


def test_a_short_batch_closes_when_the_person_says_so(archive: Archive, day: TellerDay) -> None:
    batch = opened(archive, day, declared=Declared(sheets=3))
    assert capture.close_batch(archive, batch, actor="op", short=True).state is not BatchState.OPEN


def test_a_closed_batch_takes_no_file(archive: Archive, day: TellerDay) -> None:
    batch = opened(archive, day)
    capture.close_batch(archive, batch, actor="op")
    with pytest.raises(Conflict, match="open a new batch"):
        capture.add_file(archive, batch, "0001.png", coded(n=1), actor="op")


def test_a_sealed_day_takes_no_batch(archive: Archive, day: TellerDay) -> None:
    with archive.catalogue.write() as tx:
        tx.days.touch(day)
        tx.days.seal(day, "0" * 64, "boss")
    with pytest.raises(DaySealed):
        opened(archive, day)


def test_a_batch_outside_scope_reads_like_none(archive: Archive, day: TellerDay) -> None:
    batch = opened(archive, day)
    with pytest.raises(NotFound):
        capture.add_file(archive, batch, "a.png", coded(n=1), actor="op", scope=Scope(frozenset({"0999"})))


@pytest.mark.parametrize("name", ["", "///", "\x00"])
def test_a_file_without_a_name_is_refused(archive: Archive, day: TellerDay, name: str) -> None:
    with pytest.raises(Invalid, match="no name"):
        capture.add_file(archive, opened(archive, day), name, coded(n=1), actor="op")


def test_a_branch_that_is_no_number_is_refused(archive: Archive, day: TellerDay) -> None:
    with pytest.raises(Invalid, match="branch_no"):
        opened(archive, TellerDay("城东", "0417", day.business_date))
