"""Alembic's entry: runs the steps on the connection that Catalogue.migrate() holds, in its transaction."""

from alembic import context

from archive.catalogue.service_tables import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, compare_type=True, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
