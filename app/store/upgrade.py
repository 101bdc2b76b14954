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


def upgrade(database: Database, migrations: Path = MIGRATIONS) -> Path | None:
    """Bring the file to the schema of `migrations`; answers the copy made before, None when nothing was due.

    All steps are one transaction: after a failure the file is as it was.  Raises NewerFile for a file this
    program is too old for; StorageError.
    """
    scripts = ScriptDirectory(str(migrations))
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
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    with database.rebuild() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return copy


def _refuse_newer(scripts: ScriptDirectory, current: str) -> None:
    try:
        scripts.get_revision(current)
    except (CommandError, ResolutionError) as unknown:
        raise NewerFile from unknown
