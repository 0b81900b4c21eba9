"""Where worker processes come from: forked from one that has imported what they need, which each would else repeat."""

from __future__ import annotations

import multiprocessing
import os
import threading
from multiprocessing import forkserver
from multiprocessing.context import ForkServerContext
from pathlib import Path

from ocr.engines import module_of

PATIENCE = 10.0  # seconds
OWNER = "owner.lock"  # the file of a data folder that names the process which owns it


def prepared(engine: str) -> ForkServerContext:
    """Begins, once a process, to bring along what workers with that engine need, and returns at once; whoever starts
    a worker waits for it. That process has no threads and no connections, so that a fork of it is sound; it ends with
    this process, and its workers with it."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(
        [name for name in ("processing.warm", module_of(engine), "processing.warmed") if name]
    )
    forkserver.ensure_running()
    return context


def is_owned(folder: Path) -> bool:
    """Whether the process that owned a data folder last lives, so that its workers do the work. A guess, which takes
    no lock from anybody."""
    try:
        return Path("/proc", (folder / OWNER).read_text(encoding="ascii").strip() or "none").exists()
    except (OSError, UnicodeDecodeError):
        return False


def leave_nursery() -> int:
    """In a worker: lets go of what would keep that process alive without the owner, and returns its id."""
    from .warm import PROCESS  # was imported there

    served = forkserver._forkserver
    alive: int | None = served._forkserver_alive_fd  # type: ignore[attr-defined]
    if alive is not None:
        os.close(alive)
        served._forkserver_alive_fd = None  # type: ignore[attr-defined]
    return PROCESS


def end_nursery() -> None:
    """Ends that process, whose workers have ended, and waits for it: whoever started this program finds nothing left
    behind, and what the workers used among what this program used. The next worker is born from a new one."""
    # A thread: a worker that does not end would hold that process for ever, and a command must not wait so long.
    ending = threading.Thread(target=forkserver._forkserver._stop, daemon=True)  # type: ignore[attr-defined]
    ending.start()
    ending.join(PATIENCE)
