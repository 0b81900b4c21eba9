"""The port of dispatch: wakes workers for pages. What is to be done stands in the catalogue alone."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple, Protocol

from archive.errors import StoreUnavailable

Work = Callable[[int | None], bool]
Told = Callable[[str], None]


class BrokerUnavailable(StoreUnavailable):
    """The broker cannot be reached. Nothing is lost: pages wait in the catalogue until workers can be woken again."""


class Wake(NamedTuple):
    """A page that waits for a worker, and its branch, by which it finds its queue."""

    page_id: int
    branch_no: str

    @property
    def key(self) -> str:
        """The key of its row in the outbox."""
        return f"{self.branch_no}/{self.page_id}"

    @classmethod
    def of(cls, key: str) -> Wake:
        """The wake that an outbox key says."""
        branch_no, _, page_id = key.rpartition("/")
        return cls(int(page_id), branch_no)


class Dispatch(Protocol):
    """A message may be lost or come twice; neither loses or doubles work."""

    def send(self, pages: Iterable[Wake]) -> None:
        """Wakes workers for these pages; returns when the wakes are durable. BrokerUnavailable."""

    def consume(self, work: Work, stopping: threading.Event, told: Told = ...) -> None:
        """The body of a worker process: calls `work` with a page's id, or with None where it is to look for itself,
        until `stopping` is set; the page in hand is ended first. `work` says whether it found something to do. `told`
        hears what is wrong with the broker, and an empty text when it is well again. Outages are waited out."""

    def serves(self, branch_no: str) -> bool:
        """Whether these workers serve a branch."""

    def serves_all(self) -> bool:
        """Whether these workers serve every branch, so that one woken in vain may take any other page."""

    def depths(self) -> Mapping[str, int]:
        """How many wakes wait in each queue. BrokerUnavailable."""

    def depth(self) -> int:
        """How many wakes wait in all; 0 where there is no queue. BrokerUnavailable within ten seconds."""

    def queue_of(self, branch_no: str) -> str:
        """The queue that a branch's pages wait in; empty where there is none."""

    def check(self) -> None:
        """BrokerUnavailable where the broker does not answer."""

    def close(self) -> None:
        """Lets go of connections."""
