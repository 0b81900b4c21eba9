"""Sheets and the order of pages: how captured files become sheets, sides and rows of pages."""

from __future__ import annotations

from typing import Any

from sqlalchemy import RowMapping, Select, bindparam, func, select, update

from ..errors import Invalid, NotFound
from ..model import EVERYTHING, Batch, CapturedFile, PageState, Scope, Sheet, StoredPage
from .base import Repository, inserting, within
from .batches import Batches
from .tables import batch, file, page, record, sheet
from .types import now

_PLAIN = [
    "id",
    "batch_id",
    "sheet_id",
    "file_id",
    "file_name",
    "number",
    "side",
    "seq",
    "kind",
    "original",
    "token",
    "deliveries",
    "access",
    "thumbnail",
    "reading",
    "width",
    "height",
    "dpi",
    "phash",
    "twin_of",
    "fault",
    "cause",
    "notes",
    "sheet_number",
    "record_id",
]
FRONT, BACK = "front", "back"


def page_of(row: RowMapping) -> StoredPage:
    return StoredPage(**{name: row[name] for name in _PLAIN}, state=PageState(row["state"]))


def selected(scope: Scope = EVERYTHING) -> Select[Any]:
    """Pages in scope with their file's name, their sheet's number and their record."""
    joined = page.join(batch, batch.c.id == page.c.batch_id).join(sheet, sheet.c.id == page.c.sheet_id)
    joined = joined.join(file, file.c.id == page.c.file_id).outerjoin(record, record.c.page_id == page.c.id)
    names = (file.c.name.label("file_name"), sheet.c.number.label("sheet_number"), record.c.id.label("record_id"))
    return select(page, *names).select_from(joined).where(within(batch.c.branch_no, scope))


# Built once: every file needs them, and building one costs more than running it.
_OF_FILE = selected().where(page.c.file_id == bindparam("that_file")).order_by(page.c.number)
_LAST_PAGE = (
    select(page.c.seq, page.c.side, page.c.sheet_id)
    .where(page.c.batch_id == bindparam("that_batch"))
    .order_by(page.c.seq.desc())
    .limit(1)
)
_LAST_SHEET = select(func.max(sheet.c.number)).where(sheet.c.batch_id == bindparam("that_batch"))


class Sheets(Repository):
    """The paper of a batch."""

    def sheets(self, batch_id: int) -> list[Sheet]:
        """The batch's sheets by number."""
        found = select(sheet).where(sheet.c.batch_id == batch_id).order_by(sheet.c.number)
        return [Sheet(r["id"], r["batch_id"], r["number"], r["attached_to"]) for r in self._all(found)]

    def add_pages(self, mine: Batch, captured: CapturedFile, original: str) -> list[StoredPage]:
        """The rows of a file's pages, `received`: a sheet a page, or where the batch is duplex, front and back in turn
        over the whole batch. A file that has its rows already keeps them."""
        Batches(self._connection).lock(mine.id)
        known = self._of_file(captured.id)
        if not known:
            self._run(inserting(page), self._rows(mine, captured, original))
            known = self._of_file(captured.id)
        return known

    def _of_file(self, file_id: int) -> list[StoredPage]:
        rows = self._connection.execute(_OF_FILE, {"that_file": file_id}).mappings().all()
        return [page_of(row) for row in rows]

    def _rows(self, mine: Batch, captured: CapturedFile, original: str) -> list[dict[str, Any]]:
        last = self._asked(_LAST_PAGE, that_batch=mine.id)
        seq, side, sheet_id = (last["seq"], last["side"], last["sheet_id"]) if last else (-1, BACK, 0)
        rows: list[dict[str, Any]] = []
        first = {"state": PageState.RECEIVED.value, "original": original, "queued_at": now()}
        for number in range(1, captured.pages + 1):
            seq += 1
            side = BACK if mine.duplex and side == FRONT else FRONT
            if side == FRONT:
                sheet_id = self._add_sheet(mine.id)
            identity = {"batch_id": mine.id, "sheet_id": sheet_id, "file_id": captured.id, "number": number}
            rows.append({**identity, "side": side, "seq": seq, **first})
        return rows

    def _add_sheet(self, batch_id: int) -> int:
        last = self._connection.execute(_LAST_SHEET, {"that_batch": batch_id}).scalar() or 0
        return self._add(sheet, batch_id=batch_id, number=last + 1)

    def attach(self, sheet_id: int, to: int | None) -> None:
        """Marks a sheet as an attachment of another sheet of its batch, or of none."""
        found = {one.id: one for one in self.sheets(self._batch_of(sheet_id))}
        if to is not None and (to not in found or to == sheet_id):
            raise Invalid("attached_to", f"sheet {to} is not another sheet of the same batch")
        self._run(update(sheet).where(sheet.c.id == sheet_id).values(attached_to=to))

    def _batch_of(self, sheet_id: int) -> int:
        found = self._scalar(select(sheet.c.batch_id).where(sheet.c.id == sheet_id))
        if found is None:
            raise NotFound(f"no sheet {sheet_id}")
        return int(found)

    def move(self, sheet_id: int, number: int) -> list[Sheet]:
        """Puts a sheet, with its pages, at another place of its batch (from 1, the end where it is past it); returns
        the new order."""
        batch_id = Batches(self._connection).lock(self._batch_of(sheet_id)).id
        ids = [one.id for one in self.sheets(batch_id)]
        ids.remove(sheet_id)
        ids.insert(max(0, number - 1), sheet_id)
        for place, one in enumerate(ids, start=1):
            self._run(update(sheet).where(sheet.c.id == one).values(number=place))
        self._renumber(batch_id)
        return self.sheets(batch_id)

    def _renumber(self, batch_id: int) -> None:
        mine = select(page.c.id).join(sheet, sheet.c.id == page.c.sheet_id).where(page.c.batch_id == batch_id)
        for seq, row in enumerate(self._all(mine.order_by(sheet.c.number, page.c.seq))):
            self._run(update(page).where(page.c.id == row["id"]).values(seq=seq))
