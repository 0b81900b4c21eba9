"""Template: the samples laid on each other, the print that they share, and the places in it that registration seeks."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from imaging.model import Box, Pixels
from imaging.ops import block, u8
from ocr.extract.runs import Run
from ocr.known.dark import Dark, cut, form_rect, full, to_form
from ocr.known.model import PER_MM, Affine, Rect
from ocr.known.observe import Sample
from ocr.known.register import align, page_transforms, ready_of

_HALF_W, _HALF_H = 4.0, 2.6  # mm, of an anchor
_EDGE = 1.5
_MOST_ANCHORS, _APART = 24, 11.0
_MOST_WORDS = 10
_SAME_PLACE = 2.2
_INK = 45
_RULE_INK, _RULE_MM = 30, (9.0, 6.5)


def anchors_of(template: Pixels, barred: Sequence[Rect] = ()) -> tuple[Rect, ...]:
    """Places that stand out both across and down, spread over the print and outside of `barred`."""
    mask = np.full(template.shape, 0, np.uint8)
    w, h = _HALF_W + _EDGE, _HALF_H + _EDGE
    left, top = round(w * PER_MM), round(h * PER_MM)
    mask[top:-top, left:-left] = 255
    for rect in barred:
        cut(mask, rect.grown(0.5, 0.5))[:] = 0
    soft = cv2.GaussianBlur(template, (0, 0), 1.0)
    corners = cv2.goodFeaturesToTrack(soft, _MOST_ANCHORS, 0.02, _APART * PER_MM, mask=mask, blockSize=13)
    found = _spread([] if corners is None else corners.reshape(-1, 2).tolist())
    return tuple(Rect(x / PER_MM - _HALF_W, y / PER_MM - _HALF_H, 2 * _HALF_W, 2 * _HALF_H) for x, y in found)


def _spread(points: list[list[float]]) -> list[list[float]]:
    """The points in an order in which each is far from those before it, so that the first few span the form."""
    left, done = points[1:], points[:1]
    while left:
        far = max(left, key=lambda p: min((p[0] - q[0]) ** 2 + (p[1] - q[1]) ** 2 for q in done))
        left.remove(far)
        done.append(far)
    return done


def laid_on(small: Sequence[Dark], template: Pixels, anchors: Sequence[Rect]) -> list[Affine | None]:
    """The matrix from the template to each page, None for a page that does not fit it."""
    made = ready_of(template, anchors, ())
    found = (align(page, page_transforms(page), made) for page in small)
    return [None if each is None else each[0] for each in found]


def lightest_but_one(stack: Sequence[Pixels], values: Sequence[Sequence[Rect]]) -> Pixels:
    """The print that the pages share: of each pixel the lightest but one (the lightest of three pages); where a page
    has a value (mm, of the form) the others speak, and where all have one the lightest."""
    pages = np.stack(stack).astype(np.int16)
    for page, rects in zip(pages, values, strict=True):
        for rect in rects:
            cut(page, rect)[:] += 256
    order = np.sort(pages, axis=0)
    spoken = (pages < 256).sum(axis=0)
    second = order[min(1, len(stack) - 1)]
    # A pixel of which few pages speak has no page to spare for a blot.
    chosen = np.where(spoken >= 4, second, order[0])
    return np.asarray(np.where(chosen >= 256, chosen - 256, chosen), np.uint8)


def filled_of(laid: Sequence[Pixels], template: Pixels) -> Pixels:
    """How many of the pages (as they lie on the form) have ink at a place that the form does not print: 255 for all."""
    printed = cv2.convertScaleAbs(cv2.dilate(template, block(3, 3)), alpha=1.7)
    inked = [cv2.subtract(page, u8(printed)) > _RULE_INK for page in laid]
    return np.asarray(np.mean(np.stack(inked), axis=0) * 255, np.uint8)


def rules_of(template: Pixels) -> tuple[Pixels, Pixels]:
    """Masks (255) of the level and of the upright rules of a template, with what is next to them."""
    ink = u8(cv2.threshold(template, _RULE_INK, 255, cv2.THRESH_BINARY)[1])
    level, upright = (round(mm * PER_MM) for mm in _RULE_MM)
    across = cv2.morphologyEx(ink, cv2.MORPH_OPEN, block(level, 1))
    down = cv2.morphologyEx(ink, cv2.MORPH_OPEN, block(1, upright))
    return u8(cv2.dilate(across, block(3, 3))), u8(cv2.dilate(down, block(3, 3)))


def shared_words(samples: Sequence[Sample], affines: Sequence[Affine]) -> list[tuple[str, Rect]]:
    """The words that stand at one place on all samples, the largest first."""
    told = [
        [(run.text, form_rect(full(affine, sample.small.times), run.box)) for run in sample.runs if _is_word(run)]
        for sample, affine in zip(samples, affines, strict=True)
    ]
    least = max(2, len(told) - 1)
    found: list[tuple[str, Rect]] = []
    for text, rect in (each for page in told[:2] for each in page):
        if sum(any(_same(text, rect, *other) for other in page) for page in told) >= least and all(
            not _same(text, rect, *other) for other in found
        ):
            found.append((text, rect))
    return sorted(found, key=lambda word: -word[1].w * word[1].h)


def _is_word(run: Run) -> bool:
    return sum("\u4e00" <= c <= "\u9fff" for c in run.text) >= 2 and not run.tall


def _same(text: str, rect: Rect, other: str, place: Rect) -> bool:
    (x, y), (a, b) = rect.center, place.center
    return text == other and abs(x - a) <= _SAME_PLACE and abs(y - b) <= _SAME_PLACE


def words_of(
    template: Pixels, shared: Sequence[tuple[str, Rect]], title: Rect | None, barred: Sequence[Rect]
) -> tuple[Rect, ...]:
    """The words that confirm a fit, the title first: those that the template shows clearly and no value crosses."""
    kept = [] if title is None else [title]
    for _, rect in shared:
        clear = all(not _overlap(rect, other) for other in (*kept, *barred))
        part = cut(template, rect)
        if clear and part.size and np.count_nonzero(part > _INK) >= 0.06 * part.size:
            kept.append(rect)
    return tuple(kept[:_MOST_WORDS])


def _overlap(a: Rect, b: Rect) -> bool:
    return a.x < b.right and b.x < a.right and a.y < b.bottom and b.y < a.bottom


def moved_pages(samples: Sequence[Sample], affines: Sequence[Affine], shape: tuple[int, int]) -> list[Pixels]:
    """Each sample as it lies on the form."""
    pairs = zip(samples, affines, strict=True)
    return [to_form(sample.small.pixels, affine, shape) for sample, affine in pairs]


def rect_of(sample: Sample, affine: Affine, box: Box) -> Rect:
    """A box of a sample in mm of the form."""
    return form_rect(full(affine, sample.small.times), box)
