"""Chores: one process of all does each, another takes over, and a failure is told and tried again."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from plant import until

from archive.catalogue import Catalogue
from archive.vault import Archive
from processing.chores import LONGEST_PAUSE, Chore, Chores, Hold, turn

SPAWN = multiprocessing.get_context("spawn")


@contextmanager
def running(chores: Chores) -> Iterator[Chores]:
    chores.start()
    try:
        yield chores
    finally:
        chores.stop()


def holder(archive: Archive) -> str:
    with archive.catalogue.read() as tx:
        return tx.chores.holders().get("count", "")


def test_of_two_schedulers_one_does_a_chore_and_hands_it_over_when_it_stops(archive: Archive) -> None:
    done: list[str] = []
    first, second = (
        Chores(archive.catalogue, [Chore("count", lambda name=name: bool(done.append(name)), 0.01)], name)
        for name in ("first", "second")
    )
    with running(first):
        until(lambda: holder(archive) == "first" and bool(done))
        with running(second):
            until(lambda: len(done) > 20)
            assert set(done) == {"first"}
            first.stop()
            assert holder(archive) != "first"
            until(lambda: "second" in done)


def test_a_chore_is_done_at_once_for_whom_waits_for_it(archive: Archive) -> None:
    done: list[int] = []
    with running(Chores(archive.catalogue, [Chore("count", lambda: bool(done.append(1)), 3600.0)])) as chores:
        until(lambda: len(done) == 1)
        chores.hurry()
        until(lambda: len(done) == 2)


def test_what_takes_long_is_done_seldomer() -> None:
    dear = Chore("count", lambda: False, 0.5, share=0.1)
    assert [dear.rest(took) for took in (0.01, 0.1, 60.0)] == [0.5, pytest.approx(0.9), LONGEST_PAUSE]


def test_a_process_whose_lease_was_taken_begins_no_turn(archive: Archive) -> None:
    late = Hold(archive.catalogue, "count", "late")
    assert late.take()
    with archive.catalogue.write() as tx:
        now = datetime.now(UTC)
        assert tx.chores.take("count", "next", now + timedelta(minutes=1), at=now + timedelta(minutes=1))
    late.renew()
    assert not late.held()


def _schedule(url: str) -> None:
    catalogue = Catalogue(url)
    Chores(catalogue, [Chore("count", lambda: False, 0.1)], f"other-{os.getpid()}").start()
    threading.Event().wait()


@pytest.mark.slow
def test_a_killed_schedulers_chores_are_taken_over_within_twenty_seconds(archive: Archive) -> None:
    other = SPAWN.Process(target=_schedule, args=(archive.catalogue.url,))
    other.start()
    until(lambda: holder(archive).startswith("other"))
    with running(Chores(archive.catalogue, [Chore("count", lambda: False, 0.1)], "mine")):
        os.kill(other.pid or 0, signal.SIGKILL)
        begin = time.monotonic()
        until(lambda: holder(archive) == "mine", 20.0)
        assert time.monotonic() - begin <= 20.0
    other.join()


def test_a_chore_that_fails_is_noted_with_its_fault_and_tried_again(archive: Archive, tmp_path: Path) -> None:
    def fail() -> bool:
        if not (tmp_path / "mended").exists():
            raise OSError("the disk is full")
        return False

    def noted() -> str:
        with archive.catalogue.read() as tx:
            return next((part.fault for part in tx.parts.list() if part.name == "chore:count"), "nothing is noted")

    with running(Chores(archive.catalogue, [Chore("count", fail, 0.05)])):
        until(lambda: noted() == "OSError: the disk is full")
        (tmp_path / "mended").touch()
        until(lambda: noted() == "")
    assert noted() == "nothing is noted"


def test_an_owner_ends_what_waits_before_it_goes(archive: Archive) -> None:
    waiting = list(range(5))
    chore = Chore("count", lambda: bool(waiting and waiting.pop() is not None), 60.0)
    with running(Chores(archive.catalogue, [chore])):
        until(lambda: len(waiting) < 5)
    assert waiting == []


def test_a_fault_that_ends_is_over() -> None:
    outcomes = iter([True, False])
    chore = Chore("count", lambda: 1 // int(next(outcomes)) > 0, 1.0)
    assert turn(chore) and not turn(chore)
    assert chore.fault == "ZeroDivisionError: integer division or modulo by zero"
