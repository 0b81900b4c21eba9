"""The rows of found vouchers: what each shows of itself, and the piece of paper beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from archive.highlights import Hit
from archive.model import Record, RecordField, StoredPage
from imaging.model import Box

AMOUNTS = ("amount", "bill_amount", "discount_paid", "balance")
PARTIES = ("payer_name", "payee_name", "holder_name", "acceptor_name", "authority_name")
NUMBERS = ("voucher_no", "payer_account", "payee_account", "holder_account", "document_no", "bill_no")
WIDE, HIGH = 144, 26  # of a row's snippet, in pixels of the screen
_PAD = 6


@dataclass(frozen=True, slots=True)
class Snippet:
    """A piece of a page in the proportion of the row, and what is marked on it, both in pixels of the page."""

    page: int
    region: Box
    marks: Sequence[Box]

    @property
    def href(self) -> str:
        x, y, w, h = self.region.x, self.region.y, self.region.w, self.region.h
        return f"/api/v1/pages/{self.page}/crop?xywh={x},{y},{w},{h}"


def snippet(page: StoredPage, at: Box, marks: Sequence[Box]) -> Snippet | None:
    """The paper around a box; None where the page has no image."""
    if not page.access:
        return None
    high = at.h + 2 * _PAD
    wide = max(round(high * WIDE / HIGH), at.w + 2 * _PAD)
    wide = min(wide, page.width)
    high = min(round(wide * HIGH / WIDE), page.height)
    x = min(max(0, at.x + at.w // 2 - wide // 2), page.width - wide)
    y = min(max(0, at.y + at.h // 2 - high // 2), page.height - high)
    region = Box(x, y, wide, high)
    return Snippet(page.id, region, [mark for mark in marks if _touches(mark, region)])


def _touches(one: Box, other: Box) -> bool:
    return one.x < other.right and other.x < one.right and one.y < other.bottom and other.y < one.bottom


def best(record: Record, hits: Sequence[Hit]) -> tuple[Box, list[Box]] | None:
    """Where a row looks: the first place that answers to the text, else the amount, which then is no mark."""
    if hits:
        return hits[0].box, [hit.box for hit in hits]
    amount = _first(record, AMOUNTS)
    return (amount.box, []) if amount and amount.box else None


def row(record: Record) -> dict[str, object]:
    """A found record as its row shows it: the amount, a party, a number."""
    return {
        "record": record,
        "amount": _first(record, AMOUNTS),
        "party": _first(record, PARTIES),
        "number": _first(record, NUMBERS),
    }


def _first(record: Record, names: tuple[str, ...]) -> RecordField | None:
    return next((record.fields[name] for name in names if name in record.fields and record.fields[name].value), None)


def list_name(query_id: int, query: str) -> str:
    """The list that a voucher is opened from, as an address carries it."""
    return quote(f"search-{query_id}" + (f"?{query}" if query else ""), safe="")
