"""How the parts of the system stand: works, warns or fails, since when, what waits there and how long already."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from archive.catalogue import Transaction
from archive.service import Part

LATE = timedelta(minutes=1)  # an outbox that is older means that nobody drains it
STALE = timedelta(minutes=10)  # an export or a page that waits longer is told of
LOW, FULL = 0.10, 0.05  # shares of a disk: told of where less is left; told of loudly
LOW_BYTES, FULL_BYTES = 50 << 30, 1 << 30  # and only where fewer bytes than these are left too
REFUSED = timedelta(seconds=20)  # that a refusal is told of; people and programs try again sooner
Waiting = tuple[int, datetime | None]


class Level(StrEnum):
    WORKS = "works"
    WARNS = "warns"
    FAILS = "fails"


class Kind(StrEnum):
    STORE = "store"
    QUEUE = "queue"
    DISK = "disk"
    PROCESS = "process"
    CHORE = "chore"


@dataclass(frozen=True, slots=True)
class Standing:
    """One part. `name` is stable (`catalogue`, `outbox.index`, `chore:matching`, a process's own); `backlog` counts
    what waits there and `oldest` says since when (None: it has none); `fault` is the last error in its own words."""

    name: str
    kind: Kind
    level: Level
    since: datetime | None = None
    fault: str = ""
    backlog: int | None = None
    oldest: datetime | None = None
    host: str = ""
    detail: Mapping[str, object] = field(default_factory=dict)

    @property
    def works(self) -> bool:
        return self.level is not Level.FAILS


@dataclass(frozen=True, slots=True)
class Figures:
    """What the catalogue said of the work and of the registered parts, at one moment."""

    at: datetime
    pages: Waiting = (0, None)
    index: Waiting = (0, None)
    wakes: Waiting = (0, None)
    exports: Waiting = (0, None)
    tasks: Waiting = (0, None)
    quarantined: int = 0
    parts: Sequence[Part] = ()

    @classmethod
    def of(cls, tx: Transaction, at: datetime) -> Figures:
        return cls(
            at,
            pages=tx.pages.backlog(),
            index=tx.outbox.backlog("index"),
            wakes=tx.outbox.backlog("work"),
            exports=tx.exports.backlog(),
            tasks=tx.tasks.backlog(),
            quarantined=tx.pages.quarantined(),
            parts=tx.parts.list(),
        )


def alive(part: Part, at: datetime) -> bool:
    """Whether the part noted itself lately."""
    return part.expires_at >= at


def queues(figures: Figures, server: bool) -> Iterator[Standing]:
    """What waits, in the order that work flows."""
    living = [part for part in figures.parts if alive(part, figures.at)]
    workers = sum(1 for part in living if part.kind == "worker")
    halted = bool(figures.pages[0]) and not workers
    fault = "no worker is alive" if halted else ""
    yield _queue("pages", figures.pages, Level.FAILS if halted else Level.WORKS, fault)
    if server:
        yield _queue("outbox.work", figures.wakes, _late(figures.wakes, figures.at, LATE))
    yield _queue("outbox.index", figures.index, _late(figures.index, figures.at, LATE))
    yield _queue("exports", figures.exports, _late(figures.exports, figures.at, STALE))
    yield _queue("tasks", figures.tasks, Level.WORKS)
    level = Level.WARNS if figures.quarantined else Level.WORKS
    yield Standing("quarantine", Kind.QUEUE, level, backlog=figures.quarantined)


def _queue(name: str, waiting: Waiting, level: Level, fault: str = "") -> Standing:
    return Standing(name, Kind.QUEUE, level, None, fault, waiting[0], waiting[1])


def _late(waiting: Waiting, at: datetime, limit: timedelta) -> Level:
    return Level.WARNS if waiting[1] is not None and at - waiting[1] > limit else Level.WORKS


@dataclass(frozen=True, slots=True)
class Refusal:
    """A store's disk was full for a request: what was said, since when this goes on, and when it was so last."""

    fault: str
    since: datetime
    last: datetime

    def standing(self, at: datetime) -> Iterator[Standing]:
        """A disk that fails, until no request was refused for a while: nothing but a write tells of a server's disk."""
        if at - self.last < REFUSED:
            yield Standing("disk.full", Kind.DISK, Level.FAILS, self.since, self.fault)


def noted(figures: Figures) -> Iterator[Standing]:
    """The parts that noted themselves: processes first, then chores; one that vanished fails since it was last seen,
    until another takes its place. As of the figures: a catalogue that is away must not make everyone look gone."""
    for part in sorted(figures.parts, key=lambda part: (part.kind == "chore", part.kind, part.host, part.name)):
        kind = Kind.CHORE if part.kind == "chore" else Kind.PROCESS
        detail = {**part.detail, "kind": part.kind, "pid": part.pid, "seen_at": part.seen_at.isoformat()}
        if alive(part, figures.at):
            level = Level.WORKS if part.works else Level.FAILS
            yield Standing(part.name, kind, level, part.since, part.fault, host=part.host, detail=detail)
        else:
            level = Level.WARNS if _followed(part, figures) else Level.FAILS
            gone = {**detail, "gone": True}
            yield Standing(part.name, kind, level, part.seen_at, "gone", host=part.host, detail=gone)


def _followed(gone: Part, figures: Figures) -> bool:
    """Whether another of its kind was begun on its host since: then the one that vanished is only a note."""
    later = (part for part in figures.parts if alive(part, figures.at) and part.since > gone.since)
    return any((part.kind, part.host) == (gone.kind, gone.host) for part in later)


def disk(name: str, free: int, total: int) -> Standing:
    """A disk by what is left of it, in bytes."""
    share = free / max(total, 1)
    level, fault = Level.WORKS, ""
    if share < LOW and free < LOW_BYTES:
        level = Level.WARNS
    if share < FULL and free < FULL_BYTES:
        level, fault = Level.FAILS, f"only {free / (1 << 20):,.0f} MB are left"
    return Standing(name, Kind.DISK, level, None, fault, detail={"free": free, "total": total})
