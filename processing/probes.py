"""Probes: each asks one part in a thread of its own whether it works, so that a part that hangs hangs nobody."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog

log = structlog.get_logger("vouch.probes")

WELL, ILL = 5.0, 1.0  # seconds between two questions to a part that works, and to one that does not
PATIENCE = 4.0  # seconds that an answer may take before the part counts as hanging


@dataclass(frozen=True, slots=True)
class Answer:
    """What a probe last knew: whether the part works, since when, and what was wrong (empty where it works)."""

    works: bool
    since: datetime
    fault: str = ""


class Probe:
    """Asks one part again and again. `ask` returns where the part works and raises where it does not."""

    def __init__(self, name: str, ask: Callable[[], None], *, pause: float = WELL) -> None:
        self.name, self.pause = name, pause
        self._ask = ask
        self._fault, self._since = "", datetime.now(UTC)
        self._asked = 0.0  # time.monotonic() of the question that waits for its answer, else 0
        self._asked_at = self._since
        self._began = 0.0  # time.monotonic() of the question that was answered last
        self._woken, self._stopping = threading.Event(), threading.Event()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, name=f"probe-{self.name}", daemon=True)
        self._thread.start()

    def stop(self, patience: float = 1.0) -> None:
        """Asks no more. A question that hangs is left to its thread, which ends with the process."""
        self._stopping.set()
        self._woken.set()
        if self._thread is not None:
            self._thread.join(patience)

    def poke(self) -> None:
        """Asks at once: something else saw the part fail."""
        self._woken.set()

    def answer(self, patience: float = PATIENCE) -> Answer:
        """How the part stands, at once; one that has not answered for `patience` seconds does not work."""
        with self._changed:
            hanging = time.monotonic() - self._asked if self._asked else 0.0
            if hanging > patience and not self._fault:
                return Answer(False, self._asked_at, f"no answer for {hanging:.0f} s")
            return Answer(not self._fault, self._since, self._fault)

    def fresh(self, asked: float, patience: float) -> Answer:
        """As `answer`, but to a question of `asked` (time.monotonic(), of a poke) or later; waits for it that many
        seconds at most."""
        if self._thread is None:
            self.once()
        else:
            with self._changed:
                self._changed.wait_for(lambda: self._began >= asked, patience)
        return self.answer(patience * 0.9)

    def once(self) -> None:
        """Asks in this thread and keeps the answer."""
        began = time.monotonic()
        with self._changed:
            self._asked, self._asked_at = began, datetime.now(UTC)
        fault = self._try()
        with self._changed:
            if bool(fault) != bool(self._fault):
                self._since = self._asked_at
                log.warning("part changed", part=self.name, works=not fault, cause=fault)
            self._fault, self._asked, self._began = fault, 0.0, began
            self._changed.notify_all()

    def _try(self) -> str:
        try:
            self._ask()
        except Exception as error:
            return f"{type(error).__name__}: {error}"
        return ""

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._woken.clear()
            self.once()
            self._woken.wait(ILL if self._fault else self.pause)
