"""Jobs: the crops of a form's zones on a page, one a row of print."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from imaging.model import Box, Pixels
from ocr.known.crops import Lie, calm, crop, crossed, erased, touched, without_edges
from ocr.known.dark import cut, page_box
from ocr.known.ink import Band, Ink, bands
from ocr.known.model import KnownForm, Rect, Zone
from ocr.known.unlifted import Scan
from ocr.model import Line

PAD_X, PAD_Y = 0.4, 0.28  # of a line's height
_WIDE_X, _WIDE_Y = 0.9, 0.22  # of the second crop: what two margins say alike was not cut off
_EDGE_MM = 0.35
_DIGITS = frozenset({"amount", "number", "account", "date"})  # among digits a rule is a 1


@dataclass(frozen=True, slots=True)
class Paper:
    """A page as it is read: its form, how that lies on it, the ink filled in, the page's size in pixels, and the page
    with its stamps where it has any."""

    form: KnownForm
    lie: Lie
    ink: Ink
    size: tuple[int, int]
    scan: Scan | None = None

    def box(self, rect: Rect) -> Box:
        return page_box(self.lie.to_page, rect, *self.size)


@dataclass(frozen=True, slots=True)
class Job:
    """A crop to be read: its zone, where it stands on the form, its pixels, the columns that hold ink, in them, whether
    ink goes on beyond its ends, how to cut it with wider margins, and whether a rule that is painted over may hide a
    part of a character (`hidden`); it stays in the wide crop: what is read with it and without it alike is whole."""

    zone: Zone
    rect: Rect
    pixels: Pixels
    ink: tuple[float, ...]
    cut_off: bool
    wide_rect: Rect
    cut_wide: Callable[[Rect], Pixels]
    hidden: bool = False

    def wide(self) -> Pixels:
        """The crop with wider margins."""
        return self.cut_wide(self.wide_rect)

    def unlifted(self, scan: Scan) -> tuple[Pixels, ...]:
        """The crop as it is under a stamp that was not lifted, in two ways, its rules not painted over; none where no
        stamp was, or where the values are as red as stamps."""
        return () if self.zone.red else scan.readings(self.rect) or ()

    def of_wide(self, line: Line, width: int) -> Line:
        """A line read of the wide crop, `width` pixels wide, with its places in the narrow one."""
        per_mm, step = width / self.wide_rect.w, self.pixels.shape[1] / self.rect.w
        off = self.wide_rect.x - self.rect.x
        return replace(line, centers=tuple((x / per_mm + off) * step for x in line.centers))


def jobs_of(paper: Paper, zone: Zone) -> list[Job]:
    """The crops of a zone; none where it is empty."""
    rows = bands(paper.ink, zone)
    if zone.printed and rows:
        rows = [_widened(rows, zone, paper.ink.side)]
    return [_job(paper, zone, row) for row in rows]


def _job(paper: Paper, zone: Zone, row: Band) -> Job:
    line = max(row.rect.h, 0.5 * zone.line)
    rect = row.rect.grown(PAD_X * line, PAD_Y * line)
    over = [] if zone.kind in _DIGITS else crossed(row.rect, paper.form, paper.ink)
    rules = touched(row.rect, paper.form, paper.ink)
    picture = _cut(paper, zone, over, rect)
    step = picture.shape[1] / rect.w
    places = np.flatnonzero(row.columns) * row.rect.w / max(1, len(row.columns)) + row.rect.x - rect.x
    wide = row.rect.grown(_WIDE_X * line, _WIDE_Y * line)
    ink = tuple((places * step).tolist())
    goes_on = _goes_on(paper.ink, rect, row.rect)
    cut_wide = partial(_cut, paper, zone, over + rules)
    return Job(zone, rect, picture, ink, goes_on, wide, cut_wide, bool(rules) and not over)


def _goes_on(ink: Ink, rect: Rect, row: Rect) -> bool:
    """Whether ink stands at an end of a crop."""
    ends = (Rect(x - _EDGE_MM, row.y, 2 * _EDGE_MM, row.h) for x in (rect.x, rect.right))
    return any(bool(cut(ink.mask, end).any()) for end in ends)


def _cut(paper: Paper, zone: Zone, over: Sequence[Rect], rect: Rect) -> Pixels:
    """A crop; the print between a date's parts is read with them, all other print is painted over but for the rules
    that characters stand `over`."""
    picture = crop(paper.lie, rect)
    if zone.printed:
        return picture
    clear = erased(picture if zone.red else calm(picture), rect, paper.form, paper.ink, over)
    return clear if over else without_edges(clear)


def _widened(rows: Sequence[Band], zone: Zone, side: float) -> Band:
    """The rows of a date as one, over all the room of its printed units."""
    tallest = max(rows, key=lambda band: band.rect.w * band.rect.h)
    rect = tallest.rect
    left, right = min(rect.x, zone.value.x + side), max(rect.right, zone.value.right + side)
    return Band(Rect(left, rect.y, right - left, rect.h), np.zeros(1, bool))
