"""What the archive's tests share: a migrated catalogue, a batch of pages, and what a worker would find on them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from archive.catalogue import Catalogue, PageResult, Transaction
from archive.model import Batch, Record, StoredPage, TellerDay
from imaging.model import Box
from ocr.model import FieldValue, RuleResult, Voucher

DAY = TellerDay("0102", "9001", date(2026, 3, 8))
ELSEWHERE = TellerDay("0103", "9002", date(2026, 3, 8))
SHA = "ab" * 32


def later(seconds: float = 60) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=seconds)


def new_catalogue(folder: Path) -> Catalogue:
    catalogue = Catalogue(f"sqlite:///{folder}/catalogue.db")
    catalogue.migrate()
    return catalogue


def batch_of(tx: Transaction, pages: int, *, day: TellerDay = DAY, duplex: bool = False) -> Batch:
    """An open batch of one file with that many pages, all received."""
    batch = tx.batches.open(day, duplex=duplex, actor="scanner")
    file, _ = tx.batches.add_file(batch.id, "0001.tif", SHA, 1000, "image/tiff", pages)
    tx.pages.add_pages(batch, file, SHA)
    return batch


def claimed(tx: Transaction, worker: str = "w1", seconds: float = 60) -> StoredPage:
    page = tx.pages.claim(worker, later(seconds))
    assert page is not None
    return page


def voucher(type: str = "wire_transfer", *, accepted: bool = True, **values: str) -> Voucher:
    """What reading found: fields of those values, each with a box."""
    fields = {
        name: FieldValue(name, value, f"raw {value}", 0.9, accepted, "ocr:rapid", Box(1, 2, 30, 40))
        for name, value in values.items()
    }
    return Voucher(type, 0.98, fields, (RuleResult("luhn", "reading", ("payer_account",), "wrong digit"),))


def stored(tx: Transaction, found: Voucher, text: str = "", *, day: TellerDay = DAY) -> Record:
    """A record of a page of its own batch, as the pipeline commits it."""
    batch = batch_of(tx, 1, day=day)
    page = claimed(tx)
    tx.pages.finish(page.id, page.token, PageResult("voucher"))
    return tx.records.put(page, batch, found, text=text, actor="system")
