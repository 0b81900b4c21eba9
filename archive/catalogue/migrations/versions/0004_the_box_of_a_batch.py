"""The archive box that a batch's paper lies in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """No batch is in a box so far; neither database writes its rows anew for it."""
    op.add_column("batch", sa.Column("box", sa.String(), server_default="", nullable=False))
