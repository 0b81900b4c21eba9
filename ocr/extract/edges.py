"""Edges: whether ink goes on at the ends of a value, where a glyph that was cut off is read by no one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from imaging.model import Box, Pixels
from ocr.extract.found import STAMP, TICK, Found

_REACH = 0.42  # of a line's height: how far behind its end white has to stand
_MIDDLE = (0.2, 0.82)  # the rows in which glyphs stand
_INK, _RULE = 0.14, 0.9  # shares of a column that are ink, and that are a rule
_DARK = 60
_BEYOND, _ASIDE = 0.25, 0.3  # of a line's height: where a line through it is looked for
_THROUGH = 0.95  # of the rows in which it has to be dark


def with_edges(found: Found, pixels: Pixels, labels: Sequence[Box]) -> Found:
    """A value with `edge` as evidence: 1 where white, a rule or a label stands at both ends of each of its rows, -1
    where other ink does. `pixels` is the page that it was read on."""
    if found.evidence.how in {TICK, STAMP} or found.grid is not None or not found.lines:
        return found
    clear = all(_is_clear(pixels, box, labels, right) for box in found.lines for right in (False, True))
    return replace(found, evidence=replace(found.evidence, edge=1.0 if clear else -1.0))


def with_crossings(found: Found, pixels: Pixels) -> Found:
    """A value with `edge` -1 as evidence where an upright line, a fold or the side of a stamp's frame, goes through one
    of its rows: a stroke of a character may lie under it. `pixels` is the page with its lines."""
    if found.evidence.how in {STAMP, TICK} or found.grid is not None:
        return found
    if not any(_is_crossed(pixels, box) for box in found.lines):
        return found
    return replace(found, evidence=replace(found.evidence, edge=-1.0))


def _is_crossed(pixels: Pixels, box: Box) -> bool:
    """Whether a line goes on above and below a row of print, not right at its ends, where the rules of cells stand."""
    beyond, aside = round(_BEYOND * box.h), round(_ASIDE * box.h)
    part = pixels[max(0, box.y - beyond) : box.bottom + beyond, box.x + aside : max(box.x + aside, box.right - aside)]
    if part.size < 16:
        return False
    gray = part if part.ndim == 2 else part.min(axis=2)
    return bool(((gray < float(np.percentile(gray, 90)) - _DARK).mean(axis=0) >= _THROUGH).any())


def _is_clear(pixels: Pixels, box: Box, labels: Sequence[Box], right: bool) -> bool:
    """Whether nothing goes on at one end of a row of print."""
    reach = max(4, round(_REACH * box.h))
    first = box.right if right else box.x - reach
    beside = Box(first, box.y, reach, box.h)
    if any(_meets(label, beside) for label in labels):
        return True
    top, bottom = (box.y + round(share * box.h) for share in _MIDDLE)
    part = pixels[max(0, top) : bottom, max(0, first) : max(0, first + reach)]
    if part.size < 16:
        return True
    gray = part if part.ndim == 2 else part.min(axis=2)
    # A page that is read has white paper; a little of the row itself says how white.
    paper = float(np.percentile(gray, 90))
    dark = (gray < paper - _DARK).mean(axis=0)
    inked = np.flatnonzero((dark > _INK) & (dark < _RULE))
    rules = np.flatnonzero(dark >= _RULE)
    if rules.size:
        # What stands behind a rule belongs to the next cell.
        inked = inked[inked < rules.min() - 2] if right else inked[inked > rules.max() + 2]
    return bool(inked.size < 3)


def _meets(a: Box, b: Box) -> bool:
    return a.x < b.right and b.x < a.right and a.y < b.bottom - 0.3 * b.h and b.y + 0.3 * b.h < a.bottom
