"""What the API keeps while others are away: the monitor's looks, and who was signed in a moment ago."""

from __future__ import annotations

import os
import threading
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TypeVar, cast
from urllib.parse import unquote, urlsplit

import anyio
from fastapi import FastAPI, Request

from api.settings import Settings
from archive.errors import StoreUnavailable
from archive.model import Person
from archive.vault import Archive
from processing.dispatch import open_dispatch
from processing.monitor import Monitor
from processing.parts import Beat, host

T = TypeVar("T")
Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]

REMEMBERED = 900.0  # seconds that a person who was signed in may still see the system page while the catalogue is away
MOST = 10_000
SOON = 1.5  # seconds that the system page waits for the catalogue before it does without
HANGS = 1.0  # seconds without an answer after which it does not ask the catalogue at all

# Threads of their own: those of the requests may all be waiting for a part that hangs.
_threads = anyio.CapacityLimiter(8)


@dataclass(slots=True)
class Seen:
    """Who was found signed in lately, by the digest of what they showed. Only the system page and the words of an error
    ask it, and only while the catalogue cannot be asked."""

    _people: OrderedDict[str, tuple[Person, float]] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, key: str, person: Person | None) -> None:
        with self._lock:
            self._people.pop(key, None)
            if person is not None:
                self._people[key] = (person, time.monotonic())
            while len(self._people) > MOST:
                self._people.popitem(last=False)

    def find(self, key: str) -> Person | None:
        """The person, where they were signed in within the last quarter of an hour."""
        with self._lock:
            person, at = self._people.get(key, (None, 0.0))
        return person if time.monotonic() - at < REMEMBERED else None


@dataclass(slots=True)
class Watch:
    """The eyes of one application."""

    monitor: Monitor
    seen: Seen = field(default_factory=Seen)
    running: bool = False


def watch_of(request: Request) -> Watch:
    """The watch of this application."""
    return cast(Watch, request.app.state.watch)


def monitor_of(request: Request) -> Monitor:
    """The monitor, which has looked at least once."""
    watch = watch_of(request)
    if not watch.running:
        watch.monitor.look()
    return watch.monitor


def build_watch(archive: Archive, settings: Settings) -> Watch:
    """The watch over the parts that the settings name; it looks when it is started."""
    folders = {"data": settings.data} if settings.embedded else {}
    kept = {"objects": settings.objects, "exports": settings.exports, "index": settings.index}
    places = {name: urlsplit(where.url) for name, where in kept.items()}
    local = {name: Path(unquote(at.path)) for name, at in places.items() if at.scheme in ("file", "tantivy")}
    depth = None if settings.embedded else open_dispatch(settings.broker).depth
    return Watch(Monitor(archive, depth=depth, folders={**folders, **local}))


def watched(watch: Watch, inner: Lifespan | None) -> Lifespan:
    """The lifespan of an application: the monitor and the process's own note in the registry around what else runs."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        beat = Beat(watch.monitor.archive.catalogue, f"serve@{host()}-{os.getpid()}", "serve")
        watch.monitor.start()
        beat.start()
        watch.running = True
        try:
            async with AsyncExitStack() as stack:
                if inner is not None:
                    await stack.enter_async_context(inner(app))
                yield
        finally:
            watch.running = False
            await anyio.to_thread.run_sync(beat.stop)
            await anyio.to_thread.run_sync(watch.monitor.stop)

    return lifespan


async def soon(ask: Callable[..., T], *args: object, otherwise: T, seconds: float = SOON) -> T:
    """What a blocking call answers; `otherwise` where it fails for an outage or takes longer than that."""
    with anyio.move_on_after(seconds):
        try:
            call = partial(ask, *args)
            return await anyio.to_thread.run_sync(call, abandon_on_cancel=True, limiter=_threads)
        except StoreUnavailable:
            return otherwise
    return otherwise
