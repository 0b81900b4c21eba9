"""Stamps: red and blue stamps found by colour and outline, and split from the text that is read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from imaging.model import Box, Page, Pixels
from imaging.ops import block, components, labelled, level, pixels_of, u8
from imaging.views import view

RED, BLUE = "red", "blue"
ROUND, OVAL, RECTANGULAR, SQUARE = "round", "oval", "rectangular", "square"

# Blue stamp ink is grayer than red, and next to nothing else on paper is blue.
_LEAST_COLOUR, _CYAN = {RED: 28, BLUE: 20}, 25
_STRAIGHT, _LONGER = 0.88, 1.18
_SMALLEST_MM, _LARGEST_MM = 11.0, 62.0
_WHOLE_SHARE = 0.6
_DENSE_SEAL = 0.3
_BOW = 0.42
_CROSSING_SHARE, _MOST_CROSSING = 0.58, (5, 3)
_SPARSE, _CROSSING_INSIDE, _FRAME_SHARE = 0.13, (3, 2), 0.12
_LONGEST_TO_SHORTEST = 4.2
_LINE_MM, _LINE_THICK_MM = 14.0, 0.8
_JOIN_MM = (1.6, 3.6)
_CHARACTER_MM = 7.0
_RIM_MM = 1.1
_RIM_TO_INSIDE = 1.15
_LINE_BREAK_MM = 0.8
_LEAST_RIM = 0.62
_PLAIN_RIM, _HOLLOW = 0.68, 3.0
_INK_SHARES = (0.06, 0.75)
_SEAL_MM, _SEAL_INK = 17.0, 0.12  # a square of this size is a seal full of characters, or a cell with a few
_HALO_MM = 0.35
_CLEAR, _BLACK = 0.92, 0.65

Contour = npt.NDArray[np.int32]
Mask = npt.NDArray[np.bool_]
Levels = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class _Ink:
    """A stamp's colour, and the levels of blue, green and red that are this paper's white."""

    colour: str
    paper: Levels


@dataclass(frozen=True, slots=True)
class StampBox:
    """One stamp: `colour` (`red`, `blue`), where it lies in page pixels, the share of its box that is its ink, and the
    `kind` of its outline (`round`, `oval`, `rectangular`, `square`)."""

    colour: str
    box: Box
    ink: float
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Stamps:
    """A page split in two: `text_stream` without stamps, `layer` (H×W, 255 where stamp ink is), and the stamps."""

    text_stream: Page
    layer: Pixels
    boxes: tuple[StampBox, ...]


def split_stamps(page: Page) -> Stamps:
    """The stamps of the page and the page without them; black print under them stays. Pre-printed lines, labels and
    handwriting in colour are no stamps: a stamp is 11 to 62 mm large and has ink along its whole outline. A gray page
    cannot be split. Notes `stamps` with `count`."""
    layer = np.zeros(page.pixels.shape[:2], np.uint8)
    if page.pixels.ndim == 2:
        return Stamps(page.noted("stamps", count=0), layer, ())
    seen = view(page)
    paper = tuple(max(60.0, level(channel, 0.7)) for channel in seen.channels)
    whitened = _whitened(seen.channels, paper)
    pixels, boxes = page.pixels, []
    for colour in (RED, BLUE):
        for hull in _hulls(_coloured(whitened, colour), seen.dpi):
            if pixels is page.pixels:
                pixels = page.pixels.copy()
            boxes.append(_lift(pixels, layer, hull * seen.times, page.dpi, _Ink(colour, paper)))
    stream = page.noted("stamps", pixels if boxes else None, count=len(boxes))
    return Stamps(stream, layer, tuple(boxes))


def _whitened(channels: Sequence[Pixels], paper: Levels) -> tuple[Pixels, ...]:
    """The channels on paper made white."""
    pairs = zip(channels, paper, strict=True)
    return tuple(u8(cv2.convertScaleAbs(channel, alpha=255.0 / white)) for channel, white in pairs)


def _coloured(whitened: Sequence[Pixels], colour: str) -> Pixels:
    """Mask of ink of the colour: how far its channel stands above the others."""
    blue, green, red = whitened
    if colour == RED:
        above = cv2.subtract(red, cv2.max(blue, green))
    else:
        above = cv2.subtract(blue, cv2.max(red, cv2.subtract(green, np.full_like(green, _CYAN))))
    return u8(cv2.threshold(above, _LEAST_COLOUR[colour], 255, cv2.THRESH_BINARY)[1])


def kind_of(hull: Contour) -> str:
    """The kind of a stamp's outline: an ellipse fills 79 of 100 of the rectangle around it."""
    _, (across, down), _ = cv2.minAreaRect(hull)
    ratio = max(across, down) / max(1.0, min(across, down))
    if cv2.contourArea(hull) < _STRAIGHT * across * down:
        return OVAL if ratio > _LONGER else ROUND
    return RECTANGULAR if ratio > _LONGER else SQUARE


def _hulls(mask: Pixels, dpi: float) -> list[Contour]:
    """Convex hulls, in small pixels, of what has the size and the outline of a stamp."""
    if cv2.countNonZero(mask) < pixels_of(5.0, dpi) ** 2:
        return []
    ink = _without_printed_lines(mask, dpi)
    close, wide = ([h for h in _joined_hulls(ink, dpi, mm) if not _is_grid(h, mask)] for mm in _JOIN_MM)
    # A faint rim falls into arcs that only the wider join makes one; two stamps side by side must stay two, and one
    # that is already whole must not grow by the print beside it.
    whole = [hull for hull in wide if not _is_made_of(hull, close)]
    found = whole + [hull for hull in close if not any(_lies_in(hull, other) for other in whole)]
    # Coloured print that touches a stamp hides its outline; without characters the rim is left.
    rims = _long_strokes(ink, found, dpi)
    bare = [] if rims is None else [h for h in _joined_hulls(rims, dpi, _JOIN_MM[1]) if not _is_grid(h, mask)]
    return found + [h for h in bare if not any(_lies_in(h, other) or _lies_in(other, h) for other in found)]


def _long_strokes(ink: Pixels, found: list[Contour], dpi: float) -> Pixels | None:
    """The mask without what is as small as a character, or lies where a stamp was found; None where too little is left
    for another stamp."""
    labels, stats = labelled(ink)
    long = stats[:, 2:4].max(axis=1) > pixels_of(_CHARACTER_MM, dpi)
    long[0] = False
    middles = stats[:, :2] + stats[:, 2:4] / 2
    for x, y, w, h in (cv2.boundingRect(hull) for hull in found):
        long &= ~np.all((middles >= (x, y)) & (middles <= (x + w, y + h)), axis=1)
    if not long.any():
        return None
    boxes, least = stats[long], pixels_of(_SMALLEST_MM, dpi)
    if ((boxes[:, :2] + boxes[:, 2:4]).max(axis=0) - boxes[:, :2].min(axis=0)).min() < least:
        return None
    return u8((long * np.uint8(255))[labels])


def _joined_hulls(ink: Pixels, dpi: float, mm: float) -> list[Contour]:
    join = pixels_of(mm, dpi, 3)
    joined = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, block(join, join))
    contours, _ = cv2.findContours(joined, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    least = pixels_of(_SMALLEST_MM, dpi)
    large = (contour for contour in contours if min(cv2.boundingRect(contour)[2:]) >= least)
    hulls = (np.asarray(cv2.convexHull(contour), dtype=np.int32) for contour in large)
    return [hull for hull in hulls if _is_stamp(hull, ink, dpi)]


def _lies_in(hull: Contour, other: Contour) -> bool:
    x, y, w, h = cv2.boundingRect(hull)
    return cv2.pointPolygonTest(other.astype(np.float32), (x + w / 2, y + h / 2), False) >= 0


def _is_made_of(hull: Contour, parts: list[Contour]) -> bool:
    inside = [cv2.contourArea(part) for part in parts if _lies_in(part, hull)]
    return len(inside) > 1 or sum(inside) > _WHOLE_SHARE * cv2.contourArea(hull)


def _is_grid(hull: Contour, mask: Pixels) -> bool:
    """Whether rules cross it from side to side: the amount cells of a form, no stamp."""
    x, y, w, h = cv2.boundingRect(hull)
    own = mask[y : y + h, x : x + w] > 0
    down, across = _crossings(own.mean(axis=1)), _crossings(own.mean(axis=0))
    if own.mean() < _SPARSE and (_inside(down, h) >= _CROSSING_INSIDE[0] or _inside(across, w) >= _CROSSING_INSIDE[1]):
        return True
    return own.mean() < _DENSE_SEAL and (len(down) > _MOST_CROSSING[0] or len(across) > _MOST_CROSSING[1])


def _crossings(profile: npt.NDArray[np.floating]) -> npt.NDArray[np.int64]:
    """Where rules begin along a profile of ink."""
    ruled = np.concatenate([[0], profile >= _CROSSING_SHARE]).astype(np.int8)
    return np.flatnonzero(np.diff(ruled) > 0)


def _inside(places: npt.NDArray[np.int64], length: int) -> int:
    """How many places are not near the ends, where the sides of a frame are."""
    return int(np.count_nonzero((places > _FRAME_SHARE * length) & (places < (1 - _FRAME_SHARE) * length)))


def _without_printed_lines(mask: Pixels, dpi: float) -> Pixels:
    """The mask without a form's own coloured rules: long, thin, level or upright, in a table."""
    gap, largest = pixels_of(_LINE_BREAK_MM, dpi, 3), pixels_of(_LARGEST_MM, dpi)
    # Rules hang together in a table larger than any stamp; the straight frame of a stamp does not.
    bridged = u8(cv2.morphologyEx(mask, cv2.MORPH_CLOSE, block(gap, gap)))
    if components(bridged)[:, 2:4].max(initial=0) <= largest:
        return mask
    lines = _lines(mask, dpi, gap)
    if not cv2.countNonZero(lines):
        return mask
    labels, stats = labelled(u8(cv2.bitwise_or(lines, mask)))
    large = stats[:, 2:4].max(axis=1) > largest
    large[0] = False
    if not large.any():
        return mask
    lines = u8(cv2.bitwise_and(lines, (large * np.uint8(255))[labels]))
    return u8(cv2.subtract(mask, cv2.dilate(lines, block(3, 3))))


def _lines(mask: Pixels, dpi: float, gap: int) -> Pixels:
    """Mask of long, thin, level or upright lines, breaks of up to `gap` pixels bridged."""
    long, thick = pixels_of(_LINE_MM, dpi, 8), pixels_of(_LINE_THICK_MM, dpi, 3)
    flat = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, block(gap, 1))
    flat = cv2.morphologyEx(flat, cv2.MORPH_OPEN, block(long, 1))
    upright = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, block(1, gap))
    upright = cv2.morphologyEx(upright, cv2.MORPH_OPEN, block(1, long))
    thin = cv2.subtract(flat, cv2.morphologyEx(flat, cv2.MORPH_OPEN, block(1, thick + 1)))
    thin_upright = cv2.subtract(upright, cv2.morphologyEx(upright, cv2.MORPH_OPEN, block(thick + 1, 1)))
    return u8(cv2.bitwise_or(thin, thin_upright))


def _is_stamp(hull: Contour, ink: Pixels, dpi: float) -> bool:
    _, (across, down), _ = cv2.minAreaRect(hull)
    short, long = sorted((across * 25.4 / dpi, down * 25.4 / dpi))
    if not (short >= _SMALLEST_MM and long <= _LARGEST_MM and long <= _LONGEST_TO_SHORTEST * short):
        return False
    return _has_rim(hull, ink, dpi)


def _has_rim(hull: Contour, ink: Pixels, dpi: float) -> bool:
    """Whether ink follows the outline, and is denser there than inside: a block of print has no such rim."""
    x, y, w, h = cv2.boundingRect(hull)
    shape = np.zeros((h + 2, w + 2), np.uint8)
    cv2.fillConvexPoly(shape, hull - (x - 1, y - 1), 255)
    depth = np.asarray(cv2.distanceTransform(shape, cv2.DIST_L2, 3))[1:-1, 1:-1]
    own = ink[y : y + h, x : x + w] > 0
    rim = (depth > 0) & (depth <= pixels_of(_RIM_MM, dpi, 3))
    inside = (depth > 0) & ~rim
    outline = (depth > 0) & (depth <= 1.5)
    reach = 2 * pixels_of(_RIM_MM, dpi, 3) + 1
    near = np.asarray(cv2.dilate(own.astype(np.uint8), block(reach, reach))) > 0
    denser, followed = _share(own, rim) / max(1e-3, _share(own, inside)), _share(near, outline)
    if denser < _RIM_TO_INSIDE or followed < _LEAST_RIM:
        return False
    least = _INK_SHARES[0] if max(w, h) > pixels_of(_SEAL_MM, dpi) else _SEAL_INK
    if not least <= _share(own, depth > 0) <= _INK_SHARES[1]:
        return False
    # A rim that falls into pieces is one where there is next to nothing inside it.
    return (denser >= _HOLLOW and followed >= _PLAIN_RIM) or _has_bow(own & (depth > 0))


def _has_bow(own: Mask) -> bool:
    """Whether one stroke goes far both across and down, as rims and frames do and lines of print do not."""
    closed = cv2.morphologyEx(own.astype(np.uint8), cv2.MORPH_CLOSE, block(5, 5))
    _, _, stats, _ = cv2.connectedComponentsWithStats(closed, connectivity=8)
    across = stats[1:, cv2.CC_STAT_WIDTH] / own.shape[1]
    down = stats[1:, cv2.CC_STAT_HEIGHT] / own.shape[0]
    return bool(np.any(np.minimum(across, down) >= _BOW))


def _share(mask: Mask, part: Mask) -> float:
    """How much of the part the mask covers."""
    return int(np.count_nonzero(mask & part)) / (int(np.count_nonzero(part)) or 1)


def _lift(pixels: Pixels, layer: Pixels, hull: Contour, dpi: float, kind: _Ink) -> StampBox:
    """Takes one stamp off `pixels`, which it writes, adds it to `layer`, and says where it was."""
    grown = pixels_of(1.3, dpi)
    area = Box(*cv2.boundingRect(hull)).padded(grown, pixels.shape[1], pixels.shape[0])
    here = (slice(area.y, area.bottom), slice(area.x, area.right))
    inside = np.zeros((area.h, area.w), np.uint8)
    cv2.fillConvexPoly(inside, hull - (area.x, area.y), 255)
    inside = u8(cv2.dilate(inside, block(2 * grown + 1, 2 * grown + 1)))
    channels = [u8(each) for each in cv2.split(pixels[here])]
    ink = u8(cv2.bitwise_and(_coloured(_whitened(channels, kind.paper), kind.colour), inside))
    halo = pixels_of(_HALO_MM, dpi, 2)
    reach = u8(cv2.bitwise_and(cv2.dilate(ink, block(2 * halo + 1, 2 * halo + 1)), inside))
    clear = _bleached(channels[2 if kind.colour == RED else 0], ink)
    pixels[here] = cv2.copyTo(cv2.merge((clear, clear, clear)), reach, pixels[here].copy())
    layer[here] = cv2.bitwise_or(layer[here], ink)
    x, y, w, h = cv2.boundingRect(hull)
    share = round(cv2.countNonZero(ink) / max(1, w * h), 4)
    return StampBox(kind.colour, Box(x, y, w, h), share, kind_of(hull))


def _bleached(own: Pixels, ink: Pixels) -> Pixels:
    """The channel of a stamp's own colour with its ink (mask) as bright as paper. There a stamp is almost paper, while
    print under it, black, brown or of another shade, is darker: what is brighter than the stamp's usual level becomes
    white, and what is a third darker black, so that no stroke under it pales."""
    counts = cv2.calcHist([own], [0], ink, [256], [0, 256]).ravel().cumsum()
    usual = float(np.searchsorted(counts, counts[-1] / 2)) if counts[-1] else 0.0
    clear = max(90.0, usual * _CLEAR) if counts[-1] else 255.0
    black = _BLACK * clear
    spread = np.clip((np.arange(256) - black) * (255.0 / (clear - black)), 0, 255).round().astype(np.uint8)
    return u8(cv2.LUT(own, spread))
