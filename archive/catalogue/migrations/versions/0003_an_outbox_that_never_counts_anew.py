"""An outbox whose numbers never come again: they are the versions of what is indexed."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# SQLite began at 1 again whenever the table was empty; an index may know any number up to that of all changes so far.
ABOVE_ALL = 1 << 40


def upgrade() -> None:
    """PostgreSQL's sequence never went back."""
    if op.get_context().dialect.name != "sqlite":
        return
    with op.batch_alter_table("outbox", recreate="always", table_kwargs={"sqlite_autoincrement": True}):
        pass
    op.execute("DELETE FROM sqlite_sequence WHERE name = 'outbox'")
    op.execute(
        f"INSERT INTO sqlite_sequence (name, seq) SELECT 'outbox', {ABOVE_ALL}"  # noqa: S608
        " WHERE EXISTS (SELECT 1 FROM record) OR EXISTS (SELECT 1 FROM outbox)"
    )
