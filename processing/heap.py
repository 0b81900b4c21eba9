"""Heap: memory that pages took and freed goes back to the machine, instead of lying in holes between what stays."""

from __future__ import annotations

import ctypes
import os
from pathlib import Path

MOST = 585e6  # bytes that a worker may hold after a page; most pages take 30 to 90 MB more while they are read
_PAGE = os.sysconf("SC_PAGESIZE")


def resident() -> int:
    """Bytes of this process in memory; 0 where the system does not tell as Linux does."""
    try:
        return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * _PAGE
    except OSError:
        return 0


def give_back(most: float = MOST) -> None:
    """Gives freed memory back where the process holds more than `most` bytes; asking takes 2 ms, and new page faults
    after it. Does nothing where the C library cannot (musl, macOS)."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None and resident() > most:
        trim(0)
