"""Reading lines: each scaled to the height of the recognition network, its answer decoded by character."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
import numpy.typing as npt

from imaging.model import Pixels
from ocr.engines.detector import Region, tensor_of
from ocr.engines.networks import Floats, Network

HEIGHT = 48  # what the network takes
STEP = 8  # pixels of a strip to one step of the answer
BUCKET = 32  # strips are padded to a multiple, so that few shapes are prepared
WIDEST = 3200
PAPER = 127  # the padding that the network was trained with: zero after scaling
NOTHING = 0  # the network's answer between characters

Strip = Pixels  # 48×W×3


@dataclass(frozen=True, slots=True)
class Decoded:
    """What a strip says: each character, its confidence (0..1) and its place, 0 at the left end of the strip and 1 at
    its right end."""

    characters: tuple[str, ...] = ()
    confidences: tuple[float, ...] = ()
    places: tuple[float, ...] = ()

    @property
    def text(self) -> str:
        return "".join(self.characters)

    @property
    def confidence(self) -> float:
        """The mean of its characters, 0 where there are none."""
        return sum(self.confidences) / len(self.confidences) if self.confidences else 0.0


class Recogniser:
    """Reads strips of one line each."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._alphabet = ("", *network.characters, " ")

    def __call__(self, strips: list[Strip]) -> list[Decoded]:
        """What each strip says, in their order."""
        return [self._read(strip) for strip in strips]

    def _read(self, strip: Strip) -> Decoded:
        width = strip.shape[1]
        padded = np.full((HEIGHT, math.ceil(width / BUCKET) * BUCKET, 3), PAPER, np.uint8)
        padded[:, :width] = strip
        answer = self._network(tensor_of(padded))[0]
        return self._decode(answer, width)

    def _decode(self, answer: Floats, width: int) -> Decoded:
        best = answer.argmax(axis=1)
        sure = answer[np.arange(len(best)), best]
        runs = [run for run in _runs(best) if best[run[0]] != NOTHING]
        return Decoded(
            tuple(self._alphabet[best[first]] for first, _ in runs),
            tuple(float(sure[first:end].max()) for first, end in runs),
            tuple(min(1.0, (first + end) / 2 * STEP / width) for first, end in runs),
        )


def _runs(best: npt.NDArray[np.intp]) -> list[tuple[int, int]]:
    """Where equal neighbours begin and end (excluded)."""
    edges = [0, *(np.flatnonzero(np.diff(best)) + 1).tolist(), len(best)]
    return list(pairwise(edges))


def strip_of(pixels: Pixels) -> Strip:
    """A bare crop (H×W×3) as a strip."""
    height, width = pixels.shape[:2]
    size = (_width(width * HEIGHT / max(1, height)), HEIGHT)
    return np.asarray(
        cv2.resize(pixels, size, interpolation=cv2.INTER_AREA if height > HEIGHT else cv2.INTER_LINEAR), np.uint8
    )


def strip_at(pixels: Pixels, region: Region, upright: bool = True) -> Strip:
    """The strip of a region of a page; not `upright`, turned so that its top comes to lie left."""
    along, thick = (region.w, region.h) if upright else (region.h, region.w)
    angle = math.radians(region.angle if upright else region.angle + 90)
    size = (_width(along * HEIGHT / thick), HEIGHT)
    # The matrix maps the strip's pixels to the page's: right is (cos, sin) of the page, down is (-sin, cos).
    ahead = np.array([math.cos(angle), math.sin(angle)]) * along / size[0]
    down = np.array([-math.sin(angle), math.cos(angle)]) * thick / size[1]
    start = np.array([region.x, region.y]) - ahead * (size[0] - 1) / 2 - down * (size[1] - 1) / 2
    matrix = np.column_stack([ahead, down, start])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(pixels, matrix, size, flags=flags, borderMode=cv2.BORDER_REPLICATE), np.uint8)


def _width(width: float) -> int:
    return min(WIDEST, max(STEP, round(width)))
