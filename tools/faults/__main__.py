"""`python -m tools.faults`: runs faults of one's choice on a size, writes a log, or makes the page of logs."""

from __future__ import annotations

import argparse
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

from .journal import append, read, report
from .peers import PEERS, WHAT
from .series import Plan, series
from .strikes import FAULTS
from .world import WORLDS


def _arguments() -> argparse.Namespace:
    names = "\n".join([*(f"  {n:20}{f.what}" for n, f in FAULTS.items()), *(f"  {n:20}{WHAT[n]}" for n in PEERS)])
    parser = argparse.ArgumentParser(
        "tools.faults", description=__doc__, epilog=f"faults:\n{names}", formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--size", choices=(*WORLDS, "both"), default="embedded")
    parser.add_argument("--faults", default="all", help="names with commas; all: every one of the size")
    parser.add_argument("--times", type=int, default=1)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--pages", type=int, default=18, help="pages of a run")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--minute", type=float, default=60.0, help="how long an outage lasts, in seconds")
    parser.add_argument("--log", type=Path, default=Path("faults.jsonl"))
    parser.add_argument("--folder", type=Path, help="where the data lies; default: a temporary folder")
    parser.add_argument("--report", type=Path, nargs="+", metavar="LOG", help="print the page of these logs instead")
    return parser.parse_args()


def _plan(asked: argparse.Namespace, size: str) -> Plan:
    known = (*FAULTS, *PEERS)
    names = known if asked.faults == "all" else tuple(asked.faults.split(","))
    unknown = set(names) - set(known)
    if unknown:
        raise SystemExit(f"no fault is called {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    return Plan(size, tuple(names), asked.times, asked.seed, asked.minute, asked.pages, asked.workers)


def main() -> int:
    asked = _arguments()
    if asked.report:
        print(report(read(asked.report)))
        return 0
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # the worlds are taken down on the way out
    folder = asked.folder or Path(tempfile.mkdtemp(prefix="vouch-faults-"))
    broken = 0
    for size in WORLDS if asked.size == "both" else (asked.size,):
        for line in series(_plan(asked, size), folder):
            print(line.text(), *(f"    {text}" for text in line.findings), sep="\n", flush=True)
            append(asked.log, line)
            broken += line.verdict != "kept"
    if not asked.folder and not broken:
        shutil.rmtree(folder, ignore_errors=True)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
