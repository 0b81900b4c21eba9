"""Fuzzing of every decoder: `python -m bench.fuzz [--cases N] [--seed S] [--start K] [--step T] [--processes P]`.

Each case is a hostile file by number (`bench.fuzz_cases`), handed to `probe` and `decode` in a process of its own kind
that is replaced when it dies. A failure is a crash, an error that is no ScanError, over 5 s of processor time, or over
1 GB of memory. Failures and figures go to bench/out/fuzz.json; docs/fuzzing.md tells them.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import selectors
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

OUT = Path(__file__).parent / "out" / "fuzz.json"
MOST_SECONDS, MOST_MB = 5.0, 1_000
_PATIENCE = 400.0  # seconds of wall time after which a process that shares its machine is given up
_SAFETY_MB = 3_000
_ASKED_PAGES = 2
_TELL_EVERY = 1_000
_BOTH = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)


def attempt(data: bytes, name: str) -> tuple[str, float]:
    """What becomes of a file: `read`, or the short word that refuses it; and the processor seconds of the longest of
    the calls. Any error but ScanError passes through."""
    from imaging.decode import decode, probe
    from imaging.model import Scan, ScanError

    scan = Scan.of(name, data)
    said, count, begun = "read", 1, _seconds()
    try:
        count = probe(scan).count
    except ScanError as error:
        said = _clear(error, name)
    longest = _seconds() - begun
    for number in range(1, min(count, _ASKED_PAGES) + 1):
        begun = _seconds()
        try:
            decode(scan, number).pixels.sum()  # every pixel is there
        except ScanError as error:
            said = _clear(error, name)
        longest = max(longest, _seconds() - begun)
    return said, longest


def _clear(error: Any, name: str) -> str:
    """The reason of a refusal. ValueError where its message does not name the file and what was found."""
    if not str(error).startswith(f"{name}: ") or len(error.detail) < 20 or "0x7f" in error.detail:
        raise ValueError(f"unclear: {error}")
    return str(error.reason)


def serve() -> None:
    """The body of a process: reads `seed number` lines, answers each with a line of JSON."""
    import cv2

    from bench.fuzz_cases import case

    cv2.setNumThreads(1)
    resource.setrlimit(resource.RLIMIT_DATA, (_SAFETY_MB * 2**20, _SAFETY_MB * 2**20))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # what native libraries print about damage
    for line in sys.stdin:
        seed, number = map(int, line.split())
        one = case(seed, number)
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
        begun, before, seconds = _seconds(), _children_mb(), 0.0
        try:
            said, seconds = attempt(one.data, one.name)
        except BaseException as error:  # whatever it is, it is what is looked for
            said, seconds = f"!{type(error).__name__}: {error}"[:300], _seconds() - begun
        after = _children_mb()
        answer = {"number": number, "kind": one.kind, "change": one.change, "size": len(one.data), "said": said}
        answers.write(
            json.dumps({**answer, "seconds": round(seconds, 3), "mb": max(_peak_mb(), after if after > before else 0)})
            + "\n"
        )


def _seconds() -> float:
    """Processor time so far, that of children that ended included."""
    return sum(use.ru_utime + use.ru_stime for use in map(resource.getrusage, _BOTH))


def _children_mb() -> int:
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024


def _peak_mb() -> int:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))) // 1024


@dataclass(slots=True)
class _Runner:
    """One process and the case that it has in hand."""

    process: subprocess.Popen[str]
    number: int = -1
    since: float = 0.0

    @classmethod
    def start(cls) -> _Runner:
        words = [sys.executable, "-m", "bench.fuzz", "--serve"]
        environment = {**os.environ, "OMP_NUM_THREADS": "1"}
        pipe = subprocess.PIPE
        return cls(subprocess.Popen(words, stdin=pipe, stdout=pipe, text=True, env=environment))

    def ask(self, seed: int, number: int) -> None:
        assert self.process.stdin is not None
        self.number, self.since = number, time.monotonic()
        self.process.stdin.write(f"{seed} {number}\n")
        self.process.stdin.flush()

    def end(self) -> int:
        self.process.kill()
        return self.process.wait()


@dataclass(slots=True)
class Tally:
    """What came of the cases."""

    cases: int = 0
    said: Counter[str] = field(default_factory=Counter)
    by_kind: dict[str, Counter[str]] = field(default_factory=dict)
    failures: list[dict[str, Any]] = field(default_factory=list)
    slowest: list[dict[str, Any]] = field(default_factory=list)
    largest: list[dict[str, Any]] = field(default_factory=list)

    def add(self, answer: dict[str, Any]) -> None:
        """One answer, judged."""
        said, why = str(answer["said"]), ""
        if said.startswith("!"):
            why = "crash" if said.startswith("!died") else "hang" if said.startswith("!hang") else "error"
        elif answer["seconds"] > MOST_SECONDS:
            why = "slow"
        elif answer["mb"] > MOST_MB:
            why = "memory"
        if why:
            self.failures.append({"why": why, **answer})
            print(json.dumps(self.failures[-1]), flush=True)
        self.cases += 1
        if self.cases % _TELL_EVERY == 0:
            print(json.dumps({"cases": self.cases, "said": dict(self.said)}), flush=True)
        self.said[why or said] += 1
        self.by_kind.setdefault(answer["kind"].split()[0], Counter())[why or said] += 1
        self.slowest = sorted([*self.slowest, answer], key=lambda one: -one["seconds"])[:10]
        self.largest = sorted([*self.largest, answer], key=lambda one: -one["mb"])[:10]


def run(seed: int, numbers: range, processes: int) -> Tally:
    """Every case of `numbers`, in so many processes."""
    tally, left = Tally(), iter(numbers)
    selector = selectors.DefaultSelector()
    runners: dict[int, _Runner] = {}

    def next_case(runner: _Runner) -> None:
        number = next(left, None)
        if number is None:
            runner.end()
            return
        runner.ask(seed, number)
        assert runner.process.stdout is not None
        runners[runner.process.stdout.fileno()] = runner
        selector.register(runner.process.stdout, selectors.EVENT_READ)

    for _ in range(processes):
        next_case(_Runner.start())
    while runners:
        ready = [key.fd for key, _ in selector.select(timeout=1.0)]
        late = [fd for fd, one in runners.items() if time.monotonic() - one.since > _PATIENCE and fd not in ready]
        for fd in (*ready, *late):
            runner = runners.pop(fd)
            assert runner.process.stdout is not None
            selector.unregister(runner.process.stdout)
            line = runner.process.stdout.readline() if fd in ready else ""
            tally.add(json.loads(line) if line else _died(seed, runner, hung=fd in late))
            next_case(runner if line else _Runner.start())
    return tally


def _died(seed: int, runner: _Runner, *, hung: bool) -> dict[str, Any]:
    from bench.fuzz_cases import case

    code = runner.end() if hung else runner.process.wait()
    one = case(seed, runner.number)
    said = "!hang" if hung else f"!died of {code}"
    answer = {"number": one.number, "kind": one.kind, "change": one.change, "size": len(one.data)}
    return {**answer, "said": said, "seconds": time.monotonic() - runner.since, "mb": 0}


def main() -> int:
    """Runs the cases and writes the figures; 1 where any failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name, default in (("cases", 2_000), ("seed", 1), ("start", 0), ("step", 1), ("processes", 1)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--serve", action="store_true")
    parser.add_argument("--out", type=Path, default=OUT)
    asked = parser.parse_args()
    if asked.serve:
        serve()
        return 0
    begun = time.monotonic()
    numbers = range(asked.start, asked.start + asked.cases * asked.step, asked.step)
    tally = run(asked.seed, numbers, asked.processes)
    figures = {
        "seed": asked.seed, "start": asked.start, "step": asked.step, "cases": tally.cases,
        "seconds": round(time.monotonic() - begun),
        "said": dict(tally.said.most_common()), "by_kind": {k: dict(v) for k, v in sorted(tally.by_kind.items())},
        "failures": tally.failures, "slowest": tally.slowest, "largest": tally.largest,
    }  # fmt: skip
    asked.out.parent.mkdir(exist_ok=True)
    asked.out.write_text(json.dumps(figures, indent=1), encoding="utf-8")
    print(json.dumps({k: figures[k] for k in ("cases", "seconds", "said")}))
    return 1 if tally.failures else 0


if __name__ == "__main__":
    sys.exit(main())
