"""The owner of a data folder: holds its lock, runs the workers and the chores (indexer, matching of days)."""

from __future__ import annotations

import fcntl
import os
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

import structlog

from archive.vault import Archive

from .supervisor import Supervisor
from .worker import WorkerConfig

log = structlog.get_logger("vouch.owner")


class OwnerLock:
    """The lock that says which process runs a data folder's workers and indexer. The kernel drops it with its
    process, so a killed owner never blocks the next."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "owner.lock"
        self._file: IO[str] | None = None

    def acquire(self) -> bool:
        """True when this process owns the folder now; False when another one does."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        handle = self.path.open("a+", encoding="utf-8")
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            handle.close()
            return False
        handle.truncate(0)
        handle.write(str(os.getpid()))
        handle.flush()
        self._file = handle
        return True

    def release(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


@dataclass(slots=True)
class Chore:
    """Work of the owner that is repeated: `turn` says whether it did something; `pause` seconds follow an idle turn.
    `since`, `fault` tell the system page whether it works."""

    name: str
    turn: Callable[[], bool]
    pause: float
    fault: str = ""
    since: datetime = field(default_factory=lambda: datetime.now(UTC))


class Owner:
    """Runs workers and chores over one archive. `lock` is taken by the caller first (see OwnerLock)."""

    def __init__(
        self, archive: Archive, config: WorkerConfig, folder: Path, workers: int, chores: Sequence[Chore]
    ) -> None:
        self.archive, self.chores = archive, tuple(chores)
        self.lock = OwnerLock(folder)
        self.supervisor = Supervisor(archive, config, workers)
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Takes over what a former owner left running (it is dead: the lock is ours), then starts the work."""
        with self.archive.catalogue.write() as tx:
            tx.pages.release_all()
        self.supervisor.start()
        self._threads = [threading.Thread(target=self._run, args=(c,), name=c.name, daemon=True) for c in self.chores]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self.supervisor.stop()
        self._stopping.set()
        for thread in self._threads:
            thread.join()
        self.lock.release()

    def _run(self, chore: Chore) -> None:
        while not self._stopping.is_set():
            if not turn(chore):
                self._stopping.wait(chore.pause)
        deadline = time.monotonic() + 30.0
        while turn(chore) and time.monotonic() < deadline:
            pass  # what the last pages left is done before the owner goes


def turn(chore: Chore) -> bool:
    """One turn of a chore; a failure is logged, shown on the system page and tried again after the pause."""
    try:
        did = chore.turn()
    except Exception as error:
        fault = f"{type(error).__name__}: {error}"
        if not chore.fault:
            chore.since = datetime.now(UTC)
            log.exception("chore failed", chore=chore.name)  # once: it is tried again several times a second
        chore.fault = fault
        return False
    if chore.fault:
        chore.fault, chore.since = "", datetime.now(UTC)
    return did
