"""Lines: the rules of a printed table, and the closed cells between them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import cv2
import numpy as np

from imaging.model import Box, Page, Pixels
from imaging.ops import block, components, darkest, pixels_of, row_runs, shrunk, to_dpi, u8

_DPI = 100.0
_LEVEL_MM, _UPRIGHT_MM = 8.0, 4.6
_SURE_MM = 14.0
_FOLD_SHARE = 0.97
_FOLD_INK, _FOLD_PIXELS = 0.6, 8
_BREAK_MM = 0.8
_SOLID = 0.82
_THICKEST_MM = 1.4
_JOIN_MM, _ASKEW_MM = 6.0, 0.5
_OVERSHOOT_MM = 1.6
_CELL_MM = (2.2, 2.6)
_CELL_FILL = 0.86
_PAGE_SHARE = 0.9
_FAINTEST = 14
_TOUCH, _PRINT_INK, _WHOLE = 2, 0.35, 0.95
_ALIGNED_MM = 2.0
_ROWS, _ROW_SHARE = 3, 0.5

Run = tuple[int, int, int]
"""A row, its first column and the one after its last."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A straight level or upright rule in page pixels: from (x1, y1) to (x2, y2), x1 ≤ x2 and y1 ≤ y2, with its
    thickness."""

    x1: int
    y1: int
    x2: int
    y2: int
    thickness: int = 1

    @property
    def length(self) -> int:
        return max(self.x2 - self.x1, self.y2 - self.y1)


@dataclass(frozen=True, slots=True)
class Ruling:
    """The rules of a page: `horizontal` from top to bottom, `vertical` from left to right."""

    horizontal: tuple[Segment, ...]
    vertical: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """The rules of a page and the closed rectangular cells between them, in reading order."""

    ruling: Ruling
    cells: tuple[Box, ...]


def table(page: Page) -> Table:
    """The rules of a deskewed page, in any colour and with small breaks bridged, and the closed cells inside them."""
    times = to_dpi(page, _DPI)
    level, upright = _rules(page, times)
    rules = Ruling(
        tuple(sorted((_enlarged(s, times) for s in level), key=lambda s: (s.y1, s.x1))),
        tuple(sorted((_enlarged(s, times) for s in upright), key=lambda s: (s.x1, s.y1))),
    )
    # cv2 kills the process over an array without rows, which a page thinner than `times` would leave.
    shape = (max(1, page.height // times), max(1, page.width // times))
    drawn = _drawn(level, upright + _open_sides(level, upright, page.dpi / times), shape, page.dpi / times)
    found = _rectangles(drawn, page.dpi / times)
    boxes = (Box(b.x * times, b.y * times, b.w * times, b.h * times) for b in found)
    return Table(rules, tuple(sorted(boxes, key=lambda b: (b.y, b.x))))


def ruling(page: Page) -> Ruling:
    """The rules of `table`."""
    return table(page).ruling


def cells(page: Page) -> tuple[Box, ...]:
    """The cells of `table`."""
    return table(page).cells


def _open_sides(level: list[Segment], upright: list[Segment], dpi: float) -> list[Segment]:
    """The sides that a table leaves open: its level rules begin, or end, in one line and uprights part its rows."""
    near, widest = pixels_of(_ALIGNED_MM, dpi), max((s.length for s in level), default=0)
    level = [s for s in level if s.length >= _ROW_SHARE * widest]
    sides: list[Segment] = []
    for left in (True, False):
        for rows in _columns([(s.x1 if left else s.x2, s) for s in level], near):
            ends = [x for x, _ in rows]
            first, last = rows[0][1], rows[-1][1]
            x = min(ends) if left else max(ends)
            inside = [u for u in upright if first.y1 - near <= u.y1 and u.y2 <= last.y1 + near]
            if len(rows) >= _ROWS and any(first.x1 <= u.x1 <= first.x2 for u in inside):
                sides.append(Segment(x, first.y1, x, last.y1))
    return sides


def _columns(rules: list[tuple[int, Segment]], near: int) -> list[list[tuple[int, Segment]]]:
    """Rules by the place of one of their ends, each column from top to bottom."""
    columns: list[list[tuple[int, Segment]]] = []
    for x, rule in sorted(rules, key=lambda pair: pair[1].y1):
        home = next((column for column in columns if abs(column[-1][0] - x) <= near), None)
        if home is None:
            columns.append([(x, rule)])
        else:
            home.append((x, rule))
    return columns


def _drawn(level: list[Segment], upright: list[Segment], shape: tuple[int, int], dpi: float) -> Pixels:
    """White paper with the rules alone on it, each a little longer, so that corners close."""
    drawn, over = np.full(shape, 255, np.uint8), pixels_of(_OVERSHOOT_MM, dpi)
    for s in level:
        cv2.line(drawn, (s.x1 - over, s.y1), (s.x2 + over, s.y2), 0, max(1, s.thickness))
    for s in upright:
        cv2.line(drawn, (s.x1, s.y1 - over), (s.x2, s.y2 + over), 0, max(1, s.thickness))
    return drawn


def _rules(page: Page, times: int) -> tuple[list[Segment], list[Segment]]:
    """Level and upright rules in small pixels."""
    dpi = page.dpi / times
    ink = _ink(page, times, dpi)
    flipped = u8(cv2.transpose(ink))
    level = _segments(ink, dpi, _LEVEL_MM)
    standing = _segments(flipped, dpi, _UPRIGHT_MM)
    reach, sure = pixels_of(_OVERSHOOT_MM, dpi), pixels_of(_SURE_MM, dpi)
    level = [s for s in level if s.length < _FOLD_SHARE * ink.shape[1]]
    across = [_flipped(s) for s in level if s.length >= sure]
    if across:
        table_rows = (min(s.x1 for s in across) - _FOLD_PIXELS, max(s.x1 for s in across) + _FOLD_PIXELS)
        standing = [s for s in standing if not _is_fold(s, table_rows, flipped)]
    # Strokes of large characters are as long as short rules, but a short rule runs from rule to rule.
    upright = [_flipped(s) for s in standing if _is_rule(s, across, reach, sure, flipped)]
    kept = [s for s in level if _ends_on(s, upright, _TOUCH) == 2 or not _is_print(s, ink)]
    return [s for s in kept if s.length >= sure or _ends_on(s, upright, reach) == 2], upright


def _is_print(level: Segment, ink: Pixels) -> bool:
    """Whether a level run is the feet or the heads of a line of print: the rest of it stands right above or below."""
    sides = (ink[max(0, level.y1 - 4) : max(0, level.y1 - 2)], ink[level.y1 + 3 : level.y1 + 5])
    spans = (side[:, level.x1 : level.x2 + 1] for side in sides if len(side))
    return any(float(span.max(axis=0).mean()) > _PRINT_INK * 255 for span in spans)


def _is_fold(standing: Segment, table_rows: tuple[int, int], flipped: Pixels) -> bool:
    """Whether the line goes on far above or below the table, as folds and tears do. All are flipped."""
    line = flipped[max(0, standing.y1 - 1) : standing.y1 + 2].max(axis=0)
    top, bottom = table_rows
    ends = (end for end in (line[: max(0, top)], line[bottom:]) if end.size >= 4 * _FOLD_PIXELS)
    return any(np.count_nonzero(end) > _FOLD_INK * end.size for end in ends)


def _ends_on(level: Segment, uprights: list[Segment], reach: int) -> int:
    """How many ends of a level segment lie on uprights."""
    near = [u.x1 for u in uprights if u.y1 - reach <= level.y1 <= u.y2 + reach]
    return sum(any(abs(x - end) <= reach for x in near) for end in (level.x1, level.x2))


def _is_rule(level: Segment, uprights: list[Segment], reach: int, sure: int, ink: Pixels) -> bool:
    """Whether a level segment runs from upright to upright; print that touches one of its ends makes it longer."""
    ends = _ends_on(level, uprights, reach)
    if ends in {0, 2} or level.length >= sure:
        return ends > 0
    met = sum(
        u.y1 - reach <= level.y1 <= u.y2 + reach and level.x1 - reach <= u.x1 <= level.x2 + reach for u in uprights
    )
    # Strokes of two lines of print, one below the other, are joined over what is white between them.
    line = ink[max(0, level.y1 - 1) : level.y1 + 2, level.x1 : level.x2 + 1].max(axis=0)
    return met >= 2 and np.count_nonzero(line) >= _WHOLE * line.size


def _flipped(s: Segment) -> Segment:
    return Segment(s.y1, s.x1, s.y2, s.x2, s.thickness)


def _ink(page: Page, times: int, dpi: float) -> Pixels:
    """Mask of what is darker than the paper within 3 mm, in the darkest channel. Fine rules keep their darkness: each
    small pixel takes the darkest of its neighbourhood before the size is reduced."""
    small = darkest(shrunk(u8(cv2.erode(page.pixels, block(2, 2))) if times > 1 else page.pixels, times))
    around = pixels_of(6.0, dpi, 9) | 1
    paper = cv2.blur(small, (around, around), borderType=cv2.BORDER_REPLICATE)
    return u8(cv2.threshold(cv2.subtract(paper, small), _FAINTEST - 1, 255, cv2.THRESH_BINARY)[1])


def _segments(ink: Pixels, dpi: float, least_mm: float) -> list[Segment]:
    """Level rules of a mask: thin runs of at least `least_mm`, with those on one line joined over gaps."""
    least, gap = pixels_of(least_mm, dpi, 6), pixels_of(_BREAK_MM, dpi, 2)
    # A rule that is a little askew steps from row to row: two rows together still hold it.
    thickened = cv2.dilate(ink, block(1, 2))
    closed = u8(cv2.morphologyEx(thickened, cv2.MORPH_CLOSE, block(gap, 1)))
    thickest, found = pixels_of(_THICKEST_MM, dpi, 3) + 1, []
    bands, by_row = _bands(closed, least)
    for runs in (part for band in bands for part in _parts(band, least)):
        x, end = min(left for _, left, _ in runs), max(right for _, _, right in runs)
        w, h = end - x, runs[-1][0] - runs[0][0] + 1
        area = sum(right - left for _, left, right in runs)
        if h > max(thickest, w // 12) or area > thickest * w:
            continue
        row = _row_of(by_row, range(runs[0][0], runs[-1][0] + 1), x, end)
        # The feet of a line of print stand level too, but with gaps.
        if cv2.countNonZero(thickened[row, x:end]) >= _SOLID * w:
            found.append(Segment(x, row, end - 1, row, max(1, round(area / w) - 1)))
    return _joined(found, pixels_of(_JOIN_MM, dpi), pixels_of(_ASKEW_MM, dpi, 2) + 1)


def _parts(band: list[Run], least: int) -> list[list[Run]]:
    """The rules in a band: those of one table that lie a little beside each other touch at their ends."""
    found: list[list[Run]] = []
    while band:
        _, first, last = max(band, key=lambda run: run[2] - run[1])
        mine = [run for run in band if 2 * (min(run[2], last) - max(run[1], first)) >= run[2] - run[1]]
        start, end = min(run[1] for run in mine), max(run[2] for run in mine)
        found.append(mine)
        rest = (
            cut for row, left, right in band for cut in ((row, left, min(right, start)), (row, max(left, end), right))
        )
        band = [run for run in rest if run[2] - run[1] >= least]
    return found


def _bands(mask: Pixels, least: int) -> tuple[list[list[Run]], dict[int, list[Run]]]:
    """The runs of at least `least` pixels along the rows of a mask, from top to bottom: those that touch each other
    together, and those of each row. An opening and its connected parts cost three times as much."""
    rows, left, right = row_runs(mask)
    long = right - left >= least
    runs: list[Run] = list(zip(*(each[long].tolist() for each in (rows, left, right)), strict=True))
    band, first = list(range(len(runs))), 0
    for at, (row, start, end) in enumerate(runs):
        while runs[first][0] < row - 1 or (runs[first][0] == row - 1 and runs[first][2] < start):
            first += 1
        above = first
        while runs[above][0] == row - 1 and runs[above][1] <= end:
            one, other = sorted((_root(band, at), _root(band, above)))
            band[other], above = one, above + 1
    bands: dict[int, list[Run]] = defaultdict(list)
    by_row: dict[int, list[Run]] = defaultdict(list)
    for at, run in enumerate(runs):
        bands[_root(band, at)].append(run)
        by_row[run[0]].append(run)
    return list(bands.values()), by_row


def _root(band: list[int], at: int) -> int:
    """The first run of the band that a run is in."""
    while band[at] != at:
        band[at] = at = band[band[at]]
    return at


def _row_of(by_row: dict[int, list[Run]], rows: range, start: int, end: int) -> int:
    """The middle of the fullest rows of a band; the bow of a stamp or a stroke on it is only a few of its pixels. What
    stands beside it counts too: a line of print has its fullest rows at heads and feet, and hardly ink between."""
    filled = [sum(max(0, min(right, end) - max(left, start)) for _, left, right in by_row[row]) for row in rows]
    most = 0.9 * max(filled)
    full = [row for row, count in zip(rows, filled, strict=True) if count >= most]
    return sum(full) // len(full)


def _joined(segments: list[Segment], gap: int, apart: int) -> list[Segment]:
    """Segments on the same line, ends within `gap`, made one."""
    done: list[Segment] = []
    for segment in sorted(segments, key=lambda s: s.x1):
        at = next(
            (k for k, s in enumerate(done) if abs(s.y1 - segment.y1) < apart and -apart <= segment.x1 - s.x2 <= gap),
            None,
        )
        if at is None:
            done.append(segment)
            continue
        one = done[at]
        longer = one if one.length >= segment.length else segment
        done[at] = Segment(one.x1, longer.y1, max(one.x2, segment.x2), longer.y2, longer.thickness)
    return done


def _rectangles(white: Pixels, dpi: float) -> list[Box]:
    stats = components(white)
    least_w, least_h = (pixels_of(mm, dpi, 3) for mm in _CELL_MM)
    height, width = white.shape
    x, y, w, h, area = stats.T
    kept = (w >= least_w) & (h >= least_h) & (area >= _CELL_FILL * w * h)
    kept &= (x > 0) & (y > 0) & (x + w < width) & (y + h < height)
    kept &= (w < _PAGE_SHARE * width) | (h < _PAGE_SHARE * height)
    return [Box(*(int(v) for v in row[:4])) for row in stats[kept]]


def _enlarged(s: Segment, times: int) -> Segment:
    x1, y1, x2, y2 = (round((v + 0.5) * times) for v in (s.x1, s.y1, s.x2, s.y2))
    return Segment(x1, y1, x2, y2, s.thickness * times)
