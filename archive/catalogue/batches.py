"""Batches and their files: opened for a teller's day, declared, filled, closed, archived."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Connection, RowMapping, bindparam, func, select, update

from ..errors import Conflict, NotFound
from ..model import EVERYTHING, Batch, BatchState, CapturedFile, PageState, RecordState, Scope, TellerDay
from .base import Repository, chunks, day_values, of_day, within
from .days import Days, begin_change
from .outbox import Outbox
from .records import INDEX
from .tables import batch, file, page, record, sheet
from .types import now

_FILE = ("id", "batch_id", "name", "sha256", "size", "media_type", "pages", "refused", "detail", "received_at")

_THAT_BATCH = select(batch).where(batch.c.id == bindparam("that_id"))
_THAT_FILE = select(file).where(
    file.c.batch_id == bindparam("that_batch"),
    file.c.name == bindparam("that_name"),
    file.c.sha256 == bindparam("that_sha256"),
)

BatchList = list[Batch]
FileList = list[CapturedFile]


@dataclass(frozen=True, slots=True)
class BatchCounts:
    """How far a batch is. `pages` is the sum of done, quarantined, running and received."""

    sheets: int
    pages: int
    pages_done: int
    quarantined: int
    running: int
    received: int
    doubtful_records: int
    refused_files: int


def cents(amount: Decimal | None) -> int | None:
    """Integer cents; ValueError where the amount has a part of a cent."""
    if amount is None:
        return None
    found = amount.scaleb(2)
    if found != found.to_integral_value():
        raise ValueError(f"{amount} has more than two decimals; give yuan and cents")
    return int(found)


def yuan(found: int | None) -> Decimal | None:
    """The amount with two decimals."""
    return None if found is None else Decimal(found).scaleb(-2)


def _batch(row: RowMapping) -> Batch:
    return Batch(
        id=row["id"],
        branch_no=row["branch_no"],
        teller_no=row["teller_no"],
        business_date=row["business_date"],
        state=BatchState(row["state"]),
        declared_sheets=row["declared_sheets"],
        declared_entries=row["declared_entries"],
        declared_amount=yuan(row["declared_cents"]),
        duplex=row["duplex"],
        opened_by=row["opened_by"],
        opened_at=row["opened_at"],
        closed_at=row["closed_at"],
        box=row["box"],
    )


def _file(row: RowMapping) -> CapturedFile:
    return CapturedFile(*(row[name] for name in _FILE))


def archive_if_complete(connection: Connection, batch_id: int) -> bool:
    """Marks a closed batch `archived` where no page of it waits or runs, and says whether it did. The caller has locked
    the batch, so that of two last pages the later one sees the earlier. A quarantined page does not hold it up."""
    found = connection.execute(select(batch.c.state).where(batch.c.id == batch_id)).scalar()
    if found != BatchState.CLOSED.value:
        return False
    undone = page.c.state.in_([PageState.RECEIVED.value, PageState.RUNNING.value])
    if connection.execute(select(page.c.id).where(page.c.batch_id == batch_id, undone).limit(1)).first():
        return False
    connection.execute(update(batch).where(batch.c.id == batch_id).values(state=BatchState.ARCHIVED.value))
    return True


class Batches(Repository):
    """Feeds of sheets and the files they came in."""

    def open(
        self,
        day: TellerDay,
        *,
        declared_sheets: int | None = None,
        declared_entries: int | None = None,
        declared_amount: Decimal | None = None,
        duplex: bool = False,
        actor: str,
    ) -> Batch:
        """A new open batch of the day. DaySealed where the day is sealed."""
        begin_change(self._connection, day)
        found = self._add(
            batch,
            **day_values(day),
            state=BatchState.OPEN.value,
            declared_sheets=declared_sheets,
            declared_entries=declared_entries,
            declared_cents=cents(declared_amount),
            duplex=duplex,
            opened_by=actor,
            opened_at=now(),
        )
        return self.get(found)

    def get(self, id: int, scope: Scope = EVERYTHING) -> Batch:
        """NotFound where there is none in scope."""
        if scope == EVERYTHING:
            return self._made(self._asked(_THAT_BATCH, that_id=id), id)
        return self._made(self._first(select(batch).where(batch.c.id == id, within(batch.c.branch_no, scope))), id)

    def lock(self, id: int, day: TellerDay | None = None) -> Batch:
        """The batch, its day's row and its own locked until the transaction ends. `day` is its day, where that is
        known, which never changes. NotFound."""
        if self._serves_many:
            Days(self._connection).hold(day or self.get(id).day)
        return self._locked(id)

    def lock_to_change(self, id: int, day: TellerDay) -> Batch:
        """The same for whoever then writes to its day, which is locked once for both. DaySealed, NotFound."""
        begin_change(self._connection, day)
        return self._locked(id)

    def _locked(self, id: int) -> Batch:
        return self._made(self._prepared(_THAT_BATCH, that_id=id), id)

    @staticmethod
    def _made(row: RowMapping | None, id: int) -> Batch:
        if row is None:
            raise NotFound(f"no batch B-{id}")
        return _batch(row)

    def find_open(self, day: TellerDay) -> Batch | None:
        """The latest open batch of the day."""
        mine = select(batch).where(of_day(batch, day), batch.c.state == BatchState.OPEN.value)
        row = self._first(mine.order_by(batch.c.id.desc()).limit(1))
        return None if row is None else _batch(row)

    def list(
        self,
        scope: Scope = EVERYTHING,
        *,
        business_date: date | None = None,
        branch_no: str | None = None,
        state: BatchState | None = None,
        before_id: int | None = None,
        limit: int = 50,
    ) -> list[Batch]:
        """Batches in scope, newest first; `before_id` goes on where a former list ended."""
        found = select(batch).where(within(batch.c.branch_no, scope))
        if before_id is not None:
            found = found.where(batch.c.id < before_id)
        for name, value in {"business_date": business_date, "branch_no": branch_no, "state": state}.items():
            if value is not None:
                found = found.where(batch.c[name] == value)
        return [_batch(row) for row in self._all(found.order_by(batch.c.id.desc()).limit(limit))]

    def of_day(self, day: TellerDay) -> BatchList:
        """The day's batches, oldest first."""
        return [_batch(row) for row in self._all(select(batch).where(of_day(batch, day)).order_by(batch.c.id))]

    def _set(self, id: int, **values: object) -> Batch:
        found = self.lock(id)
        begin_change(self._connection, found.day)
        self._run(update(batch).where(batch.c.id == id).values(values))
        return self.get(id)

    def declare(self, id: int, sheets: int | None, entries: int | None, amount: Decimal | None) -> Batch:
        """The batch with what its branch says it holds."""
        return self._set(id, declared_sheets=sheets, declared_entries=entries, declared_cents=cents(amount))

    def close(self, id: int, at: datetime | None = None) -> Batch:
        """The batch takes no more files; where all its pages have ended it is archived at once. Closing twice does
        nothing."""
        if self.lock(id).state is BatchState.OPEN:
            self._set(id, state=BatchState.CLOSED.value, closed_at=at or now())
        self.archive_if_complete(id)
        return self.get(id)

    def set_box(self, id: int, box: str) -> Batch:
        """The batch with its paper in that box, in none where it is empty; its records wait for the index again. No
        figure of the day depends on it, so that a sealed day's batch goes into its box too. NotFound."""
        self.lock(id)
        self._run(update(batch).where(batch.c.id == id).values(box=box))
        records = self._all(select(record.c.id).where(record.c.batch_id == id).order_by(record.c.id))
        Outbox(self._connection).add_all(INDEX, (row["id"] for row in records))
        return self.get(id)

    def boxes(self, ids: Iterable[int]) -> Mapping[int, str]:
        """The boxes of those of the batches that are in one."""
        wanted = (batch.c.id.in_(some) & (batch.c.box != "") for some in chunks(set(ids)))
        rows = (row for some in wanted for row in self._all(select(batch.c.id, batch.c.box).where(some)))
        return {row["id"]: row["box"] for row in rows}

    def set_state(self, id: int, state: BatchState) -> Batch:
        return self._set(id, state=BatchState(state).value)

    def archive_if_complete(self, id: int) -> bool:
        """Marks a closed batch `archived` where no page of it waits or runs, and says whether it did."""
        self.lock(id)
        return archive_if_complete(self._connection, id)

    def counts(self, id: int) -> BatchCounts:
        """How far the batch is, of one moment."""
        mine = select(page.c.state, func.count().label("n")).where(page.c.batch_id == id).group_by(page.c.state)
        states = {row["state"]: row["n"] for row in self._all(mine)}
        refused = select(func.count()).select_from(file).where(file.c.batch_id == id, file.c.refused != "")
        doubtful = (record.c.batch_id == id) & (record.c.state == RecordState.DOUBTFUL.value)
        return BatchCounts(
            sheets=self._scalar(select(func.count()).select_from(sheet).where(sheet.c.batch_id == id)),
            pages=sum(states.values()),
            pages_done=states.get("done", 0),
            quarantined=states.get("quarantined", 0),
            running=states.get("running", 0),
            received=states.get("received", 0),
            doubtful_records=self._scalar(select(func.count()).select_from(record).where(doubtful)),
            refused_files=self._scalar(refused),
        )

    def add_file(
        self, batch_id: int, name: str, sha256: str, size: int, media_type: str, pages: int
    ) -> tuple[CapturedFile, bool]:
        """The file, and whether it is new; sent again it keeps its identity. Conflict where a new file comes to a
        batch that is closed."""
        values = {"media_type": media_type, "pages": pages, "refused": "", "detail": ""}
        return self._file(batch_id, name, sha256, size, values)

    def refuse_file(self, batch_id: int, name: str, sha256: str, size: int, refused: str, detail: str) -> CapturedFile:
        """Keeps the name of a file that cannot be imaged, the short word and the reason."""
        return self._file(batch_id, name, sha256, size, {"refused": refused, "detail": detail})[0]

    def _file(
        self, batch_id: int, name: str, sha256: str, size: int, values: dict[str, object]
    ) -> tuple[CapturedFile, bool]:
        mine = self.lock(batch_id)
        same = {"that_batch": batch_id, "that_name": name, "that_sha256": sha256}
        known = self._asked(_THAT_FILE, **same)
        if known is not None:
            return _file(known), False
        if mine.state is not BatchState.OPEN:
            raise Conflict(f"{mine.label} is {mine.state.value} and takes no more files; open a new batch for {name}")
        begin_change(self._connection, mine.day)
        identity = {"batch_id": batch_id, "name": name, "sha256": sha256, "size": size, "received_at": now()}
        self._add(file, **identity, **values)
        added = self._asked(_THAT_FILE, **same)
        assert added is not None
        return _file(added), True

    def files(self, batch_id: int) -> FileList:
        """The batch's files in the order they came, refused ones too."""
        return [_file(row) for row in self._all(select(file).where(file.c.batch_id == batch_id).order_by(file.c.id))]

    def find_file(self, batch_id: int, name: str, sha256: str) -> CapturedFile | None:
        """The file of that identity, where it came before."""
        row = self._asked(_THAT_FILE, that_batch=batch_id, that_name=name, that_sha256=sha256)
        return None if row is None else _file(row)

    def file(self, id: int) -> CapturedFile:
        """One captured file. NotFound where there is none."""
        row = self._first(select(file).where(file.c.id == id))
        if row is None:
            raise NotFound(f"no file {id}")
        return _file(row)
