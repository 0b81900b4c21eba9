"""Register: where a form lies on a page, by the profiles of its print, then by its anchors, confirmed by its words."""

from __future__ import annotations

import weakref
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from imaging.model import Pixels
from imaging.ops import shrunk
from ocr.known.dark import Dark, Floats, cut, moved, profiles
from ocr.known.model import PER_MM, Affine, KnownForm, Rect

Waves = npt.NDArray[np.complexfloating]

_SIZE = 2048  # of the transforms; a page has at most 1,800 pixels a side at 100 dpi
_SCALES = tuple(1 + k * 0.005 for k in range(-7, 8))
_PEAKS, _APART = 3, 12
MOST_SHIFT = 140  # pixels: more of a form than this is not cut off
_TRIES = 4
_SCOUTS, _SCOUT_REACH = 10, 12  # anchors that are looked for first, far around
_REACHES = ((7, 14), (3, 22))  # around an anchor, and how many of them: they are in an order that spans the form
_ALIKE = 0.45
_OFF = 3.0
_ANCHORS_SHARE = 0.45
_SPARSE = 16  # anchors
_WORD_SLACK = 4
_WORDS_SHARE, _WORD_ALIKE, _TITLE_ALIKE = 0.6, 0.55, 0.5
_SKEWEST, _STRETCH = 0.03, 0.05


@dataclass(frozen=True, slots=True)
class Fit:
    """A form found on a page: `affine` leads from the form's pixels (100 dpi) to the page's, `flipped` says that the
    page lies on its head; `anchors` and `words` are the shares of them that were found, `alike` the mean likeness of
    the words (0..1)."""

    form: KnownForm
    affine: Affine
    flipped: bool
    anchors: float
    words: float
    alike: float


@dataclass(frozen=True, slots=True)
class Ready:
    """What registration needs of a form, made once: the transforms of its profiles at all scales, and its patches."""

    rows: Waves
    columns: Waves
    anchors: tuple[tuple[float, float, Pixels], ...]
    words: tuple[tuple[float, float, Pixels], ...]


def _scaled(profile: Floats) -> Waves:
    """The transform of a profile, of length 1, at each of the scales."""
    places = np.arange(len(profile), dtype=np.float64)
    made = []
    for scale in _SCALES:
        stretched = np.interp(np.arange(0, len(profile) * scale - 1) / scale, places, profile)
        soft = np.convolve(stretched, (0.25, 0.5, 0.25), mode="same")
        made.append(np.fft.rfft(soft / (np.linalg.norm(soft) or 1.0), _SIZE))
    return np.array(made)


def _patch(template: Pixels, rect: Rect) -> tuple[float, float, Pixels]:
    return (*_middle(rect), np.ascontiguousarray(cut(template, rect)))


def _middle(rect: Rect) -> tuple[float, float]:
    left, top = max(0, round(rect.x * PER_MM)), max(0, round(rect.y * PER_MM))
    right, bottom = max(left, round(rect.right * PER_MM)), max(top, round(rect.bottom * PER_MM))
    return (left + right - 1) / 2, (top + bottom - 1) / 2


def ready_of(template: Pixels, anchors: Sequence[Rect], words: Sequence[Rect]) -> Ready:
    """A form's template made ready."""
    rows, columns = profiles(template)
    patches = tuple(_patch(template, rect) for rect in anchors)
    told = tuple(_patch(template, rect) for rect in words)
    return Ready(_scaled(rows), _scaled(columns), patches, told)


_made: weakref.WeakKeyDictionary[KnownForm, Ready] = weakref.WeakKeyDictionary()


def ready(form: KnownForm) -> Ready:
    """A form made ready, once."""
    found = _made.get(form)
    if found is None:
        found = _made[form] = ready_of(form.template, form.anchors, form.words)
    return found


def page_transforms(page: Dark) -> tuple[Waves, Waves]:
    """The transforms of a page's profiles, of length 1."""
    both = profiles(page.pixels)
    rows, columns = (np.fft.rfft(p / (np.linalg.norm(p) or 1.0), _SIZE) for p in both)
    return rows, columns


def _peaks(page: Waves, form: Waves) -> list[tuple[float, float, float]]:
    """The best places of a profile on the page's: score, scale and shift in pixels."""
    scores = np.fft.irfft(page[None] * np.conj(form), _SIZE, axis=1)
    scores[:, MOST_SHIFT : _SIZE - MOST_SHIFT] = -1.0  # a crease is alike to any rule
    found = []
    for _ in range(_PEAKS):
        at = int(np.argmax(scores))
        k, shift = divmod(at, _SIZE)
        found.append((float(scores[k, shift]), _SCALES[k], float(shift if shift < _SIZE // 2 else shift - _SIZE)))
        near = (np.arange(shift - _APART, shift + _APART + 1)) % _SIZE
        scores[:, near] = -1.0
    return found


def coarse(transforms: tuple[Waves, Waves], form: Ready) -> list[tuple[float, Affine]]:
    """Where the form may lie by its profiles alone, the best first."""
    rows, columns = (_peaks(page, made) for page, made in zip(transforms, (form.rows, form.columns), strict=True))
    pairs = [
        (a + b, np.array([[sx, 0.0, x], [0.0, sy, y]])) for a, sy, y in rows for b, sx, x in columns
        if abs(sx - sy) < 0.02
    ]  # fmt: skip
    return sorted(pairs, key=lambda pair: -pair[0])


def _match(page: Pixels, patch: Pixels, x: float, y: float, reach: int) -> tuple[float, float, float] | None:
    """The best likeness of a patch within `reach` of (x, y), and where its middle then lies; None off the page."""
    h, w = patch.shape
    left, top = round(x - (w - 1) / 2) - reach, round(y - (h - 1) / 2) - reach
    right, bottom = left + w + 2 * reach, top + h + 2 * reach
    if left < -reach or top < -reach or right > page.shape[1] + reach or bottom > page.shape[0] + reach:
        return None
    window = page[max(0, top) : bottom, max(0, left) : right]
    if window.shape[0] < h or window.shape[1] < w:
        return None
    scores = np.asarray(cv2.matchTemplate(window, patch, cv2.TM_CCOEFF_NORMED), np.float32)
    _, best, _, (dx, dy) = cv2.minMaxLoc(scores)
    mx, my = (_vertex(line, at) for line, at in ((scores[dy], dx), (scores[:, dx], dy)))
    return float(best), max(0, left) + mx + (w - 1) / 2, max(0, top) + my + (h - 1) / 2


def _vertex(scores: Floats, at: int) -> float:
    """The place of a peak between its neighbours."""
    if not 0 < at < len(scores) - 1:
        return float(at)
    a, b, c = (float(v) for v in scores[at - 1 : at + 2])
    bend = a - 2 * b + c
    return at + (0.5 * (a - c) / bend if bend < 0 else 0.0)


def _fitted(source: Floats, target: Floats, weights: Floats, affine: Affine) -> Affine:
    """The affine matrix of least squares from `source` to `target`, points that lie far off it left out by turns."""
    design = np.column_stack([source, np.ones(len(source))])
    kept = np.ones(len(source), bool)
    for limit in (3 * _OFF, 2 * _OFF, _OFF):
        if kept.sum() < 4:
            return affine
        root = np.sqrt(weights[kept])[:, None]
        solved, *_ = np.linalg.lstsq(design[kept] * root, target[kept] * root, rcond=None)
        affine = np.ascontiguousarray(solved.T)
        kept = np.linalg.norm(design @ solved - target, axis=1) <= limit
    return affine


def _step(
    page: Pixels, anchors: Sequence[tuple[float, float, Pixels]], affine: Affine, reach: int, rigid: bool
) -> tuple[Affine, float]:
    """The matrix after one look for anchors around where it says, and the share of them that agree; `rigid` only
    shifts it."""
    spots = [(a, _match(page, a[2], *moved(affine, a[0], a[1]), reach)) for a in anchors]
    seen = [(a, m) for a, m in spots if m is not None]
    good = [(a, m) for a, m in seen if m[0] >= _ALIKE]
    if len(good) < max(3, 0.3 * len(seen)):
        return affine, 0.0
    source = np.array([(a[0], a[1], 1.0) for a, _ in good])
    target = np.array([(m[1], m[2]) for _, m in good])
    if rigid:
        affine = affine.copy()
        affine[:, 2] += np.median(target - source @ affine.T, axis=0)
    else:
        affine = _fitted(source[:, :2], target, np.array([m[0] ** 2 for _, m in good]), affine)
    off = np.linalg.norm(source @ affine.T - target, axis=1)
    limit = 3 * _OFF if rigid else _OFF
    return affine, float(np.count_nonzero(off <= limit)) / max(len(seen), len(anchors) // 2)


def _refined(page: Pixels, form: Ready, affine: Affine) -> tuple[Affine, float]:
    """The matrix after a few anchors were looked for far around, then all of them nearer and nearer, and the share of
    them that agree."""
    affine, share = _step(page, form.anchors[:_SCOUTS], affine, _SCOUT_REACH, True)
    for reach, count in _REACHES if share >= 0.4 else ():
        affine, share = _step(page, form.anchors[:count], affine, reach, False)
        if share < 0.3:
            return affine, 0.0
    return affine, share if share >= 0.4 else 0.0


def _words_found(page: Pixels, form: Ready, affine: Affine) -> tuple[float, float, float]:
    """The share of the form's words that stand where they must, their mean likeness, and that of the title."""
    found = [_match(page, w[2], *moved(affine, w[0], w[1]), _WORD_SLACK) for w in form.words]
    alike = [m[0] if m else -1.0 for m in found]
    seen = [score for score in alike if score >= -0.99]
    if not seen:
        return 0.0, 0.0, 0.0
    share = sum(score >= _WORD_ALIKE for score in seen) / len(seen)
    return share, sum(seen) / len(seen), alike[0]


def _sane(affine: Affine) -> bool:
    """Whether a matrix is what scanners do: little turn, little stretch."""
    turn = float(max(abs(affine[0, 1]), abs(affine[1, 0])))
    return turn <= _SKEWEST and float(max(abs(affine[0, 0] - 1), abs(affine[1, 1] - 1))) <= _STRETCH


def _by_title(page: Pixels, form: Ready) -> list[Affine]:
    """Where the form may lie by the print of its title: a form that prints little is hardly told by its profiles."""
    if not form.words:
        return []
    x, y, patch = form.words[0]
    small, wanted = shrunk(page, 2), shrunk(patch, 2)
    if wanted.shape[0] > small.shape[0] or wanted.shape[1] > small.shape[1]:
        return []
    _, _, _, (left, top) = cv2.minMaxLoc(cv2.matchTemplate(small, wanted, cv2.TM_CCOEFF_NORMED))
    right, down = 2 * left - (x - (patch.shape[1] - 1) / 2), 2 * top - (y - (patch.shape[0] - 1) / 2)
    return [np.array([[1.0, 0.0, right], [0.0, 1.0, down]])]


def align(page: Dark, transforms: tuple[Waves, Waves], form: Ready) -> tuple[Affine, float] | None:
    """The best matrix from a form to a page and the share of its anchors that agree; None where too few do."""
    best: tuple[Affine, float] | None = None
    starts = [start for _, start in coarse(transforms, form)[:_TRIES]]
    if len(form.anchors) < _SPARSE:
        starts += _by_title(page.pixels, form)
    for start in starts:
        affine, share = _refined(page.pixels, form, start)
        if share >= _ANCHORS_SHARE and _sane(affine) and (best is None or share > best[1]):
            best = affine, share
        if best and best[1] > 0.8:
            break
    return best


def fit(page: Dark, transforms: tuple[Waves, Waves], form: KnownForm, flipped: bool) -> Fit | None:
    """The form on the page (already turned where `flipped`), None where its print does not confirm it."""
    made = ready(form)
    found = align(page, transforms, made)
    if found is None:
        return None
    words, alike, title = _words_found(page.pixels, made, found[0])
    if words < _WORDS_SHARE or title < _TITLE_ALIKE:
        return None
    return Fit(form, found[0], flipped, found[1], words, alike)
