"""Zones: from where the samples' values stand to the room that each field has on the form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from imaging.model import Box, Pixels
from ocr.forms import catalogue
from ocr.known.crops import is_red
from ocr.known.dark import cut
from ocr.known.grids import MOST_CELLS, cells_of, pitch_of, ruled_columns
from ocr.known.model import PER_MM, Affine, Choice, Rect, Zone
from ocr.known.observe import Sample
from ocr.known.offset import core_of
from ocr.known.template import rect_of

_GROW_RIGHT, _GROW_LEFT, _GROW_UP = 70.0, 6.0, 3.5
_INK, _LEAST_INK = 60, 2
_STRAY, _LOW = 8.0, 0.5
_FILLED = 0.5  # of the column with most ink


def _union(rects: Sequence[Rect]) -> Rect:
    whole = rects[0]
    for rect in rects[1:]:
        whole = whole.union(rect)
    return whole


def _together(rects: Sequence[Rect]) -> list[int]:
    """Which of the places belong together: those near the middle one in height; a value found elsewhere is a fluke, and
    one much lower than the others is a speck that was read for it."""
    middle, usual = (float(np.median(each)) for each in ([r.center[1] for r in rects], [r.h for r in rects]))
    return [k for k, r in enumerate(rects) if abs(r.center[1] - middle) <= _STRAY and r.h >= _LOW * usual]


def zones_of(
    samples: Sequence[Sample], affines: Sequence[Affine], template: Pixels, usual: Pixels, filled: Pixels,
    barred: Sequence[Rect] = (),
) -> tuple[Zone, ...]:  # fmt: skip
    """The zones of all fields that at least two samples (or a third of them) show; none reaches into what is `barred`,
    the printed words. `usual` is the samples' middle,
    which keeps rules that stamps hide, `filled` how many of them have ink at a place that the form does not print."""
    names = sorted({name for sample in samples for name in sample.places})
    made = [zone for zone in (_zone(name, samples, affines) for name in names) if zone is not None]
    made = [_with_grid(zone, usual, filled) for zone in made]
    room = [
        zone if zone.columns else _with_room(zone, [*barred, *(z.value for z in made if z is not zone)], template)
        for zone in made
    ]
    return (*room, *_choices(samples, affines))


def _zone(name: str, samples: Sequence[Sample], affines: Sequence[Affine]) -> Zone | None:
    """A field's zone, its box no larger yet than its values."""
    having = [(s, a) for s, a in zip(samples, affines, strict=True) if name in s.places]
    wanted = sum(name in s.truth for s in samples)
    if len(having) < 2 and len(having) < wanted:
        return None
    rects = [rect_of(s, a, s.places[name].box) for s, a in having]
    kept = _together(rects)
    places = [(having[k][0].places[name], *having[k]) for k in kept]
    heights = [rect_of(s, a, line).h for place, s, a in places for line in place.lines]
    columns = [
        tuple(rect_of(s, a, place.grid.box).x + (x - place.grid.box.x) / s.page.dpi * 25.4 for x in place.grid.columns)
        for place, s, a in places if place.grid is not None
    ]  # fmt: skip
    value = _union([rects[k] for k in kept])
    return Zone(
        name,
        catalogue().fields[name].kind,
        value,
        value,
        round(float(np.median(heights)), 2),
        max(len(place.lines) for place, *_ in places),
        _columns(columns) if 2 * len(columns) > len(places) else (),
        (),
        2 * sum(place.printed for place, *_ in places) > len(places),
        round(wanted / len(samples), 3),
        core_of([rects[k] for k in kept]),
        2 * sum(is_red(_part(s.text.pixels, place.lines[0])) for place, s, _ in places) > len(places),
    )


def _part(pixels: Pixels, box: Box) -> Pixels:
    """A row of print without what stands close above and below."""
    inset = box.h // 4
    return pixels[box.y + inset : box.bottom - inset, box.x : box.right]


def _columns(found: Sequence[tuple[float, ...]]) -> tuple[float, ...]:
    """The columns of a grid: the usual count, each where the samples say in the middle."""
    count = int(np.median([len(columns) for columns in found]))
    same = [columns for columns in found if len(columns) == count]
    return tuple(float(v) for v in np.round(np.median(np.array(same), axis=0), 2)) if same else ()


def _last_filled(filled: Pixels, zone: Zone) -> int:
    """Which column is the last one (分), which all samples fill; cells beyond are another column of the table. Digits
    that all samples share are taken for the form's print: values that reach on say so."""
    rooms = cells_of(zone)
    inked = [float(cut(filled, room).mean()) if cut(filled, room).size else 0.0 for room in rooms]
    reached = [k for k, room in enumerate(rooms) if room.right <= zone.core.right]
    return max([k for k, ink in enumerate(inked) if ink >= _FILLED * max(inked)] + reached)


def _whole(zone: Zone) -> Zone:
    """A grid on to the end of its values: the rules of its last cells may be too pale to be seen."""
    pitch, columns = pitch_of(zone), list(zone.columns)
    while len(columns) < MOST_CELLS and columns[-1] + 1.4 * pitch <= zone.core.right:
        columns.append(round(columns[-1] + pitch, 2))
    return replace(zone, columns=tuple(columns))


def _with_grid(zone: Zone, template: Pixels, filled: Pixels) -> Zone:
    """The zone of an amount with the columns of the cells that it is printed in, one digit a cell, by their rules."""
    columns = zone.columns or (ruled_columns(template, zone.value) if zone.kind == "amount" else ())
    if not columns:
        return zone
    whole = replace(zone, columns=columns)
    if not zone.columns and zone.value.right - zone.core.right > pitch_of(whole):
        return zone  # digits in cells all end at 分; these are other rules
    whole = _whole(whole)
    columns, half = whole.columns, pitch_of(whole) / 2
    columns = columns[: _last_filled(filled, whole) + 1]
    box = Rect(columns[0] - half, zone.value.y, columns[-1] - columns[0] + 2 * half, zone.value.h)
    return replace(zone, box=box, value=box, rows=1, columns=columns)


def _with_room(zone: Zone, others: Sequence[Rect], template: Pixels) -> Zone:
    """The zone grown to the print and to the values around it; a date between printed units keeps its place."""
    ink = np.array(template > _INK)
    for other in others:
        x, y = max(0, round(other.x * PER_MM)), max(0, round(other.y * PER_MM))
        ink[y : round(other.bottom * PER_MM), x : round(other.right * PER_MM)] = True
    limits = (_GROW_LEFT, _GROW_UP, _GROW_RIGHT, _GROW_UP)
    left, top, right, bottom = _grown(ink, zone.value, limits)
    if zone.printed:
        left, right = max(left, zone.value.x - 3.0), min(right, zone.value.right + 3.0)
    box = Rect(left, top, right - left, bottom - top).union(zone.value)
    return replace(zone, box=box)


def _grown(ink: np.ndarray[tuple[int, ...], np.dtype[np.bool_]], value: Rect, limits: tuple[float, ...]) -> tuple[
    float, float, float, float
]:  # fmt: skip
    """The value's sides moved outwards to the next print, at most by the limits (left, up, right, down) in mm."""
    h, w = ink.shape
    x0, x1 = max(0, round(value.x * PER_MM)), min(w, round(value.right * PER_MM))
    y0, y1 = max(0, round(value.y * PER_MM)), min(h, round(value.bottom * PER_MM))
    inset = max(1, (y1 - y0) // 5)
    across = ink[y0 + inset : y1 - inset].sum(axis=0) >= _LEAST_INK
    left, right = _free(across[:x0][::-1], limits[0]), _free(across[x1:], limits[2])
    down = ink[:, x0 + 1 : x1 - 1].sum(axis=1) >= max(_LEAST_INK, 0.15 * (x1 - x0))
    top, bottom = _free(down[:y0][::-1], limits[1]), _free(down[y1:], limits[3])
    return (x0 - left) / PER_MM, (y0 - top) / PER_MM, (x1 + right) / PER_MM, (y1 + bottom) / PER_MM


def _free(print_: np.ndarray[tuple[int, ...], np.dtype[np.bool_]], limit: float) -> int:
    """How many pixels are free before the next print, at most `limit` mm."""
    most = min(len(print_), round(limit * PER_MM))
    stops = np.flatnonzero(print_[:most])
    return int(stops[0]) if stops.size else most


def _choices(samples: Sequence[Sample], affines: Sequence[Affine]) -> list[Zone]:
    """The zones of choices whose options are printed to be ticked."""
    found = []
    for name in sorted({name for sample in samples for name in sample.options}):
        spots: dict[str, list[Rect]] = {}
        written = sum(name in sample.places for sample in samples)
        for sample, affine in zip(samples, affines, strict=True):
            for value, box in sample.options.get(name, ()):
                spots.setdefault(value, []).append(rect_of(sample, affine, box))
        options = tuple(
            Choice(value, _middle(rects)) for value, rects in spots.items() if 2 * len(rects) > len(samples)
        )
        if len(options) > 1 and 2 * written <= len(samples):
            whole = _union([option.box for option in options])
            seen = sum(name in sample.truth for sample in samples) / len(samples)
            line = float(np.median([option.box.h for option in options]))
            found.append(Zone(name, "choice", whole, whole, round(line, 2), 1, (), options, False, round(seen, 3)))
    return found


def _middle(rects: Sequence[Rect]) -> Rect:
    x, y, w, h = (float(v) for v in np.median(np.array(rects), axis=0))
    return Rect(x, y, w, h)
