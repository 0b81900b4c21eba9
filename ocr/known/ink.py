"""Ink: what stands on a page that its form does not print, as components in the form's pixels, and its shift."""

from __future__ import annotations

import weakref
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from imaging.model import Pixels
from imaging.ops import block, components, u8
from ocr.known.dark import Floats, cut, to_form
from ocr.known.model import PER_MM, Affine, KnownForm, Rect, Zone
from ocr.known.offset import expected, offset_on
from ocr.known.residue import without_residue, without_specks

_LEAST_DARK = 22
_PRINT_GAIN = 1.7
_TALLEST_MM = 22.0
_CREASE_MM, _CREASE_GAP = (40.0, 13.0), 9
_LEAST_AREA, _LEAST_BAND = 3, 8
_SOLID, _HOLE_MM = 0.7, (3.6, 7.5)
_RULE_PIXELS, _RULE_MM = 3, 6.0
_PAST_MM = (3.2, 1.4)  # how far left and right of its zone a value's edge glyph may stand
_LONE_MM = 14.0
_BEYOND = 0.5  # of a line: what goes on farther above or below its room is a stamp or a fold
_HIGH, _HIGHEST, _GLYPH = 0.85, 1.15, 0.95  # of a line's box: few rows are higher, none, no character
_ROW_GAP, _ROW_SHARE = 0.3, 0.2  # of a line, between the middles of characters of two rows; of the fullest row
_NEAR, _ALONG = 0.25, 6.0  # of a line: so near, and so far, a stroke belongs to a row that it runs through
_NARROW, _TICK, _BEGIN_MM = 0.45, 1.5, 1.5
_SHORT, _OUT_OF_CORE, _MOSTLY_STAMPED = 0.6, 0.45, 0.9  # of the widest row; of a line; of a row's room
_WORDS = frozenset({"name", "text"})
_SLACK = 2  # pixels above and below a row
_FOLD = 6  # pixels beside a crease that it darkens
_TWO_ROWS, _VALLEY = 1.05, 0.35  # of a line's box; of the fuller rows
_LEAST_HIGH, _ASTRAY_MM, _CREASE_HIDES_MM = 0.3, 1.4, 3.2


@dataclass(frozen=True, slots=True)
class Ink:
    """The ink of a page that its form does not have, at 100 dpi: `mask` (H×W) is 255 where ink is its own; for each
    component its box and area (columns x, y, w, h, area), and the shift of the filled-in print against the samples', in
    mm down and to the right (`side`); `creases` are the columns that folds run down, `stamped` is 255 where
    stamps were taken off."""

    mask: Pixels
    parts: npt.NDArray[np.int32]
    shift: float
    creases: npt.NDArray[np.intp]
    side: float = 0.0
    stamped: Pixels | None = None

    def moved(self, rect: Rect) -> Rect:
        """A rectangle of the form where the filled-in print stands on this page."""
        return Rect(rect.x + self.side, rect.y + self.shift, rect.w, rect.h)

    def inside(self, rect: Rect) -> npt.NDArray[np.int32]:
        """The components whose middle lies in a rectangle (mm)."""
        x = (self.parts[:, 0] + self.parts[:, 2] / 2) / PER_MM
        y = (self.parts[:, 1] + self.parts[:, 3] / 2) / PER_MM
        return self.parts[(x >= rect.x) & (x <= rect.right) & (y >= rect.y) & (y <= rect.bottom)]

    def area(self, rect: Rect) -> float:
        """How much ink lies in a rectangle, in mm²."""
        return cv2.countNonZero(cut(self.mask, rect)) / PER_MM**2 if cut(self.mask, rect).size else 0.0


@dataclass(frozen=True, slots=True)
class Band:
    """One row of print in a zone: its rectangle in mm, and the columns (form pixels from its left) that hold ink."""

    rect: Rect
    columns: npt.NDArray[np.bool_]


def ink_of(
    page: Pixels, affine: Affine, form: KnownForm, calm: Pixels | None = None, stamped: Pixels | None = None
) -> Ink:
    """The ink of a page (darkness at 100 dpi, upright) that the form does not print. `calm` is the page without red
    ink, which counts only in zones whose values are red, `stamped` says where stamps were, as they lie on the form."""
    shape = form.template.shape[0], form.template.shape[1]
    inked = to_form(page if calm is None else calm, affine, shape)
    if calm is not None and calm is not page and any(zone.red for zone in form.zones):
        laid = to_form(page, affine, shape)
        for zone in form.zones:
            if zone.red:
                cut(inked, zone.box)[:] = cut(laid, zone.box)
    printed = cv2.convertScaleAbs(cv2.dilate(form.template, block(3, 3)), alpha=_PRINT_GAIN)
    mask = u8(cv2.threshold(cv2.subtract(inked, printed), _LEAST_DARK, 255, cv2.THRESH_BINARY)[1])
    mask, creases = _without_creases(mask)
    parts = components(mask)
    w, h, area = parts[:, 2], parts[:, 3], parts[:, 4]
    rule = (np.minimum(w, h) <= _RULE_PIXELS) & (np.maximum(w, h) >= _RULE_MM * PER_MM)
    parts = parts[(area >= _LEAST_AREA) & ~rule & (h <= _TALLEST_MM * PER_MM)]
    parts = _without_holes(mask, parts)
    side, down = offset_on(mask, parts, chart_of(form))
    return Ink(mask, _unlabelled(parts, form, side, down), down, creases, side, stamped)


_charts: weakref.WeakKeyDictionary[KnownForm, Floats] = weakref.WeakKeyDictionary()


def chart_of(form: KnownForm) -> Floats:
    """Where a form's filled-in print is expected, made once."""
    found = _charts.get(form)
    if found is None:
        found = _charts[form] = expected(form)
    return found


def _unlabelled(parts: npt.NDArray[np.int32], form: KnownForm, side: float, down: float) -> npt.NDArray[np.int32]:
    """The components but those of printed words that move with the values."""
    x, y = (parts[:, 0] + parts[:, 2] / 2) / PER_MM - side, (parts[:, 1] + parts[:, 3] / 2) / PER_MM - down
    kept = np.ones(len(parts), bool)
    for word in form.print:
        if word.moves:
            box = word.box
            right = min([box.right, *_values_behind(box, form)])
            kept &= ~((x >= box.x - 1) & (x <= right) & (y >= box.y - 0.3) & (y <= box.bottom + 0.3))
    return parts[kept]


def _values_behind(label: Rect, form: KnownForm) -> list[float]:
    """Where values begin right of a label in its row: the box of a label read in one line with its value reaches to the
    middle of the white between them, and farther where some samples' values begin later."""
    values = (zone.value for zone in form.zones)
    return [v.x for v in values if v.x > label.x and abs(v.center[1] - label.center[1]) < 0.5 * max(v.h, label.h)]


def _without_creases(mask: Pixels) -> tuple[Pixels, npt.NDArray[np.intp]]:
    """The mask without folds and shadows: runs of ink longer than any stroke, which the form's rules may cut; and the
    columns of those that run down."""
    level, upright = (round(mm * PER_MM) for mm in _CREASE_MM)
    closed = u8(cv2.morphologyEx(mask, cv2.MORPH_CLOSE, block(1, _CREASE_GAP)))
    down, across = _runs_down(closed, upright), _runs_down(u8(cv2.transpose(mask)), level).T
    lines = cv2.bitwise_or(down, across)
    if not cv2.countNonZero(lines):
        return mask, np.zeros(0, np.intp)
    return u8(cv2.subtract(mask, cv2.dilate(lines, block(3, 1)))), np.flatnonzero(down.any(axis=0))


def _runs_down(mask: Pixels, length: int) -> Pixels:
    """The upright runs of a mask that are `length` or longer: an opening, in as many steps as the length has bits."""
    if mask.shape[0] < length:
        return np.zeros_like(mask)
    least, done = mask, 1
    while done < length:
        step = min(done, length - done)
        least, done = u8(cv2.min(least[step:], least[:-step])), done + step
    most, done = np.concatenate([least, np.zeros((length - 1, mask.shape[1]), np.uint8)]), 1
    while done < length:
        step = min(done, length - done)
        most, done = np.concatenate([most[:step], u8(cv2.max(most[step:], most[:-step]))]), done + step
    return most


def _without_holes(mask: Pixels, parts: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
    small, large = parts[:, 2:4].min(axis=1, initial=1 << 15), parts[:, 2:4].max(axis=1, initial=0)
    like = (small >= _HOLE_MM[0] * PER_MM) & (large <= _HOLE_MM[1] * PER_MM)
    kept = np.ones(len(parts), bool)
    kept[like] = [not _is_hole(mask, part) for part in parts[like].tolist()]
    return parts[kept]


def _is_hole(mask: Pixels, part: list[int]) -> bool:
    """Whether a component is a binding hole: as large, filled like a disc, its middle without a gap."""
    x, y, w, h, area = part
    small, large = sorted((w, h))
    if small < _HOLE_MM[0] * PER_MM or large > _HOLE_MM[1] * PER_MM or area < _SOLID * w * h:
        return False
    return bool(mask[y + h // 4 : y + 3 * h // 4, x + w // 4 : x + 3 * w // 4].all())


def bands(ink: Ink, zone: Zone) -> list[Band]:
    """The rows of print in a zone, from top to bottom."""
    room = ink.moved(zone.box).grown(0.6, 0.4)
    line = zone.line * PER_MM
    parts = _own(ink.inside(room), ink, zone)
    if not len(parts):
        return []
    slack = _BEYOND * zone.line
    top = max(int(parts[:, 1].min()), round((room.y - slack) * PER_MM), 0)
    bottom = min(int((parts[:, 1] + parts[:, 3]).max()), round((room.bottom + slack) * PER_MM))
    left, right = int(parts[:, 0].min()), int((parts[:, 0] + parts[:, 2]).max())
    filled = np.count_nonzero(ink.mask[top:bottom, left:right], axis=1).astype(np.float64)
    rows = [row for span in _spans(filled, line) for row in _split(filled, span, line)]
    wide = ink.inside(Rect(room.x - _PAST_MM[0], room.y, room.w + sum(_PAST_MM), room.h))
    reached = _own(_reached(wide, room, line), ink, zone)
    high = [(top + a, top + b) for a, b in rows if b - a > _HIGH * line]
    found = [_band(reached, ink.creases, top + a, top + b) for a, b in rows if b - a <= _HIGH * line]
    found += [_across(ink, reached, row, line) for span in high for row in _rows_of(reached, span, line)]
    if high and not any(found):
        usual = round((zone.core.y + ink.shift) * PER_MM), round((zone.core.bottom + ink.shift) * PER_MM)
        found = [_across(ink, reached, usual, line)]
    return _usual([band for band in found if band is not None], zone, ink)


def _own(parts: npt.NDArray[np.int32], ink: Ink, zone: Zone) -> npt.NDArray[np.int32]:
    """The components of a zone but for what stamps left of themselves; of digits every speck may be a part."""
    line = zone.line * PER_MM
    kept = without_residue(parts, ink.stamped, line)
    return without_specks(kept, ink.stamped, line) if zone.kind in _WORDS else kept


def _across(ink: Ink, parts: npt.NDArray[np.int32], row: tuple[int, int], line: float) -> Band | None:
    """A row of print that a stamp, a hook or a fold runs through, or that lies close to another."""
    left, right = int(parts[:, 0].min()), int((parts[:, 0] + parts[:, 2]).max())
    top, bottom = max(0, row[0] - _SLACK), row[1] + _SLACK
    strip = np.ascontiguousarray(ink.mask[top:bottom, left:right])
    cuts = components(strip) + np.array([left, top, 0, 0, 0], np.int32)
    cuts = cuts[cuts[:, 4] >= _LEAST_AREA]
    through = (cuts[:, 1] <= top) | (cuts[:, 1] + cuts[:, 3] >= top + strip.shape[0])
    return _band(_adjoining(cuts, through, line), ink.creases, top, bottom)


def _rows_of(parts: npt.NDArray[np.int32], span: tuple[int, int], line: float) -> list[tuple[int, int]]:
    """Where the characters of a span stand in rows, by the components as high as characters; none where they do not."""
    middle, high = parts[:, 1] + parts[:, 3] / 2, parts[:, 3]
    sized = (high >= _LEAST_HIGH * line) & (high <= _GLYPH * line) & (middle >= span[0]) & (middle <= span[1])
    glyphs = parts[sized][np.argsort(middle[sized], kind="stable")]
    if not len(glyphs):
        return []
    places = glyphs[:, 1] + glyphs[:, 3] / 2
    number = np.concatenate([[0], np.cumsum(np.diff(places) > _ROW_GAP * line)])
    weight = np.bincount(number, glyphs[:, 4])
    rows = []
    for each in np.flatnonzero(weight >= _ROW_SHARE * weight.max()):
        mine = glyphs[number == each]
        rows.append((int(mine[:, 1].min()), int((mine[:, 1] + mine[:, 3]).max())))
    return rows if all(bottom - top <= _HIGHEST * line for top, bottom in rows) else []


def _adjoining(cuts: npt.NDArray[np.int32], through: npt.NDArray[np.bool_], line: float) -> npt.NDArray[np.int32]:
    """The components of a row, and of those that run through it what adjoins them or lies between: characters may hang
    together with a stamp. All where every one runs through."""
    own, others = cuts[~through], cuts[through]
    if not len(own) or not len(others):
        return cuts
    left, right = int(own[:, 0].min()), int((own[:, 0] + own[:, 2]).max())
    first, last = round(left - _ALONG * line), round(right + _ALONG * line)
    kept = [own]
    for part in others[np.argsort(np.abs(others[:, 0] + others[:, 2] / 2 - (left + right) / 2))]:
        x, y, w, h, area = part.tolist()
        if x <= right + _NEAR * line and x + w >= left - _NEAR * line:
            start, end = max(x, first), min(x + w, last)
            left, right = min(left, start), max(right, end)
            kept.append(np.array([[start, y, max(1, end - start), h, area]], np.int32))
    return np.concatenate(kept)


def _usual(found: list[Band], zone: Zone, ink: Ink) -> list[Band]:
    """The rows as high as print that stand where the samples' values stood, all of them where none does."""
    shift = ink.shift
    tall = [band for band in found if band.rect.h >= _LEAST_HIGH * zone.line]
    top, bottom = zone.value.y + shift - _ASTRAY_MM, zone.value.bottom + shift + _ASTRAY_MM
    near = [band for band in tall if top <= band.rect.center[1] <= bottom] or tall
    kept: list[Band] = []
    for band in sorted(near, key=lambda each: _off(each, zone, shift)):
        twin = next((k for k, other in enumerate(kept) if _same_row(band.rect, other.rect)), None)
        if twin is None:
            kept.append(band)
        else:
            kept[twin] = _as_wide(kept[twin], band)
    widest = max(kept, key=lambda band: band.rect.w, default=None)
    rest = [b for b in kept if widest and (_is_stray(b, widest, zone, shift) or _is_stamped(b, widest, zone, ink))]
    sound = [band for band in kept if all(band is not other for other in rest)]
    return sorted(sound[: max(2, zone.rows)], key=lambda band: band.rect.y)


def _off(band: Band, zone: Zone, shift: float) -> float:
    """How far a row stands from where the samples' values stood, in mm."""
    return abs(band.rect.center[1] - zone.core.center[1] - shift)


def _same_row(rect: Rect, other: Rect) -> bool:
    shared = min(rect.bottom, other.bottom) - max(rect.y, other.y)
    return shared > 0.5 * min(rect.h, other.h)


def _as_wide(band: Band, other: Band) -> Band:
    """A row with the width of another find of it too."""
    whole = band.rect.union(other.rect)
    columns = np.zeros(round(whole.w * PER_MM), bool)
    for each in (band, other):
        start = round((each.rect.x - whole.x) * PER_MM)
        columns[start : start + len(each.columns)] |= each.columns[: len(columns) - start]
    return Band(Rect(whole.x, band.rect.y, whole.w, band.rect.h), columns)


def _is_stray(band: Band, widest: Band, zone: Zone, shift: float) -> bool:
    """Whether a row is a rest of a fold or a stroke, or a tick by hand: narrow, farther from where the samples' values
    stood than a wider one, and not the end of a value that goes on below."""
    beside = band.rect.x > widest.rect.right or band.rect.right < widest.rect.x
    most = _TICK if beside and zone.rows == 1 else _NARROW
    if band.rect.w >= most * zone.line or widest.rect.w < zone.line:
        return False
    return not _goes_on(band, widest) and _off(band, zone, shift) > _off(widest, zone, shift)


def _is_stamped(band: Band, widest: Band, zone: Zone, ink: Ink) -> bool:
    """Whether a row is a rest of a stamp: it stands where one was taken off, beside the one row that the values have,
    outside of where the samples' stood, and does not go on from it."""
    if ink.stamped is None or zone.rows > 1 or band.rect.w >= _SHORT * widest.rect.w or _goes_on(band, widest):
        return False
    outside = _off(band, zone, ink.shift) > max(_off(widest, zone, ink.shift), _OUT_OF_CORE * zone.line)
    return outside and bool(np.mean(cut(ink.stamped, band.rect) > 0) >= _MOSTLY_STAMPED)


def _goes_on(band: Band, widest: Band) -> bool:
    """Whether a row is the end of a value that begins in the row above."""
    return band.rect.y > widest.rect.y and abs(band.rect.x - widest.rect.x) <= _BEGIN_MM


def _spans(filled: Floats, line: float) -> list[tuple[int, int]]:
    """Where rows of print begin and end; parts of one row that white separates (the dots of 六) are joined."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], (filled > 0).astype(np.int8), [0]])))
    spans: list[tuple[int, int]] = []
    for start, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        if spans and start - spans[-1][1] <= 3 and end - spans[-1][0] <= 1.3 * line:
            spans[-1] = spans[-1][0], end
        else:
            spans.append((start, end))
    return spans


def _split(filled: Floats, span: tuple[int, int], line: float) -> list[tuple[int, int]]:
    """A span as high as two rows, cut where it is thinnest, if that is much thinner than above and below."""
    start, end = span
    height = end - start
    if height < _TWO_ROWS * line:
        return [span]
    third = height // 3
    middle = start + third + int(np.argmin(filled[start + third : end - third]))
    least = min(filled[start:middle].max(), filled[middle:end].max())
    return [(start, middle), (middle + 1, end)] if filled[middle] <= _VALLEY * least else [span]


def _reached(parts: npt.NDArray[np.int32], room: Rect, line: float) -> npt.NDArray[np.int32]:
    """The components of a zone, and those just beside it that go on without a gap."""
    x = (parts[:, 0] + parts[:, 2] / 2) / PER_MM
    kept = (x >= room.x) & (x <= room.right)
    if not kept.any():
        return parts[kept]
    for left in (True, False):
        side = np.flatnonzero((x < room.x) if left else (x > room.right))
        for k in side[np.argsort(-x[side] if left else x[side])]:
            mine = parts[kept]
            edge = (
                mine[:, 0].min() - parts[k, 0] - parts[k, 2] if left else parts[k, 0] - (mine[:, 0] + mine[:, 2]).max()
            )
            kept[k] = bool(edge <= 0.5 * line)
    return parts[kept]


def _band(parts: npt.NDArray[np.int32], creases: npt.NDArray[np.intp], top: int, bottom: int) -> Band | None:
    y, h = parts[:, 1], parts[:, 3]
    shared = np.minimum(y + h, bottom) - np.maximum(y, top)
    mine = _without_lone(parts[shared >= 0.5 * np.minimum(h, bottom - top)])
    if not len(mine) or mine[:, 4].sum() < _LEAST_BAND:
        return None
    if _is_fold(mine, creases):
        return None
    left, right = int(mine[:, 0].min()), int((mine[:, 0] + mine[:, 2]).max())
    high, low = max(top, int(mine[:, 1].min())), min(bottom, int((mine[:, 1] + mine[:, 3]).max()))
    # What a crease hides of an edge glyph is in the crop all the same.
    beyond = round(_CREASE_HIDES_MM * PER_MM)
    left -= beyond * bool(np.any((creases >= left - 5) & (creases < left + 2)))
    right += beyond * bool(np.any((creases > right - 2) & (creases <= right + 5)))
    columns = np.zeros(right - left, bool)
    for x, _, w, _, area in mine.tolist():
        if area > 2 * _LEAST_AREA:
            columns[x - left : x - left + w] = True
    rect = Rect(left / PER_MM, high / PER_MM, (right - left) / PER_MM, (low - high) / PER_MM)
    return Band(rect, columns)


def _is_fold(parts: npt.NDArray[np.int32], creases: npt.NDArray[np.intp]) -> bool:
    """Whether a row is nothing but what is left of a fold."""
    left, right = int(parts[:, 0].min()), int((parts[:, 0] + parts[:, 2]).max())
    return bool(np.any((left >= creases - _FOLD) & (right <= creases + _FOLD)))


def _without_lone(parts: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
    """The components without specks that stand far from all others."""
    if len(parts) < 3:
        return parts
    order = parts[np.argsort(parts[:, 0])]
    ends = np.maximum.accumulate(order[:, 0] + order[:, 2])
    gaps = order[1:, 0] - ends[:-1] > _LONE_MM * PER_MM
    groups = np.concatenate([[0], np.cumsum(gaps)])
    weight = np.bincount(groups, order[:, 4])
    kept = np.flatnonzero(weight >= max(_LEAST_BAND, 0.08 * weight.max()))
    return order[np.isin(groups, kept)]
