"""The owner of a data folder: holds its lock, runs the workers and the chores (indexer, matching of days, …)."""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Sequence
from pathlib import Path

import structlog

from archive.errors import Conflict
from archive.vault import Archive

from .chores import Chore, Chores
from .nursery import OWNER
from .supervisor import Supervisor

log = structlog.get_logger("vouch.owner")


class OwnerLock:
    """The lock that says which process runs a data folder's workers and indexer. The kernel drops it with its
    process, so a killed owner never blocks the next. The folder itself is locked beside the file that names the
    owner: a file that somebody deletes must not let in a second one."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / OWNER
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

    def take(self) -> None:
        """Owns the folder from now on. Conflict that names the process which does."""
        if not self.acquire():
            pid = self.path.read_text(encoding="ascii", errors="replace").strip()
            raise Conflict(
                f"{self.path.parent} is owned by the process {pid or 'of another vouch'}; stop it, or choose another"
                " VOUCH_DATA"
            )

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


class Owner:
    """Runs workers and chores over one archive. `lock` is taken by the caller first (see OwnerLock); `stopping` tells
    long chores that the owner ends."""

    def __init__(
        self,
        archive: Archive,
        supervisor: Supervisor,
        folder: Path,
        chores: Sequence[Chore],
        stopping: threading.Event | None = None,
    ) -> None:
        self.archive, self.supervisor, self.chores = archive, supervisor, tuple(chores)
        self.lock = OwnerLock(folder)
        self._stopping = stopping or threading.Event()
        self._running = Chores(archive.catalogue, chores)

    def start(self) -> None:
        """Takes over what a former owner left running (it is dead: the lock is ours), then starts the work."""
        with self.archive.catalogue.write() as tx:
            tx.pages.release_all()
        self.supervisor.start()
        self._running.start()

    def hurry(self) -> None:
        """Lets the chores do at once what waits for them."""
        self._running.hurry()

    def retire(self) -> None:
        """Lets the workers go while the chores still end what waits for them; `stop` follows."""
        self.supervisor.retire()

    def stop(self) -> None:
        self._stopping.set()
        self.supervisor.stop()
        self._running.stop()
        self.lock.release()
