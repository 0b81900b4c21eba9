"""Compiled networks in a folder, so that the next start need not read, change and compile them again."""

from __future__ import annotations

import hashlib
import os
import secrets
from contextlib import suppress
from functools import cache
from pathlib import Path

import openvino as ov

_HERE = Path(__file__).parent
# What a network is made of besides its file: whoever changes it there finds nothing of before.
_MAKERS = ("networks.py", "surgery.py", "recogniser.py", "detector.py", "ranges.yaml")
_DIGEST = 32  # bytes of a SHA-256


def key(file: Path, *said: object) -> str:
    """The name of what is made from a network's file: another one for another content of it, other code that makes it,
    another OpenVINO, another processor, or other words about it."""
    state = file.stat()
    parts = (_sha256(file, state.st_size, state.st_mtime_ns), *_here(), *map(str, said))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def get(folder: Path, name: str) -> bytes | None:
    """What is kept under a name; None where nothing is, or not what was written: a disk may lose the end of a file."""
    try:
        data = (folder / name).read_bytes()
    except OSError:
        return None
    return data[_DIGEST:] if data[:_DIGEST] == hashlib.sha256(memoryview(data)[_DIGEST:]).digest() else None


def put(folder: Path, name: str, data: bytes) -> None:
    """Keeps data under a name, where the folder can be written: without it the next start is slower, no more."""
    new = folder / f"{name}.{os.getpid()}.{secrets.token_hex(4)}"
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        try:
            new.write_bytes(hashlib.sha256(data).digest() + data)
            new.replace(folder / name)  # at once: workers that start together see all of it or nothing
        finally:
            new.unlink(missing_ok=True)


@cache
def _sha256(file: Path, size: int, changed: int) -> str:  # noqa: ARG001 - another state is another question
    return hashlib.sha256(file.read_bytes()).hexdigest()


@cache
def _here() -> tuple[str, ...]:
    """The code that makes networks, OpenVINO and the processor."""
    core, code = ov.Core(), hashlib.sha256()
    for name in _MAKERS:
        code.update((_HERE / name).read_bytes())
    asked = ("FULL_DEVICE_NAME", "OPTIMIZATION_CAPABILITIES")
    return (code.hexdigest(), ov.get_version(), *(str(core.get_property("CPU", each)) for each in asked))
