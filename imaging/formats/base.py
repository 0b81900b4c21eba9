"""What the formats share: the probe of a file, the limits that bombs break, and a page's resolution."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from threading import Lock
from typing import Generic, TypeVar

from imaging.model import Scan, ScanError

MAX_PIXELS = 75_000_000
"""Declared pixels that a page may have: A3 at 600 dpi is 70 million; every format decodes these within 1 GB."""
MAX_SIDE = 65_500
MAX_PAGES = 2_000
FALLBACK_DPI = 200.0

T = TypeVar("T")
_FILES = 4
_PLAUSIBLE_DPI = (100.0, 1_250.0)
_A_FORMATS_MM = ((297.0, 420.0), (210.0, 297.0), (148.0, 210.0))
_SCANNER_DPI = (200.0, 300.0, 240.0, 400.0, 600.0)
_FORMAT_TOLERANCE = 0.03


FINE_DPI = 225.0
"""Pages are decoded at a half or a quarter of their pixels as long as this many dpi are left: 600 dpi become 300."""


@dataclass(frozen=True, slots=True)
class PageInfo:
    """What a file declares of one page: pixels across and down, upright, dpi, and whether the dpi is a guess."""

    width: int
    height: int
    dpi: float
    dpi_guessed: bool


@dataclass(frozen=True, slots=True)
class Probe:
    """What a file declares: its media type by content, and its pages in order."""

    media_type: str
    pages: tuple[PageInfo, ...]

    @property
    def count(self) -> int:
        return len(self.pages)


def refuse_size(scan: Scan, width: float, height: float, where: str = "it") -> None:
    """Raises ScanError `too_large` or `damaged` where a declared size in pixels cannot be a scanned page."""
    if width < 1 or height < 1:
        raise ScanError(scan.name, "damaged", f"{where} declares no size; scan the paper again.")
    if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE:
        raise ScanError(
            scan.name,
            "too_large",
            f"{where} declares {width:,.0f} × {height:,.0f} pixels, more than a page can have "
            f"({MAX_PIXELS:,}); scan it again at 200 or 300 dpi.",
        )


def refuse_count(scan: Scan, count: int) -> None:
    """Raises ScanError where a file declares no page or more than MAX_PAGES."""
    if count < 1:
        raise ScanError(scan.name, "damaged", "the file declares no page; scan the paper again.")
    if count > MAX_PAGES:
        raise ScanError(
            scan.name, "too_large", f"the file declares more than {MAX_PAGES:,} pages; split it into smaller files."
        )


def refuse_number(scan: Scan, number: int, count: int) -> None:
    """Raises ScanError where a page is asked for that the file does not have."""
    if not 1 <= number <= count:
        raise ScanError(scan.name, "damaged", f"page {number} was asked for, the file has {count}.")


def resolution(declared: float | None, width: int, height: int) -> tuple[float, bool]:
    """The page's dpi and whether it is a guess: the declared one where a scanner could have written it (screen values
    such as 72 and 96 are what software writes when it does not know), else that of the A format it fits. A6 at 300 dpi
    and A4 at 150 have the pixels of an A5 voucher at 200 on its scanner's bed, which is what branches have."""
    if declared is not None and _PLAUSIBLE_DPI[0] <= declared <= _PLAUSIBLE_DPI[1]:
        return float(declared), False
    return _by_a_format(width, height), True


def _by_a_format(width: int, height: int) -> float:
    short, long = sorted((width, height))
    for dpi, (narrow, wide) in product(_SCANNER_DPI, _A_FORMATS_MM):
        across, down = narrow / 25.4 * dpi, wide / 25.4 * dpi
        if abs(short / across - 1) < _FORMAT_TOLERANCE and abs(long / down - 1) < _FORMAT_TOLERANCE:
            return dpi
    return FALLBACK_DPI


def reduction(dpi: float) -> int:
    """By how many times a page of `dpi` is shrunk as it is decoded: 1, 2, 4, … (nobody reads better at 600 dpi than
    at 300, and everything after costs a quarter)."""
    times = 1
    while dpi / (2 * times) >= FINE_DPI:
        times *= 2
    return times


def truncated(scan: Scan, found: str) -> ScanError:
    """The refusal of a file that was cut: `found` is what was seen."""
    return ScanError(scan.name, "truncated", f"the file was cut short ({found}); copy or scan it again.")


def damaged(scan: Scan, error: Exception | str) -> ScanError:
    """The refusal of a file that cannot be read, with what the decoder said."""
    said = str(error).replace("<_io.BytesIO object", "").split(" at 0x")[0].strip() or type(error).__name__
    return ScanError(scan.name, "damaged", f"the picture data cannot be read ({said}); scan the paper again.")


class OfFile(Generic[T]):
    """What was found out about the last few files, by their digests: a page is asked for at a time, and a file of 500
    pages is gone through once. Holds no bytes of them."""

    def __init__(self, find: Callable[[Scan], T]) -> None:
        self._find = find
        self._found: dict[str, T] = {}
        self._lock = Lock()

    def __call__(self, scan: Scan) -> T:
        with self._lock:
            if scan.sha256 in self._found:
                return self._found[scan.sha256]
        found = self._find(scan)
        with self._lock:
            while len(self._found) >= _FILES:
                self._found.pop(next(iter(self._found)))
            self._found[scan.sha256] = found
        return found
