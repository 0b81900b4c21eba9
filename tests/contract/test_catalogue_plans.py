"""Hot statements read an index and a few rows of it, however much is done with: the databases say so themselves."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from archive_world import DAY, SHA, later
from sqlalchemy import event as events
from sqlalchemy import insert, text

from archive.catalogue import Catalogue, Transaction
from archive.catalogue.balances import Balances
from archive.catalogue.tables import case, event, outbox, page, record, task
from archive.model import CaseState, PageState, Role, Scope

DONE, WAITING = 6_000, 20
NOW = datetime.now(UTC)
HERE = Scope(frozenset({DAY.branch_no}))
WHOLE = re.compile(r"Seq Scan on (\w+)|SCAN (\w+)(?! USING INDEX ix_(?:page|task|case|day|export)_)")
LARGE = {"page", "record", "task", "case", "event", "outbox"}


def fill(tx: Transaction) -> None:
    """Many pages that are done with a record, a task, a case and an event each, and a few that wait."""
    batch = tx.batches.open(DAY, actor="wang")
    file, _ = tx.batches.add_file(batch.id, "1.tif", SHA, 1, "image/tiff", 1)
    sheet_id = tx.pages.add_pages(batch, file, SHA)[0].sheet_id
    day = {"branch_no": DAY.branch_no, "teller_no": DAY.teller_no, "business_date": DAY.business_date}
    numbers = range(2, DONE + 2)
    place = {"batch_id": batch.id, "sheet_id": sheet_id, "file_id": file.id, "original": SHA, "queued_at": NOW}
    states = [PageState.DONE.value if n < DONE - WAITING else PageState.RECEIVED.value for n in numbers]
    rows = {
        page: [
            {"id": n, "number": n, "seq": n, "state": state, **place} for n, state in zip(numbers, states, strict=True)
        ],
        record: [{"id": n, "page_id": n, "batch_id": 1, "type": "x", "confidence": 1.0, **day} for n in numbers],
        task: [
            {"id": n, "kind": "key", "record_id": n, "page_id": n, "field": "a", "branch_no": "0102"} for n in numbers
        ],
        case: [{"id": n, "kind": "rule_failed", "key": str(n), **day} for n in numbers],
        event: [{"seq": n, "actor": "a", "kind": "k", "record_id": n, "position": n} for n in numbers],
        outbox: [{"topic": "other", "key": str(n)} for n in numbers],
    }
    more: dict[object, dict[str, object]] = {
        record: {"state": "done", "created_at": NOW},
        task: {"field": "a", "state": "done", "created_at": NOW},
        case: {"state": "closed", "raised_at": NOW, "changed_at": NOW},
        event: {"at": NOW},
        outbox: {"at": NOW},
    }
    for table, lines in rows.items():
        tx.connection.execute(insert(table), [{**line, **more.get(table, {})} for line in lines])
    tx.people.add("zhang", "", Role.KEYER)


@pytest.fixture
def filled(catalogue: Catalogue) -> Iterator[Catalogue]:
    with catalogue.write() as tx:
        fill(tx)
    with catalogue.write() as tx:
        if tx.connection.dialect.name == "postgresql":  # it does so by itself in time; SQLite goes without
            tx.connection.execute(text("ANALYZE"))
    yield catalogue


READS: list[Callable[[Transaction], object]] = [
    lambda tx: tx.pages.waiting(),
    lambda tx: tx.pages.backlog(),
    lambda tx: tx.pages.quarantined(),
    lambda tx: tx.pages.due(10),
    lambda tx: tx.pages.overdue(),
    lambda tx: tx.pages.held_by("w"),
    lambda tx: tx.pages.claimable(NOW),
    lambda tx: tx.pages.many(range(100, 105)),
    lambda tx: tx.records.many(range(100, 105), HERE),
    lambda tx: tx.glances.many(range(100, 105), HERE),
    lambda tx: tx.tasks.counts(HERE, ("key",)),
    lambda tx: tx.tasks.counts(),
    lambda tx: tx.tasks.backlog(),
    lambda tx: tx.cases.raised(HERE),
    lambda tx: tx.cases.list(HERE, state=CaseState.RAISED),
    lambda tx: tx.cases.list(record_id=77),
    lambda tx: tx.outbox.backlog("index"),
    lambda tx: tx.outbox.pending("index"),
    lambda tx: tx.events.after(DONE - 50),
    lambda tx: tx.events.of_record(77),
    lambda tx: tx.events.last(),
    lambda tx: tx.days.stale(),
    lambda tx: Balances(tx.connection).due(NOW, 20),
]
WRITES: list[Callable[[Transaction], object]] = [
    lambda tx: tx.pages.claim("w", later()),
    lambda tx: tx.pages.claim_one(DONE, "w", later()),
    lambda tx: tx.pages.worker_died("w", "killed"),
    lambda tx: tx.pages.release("w"),
    lambda tx: tx.tasks.claim("zhang", HERE, later()),
    lambda tx: tx.events.sequence(),
]


def plans(tx: Transaction, act: Callable[[Transaction], object]) -> list[str]:
    """How the database carries out each statement of an act."""
    said: list[tuple[str, object]] = []

    def keep(_connection: object, _cursor: object, statement: str, values: object, *_: object) -> None:
        said.append((statement, values))

    events.listen(tx.connection, "before_cursor_execute", keep)
    act(tx)
    events.remove(tx.connection, "before_cursor_execute", keep)
    explain = "EXPLAIN " if tx.connection.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN "
    cursor, lines = tx.connection.connection.cursor(), list[str]()
    for statement, values in said:
        if not isinstance(values, list):
            cursor.execute(explain + statement, values)
            lines += [str(row[-1]) for row in cursor.fetchall()]
    return lines


def test_nothing_hot_reads_a_large_table_from_end_to_end(filled: Catalogue) -> None:
    for number, act in enumerate(READS):
        with filled.read() as tx:
            found = [line for line in plans(tx, act) if _scans(line)]
        assert not found, f"read {number}: {found}"
    for number, act in enumerate(WRITES):
        with filled.write() as tx:
            found = [line for line in plans(tx, act) if _scans(line)]
        assert not found, f"write {number}: {found}"


def _scans(line: str) -> bool:
    found = WHOLE.search(line)
    return found is not None and (found[1] or found[2]) in LARGE
