"""Small pixel operations that the stages share."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from imaging.model import Page, Pixels

MM_PER_INCH = 25.4

Stats = npt.NDArray[np.int32]
_MOST_LABELS = 65_000
_BAND = 128
_WHITE = (255, 255, 255, 255)
_TURNS = (None, cv2.ROTATE_90_CLOCKWISE, cv2.ROTATE_180, cv2.ROTATE_90_COUNTERCLOCKWISE)


def u8(array: npt.NDArray[Any]) -> Pixels:
    """What cv2 returned, typed as pixels; converts only where it is not uint8."""
    return array if array.dtype == np.uint8 else np.clip(array, 0, 255).astype(np.uint8)


def gray(pixels: Pixels) -> Pixels:
    """H×W luminance of H×W×3 BGR or H×W pixels."""
    return pixels if pixels.ndim == 2 else u8(cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY))


def darkest(pixels: Pixels) -> Pixels:
    """H×W darkest channel, in which ink of any colour is dark."""
    if pixels.ndim == 2:
        return pixels
    blue, green, red = cv2.split(pixels)
    return u8(cv2.min(cv2.min(blue, green), red))


def shrunk(pixels: Pixels, times: int) -> Pixels:
    """The pixels averaged over squares of `times` × `times`; what does not fill a square at the right and bottom is
    left out. Whole factors are many times cheaper than any other."""
    while times % 2 == 0:
        pixels, times = _halved(pixels, 2), times // 2
    return _halved(pixels, times) if times > 1 else pixels


def _halved(pixels: Pixels, times: int) -> Pixels:
    height, width = (max(1, side // times) for side in pixels.shape[:2])
    whole = pixels[: height * times, : width * times]
    return u8(cv2.resize(whole, (width, height), interpolation=cv2.INTER_AREA))


def to_dpi(page: Page, dpi: float, longest: int = 1_800) -> int:
    """By how many whole times a page is to be shrunk to come to about `dpi`, its long side to at most `longest`
    pixels (a guessed dpi may be far off)."""
    return times_to(page.dpi / dpi, (page.width, page.height), longest)


def times_to(ratio: float, size: tuple[int, int], longest: int = 1_800) -> int:
    """The whole times nearest to `ratio`, or more where the long side of `size` would be over `longest` pixels."""
    return max(1, round(ratio), -(-max(size) // longest))


def pixels_of(mm: float, dpi: float, least: int = 1) -> int:
    """Millimetres as whole pixels at `dpi`."""
    return max(least, round(mm / MM_PER_INCH * dpi))


def block(width: int, height: int) -> Pixels:
    """A rectangular structuring element."""
    return u8(cv2.getStructuringElement(cv2.MORPH_RECT, (max(1, width), max(1, height))))


def level(values: Pixels, share: float) -> float:
    """The gray level below which `share` (0..1) of the pixels lie. Page-sized arrays are sampled."""
    flat = values[::3, ::3] if values.ndim == 2 and values.size > 90_000 else values
    counts = cv2.calcHist([np.ascontiguousarray(flat)], [0], None, [256], [0, 256]).ravel().cumsum(dtype=np.float64)
    return float(np.searchsorted(counts, share * counts[-1]))


def ground(light: Pixels, dpi: float) -> Pixels:
    """H×W level of the paper: the mean of the brighter pixels within about 8 mm, so that shadows and tinted bands do
    not count as ink."""
    reach = pixels_of(8.0, dpi, 7)
    # At a quarter of the size the paper's level is as good and the filters cost a sixteenth.
    small = shrunk(light, 4)
    paper = cv2.dilate(small, block(max(3, reach // 8) | 1, max(3, reach // 8) | 1))
    paper = cv2.blur(paper, (max(3, reach // 4) | 1, max(3, reach // 4) | 1))
    return u8(cv2.resize(paper, (light.shape[1], light.shape[0]), interpolation=cv2.INTER_LINEAR))


def inked(light: Pixels, paper: Pixels, strength: float) -> Pixels:
    """H×W mask (255 ink) of what is darker than `strength` × the paper's level there."""
    return u8(cv2.compare(light, cv2.convertScaleAbs(paper, alpha=strength), cv2.CMP_LT))


def ink_mask(light: Pixels, dpi: float, strength: float = 0.75) -> Pixels:
    """H×W mask (255 ink): darker than `strength` × the paper around."""
    return inked(light, ground(light, dpi), strength)


def colour(pixels: Pixels) -> Pixels:
    """The pixels with three channels."""
    return pixels if pixels.ndim == 3 else u8(cv2.cvtColor(pixels, cv2.COLOR_GRAY2BGR))


def components(mask: Pixels) -> Stats:
    """Left, top, width, height and area (N×5) of each connected part (8 neighbours) of a mask, without the ground."""
    return labelled(mask)[1][1:]


def labelled(mask: Pixels) -> tuple[npt.NDArray[np.integer], Stats]:
    """The label of each pixel, 0 where the mask is 0, and the figures of `components` by label (those of the ground say
    nothing)."""
    rows, left, right = row_runs(mask)
    count, labels = labels_of(mask, len(rows))  # no mask has more parts than runs along its rows
    # cv2's own figures take every pixel's part, those of the ground too; runs are some hundred times fewer.
    of = labels[rows, left].astype(np.int32)
    stats = np.zeros((count, 5), np.int32)
    first, last, top, bottom = np.full(count, mask.shape[1], np.int32), *np.zeros((3, count), np.int32)
    np.minimum.at(first, of, left)
    np.maximum.at(last, of, right)
    # Runs come from top to bottom, and of several values set to one place the last one stays.
    top[of[::-1]], bottom[of] = rows[::-1], rows + 1
    stats[:, 0], stats[:, 1], stats[:, 2], stats[:, 3] = first, top, last - first, bottom - top
    stats[:, 4] = np.bincount(of, right - left, minlength=count)
    return labels, stats


def labels_of(mask: Pixels, most: int) -> tuple[int, npt.NDArray[np.integer]]:
    """How many labels a mask has, that of the ground among them, and the label of each pixel. `most` is a number that
    its parts do not exceed: 16 bits, where they suffice, are written in half the time."""
    kind = cv2.CV_16U if most < _MOST_LABELS else cv2.CV_32S
    count, labels = cv2.connectedComponents(mask, connectivity=8, ltype=kind)
    return count, np.asarray(labels)


def row_runs(mask: Pixels) -> tuple[Stats, Stats, Stats]:
    """Row, first column and the column after the last of each run of pixels that are not 0, from top to bottom."""
    filled = cv2.copyMakeBorder(mask, 0, 0, 1, 1, cv2.BORDER_CONSTANT, value=0) != 0
    changes = np.flatnonzero(filled[:, 1:] != filled[:, :-1]).astype(np.int32)
    rows, places = np.divmod(changes, np.int32(mask.shape[1] + 1))
    return rows[::2], places[::2], places[1::2]


def quarter_turned(pixels: Pixels, quarters: int) -> Pixels:
    """The pixels turned clockwise by quarters; the same where it is none."""
    turn = _TURNS[quarters % 4]
    return pixels if turn is None else u8(cv2.rotate(pixels, turn))


def warped(pixels: Pixels, matrix: npt.NDArray[np.floating], size: tuple[int, int]) -> Pixels:
    """The pixels moved by a 2×3 matrix onto a white frame of `size` (width, height), interpolated linearly."""
    return warped_twice(pixels, matrix, size, 1)[0]


def warped_twice(
    pixels: Pixels, matrix: npt.NDArray[np.floating], size: tuple[int, int], times: int
) -> tuple[Pixels, Pixels | None]:
    """The same as `warped`, and that `shrunk` by `times`; None where that would be the same or the frame is smaller."""
    (width, height), wanted = size, 1 < times <= min(size)
    if pixels.ndim == 2:
        moved = u8(cv2.warpAffine(pixels, matrix, size, flags=cv2.INTER_LINEAR, borderValue=_WHITE))
        return moved, shrunk(moved, times) if wanted else None
    back = np.asarray(cv2.invertAffineTransform(matrix), dtype=np.float64)
    out, parts = np.empty((height, width, 3), np.uint8), []
    # cv2 moves four channels in half the time of three; in bands the fourth stays in the cache, as does what is shrunk.
    step = _BAND // times * times if wanted else _BAND
    for top in range(0, height, step):
        band = out[top : top + step]
        _moved_band(pixels, back, top, band)
        if wanted and len(band) >= times:
            parts.append(shrunk(band, times))
    return out, np.concatenate(parts) if wanted else None


def _moved_band(pixels: Pixels, back: npt.NDArray[np.floating], top: int, band: Pixels) -> None:
    """Writes `band`, rows from `top` on of the frame, with what lies at the places that `back` leads to."""
    rows, width = band.shape[:2]
    corners = np.array([[0, width, 0, width], [top, top, top + rows, top + rows]], np.float64)
    places = back[:, :2] @ corners + back[:, 2:]
    left, first = (max(0, int(least) - 2) for least in places.min(axis=1))
    right, last = (max(0, int(most) + 3) for most in places.max(axis=1))
    source = pixels[first:last, left:right]
    if not source.size:
        band[:] = 255
        return
    move = back.copy()
    move[:, 2] += back[:, 1] * top - (left, first)
    how = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    four = cv2.cvtColor(source, cv2.COLOR_BGR2BGRA)
    moved = cv2.warpAffine(four, move, (width, rows), flags=how, borderValue=_WHITE)
    cv2.cvtColor(moved, cv2.COLOR_BGRA2BGR, dst=band)


def is_bilevel(pixels: Pixels) -> bool:
    """Whether the page came as black and white only."""
    if pixels.ndim == 3:
        return False
    sample = pixels[::7, ::5]
    return bool(np.all((sample == 0) | (sample == 255)))
