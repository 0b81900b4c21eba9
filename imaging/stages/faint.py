"""Faint: writing that is lighter than ink but sharp, as strokes on this side are and what shows through it is not."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from imaging.model import Pixels
from imaging.ops import MM_PER_INCH, Stats, block, components, labelled, labels_of, level, pixels_of, u8
from imaging.views import View

ENOUGH = 100.0
"""Writing from which a side is not blank. The faintest of drawn texts has 120; what shows through seldom has 100."""

# Least step between neighbours, in gray levels and in those of the paper's grain.
_LEAST, _GRAIN = 6.0, 2.0
_STROKE_MM, _SOLID_MM, _SOLID_INK, _HALO_MM = 1.8, 2.2, 0.8, 0.9
_RIM_MM, _BY_MM, _SPROUT, _SPROUT_MM = 0.6, 1.6, 12, 1.0
_STREWN_MM, _STREWN, _MOST_SPECKS = 1.3, 6, 400
# Dust is smaller than this both ways, and no longer.
_DUST_MM, _STREAK_MM = 1.5, 2.0
# How far from a speck others count as near, along and across a line of text that may stand upright too; how seldom dust
# comes together as closely. What is left of words is a thousand times less likely, the largest odds seen 1 in 25,000.
_NEAR_MM, _BY_CHANCE = ((3.0, 1.5), (6.0, 3.0), (1.5, 3.0), (3.0, 6.0)), 0.03
_EDGE_MM = 3.0
# A step of this share of a stroke's depth is sharp; what shows through is never so deep.
_SHARP, _DEEP = 0.6, 60.0
# A character alone, one of several in a line, and how far from each other these are across and along the line.
_ALONE_MM, _BESIDE_MM, _GAP_MM, _OFF_MM = 3.0, 1.7, 2.5, 1.2
# On paper with grain pieces of what shows through lie together too, and only what chance never brings counts.
_PIECE_MM, _BY_GRAIN = 0.7, 1e-6
_CORE, _RISE, _WORD_MM = 0.25, 2.0, 5.0
_THIN_MM, _RULE_MM, _RULE = 1.0, 2.0, 10
_SLOPES = np.tan(np.deg2rad(np.arange(-2.25, 2.3, 0.75)))
_FINER = np.tan(np.deg2rad(np.arange(-0.5, 0.6, 0.125)))
_MOST_LINES, _LINE_SHARE, _LINE_PARTS, _BESIDE_LINE = 6, 0.3, 32, 0.2
_REACH, _MUCH = 6, 30


Numbers = npt.NDArray[np.floating]
Whole = npt.NDArray[np.integer]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class _Marks:
    """Strokes by number: left, top, width and height in small pixels, the longer side of what is plainest of each, and
    by how many gray levels in all its steps stand above the grain."""

    boxes: Whole
    core: Whole
    excess: Numbers


def faint(seen: View) -> float:
    """How much writing the side bears, dark or light: the gray levels by which the steps of its plainest character, or
    of two that stand in one line, rise above the paper's grain. Dust, holes, creases and the sheet's edge do not count,
    nor does what is soft: a stroke steps down within a pixel or two, through paper it does not."""
    steps = u8(cv2.morphologyEx(seen.dark, cv2.MORPH_GRADIENT, block(2, 2)))
    bound = max(_LEAST, _GRAIN * level(steps, 0.5))
    hollow = _hollow(seen)
    near = u8(cv2.dilate(hollow, block(3, 3)))
    mask = u8(cv2.threshold(cv2.min(steps, near), bound, 255, cv2.THRESH_BINARY)[1])
    edge, solid = pixels_of(_EDGE_MM, seen.dpi), _solids(seen)
    if solid is not None:
        if _sprouts(hollow, solid, edge, seen.dpi):
            return ENOUGH
        mask = u8(cv2.subtract(mask, _grown(solid, _HALO_MM, seen.dpi)))
    places = _without_lines(_within(mask, edge))
    if not places.size:
        return 0.0
    if level(steps, 0.9) == 0 and _strewn(mask, seen.dpi):
        return ENOUGH
    plainest = _plainest(_marks(mask, places, steps, hollow, bound, seen.dpi), seen.dpi)
    return ENOUGH if plainest < ENOUGH and _broken(mask, places, steps, hollow, seen.dpi) else plainest


def _strewn(mask: Pixels, dpi: float) -> bool:
    """Whether specks lie close together, or one is larger than dust, on paper without grain: what a hard threshold
    leaves of pale print."""
    specks, labels = components(mask), labelled(_grown(mask, _STREWN_MM, dpi))[0]
    large = specks[:, 2:4].min(axis=1).max() >= pixels_of(_DUST_MM, dpi)
    if large or specks[:, 2:4].max() >= pixels_of(_STREAK_MM, dpi) or len(specks) > _MOST_SPECKS:
        return True
    middles = specks[:, :2] + specks[:, 2:4] // 2
    together = np.bincount(labels[middles[:, 1], middles[:, 0]], minlength=2)[1:]
    return int(together.max()) >= _STREWN or _crowded(specks, mask.size, dpi, _BY_CHANCE)


def _broken(mask: Pixels, places: Whole, steps: Pixels, hollow: Pixels, dpi: float) -> bool:
    """Whether sharp pieces, larger than grain, lie together as those of pale words that the grain breaks do. What
    shows through breaks into pieces too, but their steps are lower than they are deep."""
    labels, pieces = labelled(mask)
    at = (places[:, 1], places[:, 0])
    steepest, deepest = np.zeros(len(pieces), np.uint8), np.zeros(len(pieces), np.uint8)
    np.maximum.at(steepest, labels[at], steps[at])
    np.maximum.at(deepest, labels[at], hollow[at])
    sharp = (steepest > deepest) & (pieces[:, 2:4].max(axis=1) >= pixels_of(_PIECE_MM, dpi))
    sharp[0] = False  # the ground
    found = pieces[sharp]
    return 1 < len(found) <= _MOST_SPECKS and _crowded(found, mask.size, dpi, _BY_GRAIN)


def _crowded(specks: Stats, room: int, dpi: float, rarely: float) -> bool:
    """Whether some specks lie closer together than dust, which falls anywhere in the `room` (pixels), would by chance
    as `rarely`: of dust in black and white, two of three on a side, or four of forty."""
    count, middles = len(specks), specks[:, :2] + specks[:, 2:4] / 2
    apart = np.abs(middles[:, None] - middles)
    for along, across in _NEAR_MM:
        reach = np.array((along, across)) * (dpi / MM_PER_INCH)
        others = int((apart <= reach).all(axis=2).sum(axis=1).max()) - 1
        chance = count * _at_least(others, (count - 1) * 4 * float(reach.prod()) / room)
        if others and chance < rarely:
            return True
    return False


def _at_least(least: int, mean: float) -> float:
    """The odds of `least` or more where `mean` are expected of what comes by chance (Poisson)."""
    term = left = math.exp(-mean)
    for each in range(1, least):
        term *= mean / each
        left += term
    return 1.0 - left if least else 1.0


def _hollow(seen: View) -> Pixels:
    """By how much each pixel is darker than the paper on both sides of a stroke, grain taken off: an edge between two
    papers, a light crease and a smudge are not."""
    reach = pixels_of(_STROKE_MM, seen.dpi, 3)
    hat = u8(cv2.morphologyEx(seen.dark, cv2.MORPH_BLACKHAT, block(reach, reach)))
    return u8(cv2.subtract(hat, np.full_like(hat, int(level(hat, 0.5)))))


def _solids(seen: View) -> Pixels | None:
    """Mask of holes, blots and dark borders; None where there is none."""
    side = pixels_of(_SOLID_MM, seen.dpi, 2)
    solid = u8(cv2.erode(seen.ink(_SOLID_INK), block(side, side)))
    return u8(cv2.dilate(solid, block(side, side))) if cv2.countNonZero(solid) else None


def _grown(mask: Pixels, mm: float, dpi: float) -> Pixels:
    side = 2 * pixels_of(mm, dpi) + 1
    return u8(cv2.dilate(mask, block(side, side)))


def _sprouts(hollow: Pixels, solid: Pixels, edge: int, dpi: float) -> bool:
    """Whether a stroke stands right beside a solid: a hole was punched, or a blot fell, where something is written."""
    beside = cv2.subtract(_grown(solid, _BY_MM, dpi), _grown(solid, _RIM_MM, dpi))
    deep = cv2.threshold(cv2.min(hollow, beside), _SPROUT, 255, cv2.THRESH_BINARY)[1]
    strokes = components(_within(u8(deep), edge))
    return bool(strokes[:, 2:4].max(initial=0) >= pixels_of(_SPROUT_MM, dpi))


def _within(mask: Pixels, edge: int) -> Pixels:
    """The mask, cleared along the edge of the page."""
    for border in (np.s_[:edge], np.s_[-edge:], np.s_[:, :edge], np.s_[:, -edge:]):
        mask[border] = 0
    return mask


def _without_lines(mask: Pixels) -> Whole:
    """Takes creases and the sheet's edges, which run over most of the page and alone, off the mask, which it writes;
    the places (N×2: x, y) that stay. Characters in a line run on, but never alone."""
    found = cv2.findNonZero(mask)
    if found is None:
        return np.zeros((0, 2), np.int32)
    places = np.asarray(found, dtype=np.int32).reshape(-1, 2)
    rest = np.ones(len(places), np.bool_)
    lines: list[_Line] = []
    while len(lines) < _MOST_LINES:
        line = _line(places, rest, mask.shape)
        if line is None:
            break
        lines.append(line)
        rest &= line.off > 1
    # A crease may be a little broader than its line, and may cross another.
    free = np.logical_and.reduce([line.off > 2 for line in lines]) if lines else rest
    gone = np.zeros(len(places), np.bool_)
    for line in lines:
        gone |= (line.off <= 1) & ~_written_on(line, free)
    mask[places[gone, 1], places[gone, 0]] = 0
    return places[~gone]


@dataclass(frozen=True, slots=True)
class _Line:
    """A line over most of the page: how many strips each place is `off` it, and in which `part` along it each lies."""

    off: Whole
    part: Whole


def _line(places: Whole, rest: Flags, shape: tuple[int, ...]) -> _Line | None:
    """The fullest level or upright line of the `rest` of the places, where there is one."""
    best, slope, upright = 0, 0.0, False
    for way, length in ((True, shape[0]), (False, shape[1])):
        along, across = _turned(places[rest], way)
        if len(along) < _LINE_SHARE * length:
            continue
        full, steep = _fullest(along, across, _SLOPES)
        if full >= max(best + 1, _LINE_SHARE * length):
            best, slope, upright = full, steep, way
    if not best:
        return None
    slope = _fullest(*_turned(places[rest], upright), slope + _FINER)[1]
    along, across = _turned(places, upright)
    strips = _strips(along, across, slope)
    off = np.abs(strips - int(np.bincount(strips[rest]).argmax()))
    part = (along * (_LINE_PARTS / shape[0 if upright else 1])).astype(np.int32)
    # A line is even: a word with dust to its left and right is none.
    parts = np.bincount(part[rest & (off <= 1)], minlength=_LINE_PARTS)
    return _Line(off, part) if np.count_nonzero(parts >= parts.mean() / 2) >= _LINE_PARTS // 2 else None


def _turned(places: Whole, upright: bool) -> tuple[Numbers, Numbers]:
    """How far along and across an upright or a level line each place lies."""
    x, y = places.T.astype(np.float32)
    return (y, x) if upright else (x, y)


def _strips(along: Numbers, across: Numbers, slope: float) -> Whole:
    """The number of the strip of two pixels along a slope in which each place lies, from 4 on."""
    strips = ((across - np.float32(slope) * along) * np.float32(0.5)).astype(np.int32)
    return np.asarray(strips - (strips.min() - 4))


def _fullest(along: Numbers, across: Numbers, slopes: Numbers) -> tuple[int, float]:
    """How many places lie on the fullest line that has few beside it, 0 where there is none, and its slope."""
    best = (0, 0.0)
    for slope in slopes.tolist():
        strips = _strips(along, across, slope)
        counts = np.bincount(strips, minlength=int(strips.max()) + 5)
        at = int(counts.argmax())
        full = int(counts[at - 1 : at + 2].sum())
        beside = int(counts[at - 4 : at - 2].sum() + counts[at + 3 : at + 5].sum())
        if full > best[0] and beside <= _BESIDE_LINE * full:
            best = (full, slope)
    return best


def _written_on(line: _Line, free: Flags) -> Flags:
    """Which places lie in a part of a line where much that is on no line stands within some 3 mm of it."""
    beside = np.bincount(line.part[free & (line.off <= _REACH)], minlength=_LINE_PARTS)
    around = np.convolve(beside, np.ones(3, np.int64), "same")
    return np.asarray((around > _MUCH + np.median(around))[line.part])


def _marks(mask: Pixels, places: Whole, steps: Pixels, hollow: Pixels, bound: float, dpi: float) -> _Marks:
    """The strokes of the mask. Thin ones are what is left of creases."""
    closed = u8(cv2.morphologyEx(mask, cv2.MORPH_CLOSE, block(3, 3)))
    count, labels = labels_of(closed, len(places))  # there are no more parts than places
    at = (places[:, 1], places[:, 0])
    own, step = labels[at].astype(np.int64), steps[at].astype(np.float64)
    excess = np.bincount(own, step - bound, minlength=count)
    steepest, deepest = np.zeros(count), np.zeros(count)
    np.maximum.at(steepest, own, step)
    np.maximum.at(deepest, own, hollow[at])
    boxes, plain = _boxes(places, own, count), step >= np.minimum(_CORE * steepest[own], _RISE * bound)
    longest, shortest = boxes[:, 2:].max(axis=1), boxes[:, 2:].min(axis=1)
    core = _boxes(places[plain], own[plain], count)[:, 2:].max(axis=1)
    thin, rule = pixels_of(_THIN_MM, dpi), pixels_of(_RULE_MM, dpi)
    stroke = (shortest > thin) & ((shortest > rule) | (longest <= _RULE * shortest))
    stroke &= (steepest > _SHARP * deepest) | (deepest > _DEEP)
    # The grain around a speck of dust makes it larger; a blot that a word touches is not all that there is of it.
    core = np.where(longest >= pixels_of(_WORD_MM, dpi), longest, core)
    return _Marks(boxes[stroke], core[stroke], excess[stroke])


def _boxes(places: Whole, own: Whole, count: int) -> Whole:
    """Left, top, width and height of the box around the places of each number below `count`."""
    least, most = np.full((count, 2), np.iinfo(np.int32).max, np.int32), np.full((count, 2), -1, np.int32)
    np.minimum.at(least, own, places)
    np.maximum.at(most, own, places)
    return np.hstack([least, np.maximum(most.astype(np.int64) - least + 1, 0)])


def _plainest(marks: _Marks, dpi: float) -> float:
    """The excess of the plainest character, or of the fainter of two in a line, twice. A speck of dust is as large as a
    small character, but has no neighbour in a line."""
    if not marks.excess.size:
        return 0.0
    x, y, width, height = marks.boxes.T
    alone = float(marks.excess[marks.core >= pixels_of(_ALONE_MM, dpi)].max(initial=0.0))
    # Two that do not suffice together need not be sought.
    some = (2 * marks.excess >= ENOUGH) & (marks.core >= pixels_of(_BESIDE_MM, dpi))
    x, y, width, height, excess = (each[some] for each in (x, y, width, height, marks.excess))
    middle, centre = x + width / 2, y + height / 2
    gaps = np.abs(middle[:, None] - middle) - (width[:, None] + width) / 2
    near = (gaps <= pixels_of(_GAP_MM, dpi)) & (np.abs(centre[:, None] - centre) < pixels_of(_OFF_MM, dpi))
    np.fill_diagonal(near, False)
    pairs = np.minimum(excess[:, None], excess)[near]
    return max(alone, 2 * float(pairs.max(initial=0.0)))
