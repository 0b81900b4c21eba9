"""Vouch beside its peers on the same pages, in turns within one run: `python -m bench.peers [--pages 200] [--turn 50]`.

Vouch goes from files to archived and indexed, two workers: by known forms (learned and approved before by the command
line, from samples of their own) and without; its engine alone in full text; RapidOCR and Tesseract bare, two processes;
OCRmyPDF by default and cleaning, two jobs. `--slow N` gives the three slowest N pages only. What is not installed is
said and left out. Figures go to bench/out/peers.json, the chart to docs/peers.svg.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from rich.console import Console
from rich.table import Table

from bench.peers_chart import chart
from bench.peers_others import HOW, PEERS, Turn
from bench.peers_vouch import FullText, Ingest, learn_forms, make_vouchers

OUT = Path(__file__).parent / "out"
CHART = Path(__file__).parent.parent / "docs" / "peers.svg"
KNOWN, UNSEEN = "Vouch, known forms", "Vouch, unseen forms"
SLOW = ("RapidOCR, bare", "OCRmyPDF", "OCRmyPDF, cleaning")
BARS = {
    "Tesseract, bare": (4.0, 2.2),
    "OCRmyPDF": (9.0, 4.5),
    "OCRmyPDF, cleaning": (25.0, 13.0),
}
"""How many times the peer's pages a second Vouch is to do, by known forms and without."""


class Contestant(Protocol):
    """Somebody who takes turns."""

    @property
    def name(self) -> str: ...

    def missing(self) -> str: ...

    def turn(self, files: Sequence[Path], scratch: Path, /) -> Turn: ...


@dataclass(slots=True)
class Score:
    """The turns of one contestant."""

    turns: list[Turn] = field(default_factory=list)

    def figures(self) -> dict[str, float]:
        """Pages a second whole and steady (without start-up), processor seconds a page likewise, MB."""
        pages = sum(turn.pages for turn in self.turns)
        warm = pages - sum(turn.startup_pages for turn in self.turns)
        whole = sum(turn.took.ended - turn.took.begun for turn in self.turns)
        startup = sum(turn.startup for turn in self.turns)
        cpu = sum(turn.took.cpu for turn in self.turns)
        idle = sum(turn.took.cpu_until(turn.took.begun + turn.startup) for turn in self.turns)
        return {
            "pages": pages,
            "pages_per_second": round(warm / (whole - startup), 3),
            "pages_per_second_whole": round(pages / whole, 3),
            "cpu_seconds_a_page": round((cpu - idle) / warm, 3),
            "cpu_seconds_a_page_whole": round(cpu / pages, 3),
            "startup_seconds_a_turn": round(startup / len(self.turns), 2),
            "startup_cpu_seconds_a_turn": round(idle / len(self.turns), 2),
            "largest_process_mb": round(max(turn.took.largest_mb for turn in self.turns)),
            "together_mb": round(max(turn.took.together_mb for turn in self.turns)),
            "slowest_turn_whole": round(min(t.pages / (t.took.ended - t.took.begun) for t in self.turns), 3),
        }


def compete(
    contestants: Sequence[Contestant], files: Sequence[Path], turn: int, slow: int, scratch: Path
) -> dict[str, Score]:
    """Every contestant over the files in turns, another one first each time; the slow ones take part until they have
    done `slow` pages, spread over the run."""
    scores = {one.name: Score() for one in contestants}
    batches = [files[at : at + turn] for at in range(0, len(files), turn)]
    for number, batch in enumerate(batches):
        first = number % len(contestants)
        for one in (*contestants[first:], *contestants[:first]):
            due = slow * (number + 1) / len(batches) if one.name in SLOW else len(files)
            if sum(taken.pages for taken in scores[one.name].turns) >= due:
                continue
            with tempfile.TemporaryDirectory(dir=scratch) as place:
                begun = time.monotonic()
                scores[one.name].turns.append(one.turn(batch, Path(place)))
            print(f"turn {number + 1}/{len(batches)} {one.name}: {time.monotonic() - begun:.1f} s", flush=True)
    return scores


def ratios(figures: dict[str, dict[str, float]]) -> list[dict[str, Any]]:
    """How many times each peer's pages a second Vouch does, and the bars."""
    found = []
    for peer, bars in BARS.items():
        for ours, bar in zip((KNOWN, UNSEEN), bars, strict=True):
            if peer in figures and ours in figures:
                times = figures[ours]["pages_per_second"] / figures[peer]["pages_per_second"]
                found.append({"vouch": ours, "peer": peer, "times": round(times, 2), "bar": bar, "met": times >= bar})
    return found


def show(result: dict[str, Any]) -> None:
    """Prints the tables."""
    names = list(next(iter(result["figures"].values())))
    table = Table("contestant", *(name.replace("_", " ") for name in names))
    for contestant, figures in result["figures"].items():
        table.add_row(contestant, *(str(figures[name]) for name in names))
    times = Table("Vouch", "beside", "times", "bar", "met")
    for row in result["ratios"]:
        times.add_row(row["vouch"], row["peer"], str(row["times"]), str(row["bar"]), "yes" if row["met"] else "no")
    stages = Table("median ms a page", *result["stages_ms"])
    for name in dict.fromkeys(name for each in result["stages_ms"].values() for name in each):
        stages.add_row(name, *(str(each.get(name, "")) for each in result["stages_ms"].values()))
    console = Console(width=170)
    for each in (table, times, stages):
        console.print(each)


def run(asked: argparse.Namespace, out: Path = OUT) -> dict[str, Any]:
    """The whole comparison."""
    place = out / "peers"
    place.mkdir(parents=True, exist_ok=True)
    geometries, types = tuple(asked.geometries.split(",")), asked.types.split(",") if asked.types else None
    pages = place / f"pages-{asked.seed}-{asked.pages}-{''.join(geometries)}-{len(types or ())}"
    make_vouchers(pages, asked.pages, asked.seed, geometries, types)
    files = sorted(pages.glob("*.jpg"))
    base = learn_forms(place, asked.seed + 1_000, geometries, types)
    known, unseen = Ingest(KNOWN, place / "known", base), Ingest(UNSEEN, place / "unseen", None)
    wanted = [one for one in (known, unseen, FullText(), *PEERS) if asked.only in one.name]
    missing = {one.name: why for one in wanted if (why := one.missing())}
    for name, why in missing.items():
        print(f"left out: {name}: {why}. To install the peers: {HOW}")
    present = [one for one in wanted if one.name not in missing]
    load = os.getloadavg()[0]
    scores = compete(present, files, asked.turn, asked.slow, place)
    figures = {name: score.figures() for name, score in scores.items() if score.turns}
    ran = [one for one in (known, unseen) if one.name in figures]
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"), "load_before": load, "pages": len(files),
        "turn": asked.turn, "seed": asked.seed, "geometries": geometries, "missing": missing, "figures": figures,
        "ratios": ratios(figures), "stages_ms": {one.name: one.stages() for one in ran},
        "read_by_a_form": {one.name: one.by_form() for one in ran},
    }  # fmt: skip


def draw(result: dict[str, Any]) -> str:
    """The chart of a result."""
    rows = [(name, figures["pages_per_second"]) for name, figures in result["figures"].items()]
    least = min(int(figures["pages"]) for figures in result["figures"].values())
    pages = f"{result['pages']} generated vouchers (A5, 200 dpi, JPEG), at least {least} each"
    note = f"{pages}, in turns of {result['turn']}; 2 cores"
    return chart(sorted(rows, key=lambda row: -row[1]), "Pages a second", note)


def part(_scratch: Path) -> dict[str, Any]:
    """The comparison as a part of `make bench`, with what it takes without wishes."""
    return finished(parser().parse_args([]))


def finished(asked: argparse.Namespace) -> dict[str, Any]:
    """The comparison, written to bench/out and drawn."""
    result = run(asked)
    (OUT / "peers.json").write_text(json.dumps(result, indent=1, ensure_ascii=False), encoding="utf-8")
    CHART.write_text(draw(result), encoding="utf-8")
    return result


def parser() -> argparse.ArgumentParser:
    """What may be wished."""
    found = argparse.ArgumentParser(description=__doc__)
    for name, default in (("pages", 200), ("turn", 50), ("slow", 100), ("seed", 20260715)):
        found.add_argument(f"--{name}", type=int, default=default)
    found.add_argument("--geometries", default="a", help="prints of the generator, as a,b")
    found.add_argument("--types", default="", help="voucher types; all without it")
    found.add_argument("--only", default="", help="contestants whose name holds this")
    found.add_argument("--fresh", action="store_true", help="learn the forms anew")
    return found


def main() -> None:
    """Runs the comparison, writes and prints it."""
    asked = parser().parse_args()
    if asked.fresh:
        shutil.rmtree(OUT / "peers", ignore_errors=True)
    show(finished(asked))


if __name__ == "__main__":
    main()
