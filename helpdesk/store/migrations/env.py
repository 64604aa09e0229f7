"""Alembic's entry: runs on the connection that `helpdesk.store.upgrade` holds."""

from alembic import context

from helpdesk.store.schema import metadata
from helpdesk.store.search import tables  # noqa: F401 (its tables belong to the metadata)

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, transaction_per_migration=False)
with context.begin_transaction():
    context.run_migrations()
