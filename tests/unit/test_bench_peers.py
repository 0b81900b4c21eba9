"""The bench of peers: what a command took is measured with all that it starts, turns are fair, figures add up."""

from __future__ import annotations

import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from pathlib import Path

import pytest

from bench.peers import KNOWN, SLOW, UNSEEN, Score, compete, ratios
from bench.peers_chart import chart
from bench.peers_others import Turn, halves
from bench.peers_watch import Watched, watched

BUSY = "import time\nend = time.process_time() + {0}\nwhile time.process_time() < end: pass\n"


class Told:
    """A contestant who writes down whose turn it was."""

    def __init__(self, name: str, log: list[tuple[str, int]]) -> None:
        self.name, self.log = name, log

    def missing(self) -> str:
        return ""

    def turn(self, files: Sequence[Path], _scratch: Path) -> Turn:
        self.log.append((self.name, len(files)))
        return Turn(len(files), Watched(0.0, ended=10.0, cpu=5.0, looks=[(0.0, 0.0), (10.0, 5.0)]), 2.0, 1)


def test_processor_time_counts_children_and_what_outlives_the_command() -> None:
    orphan = BUSY.format(0.3)
    words = f"import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', {orphan!r}])\n" + BUSY.format(0.2)
    took = watched([[sys.executable, "-c", words]])
    assert took.cpu >= 0.5


def test_commands_run_beside_each_other_and_say_what_they_print() -> None:
    took = watched([[sys.executable, "-c", f"print({n})"] for n in (1, 2)])
    assert took.said.split() == ["1", "2"]


def test_a_command_that_fails_is_told_with_its_words() -> None:
    with pytest.raises(RuntimeError, match="no such luck"):
        watched([[sys.executable, "-c", "raise SystemExit('no such luck')"]])


def test_processor_time_by_a_moment_is_in_proportion_between_two_looks() -> None:
    found = Watched(0.0, looks=[(1.0, 0.5), (3.0, 2.5), (5.0, 3.0)])
    assert [found.cpu_until(at) for at in (0.5, 2.0, 3.0, 9.0)] == [0.0, 1.5, 2.5, 3.0]


def test_everybody_reads_every_page_and_begins_in_turn(tmp_path: Path) -> None:
    log: list[tuple[str, int]] = []
    files = [tmp_path / f"{n}.jpg" for n in range(7)]
    compete([Told("a", log), Told("b", log)], files, 3, 0, tmp_path)
    assert log == [("a", 3), ("b", 3), ("b", 3), ("a", 3), ("a", 1), ("b", 1)]


def test_slow_ones_read_a_share_spread_over_the_run(tmp_path: Path) -> None:
    log: list[tuple[str, int]] = []
    files = [tmp_path / f"{n}.jpg" for n in range(8)]
    compete([Told("a", log), Told(SLOW[0], log)], files, 2, 4, tmp_path)
    assert [name for name, _ in log].count(SLOW[0]) == 2
    assert log[1][0] == SLOW[0]


def test_start_up_and_the_pages_done_by_then_are_left_out_of_the_steady_figures() -> None:
    figures = Score([Told("a", []).turn([Path("x")] * 5, Path())]).figures()
    assert (figures["pages_per_second"], figures["pages_per_second_whole"]) == (0.5, 0.5)
    assert (figures["cpu_seconds_a_page"], figures["cpu_seconds_a_page_whole"]) == (1.0, 1.0)


def test_ratios_say_which_bars_are_met() -> None:
    rates = {KNOWN: 10.0, UNSEEN: 4.0, "Tesseract, bare": 2.0}
    found = ratios({name: {"pages_per_second": rate} for name, rate in rates.items()})
    assert [(row["vouch"], row["times"], row["met"]) for row in found] == [(KNOWN, 5.0, True), (UNSEEN, 2.0, False)]


def test_files_are_dealt_out_to_two_processes() -> None:
    assert halves([Path("a"), Path("b"), Path("c")]) == [["a", "c"], ["b"]]
    assert halves([Path("a")]) == [["a"]]


def test_the_chart_is_well_formed_and_its_bars_are_in_proportion() -> None:
    drawn = ElementTree.fromstring(chart([("Vouch <known>", 10.0), ("Tesseract", 2.5)], "Pages & more", "note"))
    bars = [float(one.attrib["width"]) for one in drawn.iter("{http://www.w3.org/2000/svg}rect")][1:]
    assert bars[0] == pytest.approx(4 * bars[1], rel=1e-3)
