"""Parts note themselves, probes never make their reader wait, and standings say what fails and what is only a note."""

from __future__ import annotations

import os
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest

from archive.service import Part
from archive.vault import Archive
from processing.monitor import Monitor
from processing.parts import Beat, host
from processing.probes import Probe
from processing.standing import REFUSED, Figures, Level, Refusal, Standing, disk, noted, queues

NOW = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)


def part(name: str, kind: str, *, began: float = 0, silent: float = 0, fault: str = "") -> Part:
    """A part that began and fell silent so many seconds before NOW."""
    seen = NOW - timedelta(seconds=silent)
    since, expires = NOW - timedelta(seconds=began), seen + timedelta(seconds=20)
    return Part(0, name, kind, "h1", 7, since, seen, not fault, fault, {}, expires)


def levels(standings: list[Standing]) -> dict[str, Level]:
    return {one.name: one.level for one in standings}


def names(archive: Archive) -> list[str]:
    with archive.catalogue.read() as tx:
        return [one.name for one in tx.parts.list()]


def until(true: object) -> None:
    deadline = time.monotonic() + 20
    while not true():  # type: ignore[operator]
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_beat_notes_itself_at_once_and_leaves_in_order(archive: Archive) -> None:
    beats = [Beat(archive.catalogue, name, "work") for name in ("work@b", "work@a")]
    for beat in beats:
        beat.start()
    until(lambda: names(archive) == ["work@a", "work@b"])
    beats[0].stop()
    assert names(archive) == ["work@a"]
    beats[1].stop()
    assert names(archive) == []


def test_what_a_beat_says_is_noted_with_since_when(archive: Archive) -> None:
    beat = Beat(archive.catalogue, "chore:index", "chore")
    beat.start()
    beat.say(pages=3)
    beat.say("the index is away", seats=2)
    with archive.catalogue.write() as tx:
        beat.note(tx.parts.note)
        found = tx.parts.list()[0]
    beat.stop()
    assert (found.works, found.fault, found.detail) == (False, "the index is away", {"pages": 3, "seats": 2})
    assert (found.host, found.pid) == (host(), os.getpid())
    assert datetime.now(UTC) - found.since < timedelta(seconds=20)


def test_a_catalogue_that_is_away_stops_no_process(archive: Archive) -> None:
    beat = Beat(archive.catalogue, "work@x", "work")
    archive.catalogue.write = None  # type: ignore[method-assign,assignment]
    beat.start()
    beat.stop()


def test_a_probe_that_hangs_counts_as_ill_and_hangs_nobody() -> None:
    gate = threading.Event()
    probe = Probe("slow", lambda: gate.wait(30) and None)
    probe.start()
    until(lambda: not probe.answer(0.05).works)
    began = time.monotonic()
    assert "no answer" in probe.answer(0.05).fault
    assert time.monotonic() - began < 1
    gate.set()
    until(lambda: probe.answer(0.05).works)
    probe.stop()


def test_a_probe_keeps_since_when_its_part_is_ill_through_every_further_error() -> None:
    probe = Probe("ill", lambda: 1 / 0 and None)
    probe.once()
    first = probe.answer()
    probe.once()
    assert (first.works, first.fault) == (False, "ZeroDivisionError: division by zero")
    assert probe.answer().since == first.since


def test_pages_that_wait_without_any_worker_fail_and_with_one_do_not() -> None:
    waiting = (3, NOW - timedelta(minutes=5))
    alone = Figures(NOW, pages=waiting, parts=[part("w1", "worker", silent=60)])
    assert levels(list(queues(alone, False)))["pages"] is Level.FAILS
    served = Figures(NOW, pages=waiting, parts=[part("w2", "worker")])
    assert levels(list(queues(served, False)))["pages"] is Level.WORKS


def test_an_outbox_that_nobody_drains_warns() -> None:
    found = Figures(NOW, index=(5, NOW - timedelta(minutes=2)), wakes=(1, NOW - timedelta(seconds=5)))
    told = levels(list(queues(found, True)))
    assert (told["outbox.index"], told["outbox.work"]) == (Level.WARNS, Level.WORKS)


def test_a_vanished_part_fails_until_another_takes_its_place() -> None:
    gone = part("work@h1-1", "work", began=600, silent=60)
    assert levels(list(noted(Figures(NOW, parts=[gone])))) == {"work@h1-1": Level.FAILS}
    after = part("work@h1-2", "work", began=30)
    assert levels(list(noted(Figures(NOW, parts=[gone, after]))))["work@h1-1"] is Level.WARNS
    other = part("schedule@h1-3", "schedule", began=30)
    assert levels(list(noted(Figures(NOW, parts=[gone, other]))))["work@h1-1"] is Level.FAILS


def test_a_catalogue_that_is_away_makes_nobody_look_gone(archive: Archive) -> None:
    monitor = Monitor(archive)
    monitor._figures = Figures(NOW, parts=[part("work@h1-1", "work")])  # looked at long ago
    assert levels(monitor.standings())["work@h1-1"] is Level.WORKS


@pytest.mark.parametrize(
    ("free", "total", "level"),
    [
        (200 << 30, 4 << 40, Level.WORKS),
        (90 << 20, 100 << 20, Level.WORKS),
        (8 << 30, 100 << 30, Level.WARNS),
        (3 << 20, 100 << 20, Level.FAILS),
        (0, 1 << 40, Level.FAILS),
    ],
)
def test_a_disk_is_told_of_by_what_is_left(free: int, total: int, level: Level) -> None:
    assert disk("disk.data", free, total).level is level


def test_a_disk_that_refused_a_write_is_told_of_until_no_write_is_refused_for_a_while() -> None:
    refusal = Refusal("the disk is full", NOW, NOW + timedelta(seconds=30))
    (told,) = refusal.standing(NOW + timedelta(seconds=31))
    assert (told.level, told.since, told.fault) == (Level.FAILS, NOW, "the disk is full")
    assert list(refusal.standing(refusal.last + REFUSED)) == []


def test_readiness_names_a_disk_that_refused_a_write(archive: Archive) -> None:
    monitor = Monitor(archive)
    monitor.look()
    monitor.refused("the catalogue has a full disk")
    assert monitor.ready() == ("disk.full", "the catalogue has a full disk")
    assert [one.name for one in monitor.outages()] == ["disk.full"]
