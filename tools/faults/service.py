"""Processes of the product kept up as a service manager keeps them: whoever dies is started again after a moment."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

from bench.kills import descendants

ROOT = Path(__file__).resolve().parents[2]
PAUSE = (0.5, 3.0)


def send(pids: Iterable[int], number: signal.Signals) -> None:
    """The signal to each; a process that has ended already needs none."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


def family(pid: int) -> list[int]:
    """A process and all that descend from it."""
    return [pid, *descendants(pid)]


class Service:
    """One `vouch` command in a process group of its own, its output in a log."""

    def __init__(self, name: str, words: list[str], env: Mapping[str, str], folder: Path) -> None:
        self.name, self.words, self.env, self.log = name, words, env, folder / f"{name}.log"
        self.starts = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._wanted = threading.Event()
        self._keeper: threading.Thread | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None, f"{self.name} was never started"
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        self._wanted.set()
        self._begin()
        self._keeper = threading.Thread(target=self._keep, name=f"keeper of {self.name}", daemon=True)
        self._keeper.start()

    def _begin(self) -> None:
        command = [str(Path(sys.executable).parent / "vouch"), *self.words]
        path = f"{ROOT}:{ROOT / 'tests' / 'plugins'}"
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                command,
                env={**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1", **self.env},
                cwd=self.log.parent,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.starts += 1

    def _keep(self) -> None:
        pauses = random.Random(self.name)
        while self._wanted.is_set():
            if not self.alive:
                time.sleep(pauses.uniform(*PAUSE))
                if self._wanted.is_set():
                    self._begin()
            time.sleep(0.05)

    def workers(self) -> list[int]:
        """The worker processes below it: what its nursery bore, without multiprocessing's helpers."""
        nursery = next((pid for pid in descendants(self.pid) if "multiprocessing.forkserver" in _said(pid)), None)
        return descendants(nursery) if nursery is not None else []

    def kill(self) -> None:
        """SIGKILL to the process alone; its keeper starts it again."""
        send([self.pid], signal.SIGKILL)

    def stop(self, patience: float = 20.0) -> None:
        """Asks it to end, then ends it with all that it started."""
        self._wanted.clear()
        if self._keeper is not None:
            self._keeper.join()
        if self._process is None:
            return
        below = family(self.pid)
        send([self.pid], signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(patience)
        send([pid for pid in below if any(w in _said(pid) for w in ("vouch", "spawn", "forkserver"))], signal.SIGKILL)
        self._process.wait()


def _said(pid: int) -> str:
    """A process's command line, empty where it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode("utf-8", "replace").replace("\0", " ")
    except (FileNotFoundError, ProcessLookupError):
        return ""
