"""Observe: one labelled page read in full: where the values of its truth stand, and what else is printed on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from imaging.model import Box, Page
from ocr.extract import Layout
from ocr.extract.fit import read_as
from ocr.extract.found import GRID, STAMP, TICK, Found
from ocr.extract.grids import Grid
from ocr.extract.mend import DERIVED
from ocr.extract.runs import Run, runs_of
from ocr.extract.ticks import options_in
from ocr.forms import FieldDef, catalogue
from ocr.kinds import has_date_units
from ocr.known.dark import Dark, dark

_ALWAYS = {"amount_cn": ("人民币", "大写"), "amount": ("小写",)}
_BETWEEN = ":：()（） ."
_TELLING = 3  # characters at the beginning of a value that tell where it begins


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value of the truth stands on a sample, in page pixels: all of it, its rows of print, the columns of its
    grid, and whether print (年 月 日) stands between its parts."""

    box: Box
    lines: tuple[Box, ...]
    grid: Grid | None = None
    printed: bool = False


@dataclass(frozen=True, slots=True)
class Sample:
    """A labelled page, upright: its text stream, the page itself, its truth (stored form), the places found of it, the
    printed options of its choices, the runs of text, and the runs of its title."""

    page: Page
    text: Page
    small: Dark
    type: str
    truth: Mapping[str, str]
    places: Mapping[str, Place]
    options: Mapping[str, tuple[tuple[str, Box], ...]]
    stamps: Mapping[str, Box]
    runs: tuple[Run, ...]
    title: tuple[Box, str] | None = None
    name: str = ""
    missing: tuple[str, ...] = field(default=())


def _of_found(found: Found, runs: Sequence[Run], field_: FieldDef) -> Place | None:
    if found.box is None:
        return None
    lines = tuple(_unlabelled(line, runs, field_, found.value.value) for line in found.lines or (found.box,))
    box = lines[0]
    for line in lines[1:]:
        box = box.union(line)
    return Place(box, lines, found.grid if found.evidence.how == GRID else None, has_date_units(found.raw))


def _unlabelled(line: Box, runs: Sequence[Run], field_: FieldDef, value: str) -> Box:
    """A row of a value without the printed label that was read as its beginning."""
    labels = (*_ALWAYS.get(field_.kind, ()), *field_.labels)
    for run in runs:
        inside = abs(run.box.center[1] - line.center[1]) < 0.4 * line.h and abs(run.box.x - line.x) < 0.5 * line.h
        at = run.text.find(value[:_TELLING]) if len(value) >= _TELLING else -1
        at = at if at >= 0 else _after(run.text, labels)
        if inside and 0 < at < len(run.text):
            left = run.part(at, len(run.text)).box.x
            return Box(left, line.y, max(1, line.right - left), line.h)
    return line


def _after(text: str, labels: Sequence[str]) -> int:
    """Where a text goes on after the labels, brackets and colons at its beginning; 0 where it has no label there."""
    at, labelled = 0, False
    while at < len(text):
        label = next((each for each in labels if text.startswith(each, at)), "")
        if not label and text[at] not in _BETWEEN:
            break
        labelled |= bool(label)
        at += len(label) or 1
    return at if labelled else 0


def _in_runs(runs: Sequence[Run], field_: FieldDef, value: str) -> Place | None:
    """The part of a run that says the value, where extraction did not give it to the field."""
    for run in runs:
        whole = read_as(run.text, field_)
        if whole and whole.value == value:
            return Place(run.box, (run.box,), None, has_date_units(run.text))
        at = run.text.find(value)
        if len(value) >= 3 and at >= 0:
            box = run.part(at, at + len(value)).box
            return Place(box, (box,))
    return None


def _options(layout: Layout, kind: str, barred: frozenset[int]) -> dict[str, tuple[tuple[str, Box], ...]]:
    """The printed options of the type's choices that are printed with several."""
    found = {}
    for each in catalogue().fields_of(kind):
        if each.kind == "choice":
            options = options_in(layout.runs, each, barred, layout.marks)
            if len({option.value for option in options}) > 1:
                found[each.name] = tuple((option.value, option.box) for option in options)
    return found


def observe(
    page: Page, text: Page, layout: Layout, found: Mapping[str, Found], title: tuple[int, ...], kind: str,
    truth: Mapping[str, str], name: str = "",
) -> Sample:  # fmt: skip
    """A sample from a page that was read in full. `text` is its text stream, `found` what extraction says for its true
    type, `title` the runs of its title, `truth` the values in stored form."""
    places: dict[str, Place] = {}
    missing = []
    runs = tuple(runs_of(layout.reading, layout.cells))
    for field_, value in truth.items():
        known = catalogue().fields.get(field_)
        if known is None or known.kind == "stamp":
            continue
        said = found.get(field_)
        if said is not None and said.evidence.how == TICK:
            continue
        right = said is not None and said.value.value == value and said.evidence.how != DERIVED
        place = _of_found(said, runs, known) if right and said else _in_runs(runs, known, value)
        if place is None:
            missing.append(field_)
        else:
            places[field_] = place
    stamps = {
        each.field: each.box for each in found.values()
        if each.evidence.how == STAMP and each.box and truth.get(each.field) == "present"
    }  # fmt: skip
    boxes = [layout.runs[i].box for i in title]
    headline = None
    if boxes:
        whole = boxes[0]
        for box in boxes[1:]:
            whole = whole.union(box)
        headline = whole, "".join(layout.runs[i].text for i in title)
    barred = frozenset(title)
    return Sample(page, text, dark(text), kind, dict(truth), places, _options(layout, kind, barred), stamps,
                  runs, headline, name, tuple(missing))  # fmt: skip


def typical_line(places: Sequence[Place]) -> float:
    """The usual height of the rows of values, in page pixels."""
    return float(np.median([line.h for place in places for line in place.lines]))
