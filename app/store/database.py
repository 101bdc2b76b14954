"""The encrypted SQLite file: how it is opened, read, written, checked and copied."""

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

import sqlcipher3
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.pool import QueuePool

from app.safe_file import sync_folder
from app.store.errors import (
    BrokenReferences,
    DatabaseExists,
    NoDatabase,
    OutdatedEngine,
    StorageDamaged,
    StorageError,
    StorageFailed,
    StorageStopped,
    UnsafeSettings,
    WrongKey,
    file_error,
    sqlite_code,
    storage_error,
)
from app.store.gate import Gate

# 3.51.3 mends the WAL-reset bug: two connections writing and checkpointing at once could lose pages.
OLDEST_SQLITE = (3, 51, 3)
# Bytes; what SQLCipher 4 uses unless told otherwise, so no file of ours is shorter.
PAGE = 4096
# Steps of SQLite's machine between two looks at whether a copy should go on; about 0.01 s.
STEPS = 4_000
Watch = Callable[[int, int], bool]
"""Is told the bytes done and the bytes there are; answers whether to go on."""

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
# How SQLite answers where it does not answer in the words of the question (sqlite.org/pragma.html).
READ_BACK = {
    ("", "ON"): "1",
    ("", "OFF"): "0",
    ("synchronous", "FULL"): "2",
    ("synchronous", "NORMAL"): "1",
    ("temp_store", "MEMORY"): "2",
}
TOLD_NOTHING = ("cipher_log_level",)


class Database:
    """One file, many readers, one writer at a time."""

    def __init__(self, path: Path, dek: bytes) -> None:
        self.path = path
        self._dek = dek
        self._gate = Gate()
        self._writing = threading.Lock()
        self._writer: int | None = None
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
        """A new, empty file.  Raises DatabaseExists where there is one, or the log of one; StorageError."""
        if beside(path, "-wal").exists():
            raise DatabaseExists
        try:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        except FileExistsError:
            raise DatabaseExists from None
        except OSError as failure:
            raise file_error(failure) from failure
        try:
            return cls(path, dek)._checked()
        except BaseException:
            clear_away(path)
            raise

    @classmethod
    def open(cls, path: Path, dek: bytes) -> "Database":
        """An existing file.  Raises NoDatabase, WrongKey, StorageError; never makes a file."""
        try:
            length = path.stat().st_size
        except FileNotFoundError:
            raise NoDatabase from None
        if length < PAGE:
            # SQLite takes a file of 0 or 1 bytes for a new one and would begin it afresh over what was lost.
            raise StorageDamaged
        return cls(path, dek)._checked()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that sees one unchanging state of the file.  Raises StorageError."""
        with self._connected() as connection:
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
        with self._as_writer() as connection, _committed(connection):
            yield connection

    @contextmanager
    def rebuild(self) -> Iterator[Connection]:
        """Like `write`, but a table may be dropped and made anew without its children's rows going along.

        References are checked once before the commit.  Raises BrokenReferences; StorageError.
        """
        with self._as_writer() as connection:
            # Within a transaction this pragma does nothing (sqlite.org/pragma.html#pragma_foreign_keys).
            connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
            try:
                with _committed(connection):
                    yield connection
                    if connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                        raise BrokenReferences
            finally:
                connection.invalidate()

    def integrity(self) -> list[str]:
        """Faults of the file itself, as sentences; none when every page and key is sound."""
        try:
            faults = self._examined()
            if faults:
                # The cipher check reads past the log: a page half written when the power went is a fault to it
                # although the log still holds that page.  Fold the log in and look again.
                with self._as_writer() as connection:
                    connection.exec_driver_sql("PRAGMA wal_checkpoint(PASSIVE)")
                faults = self._examined()
        except StorageDamaged as damage:
            faults = [str(damage)]
        return [f"数据文件检查不通过（{fault}）。" for fault in faults]

    def _examined(self) -> list[str]:
        """What the checks say on a connection of its own: on one that searched before others saved, SQLite checks
        the search index by an outdated list of its parts and reports damage where there is none."""
        with self._gate.passing():
            fresh = Database(self.path, self._dek)
            try:
                with fresh.read() as connection:
                    return _faults(connection)
            finally:
                fresh.close()

    def derived_key(self, purpose: bytes) -> bytes:
        """A 256-bit key for something kept beside the file, made from the file's own key."""
        return HKDF(SHA256(), 32, None, purpose).derive(self._dek)

    @property
    def mark(self) -> bytes:
        """The sixteen bytes a file under this key begins with."""
        return salt_of(self._dek)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody else uses the file until the block ends; waits for who does."""
        with self._gate.alone():
            yield

    def other_key(self) -> str:
        """The key as SQLCipher's pragmas take it, for a copy of the file."""
        return cipher_key(self._dek)

    def use_key(self, dek: bytes) -> None:
        """Open the file with another key from now on; no connection is open."""
        self._dek = dek

    def vacuum_into(self, fresh: Path, watch: Watch | None) -> None:
        """Write what the file holds into a new one under the same key.  Raises StorageError, StorageStopped."""
        with self._connected() as connection, _watched(connection, self, fresh, watch):
            connection.exec_driver_sql("VACUUM INTO ?", (str(fresh),))

    def fold_log(self) -> None:
        """Fold the write-ahead log into the file and let go of every connection.  Raises StorageError."""
        with self._connected() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        self.engine.dispose()

    def copy_to(self, target: Path, watch: Watch | None = None) -> None:
        """A verified copy, encrypted with the same key, under `target` only once it is whole.

        It is read on a connection of its own, so saves go on meanwhile.  Raises StorageError, StorageStopped
        where `watch` said so; a target that stood there before stays until then.
        """
        fresh = beside(target, ".new")
        try:
            with self._gate.passing():
                remove(fresh)
                self.vacuum_into(fresh, watch)
                copy = self.other(fresh)
                faults = copy.integrity()
                copy.close()
                if faults:
                    raise StorageDamaged
                with open(fresh, "rb+") as file:
                    os.fsync(file.fileno())
                os.replace(fresh, target)
                sync_folder(target.parent)
        except OSError as failure:
            raise file_error(failure) from failure
        finally:
            clear_away(fresh)

    def other(self, path: Path) -> "Database":
        """Another file under the same key, such as a copy of this one.  Raises as `open`."""
        return Database.open(path, self._dek)

    def close(self) -> None:
        """Let go of the file; the last connection folds the write-ahead log into it."""
        self.engine.dispose()

    @contextmanager
    def _as_writer(self) -> Iterator[Connection]:
        if self._writer == threading.get_ident():
            raise RuntimeError("a write inside a write of the same thread would wait for itself")
        with self._writing, self._connected() as connection:
            self._writer = threading.get_ident()
            try:
                yield connection
            finally:
                self._writer = None

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        with _translated(), self._gate.passing(), self.engine.connect() as connection:
            try:
                yield connection
            except Exception as error:
                if isinstance(storage_error(error), StorageDamaged | StorageFailed):
                    # SQLCipher fails every later call of a connection that once could not read a page.
                    connection.invalidate()
                raise

    def _connect(self) -> Any:
        connection = sqlcipher3.connect(str(self.path), isolation_level=None, check_same_thread=False)
        try:
            connection.execute(f'PRAGMA key = "{cipher_key(self._dek)}"')
            for pragma in PRAGMAS:
                connection.execute(f"PRAGMA {pragma}")
        except BaseException:
            connection.close()
            raise
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
                if unsettled(connection):
                    raise UnsafeSettings
        except StorageError as failure:
            self.close()
            if sqlite_code(failure.__cause__) == sqlite3.SQLITE_NOTADB:
                raise WrongKey from failure
            raise
        return self


def unsettled(connection: Connection) -> list[str]:
    """The settings of a connection that are not as `PRAGMAS` ask; each is read back."""
    found = []
    for pragma in PRAGMAS:
        name, _, asked = pragma.partition(" = ")
        if name in TOLD_NOTHING:
            continue
        here = connection.exec_driver_sql(f"PRAGMA {name}").scalar()
        if str(here) not in (asked.lower(), READ_BACK.get((name, asked)), READ_BACK.get(("", asked))):
            found.append(name)
    return found


def _faults(connection: Connection) -> list[str]:
    checks: tuple[tuple[str, Callable[[Any], bool]], ...] = (
        ("cipher_integrity_check", lambda row: True),
        ("integrity_check", lambda row: row[0] != "ok"),
        ("foreign_key_check", lambda row: True),
    )
    faults = []
    for pragma, is_fault in checks:
        rows = connection.exec_driver_sql(f"PRAGMA {pragma}").fetchall()
        faults += [f"{pragma}: {tuple(row)}" for row in rows if is_fault(row)]
    return faults


def cipher_key(dek: bytes) -> str:
    """The raw key as SQLCipher's pragmas take it, with a salt made from it.

    Without one SQLCipher reads the salt from the first bytes of the file.  They lie in a sector that is written
    again whenever the log is folded in, and a power cut that spoils it would take the whole file with it although
    the log still holds that page.
    """
    return f"x'{dek.hex()}{salt_of(dek).hex()}'"


def salt_of(dek: bytes) -> bytes:
    """The salt of a file under this key, which are its first sixteen bytes."""
    return sha256(b"fengqiao|database salt|" + dek).digest()[:16]


def beside(path: Path, ending: str) -> Path:
    """The file of the same name with something added, such as `-wal`."""
    return path.with_name(path.name + ending)


def remove(path: Path) -> None:
    """Take away a file this program made and did not finish, with its log.  Raises OSError."""
    for name in (path, beside(path, "-wal"), beside(path, "-shm"), beside(path, "-journal")):
        name.unlink(missing_ok=True)


def clear_away(path: Path) -> None:
    """`remove` where it can be done: what is left is taken away the next time, and the outcome stays as it is."""
    with suppress(OSError):
        remove(path)


@contextmanager
def _committed(connection: Connection) -> Iterator[None]:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
    try:
        yield
        connection.exec_driver_sql("COMMIT")
    except BaseException:
        _roll_back(connection)
        raise


@contextmanager
def _watched(connection: Connection, source: Database, fresh: Path, watch: Watch | None) -> Iterator[None]:
    raw = connection.connection.dbapi_connection
    if raw is None or watch is None:
        yield
        return
    total = source.path.stat().st_size
    if not watch(0, total):
        raise StorageStopped
    raw.set_progress_handler(lambda: not watch(_length(fresh), total), STEPS)
    try:
        yield
    finally:
        raw.set_progress_handler(None, 0)


def _length(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


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
