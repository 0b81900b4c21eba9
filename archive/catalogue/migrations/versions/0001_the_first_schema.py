"""The first schema: every table of the walking skeleton."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _create_batch()
    _create_branch()
    _create_day()
    _create_event()
    _create_journal_import()
    _create_outbox()
    _create_person()
    _create_setting()
    _create_entry()
    _create_file()
    _create_saved_query()
    _create_session()
    _create_sheet()
    _create_page()
    _create_record()
    _create_case()
    _create_history()
    _create_match()
    _create_record_field()
    _create_task()


def _id(name: str) -> sa.Column[int]:
    return sa.Column(name, BIG_ID, autoincrement=True, nullable=False)


def _text(name: str, default: str = "") -> sa.Column[str]:
    return sa.Column(name, sa.String(), server_default=default, nullable=False)


def _words(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(), nullable=False) for name in names]


def _texts(*names: str) -> list[sa.Column[str]]:
    return [_text(name) for name in names]


def _link(table: str, name: str, target: str, nullable: bool = False) -> sa.Column[int]:
    key = sa.ForeignKey(f"{target}.id", name=op.f(f"fk_{table}_{name}"))
    return sa.Column(name, BIG_ID, key, nullable=nullable)


def _counts(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.Integer(), nullable=False) for name in names]


def _box() -> list[sa.Column[int]]:
    return [sa.Column(f"box_{side}", sa.Integer(), nullable=True) for side in "xywh"]


def _day() -> list[sa.Column[str] | sa.Column[date]]:
    return [*_words("branch_no", "teller_no"), sa.Column("business_date", sa.Date(), nullable=False)]


def _create_batch() -> None:
    op.create_table(
        "batch",
        _id("id"),
        *_day(),
        *_words("state"),
        sa.Column("declared_sheets", sa.Integer(), nullable=True),
        sa.Column("declared_entries", sa.Integer(), nullable=True),
        sa.Column("declared_cents", sa.BigInteger(), nullable=True),
        sa.Column("duplex", sa.Boolean(), nullable=False),
        _text("opened_by"),
        sa.Column("opened_at", sa.DateTime(), nullable=False),
        sa.Column("closed_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch")),
    )
    op.create_index(
        op.f("ix_batch_business_date_branch_no_teller_no"), "batch", ["business_date", "branch_no", "teller_no"]
    )


def _create_branch() -> None:
    op.create_table(
        "branch", *_words("branch_no"), _text("name"), sa.PrimaryKeyConstraint("branch_no", name=op.f("pk_branch"))
    )


def _create_day() -> None:
    op.create_table(
        "day",
        _id("id"),
        *_day(),
        sa.Column("stale", sa.Boolean(), nullable=False),
        sa.Column("matched_at", sa.DateTime(), nullable=True),
        *_texts("manifest", "sealed_by"),
        sa.Column("sealed_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_day")),
        sa.UniqueConstraint(
            "business_date", "branch_no", "teller_no", name=op.f("uq_day_business_date_branch_no_teller_no")
        ),
    )


def _create_event() -> None:
    op.create_table(
        "event",
        _id("seq"),
        sa.Column("at", sa.DateTime(), nullable=False),
        *_words("actor", "kind"),
        _text("branch_no"),
        *(sa.Column(name, sa.Integer(), nullable=True) for name in ("batch_id", "page_id", "record_id")),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_event")),
    )


def _create_journal_import() -> None:
    op.create_table(
        "journal_import",
        _id("id"),
        *_words("name", "sha256"),
        *_counts("rows"),
        _text("actor"),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal_import")),
    )


def _create_outbox() -> None:
    op.create_table(
        "outbox",
        _id("seq"),
        *_words("topic", "key"),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_outbox")),
    )
    op.create_index(op.f("ix_outbox_topic_seq"), "outbox", ["topic", "seq"])


def _create_person() -> None:
    op.create_table(
        "person",
        _id("id"),
        *_words("name"),
        _text("display_name"),
        *_words("role"),
        _text("branch_no"),
        sa.Column("branches", sa.JSON(), nullable=False),
        *_texts("password_hash", "key_hash"),
        _text("language", "zh_CN"),
        _text("theme", "light"),
        sa.Column("active", sa.Boolean(), nullable=False),
        *_counts("failures"),
        sa.Column("locked_until", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("name", name=op.f("uq_person_name")),
    )


def _create_setting() -> None:
    op.create_table(
        "setting",
        *_words("name"),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_setting")),
    )


def _create_entry() -> None:
    op.create_table(
        "entry",
        _id("id"),
        *_day(),
        *_words("journal_no"),
        *_counts("line"),
        *_texts("transaction_code", "account", "counter_account", "name"),
        sa.Column("cents", sa.BigInteger(), nullable=False),
        _text("currency", "CNY"),
        *_texts("direction", "time", "voucher_no", "summary", "customer_no", "authoriser_no", "reverses_journal_no"),
        _link("entry", "import_id", "journal_import", nullable=True),
        *_counts("version"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry")),
        sa.UniqueConstraint(
            "business_date",
            "branch_no",
            "teller_no",
            "journal_no",
            "line",
            name=op.f("uq_entry_business_date_branch_no_teller_no_journal_no_line"),
        ),
    )


def _create_file() -> None:
    op.create_table(
        "file",
        _id("id"),
        _link("file", "batch_id", "batch"),
        *_words("name", "sha256"),
        sa.Column("size", sa.BigInteger(), nullable=False),
        _text("media_type"),
        *_counts("pages"),
        *_texts("refused", "detail"),
        sa.Column("received_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file")),
        sa.UniqueConstraint("batch_id", "name", "sha256", name=op.f("uq_file_batch_id_name_sha256")),
    )


def _create_saved_query() -> None:
    op.create_table(
        "saved_query",
        _id("id"),
        _link("saved_query", "person_id", "person"),
        *_words("text"),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_query")),
        sa.UniqueConstraint("person_id", "text", name=op.f("uq_saved_query_person_id_text")),
    )


def _create_session() -> None:
    op.create_table(
        "session",
        *_words("token_hash"),
        _link("session", "person_id", "person"),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_session")),
    )


def _create_sheet() -> None:
    op.create_table(
        "sheet",
        _id("id"),
        _link("sheet", "batch_id", "batch"),
        *_counts("number"),
        _link("sheet", "attached_to", "sheet", nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sheet")),
    )
    op.create_index(op.f("ix_sheet_batch_id_number"), "sheet", ["batch_id", "number"])


def _create_page() -> None:
    op.create_table(
        "page",
        _id("id"),
        _link("page", "batch_id", "batch"),
        _link("page", "sheet_id", "sheet"),
        _link("page", "file_id", "file"),
        *_counts("number"),
        _text("side", "front"),
        *_counts("seq"),
        *_words("state"),
        _text("kind"),
        *_words("original"),
        *_counts("priority", "token", "deliveries"),
        _text("worker"),
        sa.Column("lease_until", sa.DateTime(), nullable=True),
        *_texts("access", "thumbnail", "reading"),
        *_counts("width", "height"),
        sa.Column("dpi", sa.Float(), nullable=False),
        _text("phash"),
        _link("page", "twin_of", "page", nullable=True),
        *_texts("fault", "cause"),
        sa.Column("notes", sa.JSON(), nullable=False),
        sa.Column("done_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_page")),
        sa.UniqueConstraint("file_id", "number", name=op.f("uq_page_file_id_number")),
    )
    op.create_index(op.f("ix_page_batch_id_seq"), "page", ["batch_id", "seq"])
    op.create_index(op.f("ix_page_phash"), "page", ["phash"])
    op.create_index(op.f("ix_page_state_priority_id"), "page", ["state", "priority", "id"])


def _create_record() -> None:
    op.create_table(
        "record",
        _id("id"),
        _link("record", "page_id", "page"),
        _link("record", "batch_id", "batch"),
        *_day(),
        *_words("type"),
        sa.Column("confidence", sa.Float(), nullable=False),
        *_words("state"),
        *_counts("version"),
        sa.Column("failures", sa.JSON(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record")),
        sa.UniqueConstraint("page_id", name=op.f("uq_record_page_id")),
    )
    op.create_index(op.f("ix_record_batch_id"), "record", ["batch_id"])
    op.create_index(
        op.f("ix_record_business_date_branch_no_teller_no"), "record", ["business_date", "branch_no", "teller_no"]
    )


def _create_case() -> None:
    op.create_table(
        "case",
        _id("id"),
        *_words("kind", "branch_no", "teller_no"),
        sa.Column("business_date", sa.Date(), nullable=False),
        *_words("state", "key"),
        _link("case", "batch_id", "batch", nullable=True),
        _link("case", "record_id", "record", nullable=True),
        *_texts("journal_no", "field", "expected", "found", "reason", "actor"),
        sa.Column("raised_at", sa.DateTime(), nullable=False),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case")),
        sa.UniqueConstraint("key", name=op.f("uq_case_key")),
    )
    op.create_index(
        op.f("ix_case_business_date_branch_no_teller_no"), "case", ["business_date", "branch_no", "teller_no"]
    )


def _create_history() -> None:
    op.create_table(
        "history",
        _id("id"),
        _link("history", "record_id", "record"),
        *_texts("field", "old", "new"),
        *_words("source", "actor"),
        _text("basis"),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_history")),
    )
    op.create_index(op.f("ix_history_record_id"), "history", ["record_id"])


def _create_match() -> None:
    op.create_table(
        "match",
        _link("match", "record_id", "record"),
        *_day(),
        *_words("journal_no"),
        sa.Column("score", sa.Float(), nullable=False),
        *_words("made_by"),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_match")),
    )
    op.create_index(
        op.f("ix_match_business_date_branch_no_teller_no_journal_no"),
        "match",
        ["business_date", "branch_no", "teller_no", "journal_no"],
    )


def _create_record_field() -> None:
    op.create_table(
        "record_field",
        _link("record_field", "record_id", "record"),
        *_words("name", "value"),
        _text("raw"),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        *_words("source"),
        *_box(),
        *_counts("version"),
        sa.PrimaryKeyConstraint("record_id", "name", name=op.f("pk_record_field")),
    )


def _create_task() -> None:
    op.create_table(
        "task",
        _id("id"),
        *_words("kind"),
        _link("task", "record_id", "record"),
        _link("task", "page_id", "page"),
        *_words("field"),
        _text("field_kind"),
        *_words("branch_no", "state"),
        *_counts("priority", "token"),
        *_box(),
        _text("claimed_by"),
        sa.Column("lease_until", sa.DateTime(), nullable=True),
        _text("result"),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("done_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task")),
        sa.UniqueConstraint("record_id", "kind", "field", name=op.f("uq_task_record_id_kind_field")),
    )
    op.create_index(op.f("ix_task_record_id"), "task", ["record_id"])
    op.create_index(op.f("ix_task_state_priority_id"), "task", ["state", "priority", "id"])
