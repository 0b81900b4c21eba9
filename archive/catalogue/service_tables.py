"""Tables of the running system: its parts, who holds which chore, exports as jobs, and saved searches."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    UniqueConstraint,
)

from .columns import id_column, metadata, partial, text_column
from .tables import person as _person  # the foreign keys below point at it
from .types import Name, UtcDateTime, Words

__all__ = ["chore_lease", "export", "metadata", "part", "saved_search"]

part = Table(
    "part",
    metadata,
    id_column(),
    Column("name", Name, nullable=False, unique=True),
    Column("kind", Words, nullable=False),
    text_column("host"),
    Column("pid", Integer, nullable=False, default=0),
    Column("since", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("works", Boolean, nullable=False),
    text_column("fault"),
    Column("detail", JSON, nullable=False, default=dict),
    Column("expires_at", UtcDateTime, nullable=False),
)

chore_lease = Table(
    "chore_lease",
    metadata,
    Column("name", Name, primary_key=True),
    text_column("holder"),
    Column("token", BigInteger, nullable=False, default=0),
    Column("until", UtcDateTime, nullable=False),
)

export = Table(
    "export",
    metadata,
    id_column(),
    Column("person_id", ForeignKey(_person.c.id), nullable=False),
    Column("branches", JSON(none_as_null=True)),
    text_column("text"),
    Column("filters", JSON, nullable=False, default=dict),
    text_column("reason"),
    Column("options", JSON, nullable=False, default=dict),
    Column("format", Words, nullable=False),
    Column("state", Words, nullable=False),
    Column("done", Integer, nullable=False, default=0),
    Column("total", Integer, nullable=False, default=0),
    text_column("sha256"),
    Column("size", BigInteger, nullable=False, default=0),
    text_column("file_name"),
    text_column("fault"),
    text_column("worker"),
    Column("token", Integer, nullable=False, default=0),
    Column("lease_until", UtcDateTime),
    Column("created_at", UtcDateTime, nullable=False),
    Column("started_at", UtcDateTime),
    Column("finished_at", UtcDateTime),
    Index(None, "person_id", "id"),
    partial("ix_export_undone", "id", where="state IN ('waiting', 'running')"),
    partial("ix_export_ended", "finished_at", where="finished_at IS NOT NULL"),
)

saved_search = Table(
    "saved_search",
    metadata,
    id_column(),
    Column("person_id", ForeignKey(_person.c.id), nullable=False),
    Column("name", Name, nullable=False),
    text_column("text"),
    Column("filters", JSON, nullable=False, default=dict),
    Column("at", UtcDateTime, nullable=False),
    UniqueConstraint("person_id", "name"),
)
