"""The one schema of the product, as SQLAlchemy Core tables. Times are UTC without zone; amounts are integer cents."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    Table,
    UniqueConstraint,
    text,
)

from .columns import BigId, metadata, partial
from .columns import id_column as _id
from .columns import text_column as _text
from .types import LongWords, Name, UtcDateTime, Words


def _day_columns() -> tuple[Column[str], Column[str], Column[object]]:
    return (
        Column("branch_no", Name, nullable=False),
        Column("teller_no", Name, nullable=False),
        Column("business_date", Date, nullable=False),
    )


def _box() -> tuple[Column[int], ...]:
    return tuple(Column(f"box_{side}", Integer) for side in "xywh")


person = Table(
    "person",
    metadata,
    _id(),
    Column("name", Name, nullable=False, unique=True),
    _text("display_name"),
    Column("role", Words, nullable=False),
    _text("branch_no"),
    Column("branches", JSON, nullable=False, default=list),
    _text("password_hash"),
    _text("key_hash"),
    _text("language", "zh_CN"),
    _text("theme", "light"),
    Column("active", Boolean, nullable=False, default=True),
    Column("failures", Integer, nullable=False, default=0),
    Column("locked_until", UtcDateTime),
)

session = Table(
    "session",
    metadata,
    Column("token_hash", Words, primary_key=True),
    Column("person_id", ForeignKey("person.id"), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
)

branch = Table("branch", metadata, Column("branch_no", Name, primary_key=True), _text("name"))

batch = Table(
    "batch",
    metadata,
    _id(),
    *_day_columns(),
    Column("state", Words, nullable=False),
    Column("declared_sheets", Integer),
    Column("declared_entries", Integer),
    Column("declared_cents", BigInteger),
    Column("duplex", Boolean, nullable=False, default=False),
    _text("opened_by"),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("closed_at", UtcDateTime),
    _text("box"),
    Index(None, "business_date", "branch_no", "teller_no"),
)

file = Table(
    "file",
    metadata,
    _id(),
    Column("batch_id", ForeignKey("batch.id"), nullable=False),
    Column("name", Name, nullable=False),
    Column("sha256", Words, nullable=False),
    Column("size", BigInteger, nullable=False),
    _text("media_type"),
    Column("pages", Integer, nullable=False, default=0),
    _text("refused"),
    _text("detail"),
    Column("received_at", UtcDateTime, nullable=False),
    UniqueConstraint("batch_id", "name", "sha256"),
)

sheet = Table(
    "sheet",
    metadata,
    _id(),
    Column("batch_id", ForeignKey("batch.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("attached_to", ForeignKey("sheet.id")),
    Index(None, "batch_id", "number"),
)

page = Table(
    "page",
    metadata,
    _id(),
    Column("batch_id", ForeignKey("batch.id"), nullable=False),
    Column("sheet_id", ForeignKey("sheet.id"), nullable=False),
    Column("file_id", ForeignKey("file.id"), nullable=False),
    Column("number", Integer, nullable=False),
    _text("side", "front"),
    Column("seq", Integer, nullable=False),
    Column("state", Words, nullable=False),
    _text("kind"),
    Column("original", Words, nullable=False),
    Column("priority", Integer, nullable=False, default=0),
    Column("token", Integer, nullable=False, default=0),
    Column("deliveries", Integer, nullable=False, default=0),
    _text("worker"),
    Column("lease_until", UtcDateTime),
    _text("access"),
    _text("thumbnail"),
    _text("reading"),
    Column("width", Integer, nullable=False, default=0),
    Column("height", Integer, nullable=False, default=0),
    Column("dpi", Float, nullable=False, default=0.0),
    _text("phash"),
    Column("twin_of", ForeignKey("page.id")),
    _text("fault"),
    _text("cause"),
    Column("notes", JSON, nullable=False, default=dict),
    Column("done_at", UtcDateTime),
    Column("queued_at", UtcDateTime),
    UniqueConstraint("file_id", "number"),
    Index(None, "batch_id", "seq"),
    partial("ix_page_received", text("priority DESC"), "id", where="state = 'received'"),
    partial("ix_page_running", "lease_until", where="state = 'running'"),
    partial("ix_page_undone", "queued_at", where="state IN ('received', 'running')"),
    partial("ix_page_quarantined", "id", where="state = 'quarantined'"),
)

record = Table(
    "record",
    metadata,
    _id(),
    Column("page_id", ForeignKey("page.id"), nullable=False, unique=True),
    Column("batch_id", ForeignKey("batch.id"), nullable=False),
    *_day_columns(),
    Column("type", Words, nullable=False),
    Column("confidence", Float, nullable=False),
    Column("state", Words, nullable=False),
    Column("version", Integer, nullable=False, default=1),
    Column("failures", JSON, nullable=False, default=list),
    Column("text", LongWords, nullable=False, default=""),
    Column("created_at", UtcDateTime, nullable=False),
    Index(None, "business_date", "branch_no", "teller_no"),
    Index(None, "batch_id"),
)

record_field = Table(
    "record_field",
    metadata,
    Column("record_id", ForeignKey("record.id"), primary_key=True),
    Column("name", Name, primary_key=True),
    Column("value", Words, nullable=False),
    _text("raw"),
    Column("confidence", Float, nullable=False),
    Column("accepted", Boolean, nullable=False),
    Column("source", Words, nullable=False),
    *_box(),
    Column("version", Integer, nullable=False, default=1),
)

history = Table(
    "history",
    metadata,
    _id(),
    Column("record_id", ForeignKey("record.id"), nullable=False, index=True),
    _text("field"),
    _text("old"),
    _text("new"),
    Column("source", Words, nullable=False),
    Column("actor", Words, nullable=False),
    _text("basis"),
    Column("at", UtcDateTime, nullable=False),
)

task = Table(
    "task",
    metadata,
    _id(),
    Column("kind", Words, nullable=False),
    Column("record_id", ForeignKey("record.id"), nullable=False, index=True),
    Column("page_id", ForeignKey("page.id"), nullable=False),
    Column("field", Name, nullable=False),
    _text("field_kind"),
    Column("branch_no", Name, nullable=False),
    Column("state", Words, nullable=False),
    Column("priority", Integer, nullable=False, default=0),
    Column("token", Integer, nullable=False, default=0),
    *_box(),
    _text("claimed_by"),
    Column("lease_until", UtcDateTime),
    _text("result"),
    Column("created_at", UtcDateTime, nullable=False),
    Column("done_at", UtcDateTime),
    UniqueConstraint("record_id", "kind", "field"),
    partial("ix_task_queue", text("priority DESC"), "id", where="state IN ('open', 'claimed')"),
    partial("ix_task_undone", "branch_no", "kind", where="state IN ('open', 'claimed')"),
)

journal_import = Table(
    "journal_import",
    metadata,
    _id(),
    Column("name", Name, nullable=False),
    Column("sha256", Words, nullable=False),
    Column("rows", Integer, nullable=False),
    _text("actor"),
    Column("at", UtcDateTime, nullable=False),
)

entry = Table(
    "entry",
    metadata,
    _id(),
    *_day_columns(),
    Column("journal_no", Name, nullable=False),
    Column("line", Integer, nullable=False),
    _text("transaction_code"),
    _text("account"),
    _text("counter_account"),
    _text("name"),
    Column("cents", BigInteger, nullable=False),
    _text("currency", "CNY"),
    _text("direction"),
    _text("time"),
    _text("voucher_no"),
    _text("summary"),
    _text("customer_no"),
    _text("authoriser_no"),
    _text("reverses_journal_no"),
    Column("import_id", ForeignKey("journal_import.id")),
    Column("version", Integer, nullable=False, default=1),
    UniqueConstraint("business_date", "branch_no", "teller_no", "journal_no", "line"),
)

match = Table(
    "match",
    metadata,
    Column("record_id", ForeignKey("record.id"), primary_key=True),
    *_day_columns(),
    Column("journal_no", Name, nullable=False),
    Column("score", Float, nullable=False),
    Column("made_by", Words, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index(None, "business_date", "branch_no", "teller_no", "journal_no"),
)

case = Table(
    "case",
    metadata,
    _id(),
    Column("kind", Words, nullable=False),
    *_day_columns(),
    Column("state", Words, nullable=False),
    Column("key", Name, nullable=False, unique=True),
    Column("batch_id", ForeignKey("batch.id")),
    Column("record_id", ForeignKey("record.id")),
    _text("journal_no"),
    _text("field"),
    _text("expected"),
    _text("found"),
    _text("reason"),
    _text("actor"),
    Column("raised_at", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Index(None, "business_date", "branch_no", "teller_no"),
    Index(None, "record_id"),
    partial("ix_case_raised", "branch_no", "id", where="state = 'raised'"),
)

day = Table(
    "day",
    metadata,
    _id(),
    *_day_columns(),
    Column("stale", Boolean, nullable=False, default=True),
    Column("matched_at", UtcDateTime),
    _text("manifest"),
    _text("sealed_by"),
    Column("sealed_at", UtcDateTime),
    UniqueConstraint("business_date", "branch_no", "teller_no"),
    partial(
        "ix_day_stale",
        "business_date",
        "id",
        where="stale AND sealed_at IS NULL",
        sqlite="stale = 1 AND sealed_at IS NULL",
    ),
)

event = Table(
    "event",
    metadata,
    Column("seq", BigId, primary_key=True, autoincrement=True),
    Column("at", UtcDateTime, nullable=False),
    Column("actor", Words, nullable=False),
    Column("kind", Words, nullable=False),
    _text("branch_no"),
    Column("batch_id", BigId),
    Column("page_id", BigId),
    Column("record_id", BigId),
    Column("detail", JSON, nullable=False, default=dict),
    Column("position", BigInteger),
    Index("uq_event_position", "position", unique=True),
    partial("ix_event_batch_id", "batch_id", where="batch_id IS NOT NULL"),
    partial("ix_event_record_id", "record_id", where="record_id IS NOT NULL"),
    partial("ix_event_unplaced", "seq", where="position IS NULL"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("seq", BigId, primary_key=True, autoincrement=True),
    Column("topic", Words, nullable=False),
    Column("key", Name, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index(None, "topic", "seq"),
    sqlite_autoincrement=True,  # its numbers are versions in the index: none comes twice
)

saved_query = Table(
    "saved_query",
    metadata,
    _id(),
    Column("person_id", ForeignKey("person.id"), nullable=False),
    Column("text", Name, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    UniqueConstraint("person_id", "text"),
)

setting = Table("setting", metadata, Column("name", Name, primary_key=True), Column("value", JSON, nullable=False))
