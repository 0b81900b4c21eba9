"""Decoding what a recogniser answers: the likeliest characters, where they stand, and what else they may be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from ocr.engines.networks import Floats

NOTHING = 0  # the network's answer between characters
CERTAIN = 0.995  # of a character surer than this nothing else is kept
LIKELY = 0.002  # alternatives below are noise
MOST = 4  # alternatives of one character
Alternatives = tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Decoded:
    """What a strip says: each character, its confidence (0..1), its place (0 at the left end of the strip, 1 at its
    right end), and what else it may be, likeliest first ("" for no character at all). `hidden` is the greatest
    likelihood of a character, a blank not counted, where none was read."""

    characters: tuple[str, ...] = ()
    confidences: tuple[float, ...] = ()
    places: tuple[float, ...] = ()
    alternatives: tuple[Alternatives, ...] = ()
    hidden: float = 0.0

    @property
    def text(self) -> str:
        return "".join(self.characters)

    @property
    def confidence(self) -> float:
        """The mean of its characters, 0 where there are none."""
        return sum(self.confidences) / len(self.confidences) if self.confidences else 0.0

    def followed(self, width: float, other: Decoded, more: float) -> Decoded:
        """This strip, of `width`, and beside it another of the width `more`, as one."""
        if not width:
            return other
        whole = width + more
        mine = [place * width / whole for place in self.places]
        others = [(width + place * more) / whole for place in other.places]
        return Decoded(
            self.characters + other.characters,
            self.confidences + other.confidences,
            (*mine, *others),
            self.alternatives + other.alternatives,
            max(self.hidden, other.hidden),
        )


class Decoder:
    """Decodes by an alphabet, whose entry NOTHING is no character."""

    def __init__(self, alphabet: Sequence[str]) -> None:
        self._alphabet = tuple(alphabet)
        self._columns: dict[frozenset[str], npt.NDArray[np.intp]] = {}
        self._white = [number for number, each in enumerate(self._alphabet) if not each.strip()]

    def __call__(self, answer: Floats, length: float, allowed: frozenset[str] | None = None) -> Decoded:
        """What an answer (steps × alphabet, each step sums to 1) says of a strip of `length` steps. Characters that are
        not `allowed` are passed over; confidences stay the network's own, so a strip that shows one is doubtful."""
        best = answer.argmax(axis=1) if allowed is None else self._best(answer, allowed)
        sure = answer[np.arange(len(best)), best]
        runs = [run for run in _runs(best) if best[run[0]] != NOTHING]
        return Decoded(
            tuple(self._alphabet[best[first]] for first, _ in runs),
            tuple(float(sure[first:end].max()) for first, end in runs),
            tuple(min(1.0, (first + end) / 2 / length) for first, end in runs),
            tuple(self._others(answer[first:end], int(best[first]), allowed) for first, end in runs),
            self._hidden(answer, best),
        )

    def _best(self, answer: Floats, allowed: frozenset[str]) -> npt.NDArray[np.intp]:
        if allowed not in self._columns:
            chosen = [number for number, each in enumerate(self._alphabet) if number == NOTHING or each in allowed]
            self._columns[allowed] = np.array(chosen, np.intp)
        columns = self._columns[allowed]
        return np.asarray(columns[answer[:, columns].argmax(axis=1)], np.intp)

    def _others(self, steps: Floats, chosen: int, allowed: frozenset[str] | None) -> Alternatives:
        step = steps[int(steps[:, chosen].argmax())]
        if step[chosen] >= CERTAIN:
            return ()
        likely = [int(number) for number in np.flatnonzero(step > LIKELY) if number != chosen]
        kept = [(self._alphabet[number], float(step[number])) for number in likely]
        if allowed is not None:
            kept = [each for each in kept if each[0] in allowed or not each[0]]
        return tuple(sorted(kept, key=lambda each: -each[1])[:MOST])

    def _hidden(self, answer: Floats, best: npt.NDArray[np.intp]) -> float:
        """The greatest likelihood of a character in the steps that are nothing; the neighbours' own edges do not
        count."""
        most, none = 0.0, answer[:, NOTHING]
        unsure = np.flatnonzero((best == NOTHING) & (none < CERTAIN))
        for step in unsure[none[unsure].argsort()]:
            if 1 - none[step] <= most:
                break
            here = answer[step].copy()
            here[[*self._white, *best[max(0, step - 1) : step + 2]]] = 0
            most = max(most, float(here.max()))
        return most


def _runs(best: npt.NDArray[np.intp]) -> list[tuple[int, int]]:
    """Where equal neighbours begin and end (excluded)."""
    edges = [0, *(np.flatnonzero(np.diff(best)) + 1).tolist(), len(best)]
    return list(pairwise(edges))
