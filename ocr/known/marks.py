"""Marks: which printed option of a known form is ticked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from imaging.model import Pixels
from ocr.extract.found import TICK, Evidence, Found
from ocr.kinds import Normalised
from ocr.known.dark import cut
from ocr.known.jobs import Paper
from ocr.known.model import Choice, Rect, Zone
from ocr.known.unlike import unlike

_BESIDE_MM = 5.4
_BOX = 0.5  # of a line: an option so much wider than its mates holds its box
_LEAST_MM2 = 0.3
_CLEARLY = 1.6
_ALWAYS, _UNSURE, _HALF_SURE = 0.99, 0.3, 0.8
_LEAST_OWN_MM2, _TWICE = 0.3, 2.0


def _row(options: Sequence[Rect], box: Rect) -> list[Rect]:
    return [o for o in options if abs(o.center[1] - box.center[1]) < 0.6 * box.h]


def _beside(options: Sequence[Rect], box: Rect, left: bool) -> Rect:
    """The room for a mark at one side of an option, to the next option's words."""
    mates = _row(options, box)
    if left:
        end = max([o.right for o in mates if o.right <= box.x + 0.5] + [box.x - _BESIDE_MM])
        return Rect(end, box.y - 0.8, box.x + 0.3 - end, box.h + 1.6)
    end = min([o.x for o in mates if o.x >= box.right - 0.5] + [box.right + _BESIDE_MM])
    return Rect(box.right - 0.3, box.y - 0.8, end - box.right + 0.3, box.h + 1.6)


def _boxes_left(template: Pixels, options: Sequence[Rect]) -> bool:
    """Whether the boxes to tick are printed left of their options."""
    print_ = [0.0, 0.0]
    for box in options:
        mates = _row(options, box)
        for side, end in ((0, min(mates, key=lambda o: o.x)), (1, max(mates, key=lambda o: o.x))):
            if end is box:
                part = cut(template, _beside(options, box, side == 0))
                print_[side] += float((part > 45).mean()) if part.size else 0.0
    return print_[0] >= print_[1]


def _alike(rooms: Sequence[Rect], left: bool) -> list[Rect]:
    """The rooms beside options cut to the narrowest of them, next to their options."""
    width = min(room.w for room in rooms)
    return [Rect(room.right - width if left else room.x, room.y, width, room.h) for room in rooms]


def rooms_of(zone: Zone, template: Pixels) -> list[Rect]:
    """The room for the mark of each option of a choice."""
    boxes = [option.box for option in zone.options]
    left = _boxes_left(template, boxes)
    rooms = _alike([_beside(boxes, box, left) for box in boxes], left)
    return [_own_height(room, box, boxes) for room, box in zip(rooms, boxes, strict=True)]


def _own_height(room: Rect, box: Rect, boxes: Sequence[Rect]) -> Rect:
    """A room to the middle between its option and those above and below: a hook is higher than its box."""
    near = [o.center[1] for o in boxes if o.x < box.right and box.x < o.right]
    middles = [(y + box.center[1]) / 2 for y in near if abs(y - box.center[1]) >= 0.6 * box.h]
    top = max([room.y, *(y for y in middles if y < box.center[1])])
    bottom = min([room.bottom, *(y for y in middles if y > box.center[1])])
    return Rect(room.x, top, room.w, bottom - top)


def without_boxes(zone: Zone, template: Pixels) -> Zone:
    """A choice whose options are as wide as their words: a box to tick that was not read lies in its option's line.
    Other zones stay as they are."""
    if not zone.options:
        return zone
    usual = float(np.median([option.box.w / len(option.value) for option in zone.options]))
    left = _boxes_left(template, [option.box for option in zone.options])

    def trimmed(option: Choice) -> Choice:
        x, y, w, h = option.box
        over = w - usual * len(option.value)
        return option if over < _BOX * h else option._replace(box=Rect(x + over if left else x, y, w - over, h))

    return replace(zone, options=tuple(trimmed(option) for option in zone.options))


def ticked(zone: Zone, paper: Paper) -> Found | None:
    """The option that is marked, by the ink beside it that the page's other options have not, and by the ink that the
    form does not print. Either may be misled, the first by print that reaches into one option's room, the second where
    the samples ticked one option so often that the form seems to print the mark. Where they differ it is unsure. Where
    none stands out the likeliest, unsure, if all samples have a mark, else None."""
    rooms = rooms_of(zone, paper.form.template)
    marked = unlike(paper.lie, rooms, [option.box.center[1] for option in zone.options])
    inked = [paper.ink.area(room) for room in rooms]
    seen, own = _outstanding(marked, _LEAST_MM2, _CLEARLY), _outstanding(inked, _LEAST_OWN_MM2, _TWICE)
    order = sorted(range(len(marked)), key=lambda k: -marked[k])
    most, second = marked[order[0]], marked[order[1]]
    if seen is None and own is None and (zone.seen < _ALWAYS or most <= 0):
        return None
    if seen is not None:
        clear = min(0.999, 0.9 + 0.05 * min(2.0, most / max(0.05, second) / 5))
        chosen, sure = seen, clear if own in (None, seen) else _UNSURE
    else:
        chosen = order[0] if own is None else own
        sure = _HALF_SURE if own == order[0] else _UNSURE
    option = zone.options[chosen]
    evidence = Evidence(TICK, sure, sure, 1.0, 0.0, 0.0, 1.0)
    return Found(zone.field, Normalised(option.value), option.value, paper.box(option.box), evidence)


def _outstanding(inked: Sequence[float], least: float, times: float) -> int | None:
    """Which option has most ink (mm²), None where that is little or others have it too."""
    order = sorted(range(len(inked)), key=lambda k: -inked[k])
    most, second = inked[order[0]], inked[order[1]]
    return order[0] if most >= least and most >= times * second else None
