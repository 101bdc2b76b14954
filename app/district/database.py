"""Opens the district's database: an embedded SQLite file by default, PostgreSQL by URL, schema brought up to date."""

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

import sqlcipher3
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import QueuePool

SQLITE_FLOOR = (3, 51, 3)
MIGRATIONS = Path(__file__).parent / "migrations"


class TooOldSqlite(RuntimeError):
    """The SQLite at hand is older than 3.51.3."""


class Database:
    """An engine and the two ways to use it: a writing transaction and a reading one."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.is_sqlite = engine.dialect.name == "sqlite"
        self._turn: AbstractContextManager[object] = threading.Lock() if self.is_sqlite else nullcontext()

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction, durable when the block ends; on SQLite writers take turns."""
        with self._turn, self.engine.begin() as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A reading transaction that never waits for a writer."""
        with self.engine.connect().execution_options(reading=True) as connection:
            yield connection

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()


def open_database(url: str | None, folder: Path) -> Database:
    """The database at `url` (`postgresql://…`), or `district.db` in `folder` when url is None.

    Creates or upgrades the schema; raises TooOldSqlite, sqlalchemy.exc.OperationalError.
    """
    database = Database(_sqlite(folder / "district.db") if url is None else _postgresql(url))
    with database.write() as connection:
        if not database.is_sqlite:
            connection.exec_driver_sql("select pg_advisory_xact_lock(511421)")
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return database


def _postgresql(url: str) -> Engine:
    address = url.replace("postgresql://", "postgresql+psycopg://", 1)
    return create_engine(address, pool_size=8, max_overflow=8, pool_pre_ping=True, hide_parameters=True)


def _sqlite(path: Path) -> Engine:
    # Python's own SQLite (3.40 here) can lose committed pages when two connections write and checkpoint at
    # one instant (WAL reset, fixed in 3.51.3); the sqlcipher3 wheel carries a newer one, used without a key.
    if tuple(sqlcipher3.dbapi2.sqlite_version_info) < SQLITE_FLOOR:
        raise TooOldSqlite(sqlcipher3.dbapi2.sqlite_version)
    path.parent.mkdir(parents=True, exist_ok=True)

    def connect() -> Any:
        return sqlcipher3.dbapi2.connect(str(path), isolation_level=None, check_same_thread=False, timeout=30)

    engine = create_engine(
        "sqlite://",
        module=sqlcipher3.dbapi2,
        creator=connect,
        poolclass=QueuePool,
        pool_size=4,
        max_overflow=12,
        hide_parameters=True,
    )
    event.listen(engine, "connect", _pragmas)
    event.listen(engine, "begin", _begin)
    return engine


def _pragmas(connection: Any, _record: object) -> None:
    for pragma in (
        # Takes effect in a new file only: half as many pages, frames and checksums a commit as with 4,096.
        "page_size=8192",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "trusted_schema=OFF",
        "cell_size_check=ON",
        "cache_size=-32768",
        "wal_autocheckpoint=2000",
        "journal_size_limit=67108864",
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin(connection: Connection) -> None:
    reading = connection.get_execution_options().get("reading", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")
