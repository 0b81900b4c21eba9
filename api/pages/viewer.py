"""The voucher viewer: what the paper says, and its proof."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import quote

from fastapi import APIRouter, Response

from api import vocabulary
from api.pages.days import balance_href, day_crumbs
from api.pages.lists import hits_of, place
from api.pages.shell import Crumb, Desk, DeskDep
from api.pages.wall import fault, page_state
from api.routes.vouchers import require_sight
from archive.highlights import Hit
from archive.model import Record, RecordField, StoredPage, TellerDay
from processing.keying import MAY_CORRECT

router = APIRouter()
TABS = ("fields", "history", "journal", "proof")


@router.get("/v/{record_id}")
def voucher(desk: DeskDep, record_id: int, list: str = "", field: str = "", tab: str = "fields") -> Response:
    """The image beside its fields; `list` is where it was opened from."""
    require_sight(desk.person)
    record, page = _found(desk, record_id)
    day = TellerDay(record.branch_no, record.teller_no, record.business_date)
    where, hits = place(desk, record, list), hits_of(desk, record, list)
    title = vocabulary.type_name(record.type, desk.say)
    return desk.page(
        "viewer.html",
        title=f"{title} {record.id}",
        here="search" if list.startswith("search") else "board",
        crumbs=[*day_crumbs(desk, day), _sheet_crumb(desk, record)],
        record=record,
        page=page,
        kind=title,
        word=page_state(page, record),
        fault=fault(page, desk.say),
        where=where,
        list=quote(list, safe=""),
        field=field or next((hit.field for hit in hits if hit.field), ""),
        tab=tab if tab in TABS else "fields",
        tabs=TABS,
        picture=_picture(record, page, hits),
        more=_panel(desk, record, page, tab),
    )


@router.get("/v/{record_id}/panel")
def panel(desk: DeskDep, record_id: int, tab: str = "fields", field: str = "") -> Response:
    """One tab's content alone."""
    require_sight(desk.person)
    record, page = _found(desk, record_id)
    chosen = tab if tab in TABS else "fields"
    return desk.part(
        f"viewer_{chosen}.html", record=record, page=page, field=field, **_panel(desk, record, page, chosen)
    )


def _found(desk: Desk, record_id: int) -> tuple[Record, StoredPage]:
    with desk.archive.catalogue.read() as tx:
        record = tx.records.get(record_id, desk.person.scope)
        return record, tx.pages.get(record.page_id, desk.person.scope)


def _sheet_crumb(desk: Desk, record: Record) -> Crumb:
    text = desk.say("Batch B-{batch}, sheet {n}", batch=record.batch_id, n=record.sheet_number)
    return Crumb(text, f"/batches/{record.batch_id}?sheet={record.sheet_number}")


def rows(record: Record) -> list[RecordField]:
    """The record's fields in the order of its form; a required one that was not found stands empty and unaccepted."""
    known = dict(record.fields)
    form = vocabulary.required(record.type)
    wanted = [*vocabulary.order(record.type), *(name for name in known if name not in vocabulary.order(record.type))]
    empty = {name: RecordField(name, "", "", 0.0, False, "") for name in form if name not in known}
    return [known.get(name) or empty[name] for name in wanted if name in known or name in empty]


def _picture(record: Record, page: StoredPage, hits: Sequence[Hit]) -> Mapping[str, object]:
    found = [[hit.box.x, hit.box.y, hit.box.w, hit.box.h] for hit in hits]
    boxes = {f.name: [f.box.x, f.box.y, f.box.w, f.box.h] for f in record.fields.values() if f.box}
    return {"page": page.id, "width": page.width, "height": page.height, "boxes": boxes, "hits": found}


def _panel(desk: Desk, record: Record, page: StoredPage, tab: str) -> dict[str, object]:
    return {
        "fields": _fields_tab,
        "history": _history_tab,
        "journal": _journal_tab,
        "proof": _proof_tab,
    }.get(tab, _fields_tab)(desk, record, page)


def _fields_tab(desk: Desk, record: Record, _: StoredPage) -> dict[str, object]:
    failed = [(desk.say(f"rule.{f.get('rule')}"), f.get("detail", "")) for f in record.failures]
    may = desk.person.role in MAY_CORRECT
    return {"rows": rows(record), "failed": failed, "may_correct": may}


def _history_tab(desk: Desk, record: Record, _: StoredPage) -> dict[str, object]:
    with desk.archive.catalogue.read() as tx:
        return {"lines": tx.records.history(record.id)}


def _journal_tab(desk: Desk, record: Record, _: StoredPage) -> dict[str, object]:
    day = TellerDay(record.branch_no, record.teller_no, record.business_date)
    with desk.archive.catalogue.read() as tx:
        match = tx.matches.of_record(record.id)
        entries = [e for e in tx.journal.of_day(day) if match and e.journal_no == match.journal_no]
        has = tx.journal.has(day)
    return {"match": match, "entries": entries, "has_journal": has, "balance_href": balance_href(day)}


def _proof_tab(desk: Desk, record: Record, page: StoredPage) -> dict[str, object]:
    day = TellerDay(record.branch_no, record.teller_no, record.business_date)
    with desk.archive.catalogue.read() as tx:
        file = next(f for f in tx.batches.files(record.batch_id) if f.id == page.file_id)
        sealed = tx.days.sealed(day)
    return {"file": file, "sealed": sealed, "quality": page.notes.get("quality", {})}
