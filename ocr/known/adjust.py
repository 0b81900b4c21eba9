"""Adjust: a form with zones that a person moved, resized or took out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ocr.known.model import KnownForm, Rect, Zone

_LEAST_MM = 1.5


def misplaced(form: KnownForm, boxes: Mapping[str, Rect]) -> str:
    """The first field whose box lies outside of the form or is too small to hold print; empty where none does."""
    width, height = form.size
    for name, box in boxes.items():
        inside = box.x >= 0 and box.y >= 0 and box.right <= width + 0.1 and box.bottom <= height + 0.1
        if not inside or box.w < _LEAST_MM or box.h < _LEAST_MM:
            return name
    return ""


def adjusted(form: KnownForm, boxes: Mapping[str, Rect]) -> KnownForm:
    """The form with these boxes (mm) for its zones, by field; a zone without one is taken out. Its accuracy is unknown,
    because nothing was read by it yet."""
    zones = tuple(_moved(zone, boxes[zone.field]) for zone in form.zones if zone.field in boxes)
    return replace(form, zones=zones, accuracy={})


def _moved(zone: Zone, box: Rect) -> Zone:
    """A zone with another box; where its values stand moves with it, and stays inside."""
    if box == zone.box:
        return zone
    right, down = box.center[0] - zone.box.center[0], box.center[1] - zone.box.center[1]
    resized = abs(box.w - zone.box.w) > 0.05 or abs(box.h - zone.box.h) > 0.05
    if resized:
        right = down = 0.0
    columns = tuple(x + right for x in zone.columns)
    value, core = (_inside(Rect(r.x + right, r.y + down, r.w, r.h), box) for r in (zone.value, zone.core))
    return replace(zone, box=box, value=value, core=core, columns=columns)


def _inside(rect: Rect, box: Rect) -> Rect:
    """The part of a rectangle inside a box, the box itself where they do not meet."""
    x, y = max(rect.x, box.x), max(rect.y, box.y)
    w, h = min(rect.right, box.right) - x, min(rect.bottom, box.bottom) - y
    return Rect(x, y, w, h) if w > 0 and h > 0 else box
