"""The sheet wall: a batch beside the pile of paper."""

from __future__ import annotations

import hashlib
import json
from typing import Annotated

from fastapi import APIRouter, Form, Response

from api.i18n import Words
from api.pages.days import day_crumbs
from api.pages.shell import Crumb, Desk, DeskDep
from api.pages.wall import cells, uppermost
from api.routes.batches import MAY_BOX, MAY_CAPTURE, require_boxing, require_capture
from api.routes.vouchers import require_sight
from archive.catalogue.batches import BatchCounts
from archive.errors import Invalid
from archive.model import Batch, BatchState
from processing import capture, quarantine

router = APIRouter()


@router.get("/batches/{batch_id}")
def batch(desk: DeskDep, batch_id: int, sheet: int = 1) -> Response:
    """The wall; its cells come by themselves, so that two thousand sheets open at once."""
    require_sight(desk.person)
    with desk.archive.catalogue.read() as tx:
        found = tx.batches.get(batch_id, desk.person.scope)
        counts = tx.batches.counts(batch_id)
        others = tx.batches.of_day(found.day)
    return desk.page(
        "batch.html",
        title=f"{desk.say('page.batch')} {found.label}",
        here="board",
        crumbs=[*day_crumbs(desk, found.day), _crumb(desk, found, others)],
        batch=found,
        head=head(found, counts),
        sheet=sheet,
        may_capture=desk.person.role in MAY_CAPTURE and found.state is BatchState.OPEN,
        may_declare=desk.person.role in MAY_CAPTURE,
        may_box=desk.person.role in MAY_BOX,
        words=wall_words(desk.say),
    )


@router.get("/batches/{batch_id}/cells")
def wall(desk: DeskDep, batch_id: int) -> Response:
    """The cells and the counts above them as JSON, with an ETag."""
    require_sight(desk.person)
    with desk.archive.catalogue.read() as tx:
        found = tx.batches.get(batch_id, desk.person.scope)
        counts = tx.batches.counts(batch_id)
        pages, records = tx.pages.of_batch(batch_id), tx.records.of_batch(batch_id, desk.person.scope)
        files = tx.batches.files(batch_id)
    shown = cells(found, pages, records, files, desk.say)
    state = uppermost([str(cell["w"]) for cell in shown]) if shown else "received"
    body = json.dumps({"head": head(found, counts), "state": state, "cells": shown}, ensure_ascii=False).encode()
    tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
    if desk.request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers={"ETag": tag})
    return Response(body, media_type="application/json", headers={"ETag": tag, "Cache-Control": "no-store"})


@router.post("/batches/{batch_id}/declare")
def declare(desk: DeskDep, batch_id: int, declared_sheets: Annotated[str, Form()]) -> Response:
    """Correct the declared number of sheets, then back to the wall."""
    require_capture(desk.person)
    if not declared_sheets.isdecimal():
        raise Invalid("declared_sheets", f"{declared_sheets!r} is not a count")
    said = capture.Declared(int(declared_sheets))
    capture.declare(desk.archive, batch_id, said, actor=desk.person.name, scope=desk.person.scope)
    return Response(status_code=303, headers={"Location": f"/batches/{batch_id}"})


@router.post("/batches/{batch_id}/box")
def put_into_box(desk: DeskDep, batch_id: int, box: Annotated[str, Form()] = "") -> Response:
    """Put the paper into a box or take it out, then back to the wall."""
    require_boxing(desk.person)
    capture.box_batch(desk.archive, batch_id, box, actor=desk.person.name, scope=desk.person.scope)
    return Response(status_code=303, headers={"Location": f"/batches/{batch_id}"})


@router.post("/pages/{page_id}/retry")
def retry(desk: DeskDep, page_id: int) -> Response:
    """A quarantined page goes back to the queue; its cell shows it at the next look."""
    require_capture(desk.person)
    quarantine.retry(desk.archive, page_id, desk.person)
    return Response(status_code=204)


def head(batch: Batch, counts: BatchCounts) -> dict[str, object]:
    """The figures above the wall."""
    missing = max((batch.declared_sheets or counts.sheets) - counts.sheets, 0)
    return {
        "declared": batch.declared_sheets,
        "scanned": counts.sheets,
        "missing": missing,
        "done": counts.pages_done - counts.doubtful_records,
        "reading": counts.running + counts.received,
        "doubtful": counts.doubtful_records,
        "quarantined": counts.quarantined,
        "refused": counts.refused_files,
        "open": batch.state is BatchState.OPEN,
    }


def _crumb(desk: Desk, found: Batch, others: list[Batch]) -> Crumb:
    def name(one: Batch) -> str:
        return desk.say("Batch {label}", label=one.label)

    return Crumb(name(found), options=[(name(one), f"/batches/{one.id}") for one in others])


def wall_words(say: Words) -> dict[str, str]:
    """What the wall's script says."""
    keys = {
        "missing": "Missing",
        "sheet": "Sheet {n}",
        "refused": "Refused",
        "retry": "Retry",
        "confirm": "Confirm: close the batch",
        "closed": "The batch is closed",
        "short": "Sheets {list} are missing: scan them or correct the declared number",
        "saved": "{n} saved, goes on when the line is back",
        "done": "{n} of {total} files saved",
        "uploading": "{n} of {total} files",
        "refusedfile": "refused: {why}",
        "waits": "waits",
        "kept": "saved",
        "doubt": "Doubtful fields",
        "none": "No problem left",
        "nosuch": "No sheet {n}",
        "empty": "No sheets yet: drop files here or press U",
    }
    states = ("quarantined", "doubtful", "reading", "received", "done")
    refusals = ("empty", "encrypted", "truncated", "too_large", "not_an_image", "damaged")
    coded = [f"state.{s}" for s in states] + [f"scan.{reason}" for reason in refusals]
    return {**{key: say(text) for key, text in keys.items()}, **{code: say(code) for code in coded}}
