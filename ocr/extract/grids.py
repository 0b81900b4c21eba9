"""Grids: amounts written one digit a cell under the head 亿千百十万千百十元角分."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from imaging.model import Box
from ocr.extract.columns import Columns, find_columns
from ocr.extract.runs import Cells, Run, union
from ocr.extract.segments import Segment
from ocr.kinds import amounts

HEAD = "千百十亿千百十万千百十元角分"
_UNITS = frozenset(HEAD)
_LEAST = 6
# Units that stand once in a head, and how many columns follow.
_FROM_RIGHT = {"分": 0, "角": 1, "元": 2, "万": 6, "亿": 10}
_DIGITS = frozenset("0123456789OoQDIl|ZzSsBb¥Y")


@dataclass(frozen=True, slots=True)
class Grid:
    """The columns of an amount: the centre of each in page pixels, the last being 分, their pitch, the box of the head
    and the box of the row of digits. `sure`: a unit was read that says which column is which; a column too few would
    be a tenth of the amount."""

    columns: tuple[float, ...]
    pitch: float
    head: Box
    row: Box
    sure: bool = True

    def column(self, x: float) -> int:
        """The column that a point lies in."""
        return int(np.argmin(np.abs(np.array(self.columns) - x)))

    @property
    def box(self) -> Box:
        """Head and row."""
        return self.head.union(self.row)


@dataclass(frozen=True, slots=True)
class _Unit:
    char: str
    x: float
    run: int
    box: Box


def _units(runs: Sequence[Run]) -> list[_Unit]:
    """The characters of runs that hold little else than units of money."""
    found = []
    for index, run in enumerate(runs):
        plain = run.text.replace("仟", "千").replace("佰", "百").replace("拾", "十")
        mine = sum(c in _UNITS for c in plain)
        if run.tall or mine < 0.7 * len(plain) or not mine:
            continue
        found += [_Unit(c, x, index, run.box) for c, x in zip(plain, run.xs, strict=True) if c in _UNITS]
    return found


def _heads(units: Sequence[_Unit]) -> list[list[_Unit]]:
    """Units in rows, each row cut where a second head begins behind 分."""
    rows: list[list[_Unit]] = []
    for unit in sorted(units, key=lambda u: u.box.y + u.box.h / 2):
        middle = unit.box.y + unit.box.h / 2
        home = next((r for r in rows if abs(r[-1].box.y + r[-1].box.h / 2 - middle) < 0.6 * unit.box.h), None)
        if home is None:
            rows.append([unit])
        else:
            home.append(unit)
    heads: list[list[_Unit]] = []
    for row in rows:
        row.sort(key=lambda u: u.x)
        start = 0
        for i, unit in enumerate(row):
            if unit.char == "分":
                heads.append(row[start : i + 1])
                start = i + 1
        heads.append(row[start:])
    return [head for head in heads if len(head) >= _LEAST]


def _aligned(head: Sequence[_Unit]) -> tuple[float, float] | None:
    """The centre of 分 and the pitch of the columns, from the units that were read in their order."""
    places, xs, k = [], [], len(HEAD) - 1
    for unit in reversed(head):
        at = HEAD.rfind(unit.char, 0, k + 1)
        if at < 0 or k - at > 3:
            continue
        places.append(len(HEAD) - 1 - at)
        xs.append(unit.x)
        k = at - 1
    if len(places) < _LEAST:
        return None
    slope, last = np.polyfit(places, xs, 1)
    miss = np.abs(np.polyval((slope, last), places) - xs).max()
    return (float(last), float(-slope)) if slope < 0 and miss < -0.6 * slope else None


def _row_box(head: Box, pitch: float, cells: Cells) -> Box:
    """Where the digits under a head stand: to the bottom of the cells below it, else about one row."""
    left, right = round(head.x - pitch * 0.3), round(head.right + pitch * 0.3)
    below = [b for b in cells.boxes if b.y <= head.bottom + 0.9 * pitch and b.bottom > head.bottom + 0.5 * pitch
             and min(b.right, right) - max(b.x, left) > 0.6 * min(b.w, pitch)
             and b.y > head.y - 1.2 * head.h]  # fmt: skip
    if below:
        bottom = int(np.median([b.bottom for b in below]))
        top = int(np.median([max(b.y, head.bottom - head.h // 4) for b in below]))
        if bottom - top > 0.5 * pitch:
            return Box(left, top, right - left, min(bottom - top, round(3 * pitch)))
    return Box(left, head.bottom, right - left, round(max(1.3 * pitch, 1.6 * head.h)))


def find_grids(runs: Sequence[Run], cells: Cells) -> list[tuple[Grid, set[int]]]:
    """The grids of a page with the runs that make up their heads: by the units that were read in a head, by the cells
    of a row of digits, or both."""
    columns, units = find_columns(cells.boxes), _units(runs)
    found = []
    for head in _heads(units):
        grid = _by_head(head, cells)
        if grid is not None:
            mine = next((each for each in columns if _suits(grid, each)), None)
            grid = grid if mine is None else _by_columns(mine.cells, mine.pitch, grid.head)
            found.append((grid, {unit.run for unit in head} | _inside(grid.head, runs)))
    for each in columns:
        if all(
            min(g.row.bottom, each.row.bottom) <= max(g.row.y, each.row.y) or not _beside(g, each) for g, _ in found
        ):
            grid = _anchored(_by_columns(each.cells, each.pitch, each.head), units)
            found.append((grid, _inside(grid.head, runs)))
    return found


def _anchored(grid: Grid, units: Sequence[_Unit]) -> Grid:
    """The grid with the last columns that have no cell of their own, as the units above it say; not `sure` without
    such units."""
    top, bottom = grid.row.y - 2 * grid.pitch, grid.row.bottom
    near = [u for u in units if u.char in _FROM_RIGHT and top <= u.box.center[1] <= bottom
            and grid.row.x - grid.pitch <= u.x <= grid.row.right + 3 * grid.pitch]  # fmt: skip
    if not near:
        return replace(grid, sure=False)
    last = float(np.median([u.x + _FROM_RIGHT[u.char] * grid.pitch for u in near]))
    lacking = round((last - grid.columns[-1]) / grid.pitch)
    if not 0 <= lacking <= 2:
        return replace(grid, sure=False)
    more = tuple(grid.columns[-1] + grid.pitch * k for k in range(1, lacking + 1))
    wide = round(lacking * grid.pitch)
    row, head = (replace(box, w=box.w + wide) for box in (grid.row, grid.head))
    return replace(grid, columns=grid.columns + more, row=row, head=head)


def _by_head(head: Sequence[_Unit], cells: Cells) -> Grid | None:
    aligned = _aligned(head)
    if aligned is None:
        return None
    last, pitch = aligned
    first = min(unit.x for unit in head)
    count = round((last - first) / pitch) + 1
    columns = tuple(last - pitch * k for k in range(count - 1, -1, -1))
    top, bottom = int(np.median([u.box.y for u in head])), int(np.median([u.box.bottom for u in head]))
    box = Box(round(columns[0] - pitch / 2), top, round(count * pitch), max(4, bottom - top))
    return Grid(columns, pitch, box, _row_box(box, pitch, cells))


def _suits(grid: Grid, columns: Columns) -> bool:
    """Whether the cells are those of the grid: its columns are among them, and the last of both is the same."""
    near = 0.4 * grid.pitch
    same = [min(abs(x - other) for other in columns.centers) <= near for x in grid.columns]
    level = columns.row.y <= grid.row.y + grid.row.h / 2 <= columns.row.bottom
    return level and sum(same) >= 0.8 * len(same) and abs(columns.centers[-1] - grid.columns[-1]) <= near


def _beside(grid: Grid, columns: Columns) -> bool:
    return grid.row.x < columns.row.right and columns.row.x < grid.row.right


def _by_columns(cells: Sequence[Box], pitch: float, head: Box | None) -> Grid:
    """The grid of a row of cells. Without a head of their own the cells may hold it above the digits."""
    row = union(cells)
    if head is None:
        high = min(round(0.5 * row.h), max(0, row.h - round(1.6 * pitch)))
        head = Box(row.x, row.y - (0 if high else 1), row.w, max(1, high))
    top = max(row.y, head.bottom) if head.bottom < row.bottom else row.y
    return Grid(tuple(cell.center[0] for cell in cells), pitch, head, Box(row.x, top, row.w, max(1, row.bottom - top)))


def _inside(head: Box, runs: Sequence[Run]) -> set[int]:
    """The runs of a head, misread units among them."""
    centers = ((i, run.box.center) for i, run in enumerate(runs) if run.box.h <= 2 * head.h and not run.tall)
    return {i for i, (x, y) in centers if head.x <= x <= head.right and head.y <= y <= head.bottom}


def _digits_in(grid: Grid, runs: Sequence[Run], heads: set[int]) -> tuple[list[tuple[str, float, float]], set[int]]:
    """The characters that stand in the grid's row: each with its centre and confidence, and their runs."""
    row, chars, used = grid.row, [], set()
    for index, run in enumerate(runs):
        middle = run.box.y + run.box.h / 2
        if index in heads or run.tall or not row.y - 0.3 * row.h <= middle <= row.bottom + 0.2 * row.h:
            continue
        inside = [
            (c, x, p) for c, x, p in zip(run.text, run.xs, run.confidences, strict=True) if row.x <= x <= row.right
        ]
        if inside and sum(c in _DIGITS for c, *_ in inside) >= 0.5 * len(inside):
            chars += inside
            used.add(index)
    return sorted(chars, key=lambda c: c[1]), used


def placed(grid: Grid, chars: Sequence[tuple[str, float, float]]) -> str | None:
    """The digits by column: each column to 分 holds one, from the first on; None where they do not fit the columns."""
    by_column: dict[int, str] = {}
    for char, x, _ in chars:
        if char in "¥Y|":
            continue
        column = grid.column(x)
        if column in by_column or abs(grid.columns[column] - x) > 0.5 * grid.pitch:
            return None
        by_column[column] = char
    if not by_column:
        return None
    first = min(by_column)
    wanted = range(first, len(grid.columns))
    return "".join(by_column[k] for k in wanted) if set(by_column) == set(wanted) else None


def value_segment(grid: Grid, runs: Sequence[Run], heads: set[int]) -> tuple[Segment | None, set[int]]:
    """The grid's amount as a segment (its text with a decimal point), None where nothing was read there, and the runs
    that it took."""
    chars, used = _digits_in(grid, runs, heads)
    fitted = placed(grid, chars)
    text = fitted or "".join(c for c, *_ in chars if c in _DIGITS)
    value = amounts.from_grid(text) if text.strip("¥Y|") else None
    if value is None:
        return None, used
    # Digits that do not stand in the columns were misread or missed: the row has to be read again.
    sure = tuple(p for *_, p in chars) if fitted else (0.3,)
    box = replace(grid.row)
    return Segment(f"¥{value}", box, -1, sure, tuple(x for _, x, _ in chars), None, tuple(sorted(used))), used


def joined_box(grids: Sequence[Grid]) -> Box:
    """The box that holds all of some grids."""
    return union(grid.box for grid in grids)
