"""Fingerprint: which of the known forms a page is, and which way up it lies."""

from __future__ import annotations

import weakref
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from ocr.known.dark import Dark
from ocr.known.model import PER_MM, KnownForm
from ocr.known.register import MOST_SHIFT, Fit, Waves, fit, page_transforms, ready

_HALF = 513  # of the transforms: low frequencies tell forms apart, and half of them are half the work
_SIZE = 1024
_SHIFT = MOST_SHIFT // 2  # half the frequencies, half the places
_SCALES = [3, 7, 11]  # of register's: 0.98, 1 and 1.02
_TRIED = 5
_RIVAL = 0.12  # a form that scores so much less than one that fits is none of its rivals
_NEAR = 0.35  # what scores so much less than the best is not tried
_LEAST = 0.5
_ALIKE_SIZE = 0.2


def _alike_size(page: Dark, form: KnownForm) -> bool:
    sides = zip(page.pixels.shape[::-1], form.size, strict=True)
    return all(abs(pixels / (mm * PER_MM) - 1) <= _ALIKE_SIZE for pixels, mm in sides)


_coarse: weakref.WeakKeyDictionary[KnownForm, tuple[Waves, Waves]] = weakref.WeakKeyDictionary()


def _unit(waves: Waves) -> Waves:
    """Transforms of length 1, in half the bytes."""
    length = np.linalg.norm(waves, axis=-1, keepdims=True)
    return np.asarray(waves / np.maximum(length, 1e-9), np.complex64)


def _sides(form: KnownForm) -> tuple[Waves, Waves]:
    """The low frequencies of a form's rows and columns (scales × frequencies), made once."""
    found = _coarse.get(form)
    if found is None:
        made = ready(form)
        found = _coarse[form] = _unit(made.rows[_SCALES, :_HALF]), _unit(made.columns[_SCALES, :_HALF])
    return found


def _scores(transforms: tuple[Waves, Waves], forms: Sequence[KnownForm]) -> npt.NDArray[np.float64]:
    """How alike the profiles of a page and each form are at the best shift, 0..2."""
    total = np.zeros(len(forms))
    for side, page in enumerate(transforms):
        own = np.stack([_sides(form)[side] for form in forms])
        lags = np.fft.irfft(_unit(page[:_HALF]) * np.conj(own), _SIZE, axis=-1)
        found = np.maximum(lags[..., :_SHIFT].max(axis=(1, 2)), lags[..., -_SHIFT:].max(axis=(1, 2)))
        total += found.astype(np.float64) * (_SIZE / 2)
    return total


def ranked(page: Dark, forms: Sequence[KnownForm]) -> list[tuple[float, bool, KnownForm]]:
    """The forms that the page may be, the likeliest first: score, whether on its head, and the form."""
    return _ranked({False: page_transforms(page), True: page_transforms(page.flipped())}, page, forms)


def _ranked(
    ways: Mapping[bool, tuple[Waves, Waves]], page: Dark, forms: Sequence[KnownForm]
) -> list[tuple[float, bool, KnownForm]]:
    near = [form for form in forms if _alike_size(page, form)]
    if not near:
        return []
    told = {way: _scores(made, near) for way, made in ways.items()}
    scored = [(float(scores[k]), way, form) for way, scores in told.items() for k, form in enumerate(near)]
    kept = sorted(scored, key=lambda each: -each[0])
    return [each for each in kept if each[0] >= _LEAST and each[0] >= kept[0][0] - _NEAR]


def find(page: Dark, forms: Sequence[KnownForm]) -> Fit | None:
    """The known form on a page, None where the print of none is on it. Where several fit (two forms of one bank may
    differ in a word of their title), the one whose words are most alike."""
    best, score = None, 0.0
    seen = {False: page, True: page.flipped()}
    made = {way: page_transforms(each) for way, each in seen.items()}
    for scored, way, form in _ranked(made, page, forms)[:_TRIED]:
        if best is not None and (best.form is form or score - scored > _RIVAL):
            continue
        found = fit(seen[way], made[way], form, way)
        if found and (best is None or found.alike > best.alike):
            best, score = found, scored
    return best
