"""Processes that end with the one that forked them, by the kernel's hand, whatever they are doing."""

from __future__ import annotations

import ctypes
import os
import signal

_SIGNAL_OF_PARENT_DEATH = 1  # PR_SET_PDEATHSIG of prctl(2)
_LIBC = ctypes.CDLL(None)


def end_with(parent: int) -> None:
    """Ends this process as soon as the thread of `parent` that forked it is gone, or at once where it is gone."""
    _LIBC.prctl(_SIGNAL_OF_PARENT_DEATH, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def outlive_parent() -> None:
    """Takes that back."""
    _LIBC.prctl(_SIGNAL_OF_PARENT_DEATH, 0)
