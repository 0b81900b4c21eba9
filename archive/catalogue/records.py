"""Records: what each page's document says, field by field, with the history of every value."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, Table, bindparam, delete, func, select, update

from imaging.model import Box
from ocr.model import FieldValue, Voucher

from ..errors import NotFound
from ..model import EVERYTHING, Batch, HistoryLine, Record, RecordField, RecordState, Scope, StoredPage, TellerDay
from .base import Repository, chunks, day_of, day_values, of_day, within
from .boxes import box_values
from .days import begin_change
from .outbox import Outbox
from .rows import insert_rows
from .tables import file, history, match, outbox, page, record, record_field, sheet
from .types import now

INDEX = "index"  # the outbox topic that the indexer drains; its keys are ids of records
_HISTORY = ("id", "record_id", "field", "old", "new", "source", "actor", "basis", "at")
_PLAIN = [
    "id",
    "page_id",
    "batch_id",
    "branch_no",
    "teller_no",
    "business_date",
    "type",
    "confidence",
    "version",
    "text",
    "journal_no",
    "file_name",
    "page_number",
    "sheet_number",
    "created_at",
]


# A page of results holds hundreds of fields: taken by place, not by name, they are read in half the time.
_BOXED = ("value", "raw", "confidence", "accepted", "source", "version", "box_x", "box_y", "box_w", "box_h")
_READ_FIELDS = select(*(record_field.c[name] for name in ("record_id", "name", *_BOXED)))


def _field(
    name: str, value: str, raw: str, confidence: float, accepted: bool, source: str, version: int, *box: Any
) -> RecordField:
    place = None if box[0] is None else Box(*box)
    return RecordField(name, value, raw, confidence, accepted, source, place, version)


def _taken(value: FieldValue) -> RecordField:
    plain = (value.value, value.raw, value.confidence, value.accepted, value.source)
    return RecordField(value.name, *plain, value.box)


def _record(row: RowMapping | dict[str, Any], fields: Mapping[str, RecordField]) -> Record:
    plain: dict[str, Any] = {name: row[name] for name in _PLAIN}
    plain["journal_no"] = plain["journal_no"] or ""
    return Record(**plain, state=RecordState(row["state"]), failures=tuple(row["failures"]), fields=fields)


def _selected(scope: Scope) -> Select[Any]:
    joined = record.join(page, page.c.id == record.c.page_id).join(file, file.c.id == page.c.file_id)
    joined = joined.join(sheet, sheet.c.id == page.c.sheet_id).outerjoin(match, match.c.record_id == record.c.id)
    names = (file.c.name.label("file_name"), page.c.number.label("page_number"), page.c.seq)
    places = (sheet.c.number.label("sheet_number"), match.c.journal_no)
    return select(record, *names, *places).select_from(joined).where(within(record.c.branch_no, scope))


def _row(record_id: int, name: str, value: FieldValue, version: int) -> dict[str, Any]:
    return {
        "record_id": record_id,
        "name": name,
        "value": value.value,
        "raw": value.raw,
        "confidence": value.confidence,
        "accepted": value.accepted,
        "source": value.source,
        "version": version,
        **box_values(value.box),
    }


def _values(voucher: Voucher, text: str, state: RecordState | None) -> dict[str, Any]:
    """A record's own columns; its state by its fields where none is given."""
    doubtful = any(not value.accepted for value in voucher.fields.values())
    return {
        "type": voucher.type,
        "confidence": voucher.confidence,
        "state": (state or (RecordState.DOUBTFUL if doubtful else RecordState.DONE)).value,
        "failures": [{**asdict(failure), "fields": list(failure.fields)} for failure in voucher.failures],
        "text": text,
    }


@cache
def _first_of_page(insert: Callable[[Table], Any]) -> Any:
    """The statement that adds a record where its page has none and tells its id, built once."""
    return insert(record).on_conflict_do_nothing(index_elements=["page_id"]).returning(record.c.id)


_OF_PAGE = select(record).where(record.c.page_id == bindparam("that_page"))


class Records(Repository):
    """Every change of a record writes its history and puts it in the outbox for the index."""

    def put(
        self,
        page: StoredPage,
        batch: Batch,
        voucher: Voucher,
        *,
        text: str,
        actor: str = "system",
        basis: str = "",
        state: RecordState | None = None,
    ) -> Record:
        """The page's one record. Put again (a rescan, a retry after a crash) it keeps its id and history and takes the
        new fields. `state` is found from the fields where it is not given. DaySealed where the day is sealed."""
        begin_change(self._connection, batch.day)
        fields, values = voucher.fields, _values(voucher, text, state)
        new = self._new(page, batch.day, values, fields, actor, basis)
        if new is not None:
            return new
        known = self._prepared(_OF_PAGE, that_page=page.id)
        assert known is not None, f"page {page.id} has no record and takes none"
        record_id = known["id"]
        self._run(update(record).where(record.c.id == record_id).values(values))
        lines = [("", known["type"], voucher.type, actor)] if known["type"] != voucher.type else []
        lines += self._replace_fields(record_id, fields)
        self._changed(record_id, lines, actor, basis)
        return self.get(record_id)

    def put_first(
        self,
        page: StoredPage,
        day: TellerDay,
        voucher: Voucher,
        *,
        text: str,
        actor: str,
        basis: str = "",
        state: RecordState | None = None,
    ) -> Record | None:
        """The record of a page that has none yet; None, and nothing is written, where it has one. Takes no lock that
        others wait for: nobody can see the new rows. Whoever calls it locks the day and the page after it, in the same
        transaction, and lets that fail where the day is sealed or the page another worker's."""
        return self._new(page, day, _values(voucher, text, state), voucher.fields, actor, basis)

    def _new(
        self,
        page: StoredPage,
        day: TellerDay,
        values: dict[str, Any],
        fields: Mapping[str, FieldValue],
        actor: str,
        basis: str,
    ) -> Record | None:
        """The page's first record, told from what was written: each page makes one, and reading it back is dear."""
        identity = {"page_id": page.id, "batch_id": page.batch_id, **day_values(day), "created_at": now()}
        record_id = self._connection.execute(_first_of_page(self._upsert), {**identity, **values}).scalar()
        if record_id is None:
            return None
        rows = [_row(record_id, name, one, 1) for name, one in fields.items()]
        lines = [("", "", str(values["type"]), actor)] if values["type"] else []
        lines += [(name, "", value.value, value.source) for name, value in fields.items()]
        self._changed(record_id, lines, actor, basis, rows, first=True)
        places = {"file_name": page.file_name, "page_number": page.number, "sheet_number": page.sheet_number}
        row = {"id": record_id, "version": 1, "journal_no": "", **identity, **values, **places}
        return _record(row, {name: _taken(value) for name, value in fields.items()})

    def _replace_fields(self, record_id: int, fields: Mapping[str, FieldValue]) -> list[tuple[str, str, str, str]]:
        old = self._fields([record_id])[record_id]
        self._run(delete(record_field).where(record_field.c.record_id == record_id))
        lines = [(name, gone.value, "", gone.source) for name, gone in old.items() if name not in fields]
        rows = []
        for name, value in fields.items():
            was = old.get(name)
            same = was is not None and (was.value, was.source) == (value.value, value.source)
            rows.append(_row(record_id, name, value, was.version + (not same) if was else 1))
            lines += [] if same else [(name, was.value if was else "", value.value, value.source)]
        insert_rows(self._connection, (record_field, rows))
        return lines

    def _changed(
        self,
        record_id: int,
        lines: list[tuple[str, str, str, str]],
        actor: str,
        basis: str,
        fields: Sequence[Mapping[str, Any]] = (),
        *,
        first: bool = False,
    ) -> None:
        """Writes history lines of field, old, new and source, counts a version and asks for indexing; adds `fields`."""
        at = now()
        names = ("field", "old", "new", "source")
        same = {"record_id": record_id, "actor": actor, "basis": basis, "at": at}
        rows = [{**dict(zip(names, line, strict=True)), **same} for line in lines]
        waits = [{"topic": INDEX, "key": str(record_id), "at": at}]
        insert_rows(self._connection, (record_field, fields), (history, rows), (outbox, waits))
        if lines and not first:
            self._run(update(record).where(record.c.id == record_id).values(version=record.c.version + 1))

    def set_field(
        self,
        record_id: int,
        name: str,
        value: str,
        *,
        raw: str = "",
        source: str,
        actor: str,
        basis: str,
        accepted: bool = True,
        confidence: float = 1.0,
        box: Box | None = None,
    ) -> Record:
        """The record with that field set or added; it keeps its box where none is given. The record is done when its
        last field is accepted. DaySealed, NotFound."""
        self._locked(record_id)
        old = self._fields([record_id])[record_id].get(name)
        place = box or (old.box if old else None)
        new = FieldValue(name, value, raw or (old.raw if old else ""), confidence, accepted, source, place)
        row = _row(record_id, name, new, old.version + 1 if old else 1)
        put = self._upsert(record_field).values(row)
        self._run(put.on_conflict_do_update(index_elements=["record_id", "name"], set_=row))
        self._settle(record_id)
        self._changed(record_id, [(name, old.value if old else "", value, source)], actor, basis)
        return self.get(record_id)

    def _settle(self, record_id: int) -> None:
        waits = (record_field.c.record_id == record_id) & ~record_field.c.accepted
        doubtful = self._scalar(select(record_field.c.name).where(waits).limit(1)) is not None
        state = RecordState.DOUBTFUL if doubtful else RecordState.DONE
        self._run(update(record).where(record.c.id == record_id).values(state=state.value))

    def set_type(self, record_id: int, type: str, *, actor: str, basis: str, source: str = "") -> Record:
        """The record under another type. DaySealed, NotFound."""
        old = self._locked(record_id)["type"]
        self._run(update(record).where(record.c.id == record_id).values(type=type, confidence=1.0))
        self._changed(record_id, [("", old, type, source or actor)], actor, basis)
        return self.get(record_id)

    def set_state(self, record_id: int, state: RecordState) -> Record:
        """The record in that state. DaySealed, NotFound."""
        self._locked(record_id)
        self._run(update(record).where(record.c.id == record_id).values(state=RecordState(state).value))
        Outbox(self._connection).add(INDEX, record_id)
        return self.get(record_id)

    def set_failures(self, record_id: int, failures: Iterable[Mapping[str, object]]) -> Record:
        """The record with the rules that fail now (rule, kind, fields, detail). DaySealed, NotFound."""
        self._locked(record_id)
        self._run(update(record).where(record.c.id == record_id).values(failures=[dict(one) for one in failures]))
        return self.get(record_id)

    def _locked(self, record_id: int) -> RowMapping:
        mine = select(record).where(record.c.id == record_id)
        row = self._first(mine)
        if row is None:
            raise NotFound(f"no record {record_id}")
        begin_change(self._connection, day_of(row))  # before the record, as everywhere
        row = self._first(self._locking(mine))
        assert row is not None
        return row

    def get(self, record_id: int, scope: Scope = EVERYTHING) -> Record:
        """NotFound where there is none in scope."""
        found = self._found(record.c.id == record_id, scope)
        if not found:
            raise NotFound(f"no record {record_id}")
        return found[0]

    def of_page(self, page_id: int, scope: Scope = EVERYTHING) -> Record | None:
        return next(iter(self._found(record.c.page_id == page_id, scope)), None)

    def of_batch(self, batch_id: int, scope: Scope = EVERYTHING) -> list[Record]:
        """The batch's records by the place of their page."""
        return self._found(record.c.batch_id == batch_id, scope)

    def waiting(self, batch_id: int) -> bool:
        """Whether a record of the batch waits for the index."""
        due = {int(row["key"]) for row in self._all(select(outbox.c.key).where(outbox.c.topic == INDEX))}
        mine = select(record.c.id).where(record.c.batch_id == batch_id)
        return bool(due) and any(row["id"] in due for row in self._all(mine))

    def of_day(self, day: TellerDay, scope: Scope = EVERYTHING) -> list[Record]:
        """The day's records by batch and place."""
        return self._found(of_day(record, day), scope)

    def many(self, ids: Iterable[int], scope: Scope = EVERYTHING) -> list[Record]:
        """The records that exist in scope, in the order of the ids."""
        wanted = list(ids)
        found = {one.id: one for some in chunks(wanted) for one in self._found(record.c.id.in_(some), scope)}
        return [found[one] for one in wanted if one in found]

    def _found(self, condition: ColumnElement[bool], scope: Scope) -> list[Record]:
        ordered = _selected(scope).where(condition).order_by(record.c.batch_id, page.c.seq, record.c.id)
        rows = self._all(ordered)
        fields = self._fields(row["id"] for row in rows)
        return [_record(row, fields[row["id"]]) for row in rows]

    def _fields(self, ids: Iterable[int]) -> dict[int, dict[str, RecordField]]:
        found: dict[int, dict[str, RecordField]] = {}
        for some in chunks(ids):
            found.update({one: {} for one in some})
            for record_id, *plain in self._connection.execute(_READ_FIELDS.where(record_field.c.record_id.in_(some))):
                one = _field(*plain)
                found[record_id][one.name] = one
        return found

    def history(self, record_id: int) -> list[HistoryLine]:
        """Every value the record had, oldest first."""
        lines = select(history).where(history.c.record_id == record_id).order_by(history.c.id)
        return [HistoryLine(*(row[name] for name in _HISTORY)) for row in self._all(lines)]

    def count(self, scope: Scope = EVERYTHING) -> int:
        """How many records there are in scope."""
        found = select(func.count()).select_from(record).where(within(record.c.branch_no, scope))
        return int(self._scalar(found))

    def page_of_ids(self, after_id: int = 0, limit: int = 1000) -> list[int]:
        """Ids past that one, in order: all records, a page of ids at a time."""
        found = select(record.c.id).where(record.c.id > after_id).order_by(record.c.id).limit(limit)
        return [row["id"] for row in self._all(found)]
