"""The server size: parts, chores, exports, saved searches; a feed in the order of commits; indexes over undone work."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
UNDONE_PAGE = "state IN ('received', 'running')"
UNDONE_TASK = "state IN ('open', 'claimed')"


def upgrade() -> None:
    _create_part()
    _create_chore_lease()
    _create_export()
    _create_saved_search()
    _place_events()
    _queue_pages()
    _index_work()


def _id() -> sa.Column[int]:
    return sa.Column("id", BIG_ID, autoincrement=True, nullable=False)


def _words(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(), nullable=False) for name in names]


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(), server_default="", nullable=False) for name in names]


def _counts(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.Integer(), nullable=False) for name in names]


def _times(*names: str, nullable: bool = False) -> list[sa.Column[object]]:
    return [sa.Column(name, sa.DateTime(), nullable=nullable) for name in names]


def _json(*names: str) -> list[sa.Column[object]]:
    return [sa.Column(name, sa.JSON(), nullable=False) for name in names]


def _person(table: str) -> sa.Column[int]:
    return sa.Column("person_id", BIG_ID, sa.ForeignKey("person.id", name=f"fk_{table}_person_id"), nullable=False)


def _partial(name: str, table: str, columns: list[str], where: str, sqlite: str = "") -> None:
    found = [sa.text(column) if " " in column else column for column in columns]
    op.create_index(name, table, found, postgresql_where=sa.text(where), sqlite_where=sa.text(sqlite or where))


def _create_part() -> None:
    op.create_table(
        "part",
        _id(),
        *_words("name", "kind"),
        *_texts("host"),
        *_counts("pid"),
        *_times("since", "seen_at"),
        sa.Column("works", sa.Boolean(), nullable=False),
        *_texts("fault"),
        *_json("detail"),
        *_times("expires_at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_part")),
        sa.UniqueConstraint("name", name=op.f("uq_part_name")),
    )


def _create_chore_lease() -> None:
    op.create_table(
        "chore_lease",
        *_words("name"),
        *_texts("holder"),
        sa.Column("token", sa.BigInteger(), nullable=False),
        *_times("until"),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_chore_lease")),
    )


def _create_export() -> None:
    op.create_table(
        "export",
        _id(),
        _person("export"),
        sa.Column("branches", sa.JSON(), nullable=True),
        *_texts("text"),
        *_json("filters"),
        *_texts("reason"),
        *_json("options"),
        *_words("format", "state"),
        *_counts("done", "total"),
        *_texts("sha256"),
        sa.Column("size", sa.BigInteger(), nullable=False),
        *_texts("file_name", "fault", "worker"),
        *_counts("token"),
        *_times("lease_until", nullable=True),
        *_times("created_at"),
        *_times("started_at", "finished_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export")),
    )
    op.create_index(op.f("ix_export_person_id_id"), "export", ["person_id", "id"])
    _partial("ix_export_undone", "export", ["id"], "state IN ('waiting', 'running')")
    _partial("ix_export_ended", "export", ["finished_at"], "finished_at IS NOT NULL")


def _create_saved_search() -> None:
    op.create_table(
        "saved_search",
        _id(),
        _person("saved_search"),
        *_words("name"),
        *_texts("text"),
        *_json("filters"),
        *_times("at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_search")),
        sa.UniqueConstraint("person_id", "name", name=op.f("uq_saved_search_person_id_name")),
    )


def _place_events() -> None:
    """Each event so far has the place in the feed that its number was; ids that it names may pass 2^31."""
    op.add_column("event", sa.Column("position", sa.BigInteger(), nullable=True))
    op.execute("UPDATE event SET position = seq")
    if op.get_context().dialect.name == "postgresql":
        for name in ("batch_id", "page_id", "record_id"):
            op.alter_column("event", name, type_=sa.BigInteger())
    op.create_index("uq_event_position", "event", ["position"], unique=True)
    _partial("ix_event_batch_id", "event", ["batch_id"], "batch_id IS NOT NULL")
    _partial("ix_event_record_id", "event", ["record_id"], "record_id IS NOT NULL")
    _partial("ix_event_unplaced", "event", ["seq"], "position IS NULL")


def _queue_pages() -> None:
    op.add_column("page", sa.Column("queued_at", sa.DateTime(), nullable=True))
    op.execute(
        "UPDATE page SET queued_at = (SELECT received_at FROM file WHERE file.id = page.file_id) WHERE state <> 'done'"
    )


def _index_work() -> None:
    """Work that is done no longer weighs on the queues: their indexes hold only what is not."""
    op.drop_index(op.f("ix_page_phash"), "page")
    op.drop_index(op.f("ix_page_state_priority_id"), "page")
    _partial("ix_page_received", "page", ["priority DESC", "id"], "state = 'received'")
    _partial("ix_page_running", "page", ["lease_until"], "state = 'running'")
    _partial("ix_page_undone", "page", ["queued_at"], UNDONE_PAGE)
    _partial("ix_page_quarantined", "page", ["id"], "state = 'quarantined'")
    op.drop_index(op.f("ix_task_state_priority_id"), "task")
    _partial("ix_task_queue", "task", ["priority DESC", "id"], UNDONE_TASK)
    _partial("ix_task_undone", "task", ["branch_no", "kind"], UNDONE_TASK)
    op.create_index(op.f("ix_case_record_id"), "case", ["record_id"])
    _partial("ix_case_raised", "case", ["branch_no", "id"], "state = 'raised'")
    stale = "stale AND sealed_at IS NULL"
    _partial("ix_day_stale", "day", ["business_date", "id"], stale, "stale = 1 AND sealed_at IS NULL")
