"""Heap: memory that pages took and freed goes back to the machine, instead of lying in holes between what stays."""

from __future__ import annotations

import ctypes

EVERY = 4  # pages: each takes up to 80 MB for a while, and asking takes 2 ms and new page faults


def give_back() -> None:
    """Gives freed memory back; does nothing where the C library cannot (musl, macOS)."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
