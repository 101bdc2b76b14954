"""Alembic over the encrypted file."""

from pathlib import Path

from alembic import command
from alembic.config import Config

from app.store.database import Database


def migrate(database: Database, migrations: Path) -> None:
    """Run every migration the file has not seen, in one transaction.  Raises StorageError."""
    config = Config()
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    with database.rebuild() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
