"""Outside: ink that stands neither in a form's zones nor on its print: notes by hand, endorsements, another's print."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from imaging.ops import block, u8
from ocr.known.ink import Ink
from ocr.known.model import PER_MM, KnownForm, Rect

MOST = 10  # rows of print: a page with more is no filled form, and is read whole

_EDGE_MM, _ZONE_MM, _STAMP_MM, _WORD_MM, _TICK_MM = 5.0, 2.0, 8.0, 1.5, 6.0
_HIGH_MM, _LEAST_AREA = (1.2, 8.0), 8
_JOIN_MM = 4.0
_ROW_MM, _WIDE_MM, _INK_MM2, _FEW = (1.6, 9.0), 6.0, 3.0, 3


def outside(ink: Ink, form: KnownForm) -> list[Rect]:
    """The rows of print (mm of the form) that belong to no field, from top to bottom."""
    parts = _strange(ink, form)
    if len(parts) < _FEW:
        return []
    # Only where they lie: to look for rows on the whole form takes four times as long.
    left, top = (int(parts[:, k].min()) for k in (0, 1))
    right, bottom = (int((parts[:, k] + parts[:, k + 2]).max()) for k in (0, 1))
    mask = np.zeros((bottom - top, right - left), np.uint8)
    for x, y, w, h, _ in parts.tolist():
        mask[y - top : y - top + h, x - left : x - left + w] = ink.mask[y : y + h, x : x + w]
    joined = u8(cv2.morphologyEx(mask, cv2.MORPH_CLOSE, block(round(_JOIN_MM * PER_MM), 3)))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    middles = labels[parts[:, 1] - top + parts[:, 3] // 2, parts[:, 0] - left + parts[:, 2] // 2]
    found = []
    for number, (x, y, w, h, _) in enumerate(stats[1:].tolist(), 1):
        rect = Rect((x + left) / PER_MM, (y + top) / PER_MM, w / PER_MM, h / PER_MM)
        own = cv2.countNonZero(mask[y : y + h, x : x + w]) / PER_MM**2
        count = int(np.count_nonzero(middles == number))
        if _ROW_MM[0] <= rect.h <= _ROW_MM[1] and rect.w >= _WIDE_MM and own >= _INK_MM2 and count >= _FEW:
            found.append(rect)
    return sorted(found, key=lambda rect: (rect.y, rect.x))


def _strange(ink: Ink, form: KnownForm) -> npt.NDArray[np.int32]:
    """The components as high as print that no zone, stamp or printed word explains."""
    parts = ink.parts
    h = parts[:, 3] / PER_MM
    x, y = (parts[:, 0] + parts[:, 2] / 2) / PER_MM, (parts[:, 1] + parts[:, 3] / 2) / PER_MM
    width, height = form.size
    kept = (h >= _HIGH_MM[0]) & (h <= _HIGH_MM[1]) & (parts[:, 4] >= _LEAST_AREA)
    kept &= (x > _EDGE_MM) & (x < width - _EDGE_MM) & (y > _EDGE_MM) & (y < height - _EDGE_MM)
    known = [ink.moved(zone.box).grown(_ZONE_MM, _ZONE_MM) for zone in form.zones if not zone.options]
    known += [option.box.grown(_TICK_MM, _ZONE_MM) for zone in form.zones for option in zone.options]
    known += [spot.grown(_STAMP_MM, _STAMP_MM) for spot in form.stamps.values()]
    known += [word.box.grown(_WORD_MM, _WORD_MM) for word in form.print]
    for rect in known:
        kept &= ~((x >= rect.x) & (x <= rect.right) & (y >= rect.y) & (y <= rect.bottom))
    return parts[kept]
