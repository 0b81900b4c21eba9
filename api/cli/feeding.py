"""Feeding files into a batch: which files, whose day, and following the pages until the last one is archived."""

from __future__ import annotations

import errno
import os
import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.progress import Progress

from api.cli.console import Usage, bar
from api.settings import Settings
from api.wiring import build_owner
from archive.catalogue.batches import BatchCounts
from archive.catalogue.records import INDEX
from archive.model import Batch, TellerDay
from archive.vault import Archive
from imaging.decode import decode
from imaging.model import Scan, ScanError
from ocr.cover import read_cover
from processing import capture
from processing.owner import Owner

_PASSED_OVER = re.compile(r"truth\.jsonl|journal.*\.(csv|json)|thumbs\.db|desktop\.ini", re.IGNORECASE)
_LOOK = 0.2  # seconds between two looks at the catalogue
_INDEX_PATIENCE = 120.0  # seconds that the index may take after the last page


@dataclass(frozen=True, slots=True)
class Source:
    """One file to capture: where it lies and the name that it keeps, relative to the folder that was named."""

    path: Path
    name: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked of an ingest."""

    day: TellerDay
    declared: capture.Declared
    duplex: bool
    new: bool
    actor: str


@dataclass(frozen=True, slots=True)
class Fed:
    """An ingest that ended: its batch, files that could not be opened (name, reason), whether all of it is indexed."""

    batch_id: int
    unreadable: tuple[tuple[str, str], ...]
    indexed: bool


def _natural(name: str) -> list[tuple[int, int, str]]:
    """The order of names in which 2.jpg comes before 10.jpg."""
    parts = re.split(r"(\d+)", name.lower())
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts if part]


def _of_folder(root: Path) -> Iterator[Source]:
    for folder, folders, files in os.walk(root):
        folders[:] = sorted((name for name in folders if not name.startswith(".")), key=_natural)
        for name in sorted(files, key=_natural):
            if not name.startswith(".") and not _PASSED_OVER.fullmatch(name):
                path = Path(folder) / name
                yield Source(path, path.relative_to(root).as_posix())


def sources(paths: Sequence[Path]) -> list[Source]:
    """The files of the paths, folders with all below them in the order of names; truth, journals and hidden files of
    a folder are passed over. Usage where a path is missing or there is nothing."""
    found: list[Source] = []
    for path in paths:
        if not path.exists():
            raise Usage(f"{path} is not there; give a file or a folder of scans")
        found.extend(_of_folder(path) if path.is_dir() else [Source(path, path.name)])
    if not found:
        raise Usage(f"{', '.join(map(str, paths))} holds no file to capture")
    return found


def _bytes_of(path: Path) -> bytes:
    """A file's bytes. OSError also for what is no file: a pipe would be waited for without end."""
    if path.exists() and not path.is_file():
        raise OSError(errno.EINVAL, "it is no plain file")
    return path.read_bytes()


def day_of_cover(first: Source) -> TellerDay:
    """The teller's day that the batch cover sheet on the first page of the first file declares. Usage where there is
    none."""
    ask = "give --branch, --teller and --date"
    try:
        cover = read_cover(decode(Scan.of(first.name, first.path.read_bytes())))
    except (ScanError, OSError) as error:
        raise Usage(f"{first.name} cannot be read for a batch cover sheet ({error}); {ask}") from error
    if cover is None:
        raise Usage(f"{first.name} is no batch cover sheet; {ask}")
    return TellerDay(cover.branch_no, cover.teller_no, cover.date)


class Feeder:
    """Registers files and follows their pages; owns the data folder where nobody else does."""

    def __init__(self, archive: Archive, settings: Settings, progress: Progress) -> None:
        self.archive, self.settings, self.progress = archive, settings, progress
        self.owner: Owner | None = None
        self.begun = False

    def own(self) -> None:
        """Becomes the owner of the data folder if it has none: its workers then begin at once."""
        if self.owner is None:
            owner = build_owner(self.settings, self.archive)
            if owner.lock.acquire():
                self.owner = owner
                owner.start()

    def let_go(self) -> None:
        """Stops the workers after the page in hand, and drains the index."""
        if self.owner is not None:
            self.owner.stop()
            self.owner = None

    def register(self, batch: Batch, files: Sequence[Source], actor: str) -> list[tuple[str, str]]:
        """Captures each file; returns the name of each that could not be opened, with the reason."""
        unreadable: list[tuple[str, str]] = []
        task = self.progress.add_task("capture", total=len(files))
        for source in files:
            try:
                data = _bytes_of(source.path)
            except OSError as error:
                unreadable.append((capture.clean_name(source.name), error.strerror or str(error)))
            else:
                capture.add_file(self.archive, batch.id, source.name, data, actor=actor)
                self._begin(batch.id)
            self.progress.advance(task)
        return unreadable

    def _begin(self, batch_id: int) -> None:
        """Lets the workers begin with the first new page, while the other files still come in."""
        if not self.begun and self._counts(batch_id).received:
            self.begun = True
            self.own()

    def _counts(self, batch_id: int) -> BatchCounts:
        with self.archive.catalogue.read() as tx:
            return tx.batches.counts(batch_id)

    def follow(self, batch_id: int) -> None:
        """Waits until no page of the batch is received or running; takes over where the owner went away."""
        task = self.progress.add_task("read", total=None)
        while True:
            counts = self._counts(batch_id)
            done = counts.pages_done + counts.quarantined
            self.progress.update(task, completed=done, total=counts.pages)
            if not counts.running and not counts.received:
                return
            self.own()
            time.sleep(_LOOK)

    def indexed(self, batch_id: int) -> bool:
        """Whether every record of the batch is in the index; waits for the owner to bring it there."""
        deadline = time.monotonic() + _INDEX_PATIENCE
        while time.monotonic() < deadline:
            if not self._waiting(batch_id):
                return True
            self.own()
            time.sleep(_LOOK)
        return False

    def _waiting(self, batch_id: int) -> bool:
        with self.archive.catalogue.read() as tx:
            due = {int(key) for _, key in tx.outbox.pending(INDEX, limit=1_000_000)}
            return bool(due) and any(record.id in due for record in tx.records.of_batch(batch_id))

    def feed(self, files: Sequence[Source], wanted: Wanted) -> Fed:
        """Captures files into the day's open batch, or into a new one, and returns when each of its pages is archived
        and indexed or set aside. DaySealed, Invalid, StoreUnavailable."""
        batch = capture.open_batch(
            self.archive,
            wanted.day,
            declared=wanted.declared,
            duplex=wanted.duplex,
            actor=wanted.actor,
            new=wanted.new,
        )
        unreadable = self.register(batch, files, wanted.actor)
        self.follow(batch.id)
        return Fed(batch.id, tuple(unreadable), self.indexed(batch.id))


@contextmanager
def feeding(archive: Archive, settings: Settings) -> Iterator[Feeder]:
    """A feeder with a progress bar. Beside a live owner it only registers and follows; workers of its own end with
    it."""
    with bar() as progress:
        feeder = Feeder(archive, settings, progress)
        try:
            yield feeder
        finally:
            feeder.let_go()
