"""Exports: a person's search as a file, asked for, made in the background under a lease, kept for a week."""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog

from archive.errors import Conflict, Invalid, LeaseLost, Refused
from archive.masking import masked_for
from archive.model import Person, Record, Role, Scope
from archive.objects.port import Erasable
from archive.search import Asked, count, search
from archive.service import Export, ExportState
from archive.vault import Archive

from .export_files import CsvWriter, Item, PdfFileWriter, Writer, ZipWriter
from .export_rows import Columns

FORMATS = ("csv", "zip", "pdf")
MOST = {"csv": 50_000, "zip": 5_000, "pdf": 5_000}
MOST_WAITING = 5
KEPT = timedelta(days=7)
LEASE = timedelta(seconds=30)
RENEW_EVERY = 1.0
_CHUNK = {"csv": 500, "zip": 50, "pdf": 50}
_LONGEST_REASON = 200
_ROOM, _LEFT = (
    "vouch-export-",
    86_400.0,
)  # the name of a runner's folder, and the age in seconds of one without a runner
log = structlog.get_logger("vouch.exports")


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be made of a search: its format, why, for `zip` whether the original files or the access copies,
    whether names and accounts are masked, and the ids of the records chosen from what was found; of none, all."""

    format: str
    reason: str
    originals: bool = False
    masked: bool = False
    ids: tuple[int, ...] = ()

    @property
    def images(self) -> bool:
        return self.format != "csv"


def ask(archive: Archive, person: Person, asked: Asked, order: Order) -> Export:
    """The export, waiting; the act and its reason are an event. Invalid where it is no order, finds nothing or more
    than a file holds; Refused where the person may not have it; Conflict where too many wait already."""
    order = _allowed(person, order)
    total = _total(archive, asked, person.scope, order)
    _within_limits(order, total)
    branches = person.scope.branches
    options: dict[str, object] = {"originals": order.originals, "masked": order.masked}
    chosen = {"ids": list(order.ids)} if order.ids else {}
    name = f"vouch-export.{order.format}"
    with archive.catalogue.write() as tx:
        _few_wait(tx.exports.of_person(person.id))
        made = tx.exports.add(
            person.id, branches, asked.text, asked.filters(), order.format, name, order.reason, options | chosen
        )
        detail = {"export": made.id, "format": order.format, "reason": order.reason, "total": total, **options}
        tx.events.add("export.asked", person.name, branch_no=person.branch_no, detail=detail)
        return made


def _allowed(person: Person, order: Order) -> Order:
    """The order as this person may have it."""
    if person.role is Role.KEYER:
        raise Refused("a keyer sees snippets, never a voucher")
    if order.format not in FORMATS:
        raise Invalid("format", f"{order.format!r} is no format; choose csv, zip or pdf")
    reason = " ".join(order.reason.split())
    if not reason or len(reason) > _LONGEST_REASON:
        raise Invalid("reason", f"say in at most {_LONGEST_REASON} characters what the export is for; it is logged")
    masked = order.masked or masked_for(person)
    if masked and order.images:
        raise Refused("images cannot be masked, and your role exports masked values only; choose csv")
    return replace(order, reason=reason, masked=masked)


def _total(archive: Archive, asked: Asked, scope: Scope, order: Order) -> int:
    if not order.ids:
        return count(archive, asked, scope=scope)
    with archive.catalogue.read() as tx:
        return len(tx.records.many(order.ids, scope))


def _within_limits(order: Order, total: int) -> None:
    if not total:
        raise Invalid("q", "nothing is found, so there is nothing to export; change the search")
    if total > MOST[order.format]:
        raise Invalid(
            "format",
            f"{total:,} vouchers are found and one {order.format} holds at most {MOST[order.format]:,};"
            " narrow the search, by business date for instance",
        )


def _few_wait(known: list[Export]) -> None:
    if sum(one.state in {ExportState.WAITING, ExportState.RUNNING} for one in known) >= MOST_WAITING:
        raise Conflict(f"{MOST_WAITING} of your exports are not done yet; wait for one, or cancel one")


def cancel(archive: Archive, person: Person, export_id: int) -> Export:
    """The person's export, cancelled; what was made of it is dropped. Conflict where it has ended, NotFound."""
    with archive.catalogue.write() as tx:
        made = tx.exports.cancel(export_id, person.id)
        tx.events.add("export.cancelled", person.name, branch_no=person.branch_no, detail={"export": made.id})
        return made


def take(archive: Archive, store: Erasable, person: Person, export_id: int) -> tuple[Export, Iterator[bytes]]:
    """The file in pieces, logged before the first. Only for the person who asked, and only while that person may see
    the branches it was asked in. NotFound, Conflict where it is not done, Refused."""
    with archive.catalogue.read() as tx:
        made = tx.exports.get(export_id, person.id)
    if made.state is not ExportState.DONE:
        raise Conflict(f"export {export_id} is {made.state.value}; there is no file to fetch")
    if not _still_covered(made, person.scope):
        raise Refused("your branches have changed since this export was asked for; ask for a new one")
    pieces = store.open(made.sha256)
    with archive.catalogue.write() as tx:
        tx.events.add("export.taken", person.name, branch_no=person.branch_no, detail={"export": made.id})
    return made, pieces


def _still_covered(made: Export, scope: Scope) -> bool:
    if scope.branches is None:
        return True
    return made.branches is not None and scope.branches.issuperset(made.branches)


def run_exports(
    archive: Archive,
    store: Erasable,
    stopping: Callable[[], bool] = lambda: False,
    *,
    worker: str = "",
    lease: timedelta = LEASE,
    folder: Path | None = None,
) -> bool:
    """One turn of the chore: makes the next export that waits or whose runner died, whole or not at all, else forgets
    what is too old; whether there was anything to do. An OSError (a store away, no space) leaves the export to be begun
    again when its lease has run out."""
    if stopping():
        return False
    with archive.catalogue.read() as tx:
        waits = tx.exports.backlog()[0] > 0
    made = _claim(archive, worker or f"exports@{socket.gethostname()}-{os.getpid()}", lease) if waits else None
    if made is None:
        return _forget_old(archive, store)
    with _Held(archive, made, lease, stopping) as held, _room(folder) as room:
        _finish(archive, store, made, held, room)
    return not stopping()


def _claim(archive: Archive, worker: str, lease: timedelta) -> Export | None:
    with archive.catalogue.write() as tx:
        return tx.exports.claim(worker, datetime.now(UTC) + lease)


def _finish(archive: Archive, store: Erasable, made: Export, held: _Held, room: Path) -> None:
    """Makes the file, stores it and ends the export; or ends it with what is wrong with it."""
    bound = log.bind(export=made.id, worker=made.worker)
    try:
        path = _made(archive, made, held, room)
        sha256 = store.put_file(path)
        with archive.catalogue.write() as tx:
            tx.exports.progress(made.id, made.token, held.done, held.total, datetime.now(UTC) + LEASE)
            tx.exports.finish(made.id, made.token, sha256, path.stat().st_size)
    except _Stopping:
        with archive.catalogue.write() as tx:
            tx.exports.release(made.worker)
    except LeaseLost as error:
        bound.info("export dropped", cause=str(error))
    except Exception as error:
        if isinstance(error, OSError) and not isinstance(error, Refused):  # the surroundings, not the export
            raise
        bound.exception("export failed")
        with archive.catalogue.write() as tx:
            tx.exports.fail(made.id, made.token, str(error) or type(error).__name__)


class _Stopping(Exception):
    """The process ends: the export goes back to the queue."""


class _Held:
    """Renews an export's lease and tells its progress every second, over a connection of its own; `step` raises as
    soon as it is no longer ours."""

    def __init__(self, archive: Archive, made: Export, lease: timedelta, stopping: Callable[[], bool]) -> None:
        self.done, self.total = 0, 0
        self._archive, self._made, self._lease, self._stopping = archive, made, lease, stopping
        self._over, self._lost = threading.Event(), False
        self._thread = threading.Thread(target=self._renew, daemon=True)

    def __enter__(self) -> _Held:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def step(self, done: int) -> None:
        """So many more are written."""
        self.done += done
        if self._lost:
            raise LeaseLost(f"export {self._made.id} was cancelled or taken over")
        if self._stopping():
            raise _Stopping

    def _renew(self) -> None:
        while not self._over.wait(RENEW_EVERY):
            until = datetime.now(UTC) + self._lease
            try:
                with self._archive.catalogue.write() as tx:
                    if not tx.exports.progress(self._made.id, self._made.token, self.done, self.total, until):
                        self._lost = True
                        return
            except OSError as error:  # the next turn tries again; a lease that runs out is fenced by its token
                log.warning("lease not renewed", export=self._made.id, cause=str(error))


@contextmanager
def _room(folder: Path | None) -> Iterator[Path]:
    """A folder for the file in the making; what killed runners left here a day ago goes first."""
    parent = folder or Path(tempfile.gettempdir())
    parent.mkdir(parents=True, exist_ok=True)
    for left in parent.glob(f"{_ROOM}*"):
        if time.time() - left.stat().st_mtime > _LEFT:
            shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=_ROOM, dir=parent) as made:
        yield Path(made)


def _made(archive: Archive, made: Export, held: _Held, room: Path) -> Path:
    """The file of an export, as its person may have it now."""
    with archive.catalogue.read() as tx:
        person = tx.people.get(made.person_id)
    if not person.active:
        raise Refused("the account that asked for this export is closed")
    asked, order = Asked.of(made.text, made.filters), _allowed(person, order_of(made))
    scope = _both(person.scope, made)
    held.total = _total(archive, asked, scope, order)
    _within_limits(order, held.total)
    path = room / f"export.{made.format}"
    with _writer(archive, path, order, _columns(archive, asked, scope, order)) as writer:
        for records in _pages(archive, asked, scope, order):
            writer.add(_items(archive, records, person, made, order))
            held.step(len(records))
    return path


def order_of(made: Export) -> Order:
    """What was ordered, as the export keeps it."""
    chosen = made.options.get("ids")
    ids = tuple(chosen) if isinstance(chosen, list) else ()
    return Order(made.format, made.reason, bool(made.options.get("originals")), bool(made.options.get("masked")), ids)


def _columns(archive: Archive, asked: Asked, scope: Scope, order: Order) -> Columns:
    """The columns of the types that are found; of chosen records, of theirs."""
    if order.ids:
        with archive.catalogue.read() as tx:
            types = {record.type for record in tx.records.many(order.ids, scope)}
        return Columns.of(types, order.masked, order.images)
    return Columns.of(search(archive, asked, scope=scope, limit=0).facets.get("type", {}), order.masked, order.images)


def _both(scope: Scope, made: Export) -> Scope:
    """What the person may see now, of what was asked for."""
    if made.branches is None:
        return scope
    return Scope(frozenset(one for one in made.branches if scope.covers(one)))


def _writer(archive: Archive, path: Path, order: Order, columns: Columns) -> Writer:
    if order.format == "csv":
        return CsvWriter(path, columns)
    if order.format == "zip":
        return ZipWriter(path, columns, archive.objects.get, order.originals)
    return PdfFileWriter(path, archive.objects.get)


def _pages(archive: Archive, asked: Asked, scope: Scope, order: Order) -> Iterator[list[Record]]:
    cursor, limit = "", _CHUNK[order.format]
    for start in range(0, len(order.ids), limit):
        with archive.catalogue.read() as tx:
            yield tx.records.many(order.ids[start : start + limit], scope)
    while not order.ids:
        found = search(archive, asked, scope=scope, cursor=cursor, limit=limit, facets=False)
        yield found.records
        cursor = found.next
        if not cursor:
            return


def _items(archive: Archive, records: list[Record], person: Person, made: Export, order: Order) -> list[Item]:
    """The records with their pages. That images go out is logged before they do."""
    with archive.catalogue.read() as tx:
        pages = {page.id: page for page in tx.pages.many(record.page_id for record in records)}
    if order.images:
        with archive.catalogue.write() as tx:
            for one in records:
                detail = {"export": made.id}
                known = {"batch_id": one.batch_id, "page_id": one.page_id, "record_id": one.id}
                tx.events.add("page.exported", person.name, **known, branch_no=one.branch_no, detail=detail)
    return [Item(record, pages[record.page_id]) for record in records if record.page_id in pages]


def _forget_old(archive: Archive, store: Erasable) -> bool:
    """Forgets exports that ended a week ago, and their files where no other export has the same bytes."""
    with archive.catalogue.read() as tx:
        old = tx.exports.expired(datetime.now(UTC) - KEPT)
    for made in old:
        with archive.catalogue.read() as tx:
            last = bool(made.sha256) and tx.exports.uses(made.sha256) == 1
        if last:
            store.delete(made.sha256)
        with archive.catalogue.write() as tx:
            tx.exports.forget(made.id)
    return bool(old)
