"""Kills an ingest at random moments, restarts it each time, and compares the outcome with an undisturbed run."""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .ingest import BRANCH, DAY, TELLER, make_pages, vouch

GONE_WITHIN = 10.0  # seconds after its owner's death, on a machine that may be busy


def command(folder: Path, data: Path) -> list[str]:
    words = ("ingest", str(folder), "--branch", BRANCH, "--teller", TELLER, "--date", DAY.isoformat(), "--json")
    return vouch(*words, data=data)


def finished(folder: Path, data: Path) -> dict[str, Any]:
    """The JSON of an ingest that is left alone."""
    done = subprocess.run(command(folder, data), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def descendants(pid: int) -> list[int]:
    """The ids of a process's children and theirs; none where it has ended."""
    try:
        tasks = Path(f"/proc/{pid}/task").glob("*/children")
        children = [int(child) for task in tasks for child in task.read_text(encoding="ascii").split()]
    except OSError:  # it ends just now
        return []
    return [pid for child in children for pid in (child, *descendants(child))]


def victims(pid: int, family: list[int], rng: random.Random) -> list[int]:
    """Whom to kill: the owner, one of its family, or all at once as a power cut would."""
    return rng.choice(([pid], [rng.choice(family)] if family else [pid], [pid, *family]))


def disturbed(folder: Path, data: Path, kills: int, span: float, rng: random.Random) -> tuple[dict[str, Any], int]:
    """The JSON of an ingest that was killed `kills` times at random moments within `span` seconds of its start, and how
    many processes outlived the owner that they were of."""
    outlived = 0
    for number in range(kills):
        started = subprocess.Popen(command(folder, data), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(rng.uniform(0.3, span))
        family = descendants(started.pid)
        dead = victims(started.pid, family, rng)
        whose = "all" if len(dead) > 1 else "owner" if dead == [started.pid] else called(dead[0])
        for pid in dead:
            kill(pid)
        if started.pid not in dead:
            time.sleep(rng.uniform(0.3, 2.0))
            family += descendants(started.pid)
            kill(started.pid)
        started.wait()
        left = living(family)
        outlived += len(left)
        print(f"kill {number + 1}: {whose or 'worker'}", *(f"left: {called(pid)}" for pid in left), flush=True)
    return finished(folder, data), outlived


def called(pid: int) -> str:
    """A process's command line, cut short; "" where it has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")[:90].strip()
    except OSError:
        return ""


def living(family: list[int]) -> list[int]:
    """Those of a killed owner's processes that are still there after a while; none ought to be."""
    until = time.monotonic() + GONE_WITHIN
    while (left := [pid for pid in family if called(pid)]) and time.monotonic() < until:
        time.sleep(0.1)
    return left


def kill(pid: int) -> None:
    """SIGKILL; a process that has ended already needs none."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def values(report: Mapping[str, Any]) -> dict[tuple[str, int], Any]:
    """What a run says of every page: its type and its fields, by file and page."""
    return {(v["file"], v["page"]): (v["type"], v["fields"]) for v in report["vouchers"]}


def run(pages: int, kills: int, seed: int, out: Path) -> list[str]:
    """The differences between the disturbed and the undisturbed run; [] means that nothing was lost or doubled, and
    nothing left behind."""
    folder = out / "pages"
    make_pages(folder, pages, seed)
    begin = time.monotonic()
    calm = finished(folder, out / "calm")
    span = max(3.0, (time.monotonic() - begin) / max(1, kills) * 2)
    torn, outlived = disturbed(folder, out / "torn", kills, span, random.Random(seed))
    faults = [f"{outlived} processes outlived their owner"] if outlived else []
    faults += [f"{name}: {calm[name]} became {torn[name]}" for name in ("pages", "pages_done", "quarantined", "sheets")
              if calm[name] != torn[name]]  # fmt: skip
    if len(torn["vouchers"]) != len(calm["vouchers"]):
        faults.append(f"records: {len(calm['vouchers'])} became {len(torn['vouchers'])}")
    before, after = values(calm), values(torn)
    return faults + [f"{place} differs" for place in before if before[place] != after.get(place)]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=200)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    asked = parser.parse_args()
    out = Path(tempfile.mkdtemp(prefix="vouch-kills-"))
    try:
        faults = run(asked.pages, asked.kills, asked.seed, out)
    finally:
        shutil.rmtree(out, ignore_errors=True)
    print(f"seed {asked.seed}: {asked.pages} pages, {asked.kills} kills, {len(faults)} differences", *faults, sep="\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
