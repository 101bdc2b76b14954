"""Schema upgrades: a verified copy first, then Alembic, and never a file of a newer program."""

from pathlib import Path

from app.store.database import Database
from app.store.errors import NewerFile

MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(database: Database, migrations: Path = MIGRATIONS) -> Path | None:
    """Bring the file to the schema of `migrations`; answers the copy made before, None when nothing was due.

    All steps are one transaction: after a failure the file is as it was.  Raises NewerFile for a file this
    program is too old for; StorageError.
    """
    known = known_revisions(migrations)
    current = _current(database)
    if current == known[-1]:
        return None
    copy = None
    if current is not None:
        if current not in known:
            raise NewerFile
        copy = database.path.with_name(f"{database.path.stem}.before-{known[-1]}{database.path.suffix}")
        database.copy_to(copy)
    from app.store.migrating import migrate  # noqa: PLC0415  # a tenth of a second that most starts can save

    migrate(database, migrations)
    return copy


def known_revisions(migrations: Path = MIGRATIONS) -> list[str]:
    """The revisions of this program, oldest first: their files begin with them (`0001_first_schema.py`)."""
    return sorted(path.name.partition("_")[0] for path in (migrations / "versions").glob("[0-9]*_*.py"))


def _current(database: Database) -> str | None:
    with database.read() as connection:
        made = connection.exec_driver_sql(
            "SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'"
        ).first()
        if made is None:
            return None
        revision: str | None = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
        return revision
