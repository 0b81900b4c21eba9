"""Outages: what to do while a store is away."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from archive.errors import StoreUnavailable

PATIENCE = 20.0  # seconds; a page's lease lasts longer
T = TypeVar("T")


def patiently(act: Callable[[], T], patience: float = PATIENCE) -> T:
    """What `act` returns. While a store is away it is tried again for some seconds, so that work that is done already
    need not be done twice; then StoreUnavailable."""
    deadline, pause = time.monotonic() + patience, 0.25
    while True:
        try:
            return act()
        except StoreUnavailable:
            if time.monotonic() + pause > deadline:
                raise
        time.sleep(pause)
        pause = min(2.0, pause * 2)


def surroundings(error: Exception) -> bool:
    """Whether the surroundings failed, not the page. The system's own errors have a number; those that libraries raise
    of a picture that they cannot read have none."""
    return isinstance(error, StoreUnavailable) or (isinstance(error, OSError) and error.errno is not None)
