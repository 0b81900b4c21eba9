"""The persistent nouns: batch, file, sheet, page, record, task, journal entry, case, day, event, person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from imaging.model import Box


class BatchState(StrEnum):
    OPEN = "open"
    CLOSED = "closed"
    ARCHIVED = "archived"


class PageState(StrEnum):
    """`received`: waits for a worker. `running`: a worker holds its lease. `done`: object, row and outbox are
    committed. `quarantined`: it killed its workers or could not be imaged; a person decides."""

    RECEIVED = "received"
    RUNNING = "running"
    DONE = "done"
    QUARANTINED = "quarantined"


class RecordState(StrEnum):
    """`doubtful`: a field waits for a person. `done`: every field stands."""

    DOUBTFUL = "doubtful"
    DONE = "done"


class TaskState(StrEnum):
    OPEN = "open"
    CLAIMED = "claimed"
    DONE = "done"
    CANCELLED = "cancelled"


class CaseKind(StrEnum):
    MISSING_VOUCHER = "missing_voucher"
    SURPLUS_VOUCHER = "surplus_voucher"
    FIELD_DIFFERS = "field_differs"
    MISSING_SHEET = "missing_sheet"
    SURPLUS_SHEET = "surplus_sheet"
    MISSING_DECLARATION = "missing_declaration"
    MISSING_JOURNAL = "missing_journal"
    UNKEYED_FIELDS = "unkeyed_fields"
    QUARANTINED_PAGE = "quarantined_page"
    RULE_FAILED = "rule_failed"


class CaseState(StrEnum):
    """`raised`: it opens a gap. `explained`: a reason was given by right. `closed`: its cause went away."""

    RAISED = "raised"
    EXPLAINED = "explained"
    CLOSED = "closed"


class Role(StrEnum):
    OPERATOR = "operator"
    KEYER = "keyer"
    VERIFIER = "verifier"
    AUTHORISER = "authoriser"
    SUPERVISOR = "supervisor"
    AUDITOR = "auditor"
    ARCHIVIST = "archivist"
    PARAMETER_ADMINISTRATOR = "parameter_administrator"
    SYSTEM_ADMINISTRATOR = "system_administrator"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Scope:
    """The branches that a person may see; `None` means all. Applied inside every query, counts and facets too."""

    branches: frozenset[str] | None = None

    def covers(self, branch_no: str) -> bool:
        return self.branches is None or branch_no in self.branches


EVERYTHING = Scope(None)


@dataclass(frozen=True, slots=True)
class Person:
    """A local account. `branches` empty means every branch; `branch_no` is where the person works."""

    id: int
    name: str
    display_name: str
    role: Role
    branch_no: str = ""
    branches: frozenset[str] = frozenset()
    language: str = "zh_CN"
    theme: str = "light"
    active: bool = True

    @property
    def scope(self) -> Scope:
        return Scope(self.branches or None)


@dataclass(frozen=True, slots=True)
class TellerDay:
    """The key of everything that balances: one teller of one branch on one business date."""

    branch_no: str
    teller_no: str
    business_date: date


@dataclass(frozen=True, slots=True)
class Batch:
    """One feed of sheets. `label` (B-12) is what people see; `box` the number of the archive box that its paper was put
    into, empty where it was put into none."""

    id: int
    branch_no: str
    teller_no: str
    business_date: date
    state: BatchState
    declared_sheets: int | None
    declared_entries: int | None
    declared_amount: Decimal | None
    duplex: bool
    opened_by: str
    opened_at: datetime
    closed_at: datetime | None = None
    box: str = ""

    @property
    def label(self) -> str:
        return f"B-{self.id}"

    @property
    def day(self) -> TellerDay:
        return TellerDay(self.branch_no, self.teller_no, self.business_date)


@dataclass(frozen=True, slots=True)
class CapturedFile:
    """One file of a batch; identity is batch + name + sha256. A refused one keeps its name and reason but no bytes."""

    id: int
    batch_id: int
    name: str
    sha256: str
    size: int
    media_type: str
    pages: int
    refused: str = ""
    detail: str = ""
    received_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """One piece of paper; `number` is its place in the batch from 1; `attached_to` the sheet it belongs to."""

    id: int
    batch_id: int
    number: int
    attached_to: int | None = None


@dataclass(frozen=True, slots=True)
class StoredPage:
    """One side of one sheet as the catalogue knows it. `seq` is its place in the batch from 0, `number` its place in
    its file from 1; sha256 of the original file in `original`, names of the derivatives in the object store in `access`
    and `thumbnail`, of the reading in `reading`; width and height in pixels of the access copy."""

    id: int
    batch_id: int
    sheet_id: int
    file_id: int
    file_name: str
    number: int
    side: str
    seq: int
    state: PageState
    kind: str
    original: str
    token: int = 0
    deliveries: int = 0
    access: str = ""
    thumbnail: str = ""
    reading: str = ""
    width: int = 0
    height: int = 0
    dpi: float = 0.0
    phash: str = ""
    twin_of: int | None = None
    fault: str = ""
    cause: str = ""
    notes: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    sheet_number: int = 0
    record_id: int | None = None


@dataclass(frozen=True, slots=True)
class RecordField:
    """One field of a record as it stands now. `source` says who set it: `ocr:rapid`, `keyed:zhang`, …"""

    name: str
    value: str
    raw: str
    confidence: float
    accepted: bool
    source: str
    box: Box | None = None
    version: int = 1


@dataclass(frozen=True, slots=True)
class Record:
    """One page's document as the catalogue and the index know it: a voucher, `unknown`, `attachment`, `blank`, …"""

    id: int
    page_id: int
    batch_id: int
    branch_no: str
    teller_no: str
    business_date: date
    type: str
    confidence: float
    state: RecordState
    version: int
    fields: Mapping[str, RecordField] = field(default_factory=dict)
    failures: tuple[Mapping[str, object], ...] = ()
    text: str = ""
    journal_no: str = ""
    file_name: str = ""
    page_number: int = 1
    sheet_number: int = 0
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """Who or what set a value, when and from what. `field` empty: the record itself."""

    id: int
    record_id: int
    field: str
    old: str
    new: str
    source: str
    actor: str
    basis: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Task:
    """One piece of human work under a lease. `box` is what the snippet shows, in page pixels."""

    id: int
    kind: str
    record_id: int
    page_id: int
    field: str
    field_kind: str
    branch_no: str
    state: TaskState
    priority: int
    token: int
    box: Box | None = None
    claimed_by: str = ""
    lease_until: datetime | None = None
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the core-banking journal; key: date, branch, teller, journal number, line."""

    business_date: date
    branch_no: str
    teller_no: str
    journal_no: str
    line: int
    transaction_code: str
    account: str
    counter_account: str
    name: str
    amount: Decimal
    currency: str
    direction: str
    time: str = ""
    voucher_no: str = ""
    summary: str = ""
    customer_no: str = ""
    authoriser_no: str = ""
    reverses_journal_no: str = ""
    id: int = 0
    version: int = 1


@dataclass(frozen=True, slots=True)
class Match:
    """A record with its journal transaction; `score` is a log-likelihood ratio, `by` auto or a person."""

    record_id: int
    day: TellerDay
    journal_no: str
    score: float
    by: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """One discrepancy from raised to explained or closed. `key` makes raising it again a no-op."""

    id: int
    kind: CaseKind
    day: TellerDay
    state: CaseState
    key: str
    batch_id: int | None = None
    record_id: int | None = None
    journal_no: str = ""
    field: str = ""
    expected: str = ""
    found: str = ""
    reason: str = ""
    actor: str = ""
    raised_at: datetime | None = None
    changed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SealedDay:
    """A frozen teller's day: the sha256 of its manifest object, who sealed it and when."""

    day: TellerDay
    manifest: str
    sealed_by: str
    sealed_at: datetime


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the change feed: what happened to which noun, by whom. `position` is the feed's cursor, given in the
    order of commits, and missing until then."""

    seq: int
    at: datetime
    actor: str
    kind: str
    batch_id: int | None = None
    page_id: int | None = None
    record_id: int | None = None
    detail: Mapping[str, object] = field(default_factory=dict)
    position: int | None = None
