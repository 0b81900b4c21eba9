"""The JSON objects of the commands about batches and days."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from api.cli.console import gap_of
from archive.catalogue.batches import BatchCounts
from archive.model import Batch, CapturedFile, Record
from archive.vault import Archive
from supervision.balance import Balance


def fields_of(record: Record) -> dict[str, dict[str, object]]:
    """The fields of a record: value, confidence, and whether it stands without a person."""
    return {
        name: {"value": value.value, "confidence": round(value.confidence, 6), "accepted": value.accepted}
        for name, value in record.fields.items()
    }


def voucher_of(record: Record) -> dict[str, object]:
    """A record as `vouch ingest` tells it."""
    return {
        "id": record.id,
        "file": record.file_name,
        "page": record.page_number,
        "type": record.type,
        "state": record.state.value,
        "fields": fields_of(record),
    }


def refused_of(files: Iterable[CapturedFile], unreadable: Iterable[tuple[str, str]] = ()) -> list[dict[str, str]]:
    """The files that were refused and not captured since under the same name, and those that could not be opened."""
    known = list(files)
    taken = {file.name for file in known if not file.refused}
    refused = [file for file in known if file.refused and file.name not in taken]
    listed = [{"file": file.name, "reason": file.refused, "detail": file.detail} for file in refused]
    return listed + [{"file": name, "reason": "unreadable", "detail": why} for name, why in unreadable]


def line_of(batch: Batch, counts: BatchCounts) -> dict[str, Any]:
    """A batch in a list: its day, its state and how far it is."""
    return {
        "batch": batch.label,
        "branch_no": batch.branch_no,
        "teller_no": batch.teller_no,
        "business_date": batch.business_date,
        "state": batch.state.value,
        "box": batch.box,
        "declared_sheets": batch.declared_sheets,
        "sheets": counts.sheets,
        "pages": counts.pages,
        "pages_done": counts.pages_done,
        "quarantined": counts.quarantined,
    }


def batch_of(archive: Archive, batch_id: int, unreadable: Iterable[tuple[str, str]] = ()) -> dict[str, Any]:
    """The whole batch: counts, every record with its fields, every file that was refused. NotFound."""
    with archive.catalogue.read() as tx:
        batch, counts = tx.batches.get(batch_id), tx.batches.counts(batch_id)
        records, files = tx.records.of_batch(batch_id), tx.batches.files(batch_id)
    return {
        **line_of(batch, counts),
        "vouchers": [voucher_of(record) for record in records],
        "refused": refused_of(files, unreadable),
    }


def day_of(found: Balance) -> dict[str, Any]:
    """A teller's day: its figures, its equation in words, each gap."""
    names = (
        "declared", "captured", "archived", "accounted", "working", "journal", "transactions", "with_paper",
        "explained", "exempt", "open_cases", "balanced",
    )  # fmt: skip
    sealed = found.sealed
    return {
        "branch_no": found.day.branch_no,
        "teller_no": found.day.teller_no,
        "business_date": found.day.business_date,
        "state": found.state,
        "equation": {"sheets": found.sheets_text, "transactions": found.entries_text},
        **{name: getattr(found, name) for name in names},
        "sealed": sealed is not None,
        "sealed_at": sealed.sealed_at if sealed else None,
        "sealed_by": sealed.sealed_by if sealed else "",
        "manifest": sealed.manifest if sealed else "",
        "missing": dict(found.missing),
        "gaps": [gap_of(gap) for gap in found.gaps],
    }
