"""`vouch search`: records by what they say, their day, branch, type or amount."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

import typer

from api.cli.console import Json, Usage, emit, say, show, told
from api.cli.opening import a_date, opened, settings
from api.cli.reports import fields_of
from api.settings import Settings
from archive.catalogue.records import INDEX
from archive.errors import IndexBusy, IndexDamaged
from archive.index.port import Sort
from archive.indexing import Indexer
from archive.model import EVERYTHING, Record
from archive.search import Asked, Found
from archive.search import search as find
from archive.vault import Archive
from processing.owner import OwnerLock


def _amount(text: str, option: str) -> Decimal | None:
    try:
        return Decimal(text.replace(",", "")) if text else None
    except InvalidOperation as error:
        raise Usage(f"{option} {text!r} is not an amount; write 1234.50") from error


def _when(text: str, option: str) -> date | None:
    return a_date(text, option) if text else None


def _printed_date(record: Record) -> str:
    """The date on the paper where it was read, else the business date."""
    said = record.fields.get("date")
    return said.value if said and said.value else record.business_date.isoformat()


def hit_of(record: Record) -> dict[str, Any]:
    """A record as a hit."""
    return {
        "id": record.id,
        "type": record.type,
        "date": _printed_date(record),
        "business_date": record.business_date,
        "branch_no": record.branch_no,
        "teller_no": record.teller_no,
        "batch": f"B-{record.batch_id}",
        "file": record.file_name,
        "page": record.page_number,
        "state": record.state.value,
        "fields": fields_of(record),
    }


def search(
    query: Annotated[str, typer.Argument(help="Names, digits, amounts, dates; empty lists everything.")] = "",
    type: Annotated[list[str] | None, typer.Option("--type", help="Voucher type; may be repeated.")] = None,
    branch: Annotated[list[str] | None, typer.Option("--branch", help="Branch; may be repeated.")] = None,
    since: Annotated[str, typer.Option("--from", help="First business date.")] = "",
    until: Annotated[str, typer.Option("--to", help="Last business date.")] = "",
    least: Annotated[str, typer.Option("--min", help="Smallest amount.")] = "",
    most: Annotated[str, typer.Option("--max", help="Largest amount.")] = "",
    loose: Annotated[bool, typer.Option("--loose", help="Digits tolerate OCR's confusions; ~6222 for one.")] = False,
    sort: Annotated[Sort, typer.Option("--sort")] = Sort.NEWEST,
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 50,
    cursor: Annotated[str, typer.Option("--cursor", help="`next` of the page before.")] = "",
    as_json: Json = False,
) -> None:
    """Find records; the total is exact."""
    with told(as_json), opened(chosen := settings()) as archive:
        if chosen.embedded:
            _catch_up(chosen, archive)
        asked = Asked(
            query,
            types=tuple(type or ()),
            branch_nos=tuple(branch or ()),
            date_from=_when(since, "--from"),
            date_to=_when(until, "--to"),
            amount_min=_amount(least, "--min"),
            amount_max=_amount(most, "--max"),
            loose=loose,
            sort=sort,
        )
        _tell(find(archive, asked, scope=EVERYTHING, cursor=cursor, limit=limit), as_json)


def _tell(found: Found, as_json: bool) -> None:
    if as_json:
        hits = [hit_of(record) for record in found.records]
        took = round(found.took_ms, 1)
        emit({"total": found.total, "hits": hits, "facets": found.facets, "took_ms": took, "next": found.next or None})
        return
    rows = [[r.id, r.type, _printed_date(r), r.branch_no, _amounts(r)] for r in found.records]
    show(f"{found.total} found", ["id", "type", "date", "branch", "amount"], rows)
    if found.next:
        say(f"more: the same command with --cursor {found.next}")


def _catch_up(chosen: Settings, archive: Archive) -> None:
    """Where no process owns the data folder, an index that was lost or lags is brought up to date first: it would say
    that there is nothing."""
    lock = OwnerLock(chosen.data)
    if not _lags(archive) or not lock.acquire():
        return
    try:
        indexer = Indexer(archive)
        indexer.ensure()
        while indexer.drain():
            pass
    except IndexBusy:
        pass  # whoever writes to it brings it up to date
    finally:
        lock.release()


def _lags(archive: Archive) -> bool:
    with archive.catalogue.read() as tx:
        waits, total = bool(tx.outbox.pending(INDEX, limit=1)), tx.records.count()
    try:
        return waits or archive.index.count() != total
    except IndexDamaged:
        return True


def _amounts(record: Record) -> str:
    said = record.fields.get("amount") or record.fields.get("bill_amount")
    return said.value if said else ""
