"""The batch cover sheet's code: one line of text in a QR code, and a short form of it in Code 128.

QR code: `VOUCH1 branch_no=0101 teller_no=010101 date=2026-03-08 sheets=42 lines=57 amount=123456.78`; parts in any
order, `lines` and `amount` may be missing. `sheets` counts the sheets behind the cover, not the cover; `lines` and
`amount` are the journal's. Code 128: `VOUCH1-0101-010101-20260308-42`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

import numpy as np
import zxingcpp

from imaging.model import Page, Pixels
from imaging.ops import gray, pixels_of
from imaging.views import view

_MARK = "VOUCH1"
_FINE = 95.0  # dpi that the modules of the QR code (0.9 mm) need
_BARS_MM = 1.5  # bars are 15 mm high: rows so far apart still cross them several times
_SHORT = re.compile(rf"{_MARK}-(\w+)-(\w+)-(\d{{4}})(\d\d)(\d\d)-(\d+)")


@dataclass(frozen=True, slots=True)
class Cover:
    """What a cover sheet declares. `sheets` without the cover; `lines`, `amount` (yuan) of the journal where known."""

    branch_no: str
    teller_no: str
    date: date
    sheets: int
    lines: int | None = None
    amount: Decimal | None = None

    def payload(self) -> str:
        """The text of the QR code."""
        text = f"{_MARK} branch_no={self.branch_no} teller_no={self.teller_no} date={self.date} sheets={self.sheets}"
        text += "" if self.lines is None else f" lines={self.lines}"
        return text + ("" if self.amount is None else f" amount={self.amount}")

    def short_payload(self) -> str:
        """The text of the Code 128."""
        return f"{_MARK}-{self.branch_no}-{self.teller_no}-{self.date:%Y%m%d}-{self.sheets}"


def parse_cover(payload: str) -> Cover | None:
    """The declaration in a code's text, None where the text is not a cover's or lacks a part."""
    short = _SHORT.fullmatch(payload.strip())
    if short:
        branch, teller, year, month, day, sheets = short.groups()
        payload = f"{_MARK} branch_no={branch} teller_no={teller} date={year}-{month}-{day} sheets={sheets}"
    mark, *parts = payload.split()[:20] or [""]
    said = dict(part.split("=", 1) for part in parts if "=" in part)
    if mark != _MARK:
        return None
    try:
        return Cover(
            said["branch_no"],
            said["teller_no"],
            date.fromisoformat(said["date"]),
            int(said["sheets"]),
            int(said["lines"]) if "lines" in said else None,
            Decimal(said["amount"]) if "amount" in said else None,
        )
    except (KeyError, ValueError, InvalidOperation):
        return None


def read_cover(page: Page) -> Cover | None:
    """The declaration of a page's code in any orientation, the QR code before the Code 128; None on a page that is no
    cover."""
    seen = view(page)
    light = seen.light if seen.dpi >= _FINE else gray(page.pixels)
    # Every page pays for the look: of the bars, whose rows are alike, few rows (and columns) are read, in one channel.
    apart, one = pixels_of(_BARS_MM, page.dpi), page.pixels if page.pixels.ndim == 2 else page.pixels[..., 1]
    looks = ((light, "QRCode"), (one[::apart], "Code128"), (one[:, ::apart].T, "Code128"))
    return next((cover for pixels, kind in looks if (cover := _declared(pixels, kind)) is not None), None)


def _declared(light: Pixels, kind: str) -> Cover | None:
    """The declaration of a code of one kind on gray pixels, bars only across."""
    found = zxingcpp.read_barcodes(
        np.ascontiguousarray(light),
        formats=zxingcpp.barcode_formats_from_str(kind),
        try_rotate=False,
        try_downscale=kind == "QRCode",
        try_invert=False,
    )
    return next((cover for code in found if (cover := parse_cover(code.text)) is not None), None)
