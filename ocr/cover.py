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

from imaging.model import Page

_MARK = "VOUCH1"
FINE = 190.0  # dpi from which every second pixel carries the codes
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
    # A quarter of the pixels is enough for the codes' modules and a quarter of the cost, which every page pays.
    small = page.pixels[::2, ::2] if page.dpi >= FINE else page.pixels
    formats = zxingcpp.barcode_formats_from_str("QRCode,Code128")
    found = [
        parse_cover(code.text)
        for code in zxingcpp.read_barcodes(np.ascontiguousarray(small), formats=formats, try_invert=False)
    ]
    covers = [cover for cover in found if cover is not None]
    return max(covers, key=lambda cover: cover.lines is not None, default=None)
