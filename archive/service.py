"""Nouns of the running system: exports as jobs, saved searches, and the parts that processes note."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class ExportState(StrEnum):
    """`waiting`: for a worker. `running`: a worker holds its lease. The others are its ends."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Export:
    """A person's search as a file, made in the background. `branches` is the scope it was asked in, None for all;
    `done` of `total` hits are written; `sha256` and `size` (bytes) are the file's once it is done."""

    id: int
    person_id: int
    branches: tuple[str, ...] | None
    text: str
    filters: Mapping[str, object]
    format: str
    state: ExportState
    created_at: datetime
    done: int = 0
    total: int = 0
    sha256: str = ""
    size: int = 0
    file_name: str = ""
    reason: str = ""
    options: Mapping[str, object] = field(default_factory=dict)
    fault: str = ""
    worker: str = ""
    token: int = 0
    lease_until: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SavedSearch:
    """A search that a person kept under a name."""

    id: int
    person_id: int
    name: str
    text: str
    filters: Mapping[str, object]
    at: datetime


@dataclass(frozen=True, slots=True)
class Part:
    """A process, server or chore as it noted itself: whether it works, since when, and what is wrong with it. Past
    `expires_at` nothing is known of it any more."""

    id: int
    name: str
    kind: str
    host: str
    pid: int
    since: datetime
    seen_at: datetime
    works: bool
    fault: str
    detail: Mapping[str, object]
    expires_at: datetime
