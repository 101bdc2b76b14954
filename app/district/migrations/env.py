"""Runs the district's migrations on the connection the server hands over."""

from alembic import context

from app.district.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
    transactional_ddl=False,
)
context.run_migrations()
