"""The nouns of known forms: rectangles in millimetres, a field's zone, and the form itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from imaging.model import Pixels

DPI = 100.0  # of templates and registration
PER_MM = DPI / 25.4

Affine = npt.NDArray[np.float64]


class Rect(NamedTuple):
    """A rectangle in millimetres of the form: left, top, width, height."""

    x: float
    y: float
    w: float
    h: float

    @property
    def right(self) -> float:
        return self.x + self.w

    @property
    def bottom(self) -> float:
        return self.y + self.h

    @property
    def center(self) -> tuple[float, float]:
        return self.x + self.w / 2, self.y + self.h / 2

    def grown(self, x: float, y: float) -> Rect:
        """The rectangle with `x` mm more at its left and right and `y` more above and below."""
        return Rect(self.x - x, self.y - y, self.w + 2 * x, self.h + 2 * y)

    def union(self, other: Rect) -> Rect:
        """The smallest rectangle that holds both."""
        x, y = min(self.x, other.x), min(self.y, other.y)
        return Rect(x, y, max(self.right, other.right) - x, max(self.bottom, other.bottom) - y)


NOWHERE = Rect(0.0, 0.0, 0.0, 0.0)


class Choice(NamedTuple):
    """One printed option of a choice: its stored form, and where its words stand."""

    value: str
    box: Rect


class Printed(NamedTuple):
    """Words that a form prints and where; `moves` where the printer of the values prints them too."""

    text: str
    box: Rect
    moves: bool = False


@dataclass(frozen=True, slots=True)
class Zone:
    """Where a field's value stands: `box` is the room for it (to the rules and the print around), `value` where the
    samples' values stood, `core` where all of them did, `line` the height of their print in mm, `rows` the most rows
    that one had. `columns` are the centres of a digit grid's cells in mm, the last being 分; `options` the printed
    options of a choice that is ticked; `printed` says that print stands between the value's parts (年 月 日) and is
    read with them; `seen` is the share of the samples that had a value there; `red` says that its values are printed in
    red, which is else taken for a stamp's ink."""

    field: str
    kind: str
    box: Rect
    value: Rect
    line: float
    rows: int = 1
    columns: tuple[float, ...] = ()
    options: tuple[Choice, ...] = ()
    printed: bool = False
    seen: float = 1.0
    core: Rect = NOWHERE
    red: bool = False


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class KnownForm:
    """A form as it was learned. `name` tells it from others, `version` counts from 1, `size` is width and height in mm,
    `title` the words printed as its title. `template` is the print alone at 100 dpi (H×W uint8, darkness: 255 is
    black). `anchors` are places that registration looks for, `words` printed words (the title first) that must be
    there; `stamps` where each stamp stands. `print` are all its printed words. `accuracy` holds the figures of
    learning."""

    name: str
    type: str
    title: str
    size: tuple[float, float]
    template: Pixels
    anchors: tuple[Rect, ...]
    words: tuple[Rect, ...]
    zones: tuple[Zone, ...]
    stamps: Mapping[str, Rect] = field(default_factory=dict)
    version: int = 1
    samples: int = 0
    accuracy: Mapping[str, float] = field(default_factory=dict)
    print: tuple[Printed, ...] = ()


class FormError(ValueError):
    """Samples that no form can be learned from, or a form that cannot be read; the message says what to do."""
