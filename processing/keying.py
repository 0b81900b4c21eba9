"""Keying: claim a task under a lease, see its snippet, complete it; the voucher follows in the same transaction."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime, timedelta

from archive.catalogue.engine import Transaction
from archive.errors import Invalid, LeaseLost, NotFound, Refused
from archive.model import Person, Record, Role, Task, TaskState, TellerDay
from archive.vault import Archive
from imaging import derivatives
from imaging.decode import decode
from imaging.model import Box, Scan
from ocr.forms import catalogue as forms
from ocr.model import NOT_VOUCHERS
from ocr.rules import Case, failures

from .pipeline import ask, state_of
from .typed import stored_form

LEASE = timedelta(minutes=5)
MARGIN = 8  # pixels of paper around a field in its snippet
MAY_KEY = frozenset({Role.KEYER, Role.VERIFIER, Role.SUPERVISOR, Role.SYSTEM_ADMINISTRATOR, Role.SYSTEM})
MAY_CORRECT = frozenset({Role.VERIFIER, Role.SUPERVISOR, Role.SYSTEM_ADMINISTRATOR, Role.OPERATOR})
UNREADABLE = ("blurred", "covered", "empty", "miscut")


def kinds_for(person: Person) -> tuple[str, ...]:
    """The kinds of task a person may take: a keyer sees snippets only, so never one that needs the whole page."""
    return ("key",) if person.role is Role.KEYER else ("key", "find")


def claim(archive: Archive, person: Person, *, count: int = 1, kinds: tuple[str, ...] | None = None) -> list[Task]:
    """Up to `count` tasks leased to a person for five minutes, none that anybody else holds; [] when none waits."""
    _require(person, MAY_KEY, "key")
    allowed = tuple(k for k in kinds or kinds_for(person) if k in kinds_for(person))
    with archive.catalogue.write() as tx:
        tasks = [tx.tasks.claim(person.name, person.scope, datetime.now(UTC) + LEASE, allowed) for _ in range(count)]
    return [task for task in tasks if task is not None]


def complete(archive: Archive, task_id: int, token: int, value: str, person: Person) -> Record:
    """What a person keyed becomes the field's value, with history; an empty value says that the paper has none.
    Raises Invalid where the text is no value of the field's kind, LeaseLost where another person has the task."""
    with archive.catalogue.write() as tx:
        task = _held(tx, task_id, token, person)
        stored = stored_form(task.field, value)
        tx.tasks.complete(task.id, token, person.name, stored)
        return set_value(tx, task.record_id, task.field, stored, value, person, f"task {task.id}")


def unreadable(archive: Archive, task_id: int, token: int, why: str, person: Person) -> None:
    """A keyer cannot read the snippet: the field stays doubtful and goes to somebody who may see the page."""
    if why not in UNREADABLE:
        raise Invalid("why", f"{why!r} is none of {', '.join(UNREADABLE)}")
    with archive.catalogue.write() as tx:
        task = _held(tx, task_id, token, person)
        tx.tasks.cancel_of(task.record_id, task.field)
        record = tx.records.get(task.record_id)
        tx.tasks.add("find", record, task.field, task.field_kind, task.box)
        tx.events.add(
            "task.unreadable", person.name, record_id=task.record_id, detail={"field": task.field, "why": why}
        )


def hand_back(archive: Archive, task_id: int, token: int, person: Person) -> None:
    """Gives a task back to the queue."""
    with archive.catalogue.write() as tx:
        _held(tx, task_id, token, person)
        tx.tasks.hand_back(task_id, token)


def snippet(archive: Archive, task_id: int, person: Person) -> bytes:
    """PNG of the field's region, cut on the server, for the person who holds the task; the whole page for a `find`
    task. Raises NotFound for anybody else."""
    with archive.catalogue.read() as tx:
        task = tx.tasks.get(task_id)
        if task.claimed_by != person.name or task.state is not TaskState.CLAIMED:
            raise NotFound(f"task {task_id}")
        page = tx.pages.get(task.page_id, person.scope)
    copy = decode(Scan.of(f"page {page.id}", archive.objects.get(page.access)))
    if task.box is None or task.kind != "key":
        return derivatives.snippet(copy, Box(0, 0, copy.width, copy.height))
    return derivatives.snippet(copy, task.box, MARGIN)


def correct(archive: Archive, record_id: int, field: str, value: str, person: Person) -> Record:
    """A value set in the viewer by a person who sees the page."""
    _require(person, MAY_CORRECT, "correct a voucher")
    with archive.catalogue.write() as tx:
        record = tx.records.get(record_id, person.scope)
        found = forms().types.get(record.type)
        if found is None or field not in found.fields:
            raise Invalid(field, f"a {record.type} has no such field")
        stored = stored_form(field, value)
        return set_value(tx, record_id, field, stored, value, person, "viewer")


def set_type(archive: Archive, record_id: int, type_name: str, person: Person) -> Record:
    """A person says what a page is; its fields that are still missing are asked for."""
    _require(person, MAY_CORRECT, "set a voucher's type")
    if type_name not in forms().types and type_name not in NOT_VOUCHERS:
        raise Invalid("type", f"{type_name!r} is no type of the catalogue")
    with archive.catalogue.write() as tx:
        record = tx.records.get(record_id, person.scope)
        tx.days.require_open(day_of(record))
        record = tx.records.set_type(record_id, type_name, actor=person.name, basis="viewer")
        ask(tx, record)
        return _settle(tx, record, person)


def set_value(
    tx: Transaction, record_id: int, field: str, stored: str, typed: str, person: Person, basis: str
) -> Record:
    """The field's new value with its history, the rules applied again, the record's state, the index message."""
    record = tx.records.get(record_id)
    tx.days.require_open(day_of(record))
    record = tx.records.set_field(
        record_id, field, stored, raw=typed, source=f"keyed:{person.name}", actor=person.name, basis=basis
    )
    tx.tasks.cancel_of(record_id, field)
    return _settle(tx, record, person)


def _settle(tx: Transaction, record: Record, person: Person) -> Record:
    values = {name: value.value for name, value in record.fields.items() if value.value}
    tx.records.set_failures(
        record.id, [asdict(one) for one in failures(Case(record.type, values, record.business_date))]
    )
    tx.records.set_state(record.id, state_of(record.type, record.fields))
    tx.events.add("record.changed", person.name, batch_id=record.batch_id, record_id=record.id)
    tx.days.touch(day_of(record))
    return tx.records.get(record.id)


def day_of(record: Record) -> TellerDay:
    return TellerDay(record.branch_no, record.teller_no, record.business_date)


def _held(tx: Transaction, task_id: int, token: int, person: Person) -> Task:
    _require(person, MAY_KEY, "key")
    task = tx.tasks.get(task_id)
    if not person.scope.covers(task.branch_no):
        raise NotFound(f"task {task_id}")
    if task.state is not TaskState.CLAIMED or task.token != token or task.claimed_by != person.name:
        raise LeaseLost(f"task {task_id} is held by somebody else now, or done; take the next one")
    return task


def _require(person: Person, roles: frozenset[Role], act: str) -> None:
    if person.role not in roles:
        raise Refused(f"the role {person.role} may not {act}")
