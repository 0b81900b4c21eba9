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

import structlog

from archive.vault import Archive

from .supervisor import Supervisor
from .worker import WorkerConfig

log = structlog.get_logger("vouch.owner")


class OwnerLock:
    """The lock that says which process runs a data folder's workers and indexer. The kernel drops it with its
    process, so a killed owner never blocks the next. The folder itself is locked beside the file that names the
    owner: a file that somebody deletes must not let in a second one."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "owner.lock"
        self._held: list[int] = []

    def acquire(self) -> bool:
        """True when this process owns the folder now; False when another one does."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._held = [os.open(self.path, os.O_RDWR | os.O_CREAT, 0o644), os.open(self.path.parent, os.O_RDONLY)]
        try:
            fcntl.flock(self._held[0], fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._lock_folder()
        except BlockingIOError:
            self.release()
            return False
        os.truncate(self._held[0], 0)
        os.write(self._held[0], str(os.getpid()).encode())
        return True

    def _lock_folder(self) -> None:
        try:
            fcntl.flock(self._held[1], fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise
        except OSError as error:  # some network file systems lock files only
            log.warning("the folder itself cannot be locked", folder=str(self.path.parent), cause=str(error))

    def release(self) -> None:
        for descriptor in self._held:
            os.close(descriptor)
        self._held = []


@dataclass(slots=True)
class Chore:
    """Work of the owner that is repeated: `turn` says whether it did something; `pause` seconds follow each turn, which
    does all that waits.
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
            turn(chore)
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
