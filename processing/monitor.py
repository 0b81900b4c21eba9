"""The monitor: what the system page, the metrics and readiness say, from probes that never make their reader wait."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from archive.model import PageState
from archive.vault import Archive

from .parts import FORGOTTEN
from .probes import Probe
from .standing import REFUSED, Figures, Kind, Level, Refusal, Standing, alive, disk, noted, queues

NOWHERE = "0" * 64  # the hash of no bytes that anyone has: asking for it asks only whether the store answers
COUNTED = 60.0  # seconds between two counts of all pages, which are dear in a large catalogue
STORES = ("catalogue", "objects", "index", "broker")


class Monitor:
    """Watches the parts from this process. `depth` asks the broker how many messages wait (None: there is no broker);
    `folders` are the folders on whose disks things are stored, by name."""

    def __init__(
        self, archive: Archive, *, depth: Callable[[], int] | None = None, folders: Mapping[str, Path] | None = None
    ) -> None:
        self.archive, self.folders, self.server = archive, dict(folders or {}), depth is not None
        self._depth, self._messages = depth, 0
        self._figures = Figures(datetime.now(UTC))
        self._states: Mapping[PageState, int] = {}
        self._refusal: Refusal | None = None
        self._known: dict[str, tuple[Level, datetime]] = {}
        self._lock = threading.Lock()
        asks = {"catalogue": self._catalogue, "objects": self._objects, "index": self._index}
        if depth is not None:
            asks["broker"] = self._broker
        self._stores = [Probe(name, ask) for name, ask in asks.items()]
        self._counts = [Probe("figures", self._look), Probe("pages", self._count, pause=COUNTED)]

    def start(self) -> None:
        for probe in (*self._stores, *self._counts):
            probe.start()

    def stop(self) -> None:
        for probe in (*self._stores, *self._counts):
            probe.stop()

    def poke(self) -> None:
        """Looks at once: a request saw a part fail."""
        for probe in (*self._stores, self._counts[0]):
            probe.poke()

    def refused(self, fault: str) -> None:
        """A request met a full disk."""
        at, before = datetime.now(UTC), self._refusal
        going_on = before is not None and at - before.last < REFUSED
        self._refusal = Refusal(fault, before.since if before and going_on else at, at)

    def look(self) -> None:
        """One look at everything in this thread, for those who run no monitor."""
        for probe in (*self._stores, *self._counts):
            probe.once()

    def _catalogue(self) -> None:
        with self.archive.catalogue.read() as tx:
            tx.settings.get("demo")

    def _objects(self) -> None:
        self.archive.objects.exists(NOWHERE)

    def _index(self) -> None:
        self.archive.index.count()

    def _broker(self) -> None:
        assert self._depth is not None
        self._messages = self._depth()

    def _look(self) -> None:
        at = datetime.now(UTC)
        with self.archive.catalogue.read() as tx:
            found = Figures.of(tx, at)
        if any(part.expires_at < at - timedelta(seconds=FORGOTTEN) for part in found.parts):
            with self.archive.catalogue.write() as tx:
                tx.parts.prune(at - timedelta(seconds=FORGOTTEN))
        self._figures = found
        self.standings()  # keeps since when each part stands as it does

    def _count(self) -> None:
        began = time.monotonic()
        with self.archive.catalogue.read() as tx:
            self._states = tx.pages.states()
        self._counts[1].pause = max(COUNTED, 50 * (time.monotonic() - began))

    @property
    def figures(self) -> Figures:
        """The last figures; their `at` says how old they are."""
        return self._figures

    @property
    def states(self) -> Mapping[PageState, int]:
        """How many pages are in each state, as counted about a minute ago."""
        return self._states

    def away(self, patience: float = 8.0) -> bool:
        """Whether the catalogue is known not to answer, so that asking it would only wait."""
        return not self._stores[0].answer(patience).works

    def ready(self, patience: float = 2.0) -> tuple[str, str]:
        """The first store that does not answer now, or disk that is full, and why; empty texts where there is none."""
        asked = time.monotonic()
        for probe in self._stores:
            probe.poke()
        for probe in self._stores:
            found = probe.fresh(asked, max(0.1, asked + patience - time.monotonic()))
            if not found.works:
                return probe.name, found.fault
        full = (one for one in self._disks() if not one.works)
        return next(((one.name, one.fault) for one in full), ("", ""))

    def standings(self) -> list[Standing]:
        """Every part as it stands now. Asks nothing, so that it answers at once whatever hangs."""
        at = datetime.now(UTC)
        with self._lock:
            return [self._dated(standing, at) for standing in self._all()]

    def outages(self) -> list[Standing]:
        """What people are told of on every page: the parts without which something does not go on."""
        kinds = (Kind.STORE, Kind.DISK)
        return [one for one in self.standings() if not one.works and (one.kind in kinds or one.name in _HALTS)]

    def _all(self) -> Iterator[Standing]:
        for probe in self._stores:
            found = probe.answer()
            level = Level.WORKS if found.works else Level.FAILS
            backlog = self._messages if probe.name == "broker" else None
            yield Standing(probe.name, Kind.STORE, level, found.since, found.fault, backlog)
        yield from self._disks()
        figures = self._figures
        yield from queues(figures, self.server)
        if self.server:
            yield _schedulers(figures)
        yield from noted(figures)

    def _disks(self) -> Iterator[Standing]:
        """The disk that refused a write, then each that the folders lie on, once. A folder that is gone is its store's
        to tell."""
        if self._refusal is not None:
            yield from self._refusal.standing(datetime.now(UTC))
        seen = set()
        for name, folder in self.folders.items():
            try:
                usage, device = shutil.disk_usage(folder), folder.stat().st_dev
            except OSError:
                continue
            if device not in seen:
                seen.add(device)
                yield disk(f"disk.{name}", usage.free, usage.total)

    def _dated(self, standing: Standing, at: datetime) -> Standing:
        """The standing with the moment since which it is so, as seen from here."""
        if standing.since is not None:
            return standing
        level, since = self._known.get(standing.name, (None, at))
        if level is not standing.level:
            since = at
        self._known[standing.name] = (standing.level, since)
        return replace(standing, since=since)


_HALTS = frozenset({"pages", "schedulers"})


def _schedulers(figures: Figures) -> Standing:
    living = sum(1 for part in figures.parts if part.kind == "schedule" and alive(part, figures.at))
    fault = "" if living else "no scheduler is alive"
    return Standing("schedulers", Kind.QUEUE, Level.WORKS if living else Level.FAILS, None, fault)
