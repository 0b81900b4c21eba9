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
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from .types import UtcDateTime

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)
BigId = BigInteger().with_variant(Integer, "sqlite")


def _id() -> Column[int]:
    return Column("id", BigId, primary_key=True, autoincrement=True)


def _text(name: str, default: str = "") -> Column[str]:
    return Column(name, String, nullable=False, default=default, server_default=default)


def _day_columns() -> tuple[Column[str], Column[str], Column[object]]:
    return (
        Column("branch_no", String, nullable=False),
        Column("teller_no", String, nullable=False),
        Column("business_date", Date, nullable=False),
    )


def _box() -> tuple[Column[int], ...]:
    return tuple(Column(f"box_{side}", Integer) for side in "xywh")


person = Table(
    "person",
    metadata,
    _id(),
    Column("name", String, nullable=False, unique=True),
    _text("display_name"),
    Column("role", String, nullable=False),
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
    Column("token_hash", String, primary_key=True),
    Column("person_id", ForeignKey("person.id"), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
)

branch = Table("branch", metadata, Column("branch_no", String, primary_key=True), _text("name"))

batch = Table(
    "batch",
    metadata,
    _id(),
    *_day_columns(),
    Column("state", String, nullable=False),
    Column("declared_sheets", Integer),
    Column("declared_entries", Integer),
    Column("declared_cents", BigInteger),
    Column("duplex", Boolean, nullable=False, default=False),
    _text("opened_by"),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("closed_at", UtcDateTime),
    Index(None, "business_date", "branch_no", "teller_no"),
)

file = Table(
    "file",
    metadata,
    _id(),
    Column("batch_id", ForeignKey("batch.id"), nullable=False),
    Column("name", String, nullable=False),
    Column("sha256", String, nullable=False),
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
    Column("state", String, nullable=False),
    _text("kind"),
    Column("original", String, nullable=False),
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
    UniqueConstraint("file_id", "number"),
    Index(None, "batch_id", "seq"),
    Index(None, "state", "priority", "id"),
    Index(None, "phash"),
)

record = Table(
    "record",
    metadata,
    _id(),
    Column("page_id", ForeignKey("page.id"), nullable=False, unique=True),
    Column("batch_id", ForeignKey("batch.id"), nullable=False),
    *_day_columns(),
    Column("type", String, nullable=False),
    Column("confidence", Float, nullable=False),
    Column("state", String, nullable=False),
    Column("version", Integer, nullable=False, default=1),
    Column("failures", JSON, nullable=False, default=list),
    Column("text", Text, nullable=False, default=""),
    Column("created_at", UtcDateTime, nullable=False),
    Index(None, "business_date", "branch_no", "teller_no"),
    Index(None, "batch_id"),
)

record_field = Table(
    "record_field",
    metadata,
    Column("record_id", ForeignKey("record.id"), primary_key=True),
    Column("name", String, primary_key=True),
    Column("value", String, nullable=False),
    _text("raw"),
    Column("confidence", Float, nullable=False),
    Column("accepted", Boolean, nullable=False),
    Column("source", String, nullable=False),
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
    Column("source", String, nullable=False),
    Column("actor", String, nullable=False),
    _text("basis"),
    Column("at", UtcDateTime, nullable=False),
)

task = Table(
    "task",
    metadata,
    _id(),
    Column("kind", String, nullable=False),
    Column("record_id", ForeignKey("record.id"), nullable=False, index=True),
    Column("page_id", ForeignKey("page.id"), nullable=False),
    Column("field", String, nullable=False),
    _text("field_kind"),
    Column("branch_no", String, nullable=False),
    Column("state", String, nullable=False),
    Column("priority", Integer, nullable=False, default=0),
    Column("token", Integer, nullable=False, default=0),
    *_box(),
    _text("claimed_by"),
    Column("lease_until", UtcDateTime),
    _text("result"),
    Column("created_at", UtcDateTime, nullable=False),
    Column("done_at", UtcDateTime),
    UniqueConstraint("record_id", "kind", "field"),
    Index(None, "state", "priority", "id"),
)

journal_import = Table(
    "journal_import",
    metadata,
    _id(),
    Column("name", String, nullable=False),
    Column("sha256", String, nullable=False),
    Column("rows", Integer, nullable=False),
    _text("actor"),
    Column("at", UtcDateTime, nullable=False),
)

entry = Table(
    "entry",
    metadata,
    _id(),
    *_day_columns(),
    Column("journal_no", String, nullable=False),
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
    Column("journal_no", String, nullable=False),
    Column("score", Float, nullable=False),
    Column("made_by", String, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index(None, "business_date", "branch_no", "teller_no", "journal_no"),
)

case = Table(
    "case",
    metadata,
    _id(),
    Column("kind", String, nullable=False),
    *_day_columns(),
    Column("state", String, nullable=False),
    Column("key", String, nullable=False, unique=True),
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
)

event = Table(
    "event",
    metadata,
    Column("seq", BigId, primary_key=True, autoincrement=True),
    Column("at", UtcDateTime, nullable=False),
    Column("actor", String, nullable=False),
    Column("kind", String, nullable=False),
    _text("branch_no"),
    Column("batch_id", Integer),
    Column("page_id", Integer),
    Column("record_id", Integer),
    Column("detail", JSON, nullable=False, default=dict),
)

outbox = Table(
    "outbox",
    metadata,
    Column("seq", BigId, primary_key=True, autoincrement=True),
    Column("topic", String, nullable=False),
    Column("key", String, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index(None, "topic", "seq"),
)

saved_query = Table(
    "saved_query",
    metadata,
    _id(),
    Column("person_id", ForeignKey("person.id"), nullable=False),
    Column("text", String, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    UniqueConstraint("person_id", "text"),
)

setting = Table("setting", metadata, Column("name", String, primary_key=True), Column("value", JSON, nullable=False))
