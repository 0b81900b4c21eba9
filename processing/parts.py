"""The registry of parts: every process and chore notes itself in the catalogue, so that all see who lives."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable
from datetime import UTC, datetime

import structlog

from archive.catalogue import Catalogue

log = structlog.get_logger("vouch.parts")

EVERY = 5.0  # seconds between two notes of a process
LIVES = 20.0  # seconds after which a part that noted nothing counts as gone
FORGOTTEN = 3600.0  # seconds that a part which vanished stays on the screen


def host() -> str:
    """The name of this machine, as parts are noted under it."""
    return socket.gethostname()


class Beat:
    """One part of this process (itself, or a chore that it holds) in the registry. `start` notes it at once and every
    five seconds; `stop` removes it. The beats of a process share one thread and one transaction; what the catalogue
    refuses is noted again with the next turn, and never reaches the caller."""

    def __init__(self, catalogue: Catalogue, name: str, kind: str) -> None:
        self.name, self.kind = name, kind
        self.fault, self.detail = "", dict[str, object]()
        self.since = datetime.now(UTC)
        self._catalogue = catalogue
        self._lock = threading.Lock()

    def start(self) -> None:
        """Begins to note the part."""
        self.since = datetime.now(UTC)
        _pulse(self._catalogue).add(self)

    def stop(self) -> None:
        """Ends in order: the part leaves the registry."""
        _pulse(self._catalogue).remove(self)

    def say(self, fault: str = "", **detail: object) -> None:
        """What stands beside the part from the next note on: what is wrong with it (empty: it works), and figures."""
        with self._lock:
            if bool(fault) != bool(self.fault):
                self.since = datetime.now(UTC)
            self.fault, self.detail = fault, {**self.detail, **detail}

    def note(self, write: Callable[..., None]) -> None:
        """Hands the part as it stands now to `tx.parts.note`."""
        with self._lock:
            since, fault, detail = self.since, self.fault, dict(self.detail)
        write(
            self.name,
            self.kind,
            host=host(),
            pid=os.getpid(),
            since=since,
            works=not fault,
            fault=fault,
            detail=detail,
            ttl_seconds=LIVES,
        )


class _Pulse:
    """The thread that notes the beats of this process in one catalogue; it ends when none is left."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._beats: dict[str, Beat] = {}
        self._lock, self._turn = threading.Lock(), threading.Lock()
        self._woken = threading.Event()
        self._thread: threading.Thread | None = None
        self._fault = ""

    def add(self, beat: Beat) -> None:
        with self._lock:
            self._beats[beat.name] = beat
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="parts", daemon=True)
                self._thread.start()
        self._woken.set()

    def remove(self, beat: Beat) -> None:
        with self._lock:
            mine = self._beats.get(beat.name) is beat
            if mine:
                del self._beats[beat.name]
            last = not self._beats
        if mine:
            self._try(lambda: self._forget(beat))
        if last:
            self._woken.set()

    def _run(self) -> None:
        while True:
            self._woken.clear()
            with self._lock:
                if not self._beats:
                    self._thread = None
                    return
            self._try(self._note)
            self._woken.wait(EVERY)

    def _try(self, act: Callable[[], None]) -> None:
        """A catalogue that is away stops no process: said once, tried again in the next turn."""
        try:
            act()
        except Exception as error:
            fault = f"{type(error).__name__}: {error}"
            if not self._fault:
                log.warning("parts not noted", cause=fault)
            self._fault = fault
        else:
            self._fault = ""

    def _note(self) -> None:
        with self._turn:  # a beat that stops meanwhile is not noted after it was forgotten
            with self._lock:
                beats = sorted(self._beats.values(), key=lambda beat: beat.name)  # no two transactions wait crosswise
            with self._catalogue.write(synced=False) as tx:
                for beat in beats:
                    beat.note(tx.parts.note)

    def _forget(self, beat: Beat) -> None:
        with self._turn, self._catalogue.write(synced=False) as tx:
            tx.parts.forget(beat.name, host(), os.getpid())


_pulses: dict[int, tuple[Catalogue, _Pulse]] = {}
_pulses_lock = threading.Lock()


def _pulse(catalogue: Catalogue) -> _Pulse:
    """This process's pulse for a catalogue. One that beats no more is let go with the next that is made."""
    with _pulses_lock:
        known = _pulses.get(id(catalogue))
        if known is not None:
            return known[1]
        for key in [key for key, (_, pulse) in _pulses.items() if not pulse._beats]:
            del _pulses[key]
        made = _Pulse(catalogue)
        _pulses[id(catalogue)] = (catalogue, made)
        return made
