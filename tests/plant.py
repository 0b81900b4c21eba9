"""A plant for tests: an archive, its workers and what wakes them, on one size or the other."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from archive.address import Address
from archive.catalogue import Catalogue
from archive.index.memory import MemoryIndex
from archive.model import PageState, StoredPage, TellerDay
from archive.objects import open_store
from archive.vault import Archive
from processing import capture
from processing.chores import Chore, Chores
from processing.dispatch import Dispatch, open_dispatch
from processing.supervisor import Supervisor
from processing.sweeper import Sweeper
from processing.wakes import carry
from processing.worker import WorkerConfig

PATIENCE = 300.0  # a loaded machine only waits longer
SETTLED = {PageState.DONE, PageState.QUARANTINED}


def until(
    happened: Callable[[], bool], patience: float = PATIENCE, pause: Callable[[float], object] | None = None
) -> None:
    """Waits for a state, not for a time; fails when it never comes. `pause` waits so many milliseconds its own way."""
    deadline = time.monotonic() + patience
    while not happened():
        assert time.monotonic() < deadline, "it never happened"
        pause(50) if pause else time.sleep(0.05)


@dataclass
class Plant:
    """One archive at an address of a catalogue and of a broker (empty: none)."""

    archive: Archive
    config: WorkerConfig
    dispatch: Dispatch
    supervisors: list[Supervisor] = field(default_factory=list)

    @classmethod
    def at(cls, catalogue: Address, broker: Address, folder: Path) -> Plant:
        objects = Address((folder / "objects").as_uri())
        opened = Catalogue(catalogue)
        opened.migrate()
        archive = Archive(opened, open_store(objects), MemoryIndex(), wakes=bool(broker.url))
        config = WorkerConfig(catalogue, objects, engine="printed_code", broker=broker)
        return cls(archive, config, open_dispatch(broker))

    def filled(self, day: TellerDay, *contents: bytes) -> int:
        """A batch with a page of each content."""
        batch = capture.open_batch(self.archive, day, actor="op").id
        self.add(batch, *contents)
        return batch

    def add(self, batch: int, *contents: bytes) -> None:
        known = len(self.pages(batch))
        for number, data in enumerate(contents, known + 1):
            capture.add_file(self.archive, batch, f"{number:04d}.png", data, actor="op")

    def pages(self, batch: int) -> list[StoredPage]:
        with self.archive.catalogue.read() as tx:
            return tx.pages.of_batch(batch)

    def settled(self, batch: int) -> bool:
        return all(page.state in SETTLED for page in self.pages(batch))

    def runs(self, batch: int, number: int = 0) -> bool:
        return self.pages(batch)[number].state is PageState.RUNNING

    def ends(self, batch: int) -> list[int | None]:
        """The pages of the batch as often as one ended them, in the order of pages."""
        with self.archive.catalogue.read() as tx:
            return sorted(event.page_id for event in tx.events.of_batch(batch) if event.kind == "page.done")

    def once(self, batch: int) -> bool:
        """Whether every page of the batch was ended once."""
        return self.ends(batch) == [page.id for page in self.pages(batch)]

    @contextmanager
    def working(self, workers: int = 1, config: WorkerConfig | None = None) -> Iterator[Supervisor]:
        """Workers of one host; the first of them brings what wakes workers along."""
        supervisor = Supervisor(self.archive, config or self.config, workers)
        waking = Chores(self.archive.catalogue, self._waking()) if not self.supervisors else None
        self.supervisors.append(supervisor)
        supervisor.start()
        if waking:
            waking.start()
        try:
            yield supervisor
        finally:
            supervisor.stop()
            if waking:
                waking.stop()

    def _waking(self) -> list[Chore]:
        if not self.archive.wakes:
            return []
        wake = Chore("wake", lambda: carry(self.archive, self.dispatch), 0.1)
        return [wake, Chore("resweep", Sweeper(self.archive, self.dispatch).turn, 0.5)]

    def close(self) -> None:
        self.dispatch.close()
        self.archive.close()
