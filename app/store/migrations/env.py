"""Alembic environment: migrations run on the connection the store hands over, inside its transaction."""

from alembic import context

connection = context.config.attributes["connection"]
# transactional_ddl is off because the store has begun the transaction already and commits it itself.
context.configure(connection=connection, transactional_ddl=False, render_as_batch=True)
context.run_migrations()
