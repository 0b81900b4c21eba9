"""The engine `recorded`: answers with readings that another engine made of the same pixels before."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from imaging.model import Page, Pixels
from ocr import readings
from ocr.model import Engine, Line, Reading


class NotRecordedError(LookupError):
    """Pixels of which the folder holds no recording: record them first, with `ocr.engines.recorded.record`."""


class RecordedEngine:
    """Reads from the recordings in `folder`. Raises NotRecordedError for pixels that were never recorded."""

    name = "recorded"

    def __init__(self, folder: Path) -> None:
        self._folder = Path(folder)

    def read(self, page: Page, quick: bool = False) -> Reading:
        """The recorded reading of a page, under the name of the engine that made it."""
        del quick  # it changed what was recorded
        return _recorded(self._folder, page.pixels)

    def read_lines(
        self, crops: list[Pixels], kinds: Sequence[str | None] | None = None, quick: bool = False
    ) -> list[Line]:
        """The recorded line of each crop, whatever the kinds were."""
        del kinds, quick  # they changed what was recorded
        return [_recorded(self._folder, crop).lines[0] for crop in crops]


class Recorder:
    """An engine that reads with `engine` and leaves a recording of each answer in `folder`."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.name = engine.name
        self._engine, self._folder = engine, Path(folder)
        self._folder.mkdir(parents=True, exist_ok=True)

    def read(self, page: Page, quick: bool = False) -> Reading:
        """What the other engine reads."""
        reading = self._engine.read(page, quick)
        _path(self._folder, page.pixels).write_bytes(readings.dump(reading))
        return reading

    def read_lines(
        self, crops: list[Pixels], kinds: Sequence[str | None] | None = None, quick: bool = False
    ) -> list[Line]:
        """What the other engine reads."""
        lines = self._engine.read_lines(crops, kinds, quick)
        for crop, line in zip(crops, lines, strict=True):
            alone = Reading((line,), self.name, crop.shape[1], crop.shape[0])
            _path(self._folder, crop).write_bytes(readings.dump(alone))
        return lines


def record(engine: Engine, folder: Path) -> Recorder:
    """An engine like `engine` that records its answers in `folder` for RecordedEngine."""
    return Recorder(engine, folder)


def digest(pixels: Pixels) -> str:
    """The sha256 (hex) of an image's size and pixels."""
    return hashlib.sha256(repr(pixels.shape).encode() + pixels.tobytes()).hexdigest()


def _path(folder: Path, pixels: Pixels) -> Path:
    return folder / f"{digest(pixels)}.json"


def _recorded(folder: Path, pixels: Pixels) -> Reading:
    path = _path(folder, pixels)
    if not path.is_file():
        height, width = pixels.shape[:2]
        raise NotRecordedError(f"no recording of this image of {width} × {height} pixels: {path} is missing")
    return readings.load(path.read_bytes())
