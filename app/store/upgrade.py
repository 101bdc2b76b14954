"""Schema upgrades: a verified copy first, then Alembic, and never a file of a newer program."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.script.revision import ResolutionError
from alembic.util import CommandError

from app.store.database import Database
from app.store.errors import NewerFile

MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(database: Database) -> Path | None:
    """Bring the file to this program's schema; answers the copy made before, None when nothing was due.

    Raises NewerFile for a file this program is too old for; StorageError.
    """
    scripts = ScriptDirectory(str(MIGRATIONS))
    head = scripts.get_current_head()
    with database.read() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    if current == head:
        return None
    copy = None
    if current is not None:
        _refuse_newer(scripts, current)
        copy = database.path.with_name(f"{database.path.stem}.before-{head}{database.path.suffix}")
        database.copy_to(copy)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with database.write() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return copy


def _refuse_newer(scripts: ScriptDirectory, current: str) -> None:
    try:
        scripts.get_revision(current)
    except (CommandError, ResolutionError) as unknown:
        raise NewerFile from unknown
