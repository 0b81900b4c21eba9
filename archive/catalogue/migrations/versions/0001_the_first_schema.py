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


def _word(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=False)


def _text(name: str, default: str = "") -> sa.Column[str]:
    return sa.Column(name, sa.String(), server_default=default, nullable=False)


def _words(*names: str) -> list[sa.Column[str]]:
    return [_word(name) for name in names]


def _texts(*names: str) -> list[sa.Column[str]]:
    return [_text(name) for name in names]


def _count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False)


def _counts(*names: str) -> list[sa.Column[int]]:
    return [_count(name) for name in names]


def _box() -> list[sa.Column[int]]:
    return [sa.Column(f"box_{side}", sa.Integer(), nullable=True) for side in "xywh"]


def _day() -> list[sa.Column[str] | sa.Column[date]]:
    return [*_words("branch_no", "teller_no"), sa.Column("business_date", sa.Date(), nullable=False)]


def _create_batch() -> None:
    op.create_table(
        "batch",
        _id("id"),
        *_day(),
        _word("state"),
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
        "branch", _word("branch_no"), _text("name"), sa.PrimaryKeyConstraint("branch_no", name=op.f("pk_branch"))
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
        sa.Column("batch_id", sa.Integer(), nullable=True),
        sa.Column("page_id", sa.Integer(), nullable=True),
        sa.Column("record_id", sa.Integer(), nullable=True),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_event")),
    )


def _create_journal_import() -> None:
    op.create_table(
        "journal_import",
        _id("id"),
        *_words("name", "sha256"),
        _count("rows"),
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
        _word("name"),
        _text("display_name"),
        _word("role"),
        _text("branch_no"),
        sa.Column("branches", sa.JSON(), nullable=False),
        *_texts("password_hash", "key_hash"),
        _text("language", "zh_CN"),
        _text("theme", "light"),
        sa.Column("active", sa.Boolean(), nullable=False),
        _count("failures"),
        sa.Column("locked_until", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("name", name=op.f("uq_person_name")),
    )


def _create_setting() -> None:
    op.create_table(
        "setting",
        _word("name"),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_setting")),
    )


def _create_entry() -> None:
    op.create_table(
        "entry",
        _id("id"),
        *_day(),
        _word("journal_no"),
        _count("line"),
        *_texts("transaction_code", "account", "counter_account", "name"),
        sa.Column("cents", sa.BigInteger(), nullable=False),
        _text("currency", "CNY"),
        *_texts("direction", "time", "voucher_no", "summary", "customer_no", "authoriser_no", "reverses_journal_no"),
        sa.Column("import_id", BIG_ID, nullable=True),
        _count("version"),
        sa.ForeignKeyConstraint(["import_id"], ["journal_import.id"], name=op.f("fk_entry_import_id")),
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
        sa.Column("batch_id", BIG_ID, nullable=False),
        *_words("name", "sha256"),
        sa.Column("size", sa.BigInteger(), nullable=False),
        _text("media_type"),
        _count("pages"),
        *_texts("refused", "detail"),
        sa.Column("received_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_file_batch_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file")),
        sa.UniqueConstraint("batch_id", "name", "sha256", name=op.f("uq_file_batch_id_name_sha256")),
    )


def _create_saved_query() -> None:
    op.create_table(
        "saved_query",
        _id("id"),
        sa.Column("person_id", BIG_ID, nullable=False),
        _word("text"),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_saved_query_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_query")),
        sa.UniqueConstraint("person_id", "text", name=op.f("uq_saved_query_person_id_text")),
    )


def _create_session() -> None:
    op.create_table(
        "session",
        _word("token_hash"),
        sa.Column("person_id", BIG_ID, nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_session_person_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_session")),
    )


def _create_sheet() -> None:
    op.create_table(
        "sheet",
        _id("id"),
        sa.Column("batch_id", BIG_ID, nullable=False),
        _count("number"),
        sa.Column("attached_to", BIG_ID, nullable=True),
        sa.ForeignKeyConstraint(["attached_to"], ["sheet.id"], name=op.f("fk_sheet_attached_to")),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_sheet_batch_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sheet")),
    )
    op.create_index(op.f("ix_sheet_batch_id_number"), "sheet", ["batch_id", "number"])


def _create_page() -> None:
    op.create_table(
        "page",
        _id("id"),
        sa.Column("batch_id", BIG_ID, nullable=False),
        sa.Column("sheet_id", BIG_ID, nullable=False),
        sa.Column("file_id", BIG_ID, nullable=False),
        _count("number"),
        _text("side", "front"),
        _count("seq"),
        _word("state"),
        _text("kind"),
        _word("original"),
        *_counts("priority", "token", "deliveries"),
        _text("worker"),
        sa.Column("lease_until", sa.DateTime(), nullable=True),
        *_texts("access", "thumbnail", "reading"),
        *_counts("width", "height"),
        sa.Column("dpi", sa.Float(), nullable=False),
        _text("phash"),
        sa.Column("twin_of", BIG_ID, nullable=True),
        *_texts("fault", "cause"),
        sa.Column("notes", sa.JSON(), nullable=False),
        sa.Column("done_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_page_batch_id")),
        sa.ForeignKeyConstraint(["file_id"], ["file.id"], name=op.f("fk_page_file_id")),
        sa.ForeignKeyConstraint(["sheet_id"], ["sheet.id"], name=op.f("fk_page_sheet_id")),
        sa.ForeignKeyConstraint(["twin_of"], ["page.id"], name=op.f("fk_page_twin_of")),
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
        sa.Column("page_id", BIG_ID, nullable=False),
        sa.Column("batch_id", BIG_ID, nullable=False),
        *_day(),
        _word("type"),
        sa.Column("confidence", sa.Float(), nullable=False),
        _word("state"),
        _count("version"),
        sa.Column("failures", sa.JSON(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_record_batch_id")),
        sa.ForeignKeyConstraint(["page_id"], ["page.id"], name=op.f("fk_record_page_id")),
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
        sa.Column("batch_id", BIG_ID, nullable=True),
        sa.Column("record_id", BIG_ID, nullable=True),
        *_texts("journal_no", "field", "expected", "found", "reason", "actor"),
        sa.Column("raised_at", sa.DateTime(), nullable=False),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_case_batch_id")),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_case_record_id")),
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
        sa.Column("record_id", BIG_ID, nullable=False),
        *_texts("field", "old", "new"),
        *_words("source", "actor"),
        _text("basis"),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_history_record_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_history")),
    )
    op.create_index(op.f("ix_history_record_id"), "history", ["record_id"])


def _create_match() -> None:
    op.create_table(
        "match",
        sa.Column("record_id", BIG_ID, nullable=False),
        *_day(),
        _word("journal_no"),
        sa.Column("score", sa.Float(), nullable=False),
        _word("made_by"),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_match_record_id")),
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
        sa.Column("record_id", BIG_ID, nullable=False),
        *_words("name", "value"),
        _text("raw"),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        _word("source"),
        *_box(),
        _count("version"),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_record_field_record_id")),
        sa.PrimaryKeyConstraint("record_id", "name", name=op.f("pk_record_field")),
    )


def _create_task() -> None:
    op.create_table(
        "task",
        _id("id"),
        _word("kind"),
        sa.Column("record_id", BIG_ID, nullable=False),
        sa.Column("page_id", BIG_ID, nullable=False),
        _word("field"),
        _text("field_kind"),
        *_words("branch_no", "state"),
        *_counts("priority", "token"),
        *_box(),
        _text("claimed_by"),
        sa.Column("lease_until", sa.DateTime(), nullable=True),
        _text("result"),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("done_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["page_id"], ["page.id"], name=op.f("fk_task_page_id")),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_task_record_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task")),
        sa.UniqueConstraint("record_id", "kind", "field", name=op.f("uq_task_record_id_kind_field")),
    )
    op.create_index(op.f("ix_task_record_id"), "task", ["record_id"])
    op.create_index(op.f("ix_task_state_priority_id"), "task", ["state", "priority", "id"])
