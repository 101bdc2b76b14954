"""The encrypted SQLite file: how it is opened, read, written, checked and copied."""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlcipher3
from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.pool import QueuePool

from app.safe_file import sync_folder
from app.store.errors import (
    DatabaseExists,
    NoDatabase,
    OutdatedEngine,
    StorageDamaged,
    WrongKey,
    storage_error,
)

# 3.51.3 mends the WAL-reset bug: two connections writing and checkpointing at once could lose pages.
OLDEST_SQLITE = (3, 51, 3)
PRAGMAS = (
    "cipher_log_level = NONE",
    "journal_mode = WAL",
    "synchronous = FULL",
    "foreign_keys = ON",
    "busy_timeout = 10000",
    "secure_delete = ON",
    "trusted_schema = OFF",
    "cell_size_check = ON",
    "temp_store = MEMORY",
)


class Database:
    """One file, many readers, one writer at a time."""

    def __init__(self, path: Path, dek: bytes) -> None:
        self.path = path
        self._dek = dek
        self._writing = threading.RLock()
        self.engine: Engine = create_engine(
            "sqlite://",
            module=sqlcipher3,
            creator=self._connect,
            poolclass=QueuePool,
            pool_size=4,
            max_overflow=8,
            hide_parameters=True,
        )

    @classmethod
    def create(cls, path: Path, dek: bytes) -> "Database":
        """A new, empty file.  Raises DatabaseExists where there is one already; StorageError."""
        if path.exists():
            raise DatabaseExists
        return cls(path, dek)._checked()

    @classmethod
    def open(cls, path: Path, dek: bytes) -> "Database":
        """An existing file.  Raises NoDatabase, WrongKey, StorageError; never makes a file."""
        if not path.exists():
            raise NoDatabase
        return cls(path, dek)._checked()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that sees one unchanging state of the file.  Raises StorageError."""
        with _translated(), self.engine.connect() as connection:
            connection.exec_driver_sql("BEGIN")
            try:
                yield connection
            finally:
                _roll_back(connection)

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction: committed and on the disk when the block ends, undone if it raises.

        Raises StorageError.
        """
        with self._writing, _translated(), self.engine.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.exec_driver_sql("COMMIT")
            except BaseException:
                _roll_back(connection)
                raise

    def integrity(self) -> list[str]:
        """Faults of the file itself, as sentences; none when every page and key is sound."""
        checks: tuple[tuple[str, Callable[[Any], bool]], ...] = (
            ("cipher_integrity_check", lambda row: True),
            ("integrity_check", lambda row: row[0] != "ok"),
            ("foreign_key_check", lambda row: True),
        )
        faults = []
        try:
            with self.read() as connection:
                for pragma, is_fault in checks:
                    rows = connection.exec_driver_sql(f"PRAGMA {pragma}").fetchall()
                    faults += [f"{pragma}: {tuple(row)}" for row in rows if is_fault(row)]
        except StorageDamaged as damage:
            faults.append(str(damage))
        return [f"数据文件检查不通过（{fault}）。" for fault in faults]

    def copy_to(self, target: Path) -> None:
        """A verified copy, encrypted with the same key, under `target` only once it is whole.

        Raises StorageError; a target that stood there before stays until then.
        """
        fresh = target.with_name(target.name + ".new")
        fresh.unlink(missing_ok=True)
        with _translated(), self.engine.connect() as connection:
            connection.exec_driver_sql("VACUUM INTO ?", (str(fresh),))
        copy = Database(fresh, self._dek)
        faults = copy.integrity()
        copy.close()
        if faults:
            fresh.unlink(missing_ok=True)
            raise StorageDamaged
        with open(fresh, "rb+") as file:
            os.fsync(file.fileno())
        os.replace(fresh, target)
        sync_folder(target.parent)

    def close(self) -> None:
        """Let go of the file; the last connection folds the write-ahead log into it."""
        self.engine.dispose()

    def _connect(self) -> Any:
        connection = sqlcipher3.connect(str(self.path), isolation_level=None, check_same_thread=False)
        connection.execute(f"PRAGMA key = \"x'{self._dek.hex()}'\"")
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        return connection

    def _checked(self) -> "Database":
        """Fail closed: an old engine or a wrong key is noticed before anything is read or written."""
        if sqlcipher3.sqlite_version_info < OLDEST_SQLITE:
            raise OutdatedEngine
        try:
            with self.read() as connection:
                if not connection.exec_driver_sql("PRAGMA cipher_version").scalar():
                    raise OutdatedEngine
                connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar()
        except StorageDamaged as damage:
            self.close()
            # An intact file with another key and a damaged first page look the same to SQLCipher.
            raise WrongKey from damage
        return self


def _roll_back(connection: Connection) -> None:
    raw = connection.connection.dbapi_connection
    if raw is not None and raw.in_transaction:
        raw.rollback()


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except Exception as error:
        known = storage_error(error)
        if known is None:
            raise
        raise known from error
