"""Values: what the lines read of a form's zones say, with the evidence for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from imaging.model import Box
from ocr.extract.fit import misfit
from ocr.extract.found import GRID, ZONE, Evidence, Found, least_and_mean
from ocr.extract.grids import Grid
from ocr.extract.segments import LEADING, TRAILING
from ocr.forms import FieldDef, catalogue
from ocr.kinds import Normalised, amounts, capitals
from ocr.known import grids
from ocr.known.dark import cut
from ocr.known.jobs import PAD_X, PAD_Y, Job, Paper
from ocr.known.labels import part_of, without_labels
from ocr.known.model import PER_MM, Rect, Zone
from ocr.model import Line

UNCOVERED_LEAST = 0.5  # the certainty of a value beside which ink stands that was not read
_UNCOVERED = 0.8  # of the pitch: ink so far from any character was not read
_GAP, _MIDDLE = 1.6, (0.35, 0.65)  # of the pitch; of the gap
_SPECKS = str.maketrans("", "", " .,:;_-'")  # what rests of rules are read as; a grid has no signs but ￥
DIGITS, _LEAST_DIGITS = frozenset({"number", "account"}), 3
_LEAST_WORDS = 2
_OVERLIE = 0.3  # of the lower row's height
_OFF_INK = 0.04  # of a crop's height
_HALF_GLYPH, _PRINT, _LEAST_PRINT = 0.2, 40, 3  # of a line's height; darkness, pixels of the form
_TICKED = "✓√"  # by hand, beside what was checked
_SIGNS = "￥¥"
_LEAST_IN_GRID = 1  # yuan: of an amount below, the digits before it were too faint to be seen

Cells = Sequence[tuple[Zone, grids.Strip]]


def said(
    paper: Paper, jobs: Sequence[Job], cells: Cells, lines: Sequence[Line], wide: bool = False
) -> dict[str, Found]:
    """The values that the lines of the crops (of jobs, then of grids; the `wide` ones) make, by field."""
    found = _values(paper, jobs, lines[: len(jobs)])
    told = [_of_grid(paper, *each, line, wide) for each, line in zip(cells, lines[len(jobs) :], strict=True)]
    return {each.field: each for each in [*found, *told] if each is not None}


def _values(paper: Paper, jobs: Sequence[Job], lines: Sequence[Line]) -> list[Found]:
    by_zone: dict[str, list[tuple[Job, Line]]] = {}
    for job, line in zip(jobs, lines, strict=True):
        own = _on_ink(paper, job, line)
        if own.text.strip():
            by_zone.setdefault(job.zone.field, []).append((job, own))
    told = (_of_rows(paper, catalogue().fields[name], rows) for name, rows in by_zone.items())
    return [each for each in told if each is not None]


def _on_ink(paper: Paper, job: Job, line: Line) -> Line:
    """A line without the characters that stand left of the row's ink where the form prints. It is unsure then, unless
    they are its label's; so is one with a character where nothing is printed, which is too faint to be ink."""
    if not job.ink or len(line.centers) != len(line.text):
        return line
    least = job.ink[0] - _OFF_INK * job.pixels.shape[0]
    first = next((k for k, x in enumerate(line.centers) if x >= least), 0)
    told = [_print_at(paper, job, x) for x in line.centers[:first]]
    start = max((k + 1 for k, said in enumerate(told) if said is not None), default=0)
    if not first:
        return line
    own = part_of(line, start, len(line.text))
    if start == first and all(_is_label(char, said) for char, said in zip(line.text, told, strict=False)):
        return own
    return replace(own, char_confidences=(UNCOVERED_LEAST, *own.char_confidences[1:]))


def _is_label(char: str, said: str | None) -> bool:
    return said is not None and not char.isdigit() and (char in said or not char.isalnum())


def _print_at(paper: Paper, job: Job, x: float) -> str | None:
    """The words that the form prints (empty: a rule, a fold) at a place in a crop, None where it prints nothing."""
    line = job.zone.line
    place = job.rect.x + x * job.rect.w / job.pixels.shape[1]
    spot = Rect(place - _HALF_GLYPH * line, job.rect.y, 2 * _HALF_GLYPH * line, job.rect.h)
    boxes = [(w.text, paper.ink.moved(w.box) if w.moves else w.box) for w in paper.form.print]
    words = [text for text, box in boxes if box.x - 1 <= place <= box.right + 1 and _beside(box, spot)]
    creases = paper.ink.creases / PER_MM
    printed = np.count_nonzero(cut(paper.form.template, spot) > _PRINT) >= _LEAST_PRINT
    folded = bool(np.any((creases >= spot.x) & (creases <= spot.right)))
    return "".join(words) if words or printed or folded else None


def _beside(box: Rect, spot: Rect) -> bool:
    return box.y < spot.bottom and spot.y < box.bottom


def _of_rows(paper: Paper, field: FieldDef, rows: Sequence[tuple[Job, Line]]) -> Found | None:
    """A field's value from its rows of print; where all of them make none, from the best row."""
    side, words = paper.ink.side, paper.form.print
    rows = [(job, without_labels(line, job.zone, words, job.rect.right - side)) for job, line in rows]
    rows = _once(_in_words(rows) if field.kind == "amount_cn" else rows)
    whole = sum(len(line.text) for _, line in rows)
    rows = [(job, _without_words(line)) for job, line in rows] if field.kind in DIGITS else rows
    text = "".join(line.text for _, line in rows).lstrip(LEADING + "： ").rstrip(TRAILING + _TICKED)
    suited = misfit(text, field) if text else None
    if suited is None or (len(rows) > 1 and suited[1] >= 2.0):
        single = [(misfit(line.text, field), job, line) for job, line in rows]
        fitting = [(s, job, line) for s, job, line in single if s is not None]
        if not fitting:
            return None
        best = min(fitting, key=lambda each: (each[0][1], -each[2].confidence))
        suited, rows, text = best[0], [(best[1], best[2])], best[2].text
    confidences = tuple(c for _, line in rows for c in line.char_confidences or (line.confidence,))
    evidence = _evidence(rows, confidences, suited[1])
    if field.kind in DIGITS and sum(len(line.text) for _, line in rows) < whole:
        evidence = replace(evidence, left=1.0)
    lines = tuple(paper.box(_tight(job)) for job, _ in rows)
    area = paper.box(rows[0][0].zone.box)
    return Found(field.name, suited[0], text, _around(lines), evidence, area, False, None, lines, confidences)


def _once(rows: Sequence[tuple[Job, Line]]) -> list[tuple[Job, Line]]:
    """The rows without those that lie over one read more surely: a stroke through a row makes two of it."""
    kept: list[tuple[Job, Line]] = []
    for job, line in sorted(rows, key=lambda row: -row[1].confidence):
        if not any(_overlie(_tight(job), _tight(other)) for other, _ in kept):
            kept.append((job, line))
    return sorted(kept, key=lambda row: row[0].rect.y) if len(kept) < len(rows) else list(rows)


def _overlie(rect: Rect, other: Rect) -> bool:
    down = min(rect.bottom, other.bottom) - max(rect.y, other.y)
    across = min(rect.right, other.right) - max(rect.x, other.x)
    return across > 0 and down > _OVERLIE * min(rect.h, other.h)


def _without_words(line: Line) -> Line:
    """A number's row without the Chinese words behind it: a label that no sample showed where it stands here."""
    end = next((k for k, char in enumerate(line.text) if "\u4e00" <= char <= "\u9fff"), len(line.text))
    return part_of(line, 0, end) if sum(char.isdigit() for char in line.text[:end]) >= _LEAST_DIGITS else line


def _in_words(rows: Sequence[tuple[Job, Line]]) -> list[tuple[Job, Line]]:
    """The rows that say an amount in words, without what was misread of the label before them; all where none does."""
    told = []
    for job, line in rows:
        start = next((k for k, char in enumerate(line.text) if char in capitals.DIGITS), len(line.text))
        if sum(char in capitals.CAPITALS for char in line.text[start:]) >= _LEAST_WORDS:
            told.append((job, part_of(line, start, len(line.text))))
    return told or list(rows)


def _evidence(rows: Sequence[tuple[Job, Line]], confidences: tuple[float, ...], suits: float) -> Evidence:
    least, mean = least_and_mean(confidences)
    whole = all(covered(job, line) for job, line in rows)
    made = Evidence(ZONE, least if whole else min(least, UNCOVERED_LEAST), mean, 1.0, 0.0, suits, 2.0)
    cut_off = any(job.cut_off or job.hidden for job, _ in rows)
    return replace(made, covered=1.0 if whole else -1.0, edge=-1.0 if cut_off else 1.0)


def _around(boxes: Sequence[Box]) -> Box:
    whole = boxes[0]
    for box in boxes[1:]:
        whole = whole.union(box)
    return whole


def _tight(job: Job) -> Rect:
    line = job.rect.h / (1 + 2 * PAD_Y)
    return job.rect.grown(-PAD_X * line, -PAD_Y * line)


def covered(job: Job, line: Line) -> bool:
    """Whether a character was read wherever ink stands: an edge glyph cut off or one of two equal ones left out are
    read with full confidence."""
    if len(line.centers) < 2 or not job.ink:
        return True
    centers = np.sort(np.array(line.centers))
    pitch = max(float(np.median(np.diff(centers))), 0.35 * job.pixels.shape[0])
    ink = np.array(job.ink)
    after = np.searchsorted(centers, ink)
    left = np.abs(ink - centers[np.maximum(after - 1, 0)])
    right = np.abs(ink - centers[np.minimum(after, len(centers) - 1)])
    away = np.minimum(left, right)
    gaps = np.diff(centers)
    for k in np.flatnonzero(gaps > _GAP * pitch).tolist():
        # A narrow character between two others stands near both.
        middle = centers[k] + gaps[k] * np.array(_MIDDLE)
        if np.any((ink > middle[0]) & (ink < middle[1])):
            return False
    return bool(np.count_nonzero(away > _UNCOVERED * pitch) < max(2.0, 0.15 * pitch))


def _of_grid(paper: Paper, zone: Zone, strip: grids.Strip, line: Line, wide: bool) -> Found | None:
    """A grid's amount; None unless each filled cell has a character."""
    text, confidences, first = _in_cells(strip, line, wide)
    amount = amounts.from_grid(text)
    if amount is None or len(text) != strip.filled - first or amount < _LEAST_IN_GRID:
        return None
    least, mean = least_and_mean(confidences)
    grid = _page_grid(paper, zone, strip)
    evidence = Evidence(GRID, least, mean, 1.0, 0.0, 0.0, 2.0)
    value = Normalised(amounts.as_text(amount), None, False, amount)
    return Found(zone.field, value, text, grid.row, evidence, grid.row, False, grid, (grid.row,), confidences)


def _in_cells(strip: grids.Strip, line: Line, wide: bool) -> tuple[str, tuple[float, ...], int]:
    """What was read of a grid, how surely, and in which filled cell it begins; of two characters in one cell the surer,
    the other is a rule's rest. Cells before the amount's sign hold a stamp's ink."""
    sure = line.char_confidences
    if len(sure) != len(line.text) or len(line.centers) != len(line.text):
        text = line.text.translate(_SPECKS)
        return text, (line.confidence,) * len(text), 0
    best: dict[int, tuple[float, str]] = {}
    for char, likely, x in zip(line.text, sure, line.centers, strict=True):
        if char.translate(_SPECKS):
            cell = strip.cell_at(x, wide)
            best[cell] = max(best.get(cell, (0.0, "")), (likely, char))
    first = max((cell for cell, (_, char) in best.items() if char in _SIGNS), default=0)
    kept = [best[cell] for cell in sorted(best) if cell >= first]
    return "".join(char for _, char in kept), tuple(likely for likely, _ in kept), first


def _page_grid(paper: Paper, zone: Zone, strip: grids.Strip) -> Grid:
    row = paper.box(strip.rect)
    per_mm = paper.lie.per_mm
    columns = tuple(row.x + (x + strip.shift - strip.rect.x) * per_mm for x in zone.columns)
    return Grid(columns, grids.pitch_of(zone) * per_mm, Box(row.x, row.y, row.w, 1), row)
