"""Outlines: where circles, ovals, oblongs and squares of the size of stamps stand in a map of ink, whatever else is
printed over them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from imaging.model import Box, Pixels

ROUND, OVAL, OBLONG, SQUARE = "round", "oval", "oblong", "square"
DPI = 29.0  # of the map that is searched
_MM = DPI / 25.4
_TURNS = (-15, -7.5, 0, 7.5, 15)
_SIZES: dict[str, tuple[tuple[float, float], ...]] = {
    ROUND: (
        (20, 20),
        (22, 22),
        (24, 24),
        (26, 26),
        (28, 28),
        (30, 30),
        (32, 32),
        (34, 34),
        (36, 36),
        (38, 38),
        (40, 40),
    ),
    OVAL: ((45, 30), (40, 29), (35, 25), (30, 21.5), (26, 19)),
    OBLONG: ((34, 24), (38, 23), (32.5, 19.5), (28, 16.5), (24, 15), (26, 19)),
    SQUARE: ((22, 22), (18.5, 18.5), (16, 16), (13.5, 13.5)),
}
_BAND = 2.2  # mm at both sides of an outline that are to be white
_LEAST, _COVERED = 0.2, 0.62
_NEAR, _SIDES = (-0.8, 0.0, 0.8), (-3.0, -1.5, 0.0, 1.5, 3.0)
_PADDED = (192, 256, 320, 448)  # few sizes: pages of a day share the kernels' spectra, which take 50 ms to make
_MOST = 6
_RIM_MM, _LEAST_RIM = 1.2, 0.85

Map = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Outline:
    """An outline found: its shape, centre and sides in mm of the page, by how many degrees it is turned, how much
    darker it is than what is beside it (0..1), and the share of it that is inked."""

    shape: str
    x: float
    y: float
    w: float
    h: float
    turn: float
    score: float
    covered: float

    def box(self, dpi: float) -> Box:
        """The box of it in pixels of a page."""
        k = dpi / 25.4
        return Box(
            round((self.x - self.w / 2) * k), round((self.y - self.h / 2) * k), round(self.w * k), round(self.h * k)
        )


@dataclass(frozen=True, slots=True)
class _Model:
    """One shape to look for, with its kernel's spectrum, in whole numbers of `unit`, and the points of its outline in
    mm about the centre."""

    shape: str
    w: float
    h: float
    turn: float
    spectrum: npt.NDArray[np.int16]
    unit: float
    points: npt.NDArray[np.float32]


def _points(shape: str, w: float, h: float, turn: float, count: int = 96) -> npt.NDArray[np.float32]:
    """Points along an outline, mm about its centre."""
    if shape in {ROUND, OVAL}:
        angle = np.linspace(0, 2 * np.pi, count, endpoint=False)
        xy = np.column_stack([np.cos(angle) * w / 2, np.sin(angle) * h / 2])
    else:
        corners = np.array([(-w, -h), (w, -h), (w, h), (-w, h), (-w, -h)]) / 2
        lengths = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(corners, axis=0).T))])
        at = np.linspace(0, lengths[-1], count, endpoint=False)
        xy = np.column_stack([np.interp(at, lengths, corners[:, k]) for k in (0, 1)])
    a = np.deg2rad(turn)
    return np.asarray(xy @ np.array([[np.cos(a), np.sin(a)], [-np.sin(a), np.cos(a)]]), np.float32)


def _kernel(points: npt.NDArray[np.float32]) -> Map:
    """An outline as a picture whose sum over ink is the outline's mean less that of the bands beside it."""
    reach = int(np.ceil(np.abs(points).max() * _MM + _BAND * _MM)) + 1
    drawn = np.full((2 * reach + 1, 2 * reach + 1), 255, np.uint8)
    cv2.polylines(drawn, [np.round(points * _MM + reach).astype(np.int32)], True, 0, 1)
    away = np.asarray(cv2.distanceTransform(drawn, cv2.DIST_L2, 5))
    on, beside = away < 0.8, (away >= 1.8) & (away <= _BAND * _MM)
    return np.asarray(on / on.sum() - 0.8 * beside / beside.sum(), np.float32)


@lru_cache(maxsize=1)
def _drawn() -> tuple[tuple[str, float, float, float, npt.NDArray[np.float32], Map], ...]:
    """All shapes with their sides in mm, turns, points and kernels."""
    found = []
    for shape, sizes in _SIZES.items():
        for w, h in sizes:
            for turn in (0,) if shape == ROUND else _TURNS:
                points = _points(shape, w, h, turn)
                found.append((shape, w, h, turn, points, _kernel(points)))
    return tuple(found)


@lru_cache(maxsize=2)  # 9-28 MB each; the pages of a day have one or two sizes
def _models(height: int, width: int) -> tuple[_Model, ...]:
    """All shapes, their kernels padded to a map of that size."""
    found = []
    for shape, w, h, turn, points, kernel in _drawn():
        padded = np.zeros((height, width), np.float32)
        padded[: kernel.shape[0], : kernel.shape[1]] = kernel[:height, :width]
        # The centre of a kernel lies on the origin.
        padded = np.roll(padded, (-(kernel.shape[0] // 2), -(kernel.shape[1] // 2)), (0, 1))
        spectrum = np.asarray(cv2.dft(padded), np.float32)
        unit = float(np.abs(spectrum).max()) / np.iinfo(np.int16).max
        found.append(_Model(shape, w, h, turn, np.round(spectrum / unit).astype(np.int16), unit, points))
    return tuple(found)


def _places(ink: Map, x: float, y: float, points: npt.NDArray[np.float32]) -> tuple[npt.NDArray[np.intp], ...]:
    """The rows and columns of a map that an outline runs through."""
    px = np.clip(np.round((points[:, 0] + x) * _MM), 0, ink.shape[1] - 1).astype(np.intp)
    return np.clip(np.round((points[:, 1] + y) * _MM), 0, ink.shape[0] - 1).astype(np.intp), px


def _offers(ink: Map) -> Iterator[tuple[float, Outline, _Model]]:
    """Each model's best places, with how much they weigh: long outlines are seldom met by chance."""
    margin = round(12 * _MM)
    shape = tuple(next((size for size in _PADDED if size >= side + margin), side + margin) for side in ink.shape)
    padded = np.zeros(shape, np.float32)
    padded[: ink.shape[0], : ink.shape[1]] = ink
    spectrum, kernel = cv2.dft(padded), np.empty(shape, np.float32)
    for model in _models(*shape):
        np.multiply(model.spectrum, np.float32(model.unit), out=kernel)
        product = cv2.mulSpectrums(spectrum, kernel, 0, conjB=True)
        answer = cv2.idft(product, flags=cv2.DFT_SCALE)[: ink.shape[0], : ink.shape[1]]
        for _ in range(3):
            _, score, _, (x, y) = cv2.minMaxLoc(answer)
            if score < _LEAST:
                break
            at = (x / _MM, y / _MM)
            covered = float((ink[_places(ink, *at, model.points)] >= 0.5 * score).mean())
            outline = Outline(model.shape, *at, model.w, model.h, model.turn, score, covered)
            yield score * covered * (model.w + model.h) ** 0.5, outline, model
            answer[max(0, y - 10) : y + 11, max(0, x - 10) : x + 11] = 0


def find_outlines(ink: Map) -> Sequence[Outline]:
    """The outlines in a map of ink (0..1) at DPI, the clearest first. Ink that one outline explains speaks for no
    other: the sides of an oblong make no squares."""
    found: list[Outline] = []
    left = ink.copy()
    for _, each, model in sorted(_offers(ink), key=lambda offer: -offer[0]):
        if each.covered < _COVERED or len(found) == _MOST:
            continue
        places = _places(ink, each.x, each.y, model.points)
        covered = float((left[places] >= 0.5 * each.score).mean())
        if covered < _COVERED or any(max(abs(each.x - o.x), abs(each.y - o.y)) < 6 for o in found):
            continue
        fitted = _fitted(each, ink)
        places = _places(ink, fitted.x, fitted.y, _points(fitted.shape, fitted.w, fitted.h, fitted.turn))
        covered = float((left[places] >= 0.5 * fitted.score).mean())
        found.append(replace(fitted, covered=covered))
        _wipe(left, places)
    return found


def _fitted(outline: Outline, ink: Map) -> Outline:
    """The outline with the place, turn and sides by which most ink lies on it, one after the other."""
    best, most = outline, -1.0
    same = outline.shape in {ROUND, SQUARE}
    turns = (0.0,) if outline.shape == ROUND else (-4.0, -2.0, 0.0, 2.0, 4.0)
    for changes in (
        [{"x": outline.x + dx, "y": outline.y + dy} for dx in _NEAR for dy in _NEAR],
        [{"turn": outline.turn + turn} for turn in turns],
        [{"w": outline.w + mm} | ({"h": outline.h + mm} if same else {}) for mm in _SIDES],
        [] if same else [{"h": outline.h + mm} for mm in _SIDES],
    ):
        base = best
        for change in changes:
            near = replace(base, **change)  # type: ignore[arg-type]  # each names a side, a place or the turn
            points = _points(near.shape, near.w, near.h, near.turn, 64)
            here = float(ink[_places(ink, near.x, near.y, points)].mean())
            if here > most:
                best, most = near, here
    return replace(best, score=most - _beside(best, ink))


def _beside(outline: Outline, ink: Map) -> float:
    """The ink on both sides of an outline."""
    mean = 0.0
    for mm in (-2 * _BAND, 2 * _BAND):
        points = _points(outline.shape, outline.w + mm, outline.h + mm, outline.turn, 64)
        mean += 0.4 * float(ink[_places(ink, outline.x, outline.y, points)].mean())
    return mean


def _wipe(ink: Map, places: tuple[npt.NDArray[np.intp], ...]) -> None:
    """Take the ink of an outline off a map."""
    drawn = np.zeros(ink.shape, np.uint8)
    drawn[places] = 1
    ink[cv2.dilate(drawn, np.ones((5, 5), np.uint8)) > 0] = 0


def outline_of(layer: Pixels, box: Box, dpi: float) -> Outline:
    """The outline of one blob of stamp ink (`layer`: H×W, 255 where it is): its shape where that is a stamp's and
    whole, else "" with the sides of the blob."""
    inked = layer[box.y : box.bottom, box.x : box.right]
    points = cv2.findNonZero(inked)
    mm = 25.4 / dpi
    x, y = box.center
    if points is None or len(points) < 3:
        return Outline("", x * mm, y * mm, box.w * mm, box.h * mm, 0.0, 0.0, 0.0)
    hull = cv2.convexHull(points)
    around = cv2.minAreaRect(hull)
    (cx, cy), sides, _ = around
    low, high = sorted(side * mm for side in sides)
    fill = float(cv2.contourArea(hull)) / max(1.0, sides[0] * sides[1])
    shape = _shape(low, high, fill)
    # A round stamp and the seal beside it fill as much as an oval, but nothing runs along its rim between them.
    if shape and _rimmed(inked, shape, around, dpi) < _LEAST_RIM:
        shape = ""
    x, y, clear = (box.x + cx) * mm, (box.y + cy) * mm, 0.5 if shape else 0.22
    return Outline(shape, x, y, high if shape else box.w * mm, low if shape else box.h * mm, 0.0, clear, 1.0)


def _rimmed(ink: Pixels, shape: str, around: tuple[Sequence[float], Sequence[float], float], dpi: float) -> float:
    """The share of an outline, of a shape in the turned rectangle `around` it, beside which there is ink."""
    (x, y), (w, h), turn = around
    points = _points(shape, w, h, turn) + np.array([x, y], np.float32)
    reach = 2 * round(_RIM_MM / 25.4 * dpi) + 1
    near = np.asarray(cv2.dilate(ink, np.ones((reach, reach), np.uint8)))
    rows = np.clip(np.round(points[:, 1]), 0, ink.shape[0] - 1).astype(np.intp)
    columns = np.clip(np.round(points[:, 0]), 0, ink.shape[1] - 1).astype(np.intp)
    return float((near[rows, columns] > 0).mean())


def _shape(low: float, high: float, fill: float) -> str:
    """The shape of a blob with sides of `low` and `high` mm that fills that share of them; "" for no whole stamp."""
    ratio = high / max(1.0, low)
    if fill >= 0.95:
        square = ratio < 1.12 and 11 <= low <= 26
        # Two seals that touch are twice as long as high; no bank's frame is.
        return SQUARE if square else OBLONG if 1.25 <= ratio <= 1.8 and 22 <= high <= 46 else ""
    if 0.75 <= fill <= 0.83:
        return ROUND if ratio < 1.06 and 22 <= low <= 46 else OVAL if 1.25 <= ratio <= 1.7 and 22 <= high <= 50 else ""
    return ""
