"""Feeding files into a batch: which files, whose day, and following the pages until the last one is archived."""

from __future__ import annotations

import errno
import os
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rich.progress import Progress

from api.cli.console import Usage, bar, say
from api.settings import Settings
from api.wiring import build_owner
from archive.model import Batch, TellerDay
from archive.vault import Archive
from imaging.decode import decode
from imaging.model import Scan, ScanError
from ocr.cover import read_cover
from processing import capture
from processing.nursery import end_nursery
from processing.owner import Owner

_PASSED_OVER = re.compile(r"truth\.jsonl|journal.*\.(csv|json)|thumbs\.db|desktop\.ini", re.IGNORECASE)
_HINT_AFTER = 10.0  # seconds without a page done after which it is asked whether anybody works
_LOOK, _LONGEST_LOOK = 0.05, 0.5  # seconds between two looks at the catalogue
_GROUP, _GROUP_BYTES = 16, 16 << 20  # files and bytes that are captured at once
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
    a folder are passed over. What is named twice comes once. Usage where a path is missing or there is nothing."""
    found: dict[Path, Source] = {}
    for path in paths:
        if not path.exists():
            raise Usage(f"{path} is not there; give a file or a folder of scans")
        for source in _of_folder(path) if path.is_dir() else [Source(path, path.name)]:
            found.setdefault(source.path.parent.resolve() / source.path.name, source)
    if not found:
        raise Usage(f"{', '.join(map(str, paths))} holds no file to capture")
    return _told_apart(found)


def _told_apart(found: Mapping[Path, Source]) -> list[Source]:
    """The sources with a name each: a later file of the same name takes the folders above it into its name, for by
    name and bytes alone two sheets that look alike, such as blank backs, would pass for one file sent twice."""
    taken: set[str] = set()
    apart = []
    for path, source in found.items():
        name, above = source.name, len(Path(source.name).parts)
        while name in taken and above < len(path.parts) - 1:
            above += 1
            name = "/".join(path.parts[-above:])
        taken.add(name)
        apart.append(Source(source.path, name))
    return apart


def _groups(files: Sequence[Source]) -> Iterator[list[tuple[Source, bytes | OSError]]]:
    """The files with their bytes, or why there are none, in groups that are captured at once. The first is by itself,
    so that the workers begin."""
    group: list[tuple[Source, bytes | OSError]] = []
    size, most = 0, 1
    for source in files:
        try:
            data: bytes | OSError = _bytes_of(source.path)
        except OSError as error:
            data = error
        group.append((source, data))
        size += len(data) if isinstance(data, bytes) else 0
        if len(group) >= most or size >= _GROUP_BYTES:
            yield group
            group, size, most = [], 0, _GROUP
    if group:
        yield group


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


def _pause(left_then: int, then: float, left: int) -> float:
    """Seconds until the next look at a batch of which that many pages were left at that moment, and are now: a
    quarter of what they will take, so that the looks are few and the last page is not waited for long."""
    done = left_then - left
    rest = left * (time.monotonic() - then) / done / 4 if done > 0 else _LONGEST_LOOK
    return max(_LOOK, min(_LONGEST_LOOK, rest))


class Feeder:
    """Registers files and follows their pages; owns the data folder where nobody else does."""

    def __init__(self, archive: Archive, settings: Settings, progress: Progress) -> None:
        self.archive, self.settings, self.progress = archive, settings, progress
        self.owner: Owner | None = None
        self.begun = self.hinted = False

    def own(self) -> None:
        """Becomes the owner of the data folder if it has none: its workers then begin at once. Of servers
        there is nothing to own."""
        if self.owner is None and self.settings.embedded:
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
        for group in _groups(files):
            read = [(source.name, data) for source, data in group if isinstance(data, bytes)]
            if read:
                capture.add_files(self.archive, batch.id, read, actor=actor)
                self._begin(batch.id)
            unreadable += [
                (capture.clean_name(source.name), error.strerror or str(error))
                for source, error in group
                if isinstance(error, OSError)
            ]
            self.progress.advance(task, len(group))
        return unreadable

    def _begin(self, batch_id: int) -> None:
        """Lets the workers begin with the first new page, while the other files still come in."""
        if not self.begun and self._undone(batch_id):
            self.begun = True
            self.own()

    def _undone(self, batch_id: int) -> int:
        with self.archive.catalogue.read() as tx:
            return tx.pages.undone(batch_id)

    def follow(self, batch_id: int) -> None:
        """Waits until no page of the batch is received or running; takes over where the owner went away."""
        with self.archive.catalogue.read() as tx:
            total = tx.batches.counts(batch_id).pages
        task, begin = self.progress.add_task("read", total=total), time.monotonic()
        first = None
        while left := self._undone(batch_id):
            done = max(0, total - left)
            self.progress.update(task, completed=done)
            self.own()
            self._hint(begin, done)
            first = first or (left, time.monotonic())
            time.sleep(_pause(*first, left))
        self.progress.update(task, completed=total)

    def _hint(self, begin: float, done: int) -> None:
        """Says once where no worker of any host is there to take the pages."""
        if self.settings.embedded or self.hinted or done or time.monotonic() - begin < _HINT_AFTER:
            return
        self.hinted = True
        with self.archive.catalogue.read() as tx:
            lives = [part for part in tx.parts.list() if part.kind == "worker" and part.expires_at > datetime.now(UTC)]
        if not lives:
            say("no worker takes the pages: start `vouch work` and `vouch schedule`; what was captured is safe")

    def indexed(self, batch_id: int) -> bool:
        """Whether every record of the batch is in the index; waits for the owner to bring it there."""
        deadline = time.monotonic() + _INDEX_PATIENCE
        if self.owner is not None:
            self.owner.hurry()
        while self._waiting(batch_id):
            if time.monotonic() > deadline:
                return False
            self.own()
            time.sleep(_LOOK)
        return True

    def _waiting(self, batch_id: int) -> bool:
        with self.archive.catalogue.read() as tx:
            return tx.records.waiting(batch_id)

    def feed(self, files: Sequence[Source], wanted: Wanted, *, last: bool = False) -> Fed:
        """Captures files into the day's open batch, or into a new one, and returns when each of its pages is archived
        and indexed or set aside. The workers end meanwhile where this is the `last` to be fed. DaySealed, Invalid,
        StoreUnavailable."""
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
        if last and self.owner is not None:
            self.owner.retire()
        return Fed(batch.id, tuple(unreadable), self.indexed(batch.id))


@contextmanager
def feeding(archive: Archive, settings: Settings) -> Iterator[Feeder]:
    """A feeder with a progress bar. Beside a live owner it only registers and follows; workers of its own end with
    it."""
    with bar() as progress:
        feeder = Feeder(archive, settings, progress)
        try:
            yield feeder
        except KeyboardInterrupt:
            say("stopping: the page in hand is ended first")
            raise
        finally:
            feeder.let_go()
            end_nursery()
