"""Dispatch without a broker: workers beside the catalogue look for work themselves."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping

from .port import Told, Wake, Work

IDLE = 0.15  # seconds between two looks of a worker that found nothing


def _unheard(_: str) -> None:
    """Nothing can be wrong with a broker that is not there."""


class LocalDispatch:
    """A look at the catalogue costs less than a message."""

    def send(self, pages: Iterable[Wake]) -> None:
        """Nobody needs to be woken."""

    def consume(self, work: Work, stopping: threading.Event, told: Told = _unheard) -> None:  # noqa: ARG002
        while not stopping.is_set():
            if not work(None):
                stopping.wait(IDLE)

    def serves(self, branch_no: str) -> bool:  # noqa: ARG002
        return True

    def serves_all(self) -> bool:
        return True

    def depths(self) -> Mapping[str, int]:
        return {}

    def depth(self) -> int:
        return 0

    def queue_of(self, branch_no: str) -> str:  # noqa: ARG002
        return ""

    def check(self) -> None:
        """There is nothing that could be away."""

    def close(self) -> None:
        """There is nothing to let go of."""
