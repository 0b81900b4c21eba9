"""A command watched from outside: its wall and processor time and its memory, with all that it starts."""

from __future__ import annotations

import bisect
import ctypes
import os
import resource
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")
_EVERY, _MEMORY_EVERY = 0.2, 5  # seconds between looks; looks between two at the memory
_LEFT_BEHIND = 20.0  # seconds that what a command leaves behind may take to end
_SUBREAPER = 36  # prctl: what outlives its parent becomes ours, so that its time is not lost


@dataclass(slots=True)
class Watched:
    """What a command took: seconds (`begun` and `ended` as time.time()), processor seconds, MB of its largest process
    and of all together (shared pages once), and what it printed."""

    begun: float
    ended: float = 0.0
    cpu: float = 0.0
    largest_mb: float = 0.0
    together_mb: float = 0.0
    said: str = ""
    looks: list[tuple[float, float]] = field(default_factory=list)

    def cpu_until(self, moment: float) -> float:
        """Processor seconds spent by `moment` (time.time()), between two looks by proportion."""
        times = [at for at, _ in self.looks]
        place = bisect.bisect_left(times, moment)
        if not times or place == 0:
            return 0.0
        if place == len(times):
            return self.looks[-1][1]
        (before, spent), (after, then) = self.looks[place - 1], self.looks[place]
        return spent + (then - spent) * (moment - before) / max(after - before, 1e-9)


def watched(commands: Sequence[Sequence[str]], env: Mapping[str, str] | None = None) -> Watched:
    """Runs commands beside each other until all have ended. RuntimeError with what it said where one fails."""
    ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)
    with tempfile.TemporaryFile("w+", encoding="utf-8") as errors:
        found, spent = Watched(time.time()), _spent()
        # A session each, so that all they start can be told by it.
        running = [
            subprocess.Popen(
                list(words), stdout=subprocess.PIPE, stderr=errors, text=True, env={**os.environ, **(env or {})},
                start_new_session=True,
            )
            for words in commands
        ]  # fmt: skip
        found.said = _followed(found, running)
        found.cpu = _spent() - spent
        for one in running:
            if one.returncode:
                errors.seek(0)
                raise RuntimeError(f"{' '.join(one.args[:3])} … ended with {one.returncode}: {errors.read()[-2_000:]}")
    return found


def _followed(found: Watched, running: Sequence[subprocess.Popen[str]]) -> str:
    """Looks at the commands until they have ended and nothing of theirs is left; returns what they printed."""
    stop, sessions = threading.Event(), {one.pid for one in running}
    said = [""] * len(running)
    looking = threading.Thread(target=_look, args=(found, sessions, stop))
    readers = [threading.Thread(target=_read, args=(one, said, at)) for at, one in enumerate(running)]
    for each in (looking, *readers):
        each.start()
    for one in running:
        one.wait()
    found.ended = time.time()
    for reader in readers:
        reader.join()
    stop.set()
    looking.join()
    _reap(sessions)
    return "".join(said)


def _read(one: subprocess.Popen[str], said: list[str], at: int) -> None:
    assert one.stdout is not None
    said[at] = one.stdout.read()


def _look(found: Watched, sessions: set[int], stop: threading.Event) -> None:
    turn = 0
    while not stop.wait(_EVERY):
        living = _processes(sessions)
        found.looks.append((time.time(), sum(living.values())))
        if turn % _MEMORY_EVERY == 0:
            _memory(found, list(living))
        turn += 1


def _processes(sessions: set[int]) -> dict[int, float]:
    """Processor seconds, those of children that ended included, of each living process of the sessions."""
    found = {}
    for place in Path("/proc").iterdir():
        if place.name.isdigit():
            with suppress(OSError):
                words = (place / "stat").read_text().rsplit(")", 1)[1].split()
                if int(words[3]) in sessions:
                    found[int(place.name)] = sum(map(int, words[11:15])) / _TICK
    return found


def _memory(found: Watched, pids: Sequence[int]) -> None:
    together = 0.0
    for pid in pids:
        with suppress(OSError, StopIteration, ValueError):
            together += _kilobytes(Path(f"/proc/{pid}/smaps_rollup"), "Pss:") / 1024
            found.largest_mb = max(found.largest_mb, _kilobytes(Path(f"/proc/{pid}/status"), "VmHWM:") / 1024)
    found.together_mb = max(found.together_mb, together)


def _kilobytes(place: Path, name: str) -> float:
    return float(next(line.split()[1] for line in place.read_text().splitlines() if line.startswith(name)))


def _spent() -> float:
    """Processor seconds of all children that have ended."""
    use = resource.getrusage(resource.RUSAGE_CHILDREN)
    return use.ru_utime + use.ru_stime


def _reap(sessions: set[int]) -> None:
    """Waits for what the commands left behind, which came to us."""
    deadline = time.monotonic() + _LEFT_BEHIND
    while _processes(sessions) and time.monotonic() < deadline:
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        time.sleep(_EVERY)
