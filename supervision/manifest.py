"""The manifest of a sealed day: every object by its hash, vouchers with history, journal, cases and events, as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from archive.catalogue.engine import Transaction
from archive.model import Batch, Person, Record, StoredPage, TellerDay
from archive.objects import holder
from supervision.balance import Balance, balance_in

FORMAT = "vouch-day/1"
_EVENTS = 1_000_000
_EQUATION = (
    "declared", "captured", "archived", "accounted", "transactions", "with_paper", "explained", "exempt",
)  # fmt: skip


def _plain(value: object) -> object:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no form in a manifest")


def _without(noun: Any, *names: str) -> dict[str, Any]:
    return {name: value for name, value in asdict(noun).items() if name not in names}


def _objects(batches: Iterable[dict[str, Any]]) -> list[dict[str, str]]:
    """Every object that the day rests on, with what it is; one object may hold several things, it stands once for
    each."""
    found: set[tuple[str, str]] = set()
    for batch in batches:
        for page in batch["pages"]:
            found |= {
                (holder(page[role]), role) for role in ("original", "access", "thumbnail", "reading") if page[role]
            }
    return [{"sha256": sha256, "role": role} for sha256, role in sorted(found)]


def _page(page: StoredPage) -> dict[str, Any]:
    return _without(page, "token", "deliveries", "batch_id")


def _batch(tx: Transaction, batch: Batch) -> dict[str, Any]:
    return {
        **_without(batch, "state", "closed_at", "box"),  # paper goes into its box when the day is sealed
        "label": batch.label,
        "files": [_without(file, "batch_id") for file in tx.batches.files(batch.id)],
        "sheets": [_without(sheet, "batch_id") for sheet in tx.pages.sheets(batch.id)],
        "pages": [_page(page) for page in tx.pages.of_batch(batch.id)],
        "events": [_without(event) for event in tx.events.of_batch(batch.id, limit=_EVENTS)],
    }


def _voucher(tx: Transaction, record: Record) -> dict[str, Any]:
    return {**_without(record), "history": [_without(line, "record_id") for line in tx.records.history(record.id)]}


def manifest_of(tx: Transaction, day: TellerDay, by: Person) -> dict[str, Any]:
    """The day as plain values; the same day sealed by the same person gives the same manifest."""
    batches = [_batch(tx, batch) for batch in tx.batches.of_day(day)]
    found = balance_in(tx, day)
    return {
        "format": FORMAT,
        **asdict(day),
        "sealed_by": by.name,
        "equation": _equation(found),
        "objects": _objects(batches),
        "batches": batches,
        "vouchers": [_voucher(tx, record) for record in tx.records.of_day(day)],
        "journal": [_without(entry) for entry in tx.journal.of_day(day)],
        "matches": [_without(match, "day", "at") for match in tx.matches.of_day(day)],
        "cases": [_without(case, "day") for case in tx.cases.of_day(day)],
    }


def _equation(found: Balance) -> dict[str, int | None]:
    return {name: getattr(found, name) for name in _EQUATION}


def packed(manifest: dict[str, Any]) -> bytes:
    """A manifest as UTF-8 JSON with sorted keys: equal manifests are equal bytes."""
    text = json.dumps(manifest, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain)
    return text.encode()
