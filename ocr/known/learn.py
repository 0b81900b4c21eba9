"""Learn: from three to ten labelled pages of one form to the form."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np

from imaging.model import Pixels
from ocr.known.dark import cut, form_rect, full
from ocr.known.grids import cells_of
from ocr.known.marks import without_boxes
from ocr.known.model import PER_MM, Affine, FormError, KnownForm, Rect
from ocr.known.observe import Sample
from ocr.known.offset import shifts_of, still
from ocr.known.template import (
    anchors_of,
    filled_of,
    laid_on,
    lightest_but_one,
    moved_pages,
    rect_of,
    rules_of,
    shared_words,
    words_of,
)
from ocr.known.wording import wording
from ocr.known.zones import zones_of

LEAST, MOST = 3, 10
_INSET, _BEYOND_MM = 0.15, 2.0


def learn(samples: Sequence[Sample], name: str) -> KnownForm:
    """The form that the samples are filled copies of. FormError where they are fewer than three, of several types, or
    no three of them are laid out alike."""
    types = Counter(sample.type for sample in samples)
    if len(types) > 1:
        raise FormError(f"{name}: the samples are of several types ({', '.join(sorted(types))}); learn one at a time")
    if len(samples) < LEAST:
        raise FormError(f"{name}: {len(samples)} samples; a form is learned from {LEAST} to {MOST} labelled pages")
    kept, affines, template = _aligned(list(samples[:MOST]), name)
    return _form(kept, affines, template, name)


def _values(samples: Sequence[Sample], affines: Sequence[Affine]) -> list[list[Rect]]:
    """Where each sample has its values, in mm of the form."""
    return [
        [rect_of(sample, affine, place.box) for place in sample.places.values()]
        for sample, affine in zip(samples, affines, strict=True)
    ]


def _aligned(samples: list[Sample], name: str) -> tuple[list[Sample], list[Affine], Pixels]:
    """The samples of one layout, the matrices from the form to them, and the template."""
    best: list[Affine | None] = []
    base = samples[0]
    for chosen in samples[:4]:
        pixels = chosen.small.pixels
        own = [form_rect(full(np.eye(2, 3), chosen.small.times), p.box) for p in chosen.places.values()]
        found = laid_on([s.small for s in samples], pixels, anchors_of(pixels, own))
        if _count(found) > _count(best):
            best, base = found, chosen
        if _count(best) == len(samples):
            break
    kept, affines = _kept(samples, best, name)
    template = lightest_but_one(moved_pages(kept, affines, base.small.pixels.shape), _values(kept, affines))
    # Once more, now on print alone.
    values = [rect for each in _values(kept, affines) for rect in each]
    again = laid_on([s.small for s in kept], template, anchors_of(template, values))
    kept, affines = _kept(kept, again, name)
    template = lightest_but_one(moved_pages(kept, affines, base.small.pixels.shape), _values(kept, affines))
    return kept, affines, template


def _count(found: Sequence[Affine | None]) -> int:
    return sum(each is not None for each in found)


def _kept(samples: Sequence[Sample], found: Sequence[Affine | None], name: str) -> tuple[list[Sample], list[Affine]]:
    pairs = [(s, a) for s, a in zip(samples, found, strict=True) if a is not None]
    if len(pairs) < LEAST:
        lost = [s.name for s, a in zip(samples, found, strict=True) if a is None]
        raise FormError(
            f"{name}: only {len(pairs)} of {len(samples)} samples are laid out alike; take out {', '.join(lost)} or "
            "add more pages of this form"
        )
    return [s for s, _ in pairs], [a for _, a in pairs]


def _form(samples: Sequence[Sample], affines: Sequence[Affine], template: Pixels, name: str) -> KnownForm:
    level = still(affines, shifts_of(samples, affines))
    laid = moved_pages(samples, affines, (template.shape[0], template.shape[1]))
    printed = wording(samples, affines, level, template, laid)
    moving = [word.box for word in printed if word.moves]
    usual = np.median(np.stack(laid), axis=0).astype(np.uint8)
    # Print that the values' printer made may be lost in the template, and ends their room all the same.
    print_ = [word.box for word in printed if word.moves or len(word.text) > 1]
    zones = zones_of(samples, level, template, usual, filled_of(laid, template), print_)
    zones = tuple(without_boxes(zone, template) for zone in zones)
    barred = [z.value for z in zones if not z.columns and not z.options] + moving
    barred += [cell for z in zones if z.columns for cell in cells_of(z)]
    cleared = _cleared(template, barred, [word.box for word in printed if not word.moves])
    values = [rect for each in _values(samples, affines) for rect in each] + [rect.grown(2.0, 1.5) for rect in moving]
    stamps = _stamps(samples, affines)
    title, text = _title(samples, affines)
    confirming = words_of(cleared, shared_words(samples, affines), title, values)
    height, width = template.shape
    size = round(width / PER_MM, 1), round(height / PER_MM, 1)
    anchors = anchors_of(cleared, [*values, *stamps.values()])
    count = len(samples)
    return KnownForm(
        name, samples[0].type, text, size, cleared, anchors, confirming, zones, stamps, 1, count, {}, printed
    )


def _cleared(template: Pixels, values: Sequence[Rect], words: Sequence[Rect]) -> Pixels:
    """The template without what stands where values stand: digits that all samples share, such as a year's. Rules and
    printed words stay."""
    made, (across, upright) = template.copy(), rules_of(template)
    for rect in words:
        cut(upright, rect)[:] = 255
    for rect in values:
        inner = Rect(rect.x, rect.y + _INSET * rect.h, rect.w, (1 - 2 * _INSET) * rect.h)
        kept = cv2.bitwise_or(_going_through(cut(upright, inner)), _going_beyond(across, inner))
        cut(made, inner)[kept == 0] = 0
    return made


def _going_through(rules: Pixels) -> Pixels:
    """The rules that reach an edge: others are strokes that some samples share, as of a pen or a tall character."""
    if not rules.size:
        return rules
    _, labels = cv2.connectedComponents(rules, connectivity=8)
    edges = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    return np.where(np.isin(labels, np.unique(edges[edges > 0])), rules, 0).astype(np.uint8)


def _going_beyond(across: Pixels, rect: Rect) -> Pixels:
    """The level rules of a rectangle that go on at its left or right: digits that all samples share run together to a
    stroke as long as a rule, which ends where the values end."""
    own, wide = cut(across, rect), cut(across, rect.grown(_BEYOND_MM, 0.0))
    if not own.size:
        return own
    _, labels = cv2.connectedComponents(wide, connectivity=8)
    edges = np.concatenate([labels[:, 0], labels[:, -1]])
    kept = np.where(np.isin(labels, np.unique(edges[edges > 0])), wide, 0).astype(np.uint8)
    left = max(0, round(rect.x * PER_MM)) - max(0, round((rect.x - _BEYOND_MM) * PER_MM))
    return kept[:, left : left + own.shape[1]]


def _title(samples: Sequence[Sample], affines: Sequence[Affine]) -> tuple[Rect | None, str]:
    """Where the title stands, and what it says on most samples."""
    told = [
        (rect_of(s, a, s.title[0]), s.title[1]) for s, a in zip(samples, affines, strict=True) if s.title is not None
    ]
    if 2 * len(told) <= len(samples):
        return None, ""
    text = Counter(words for _, words in told).most_common(1)[0][0]
    rects = np.array([rect for rect, words in told if words == text])
    x, y, w, h = (float(v) for v in np.median(rects, axis=0))
    return Rect(x, y, w, h), text


def _stamps(samples: Sequence[Sample], affines: Sequence[Affine]) -> dict[str, Rect]:
    """Where each kind of stamp stands, as the samples show it."""
    spots: dict[str, list[Rect]] = {}
    for sample, affine in zip(samples, affines, strict=True):
        for name, box in sample.stamps.items():
            spots.setdefault(name, []).append(rect_of(sample, affine, box))
    return {
        name: Rect(*(round(float(v), 1) for v in np.median(np.array(rects), axis=0))) for name, rects in spots.items()
    }


def renumbered(form: KnownForm, version: int) -> KnownForm:
    """The form as another version."""
    return replace(form, version=version)
