"""Text: the reading of a page of a known form, which is what its zones say and what the form prints."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from imaging.model import Box, Pixels
from ocr.known.crops import Lie, crop
from ocr.known.ink import Ink
from ocr.known.model import KnownForm, Rect
from ocr.model import Line

_PRINTED = 0.99
_TALL = 1.5
_PAD_MM = 0.8


def note_crop(lie: Lie, rect: Rect) -> Pixels:
    """A row of print that stands in no zone."""
    return crop(lie, rect.grown(_PAD_MM, 0.5 * _PAD_MM))


def printed_on(form: KnownForm, ink: Ink, box_of: Callable[[Rect], Box]) -> list[Line]:
    """The form's printed words with their places on a page."""
    return [_printed(word.text, box_of(ink.moved(word.box) if word.moves else word.box)) for word in form.print]


def _printed(text: str, box: Box) -> Line:
    count = len(text)
    tall = box.h > _TALL * box.w
    centers = tuple(box.x + box.w * (0.5 if tall else (k + 0.5) / count) for k in range(count))
    return Line(text, _PRINTED, box, centers, (_PRINTED,) * count, (), True)


def whole_text(read: Sequence[tuple[Line, Box, int]], printed: Sequence[Line]) -> tuple[Line, ...]:
    """Lines that were read (with their places on the page, and the widths of their crops, 0 where their centres do not
    matter) and printed words that none of them shows, from top to bottom."""
    told = []
    for line, box, width in read:
        if line.text.strip():
            step = box.w / width if width else 0.0
            centers = tuple(box.x + x * step for x in line.centers) if step else ()
            told.append(Line(line.text, line.confidence, box, centers, line.char_confidences))
    for word in printed:
        near = any(word.text in line.text and line.box and word.box and _overlap(line.box, word.box) for line in told)
        if not near:
            told.append(word)
    return tuple(sorted(told, key=lambda line: (line.box.y, line.box.x) if line.box else (0, 0)))


def _overlap(box: Box, other: Box) -> bool:
    return box.x < other.right and other.x < box.right and box.y < other.bottom and other.y < box.bottom
