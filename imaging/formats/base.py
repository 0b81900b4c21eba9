"""What the formats share: the probe of a file, the limits that bombs break, and a page's resolution."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

from imaging.model import Scan, ScanError

MAX_PIXELS = 89_000_000
"""Declared pixels that a page may have: A3 at 600 dpi is 70 million; above 89 million Pillow warns of a bomb."""
MAX_SIDE = 65_500
MAX_PAGES = 2_000
FALLBACK_DPI = 200.0

_PLAUSIBLE_DPI = (100.0, 1_250.0)
_A_FORMATS_MM = ((297.0, 420.0), (210.0, 297.0), (148.0, 210.0), (105.0, 148.0))
_SCANNER_DPI = (200.0, 300.0, 150.0, 240.0, 400.0, 600.0)
_FORMAT_TOLERANCE = 0.03


@dataclass(frozen=True, slots=True)
class PageInfo:
    """What a file declares of one page: pixels across and down as decoded, dpi, and whether the dpi is a guess."""

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
    such as 72 and 96 are what software writes when it does not know), else that of the A format it fits."""
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
