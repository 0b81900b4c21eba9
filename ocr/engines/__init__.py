"""OCR engines behind one protocol, found by name among the entry points of the group `vouch.ocr_engines`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any, cast

from ocr.model import Engine

GROUP = "vouch.ocr_engines"
# openvino imports it for nothing but to have it; it reports each import over the network, from a thread.
sys.modules.setdefault("openvino.tools.ovc", None)  # type: ignore[arg-type]


class EngineError(RuntimeError):
    """An OCR engine that cannot work here: a program, language or model file is missing; says what to do."""


@cache
def installed() -> tuple[EntryPoint, ...]:
    """The entry points of the engines. Looked up once: it reads a file of each package that is installed."""
    return tuple(entry_points(group=GROUP))


def names() -> list[str]:
    """The engines that are installed, by name."""
    return sorted({entry.name for entry in installed()})


def module_of(name: str) -> str:
    """The module that holds the engine of that name; empty where no such engine is installed."""
    return next((entry.module for entry in installed() if entry.name == name), "")


def load(name: str, **options: Any) -> Engine:
    """The engine of that name, made with its `options` (each engine's class documents them). Raises EngineError where
    no such engine is installed or it cannot work on this machine."""
    entry = next((entry for entry in installed() if entry.name == name), None)
    if entry is not None:
        make = cast("Callable[..., Engine]", entry.load())
        return make(**options)
    raise EngineError(f"no OCR engine is called {name!r}; installed: {', '.join(names())}")
