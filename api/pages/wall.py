"""The cells of the sheet wall: one a declared or captured sheet, one a refused file, each with its state and badges."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from api import format, vocabulary
from api.i18n import Words
from archive.model import Batch, CapturedFile, PageState, Record, RecordState, StoredPage

ORDER = ("quarantined", "doubtful", "reading", "received", "done")
DIMMED = frozenset({"blank"})

Cell = dict[str, object]


def page_state(page: StoredPage, record: Record | None) -> str:
    """The state of a page in the words of the screens."""
    if page.state is PageState.QUARANTINED:
        return "quarantined"
    if page.state is PageState.RUNNING:
        return "reading"
    if page.state is PageState.RECEIVED:
        return "received"
    return "doubtful" if record and record.state is RecordState.DOUBTFUL else "done"


def uppermost(states: Sequence[str]) -> str:
    """The state that a sheet or batch shows: the one that asks most of a person."""
    return next((state for state in ORDER if state in states), "received")


def cells(
    batch: Batch, pages: Sequence[StoredPage], records: Sequence[Record], files: Sequence[CapturedFile], say: Words
) -> list[Cell]:
    """Every cell of a batch in order: sheets by number, the missing ones among them, then the refused files."""
    by_page = {record.page_id: record for record in records}
    sheets: dict[int, list[StoredPage]] = defaultdict(list)
    for page in pages:
        sheets[page.sheet_number].append(page)
    declared = batch.declared_sheets or 0
    count = max(declared, max(sheets, default=0))
    made = [
        _sheet(number, sheets[number], by_page, declared, say) if number in sheets else _missing(number)
        for number in range(1, count + 1)
    ]
    return made + [_refused(file, say) for file in files if file.refused]


def _missing(number: int) -> Cell:
    return {"n": number, "w": "missing", "problem": True}


def _refused(file: CapturedFile, say: Words) -> Cell:
    why = say.first((f"scan.{file.refused}",), file.detail)
    return {"n": 0, "w": "quarantined", "file": file.name, "why": why, "problem": True}


def _sheet(number: int, sides: Sequence[StoredPage], by_page: Mapping[int, Record], declared: int, say: Words) -> Cell:
    front = sides[0]
    record = next((by_page[page.id] for page in sides if page.id in by_page), None)
    state = uppermost([page_state(page, by_page.get(page.id)) for page in sides])
    kind = record.type if record else front.kind
    quality = fault(front, say)
    cell: Cell = {
        "n": number,
        "w": state,
        "p": front.id,
        "r": record.id if record else None,
        "img": bool(front.thumbnail),
        "type": vocabulary.short_name(kind, say) if kind else "",
        "title": vocabulary.type_name(kind, say) if kind else "",
        "file": front.file_name,
        "doubt": _doubts(record, say),
        "why": front.cause or quality,
        "badges": _badges(front, sides, number > declared > 0, say),
        "dim": kind in DIMMED or front.twin_of is not None,
        "problem": state in ("quarantined", "doubtful") or bool(quality),
    }
    return {name: value for name, value in cell.items() if value not in (None, "", [], False)}


def _doubts(record: Record | None, say: Words) -> list[str]:
    fields = record.fields.values() if record else ()
    return [vocabulary.field_name(field.name, say) for field in fields if not field.accepted]


def _badges(front: StoredPage, sides: Sequence[StoredPage], surplus: bool, say: Words) -> list[str]:
    marks = {
        "+": surplus,
        say("twin"): front.twin_of is not None,
        say("back"): any(page.side == "back" and page.kind != "blank" for page in sides),
        say(f"fault.{front.fault}"): bool(front.fault),
    }
    return [mark for mark, shown in marks.items() if shown]


def fault(page: StoredPage, say: Words) -> str:
    """`模糊：清晰度0.31＜0.45`: what the quality gate found, empty where the page passes it."""
    if not page.fault:
        return ""
    figures = page.notes.get("quality", {})
    over = page.fault == "cut_off"
    return say(
        "{fault}: {measured} {sign} {gate}",
        fault=say(f"fault.{page.fault}"),
        measured=format.figure(figures.get("measured", "")),
        sign="＞" if over else "＜",
        gate=format.figure(figures.get("gate", "")),
    )
