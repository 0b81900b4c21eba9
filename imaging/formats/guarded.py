"""Work that a hostile file can make endless, huge or fatal, done in a forked child with limits of its own (ADR 50)."""

from __future__ import annotations

import json
import mmap
import os
import resource
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from imaging.formats.base import damaged
from imaging.model import Pixels, Scan, ScanError
from imaging.orphans import end_with

MOST_SECONDS = 4
"""Processor seconds for a page; the dearest scanned pages take one."""
MOST_MB = 800
"""What the child may take beyond what its parent had."""

Found = tuple[dict[str, Any], Pixels | None]
Work = Callable[[], Found]


def guarded(scan: Scan, work: Work, what: str, seconds: int = MOST_SECONDS) -> Found:
    """What `work` returns: figures that JSON can hold, and pixels (read-only). Raises the ScanError that it raises, and
    one of its own where the child takes too long (`too_large`), too much memory or dies (`damaged`)."""
    place, parent = os.memfd_create("page"), os.getpid()
    try:
        child = os.fork()
        if child == 0:
            _in_child(place, work, seconds, parent)
        _, status = os.waitpid(child, 0)
        code = os.waitstatus_to_exitcode(status)
        if code == -signal.SIGXCPU:
            detail = f"{what} takes more than {seconds} seconds to draw; print it and scan the paper."
            raise ScanError(scan.name, "too_large", detail)
        if code:
            raise damaged(scan, f"{what} broke the PDF reader, ended by {_name(code)}")
        return _answer(place, scan)
    finally:
        os.close(place)


def _in_child(place: int, work: Work, seconds: int, parent: int) -> None:
    """Does the work and writes its answer; never returns, so that nothing of the parent's is ended twice."""
    code = 1
    try:
        end_with(parent)  # nobody takes the answer then, and pipes that tell of the death are open here too
        _limit(seconds)
        try:
            figures, pixels = work()
        except ScanError as error:
            figures, pixels = {"refused": error.reason, "detail": error.detail}, None
        except MemoryError:
            figures, pixels = {"refused": "too_large", "detail": "it takes too much memory; scan the paper."}, None
        head = {**figures, "shape": list(pixels.shape) if pixels is not None else None}
        _write(place, json.dumps(head).encode() + b"\n")
        if pixels is not None:
            _write(place, np.ascontiguousarray(pixels).data.cast("B"))
        code = 0
    finally:
        os._exit(code)


def _limit(seconds: int) -> None:
    signal.signal(signal.SIGXCPU, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    held = next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmData"))
    most = held + MOST_MB * 2**20
    resource.setrlimit(resource.RLIMIT_DATA, (most, most))


def _write(place: int, data: bytes | memoryview) -> None:
    left = memoryview(data)
    while left:
        left = left[os.write(place, left) :]


def _answer(place: int, scan: Scan) -> Found:
    with mmap.mmap(place, 0, access=mmap.ACCESS_READ) as whole:
        end = whole.find(b"\n")
        head: dict[str, Any] = json.loads(whole[:end])
        shape = head.pop("shape")
        if "refused" in head:
            raise ScanError(scan.name, head["refused"], head["detail"])
        return head, np.frombuffer(whole[end + 1 :], np.uint8).reshape(shape) if shape else None


def _name(code: int) -> str:
    return signal.Signals(-code).name if code < 0 else f"code {code}"
