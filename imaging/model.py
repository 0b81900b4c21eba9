"""The nouns of imaging: a scan as it came, one page of it as pixels, boxes on it, and the notes of its stages."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]
NoteValue = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Box:
    """An upright rectangle in page pixels: left, top, width, height (the order of IIIF's xywh)."""

    x: int
    y: int
    w: int
    h: int

    @property
    def right(self) -> int:
        return self.x + self.w

    @property
    def bottom(self) -> int:
        return self.y + self.h

    @property
    def center(self) -> tuple[float, float]:
        return self.x + self.w / 2, self.y + self.h / 2

    def has_middle_of(self, other: Box) -> bool:
        """Whether the middle of another box lies in this one."""
        x, y = other.center
        return self.x <= x <= self.right and self.y <= y <= self.bottom

    def union(self, other: Box) -> Box:
        """The smallest box that holds both."""
        x, y = min(self.x, other.x), min(self.y, other.y)
        return Box(x, y, max(self.right, other.right) - x, max(self.bottom, other.bottom) - y)

    def padded(self, by: int, width: int, height: int) -> Box:
        """The box grown by `by` pixels a side and cut to a page of width × height."""
        x, y = max(0, self.x - by), max(0, self.y - by)
        return Box(x, y, min(width, self.right + by) - x, min(height, self.bottom + by) - y)


@dataclass(frozen=True, slots=True)
class Scan:
    """One file as it came. `sha256` is the hex digest of `data`."""

    name: str
    data: bytes
    sha256: str

    @classmethod
    def of(cls, name: str, data: bytes) -> Scan:
        return cls(name, data, hashlib.sha256(data).hexdigest())


@dataclass(frozen=True, slots=True)
class Note:
    """What one stage did to a page: its name and its figures (angles in degrees, lengths in pixels)."""

    stage: str
    values: Mapping[str, NoteValue] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Page:
    """One side of one sheet. `pixels` is read-only, H×W×3 uint8 BGR or H×W uint8; `dpi` may be a guess (noted);
    `number` is its place in its file, from 1; `memo` keeps what was made of these pixels (`imaging.views`)."""

    pixels: Pixels
    dpi: float
    number: int = 1
    notes: tuple[Note, ...] = ()
    memo: dict[str, object] = field(default_factory=dict, compare=False, repr=False)

    def __post_init__(self) -> None:
        if self.pixels.flags.writeable:
            view = self.pixels.view()
            view.flags.writeable = False
            object.__setattr__(self, "pixels", view)

    @property
    def width(self) -> int:
        return int(self.pixels.shape[1])

    @property
    def height(self) -> int:
        return int(self.pixels.shape[0])

    def noted(self, stage: str, pixels: Pixels | None = None, dpi: float | None = None, **values: NoteValue) -> Page:
        """This page after `stage`: new pixels where the stage made some, and one more note."""
        return replace(
            self,
            pixels=self.pixels if pixels is None else pixels,
            dpi=self.dpi if dpi is None else dpi,
            memo=self.memo if dpi is None and (pixels is None or pixels is self.pixels) else {},
            notes=(*self.notes, Note(stage, MappingProxyType(values))),
        )

    def note(self, stage: str) -> Mapping[str, NoteValue]:
        """The figures of the latest run of `stage`, empty where it did not run."""
        return next((n.values for n in reversed(self.notes) if n.stage == stage), MappingProxyType({}))


Stage = Callable[[Page], Page]


class ScanError(ValueError):
    """A file that cannot be imaged. `reason` is a short stable word (`empty`, `encrypted`, `truncated`, `too_large`,
    `not_an_image`, `damaged`), `detail` says what was found; the message names the file and what to do."""

    def __init__(self, name: str, reason: str, detail: str) -> None:
        super().__init__(f"{name}: {detail}")
        self.name, self.reason, self.detail = name, reason, detail

    def __reduce__(self) -> tuple[type[ScanError], tuple[str, str, str]]:
        return type(self), (self.name, self.reason, self.detail)
