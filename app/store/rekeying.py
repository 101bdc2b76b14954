"""Another key for the file: a copy is given the new key and takes the place of the file once it is whole."""

import os
from collections.abc import Callable
from pathlib import Path

import sqlcipher3
from sqlalchemy import Connection

from app.safe_file import sync_folder
from app.store.database import Database, Watch, beside, cipher_key, clear_away, remove
from app.store.errors import StorageDamaged, file_error

LOG_ENDINGS = ("-wal", "-shm")


def change_key(
    database: Database, new: bytes, prepare: Callable[[Connection], None], watch: Watch | None = None
) -> None:
    """Give the file the key `new`; `prepare` writes into it, in one transaction, what comes with the key.

    Everybody else waits meanwhile, and this waits for a backup or a page of the district under way.  Until the copy
    takes the file's place nothing of it is changed, and what is there afterwards opens with the new key alone.
    Raises StorageError, StorageStopped where `watch` said so; the file then is as it was.
    """
    fresh = beside(database.path, ".rekeyed")
    with database.alone():
        try:
            remove(fresh)
            database.vacuum_into(fresh, watch)
            _rekey(fresh, database.other_key(), cipher_key(new))
            copy = Database.open(fresh, new)
            try:
                with copy.write() as connection:
                    prepare(connection)
                faults = copy.integrity()
            finally:
                copy.close()
            if faults:
                raise StorageDamaged
            with open(fresh, "rb+") as file:
                os.fsync(file.fileno())
            database.fold_log()
            _take_place(database, fresh, new)
        except OSError as failure:
            raise file_error(failure) from failure
        finally:
            clear_away(fresh)


def _rekey(path: Path, old: str, new: str) -> None:
    """SQLCipher rewrites every page in one transaction of a rollback journal; its log knows one key only."""
    connection = sqlcipher3.connect(str(path), isolation_level=None)
    try:
        connection.execute(f'PRAGMA key = "{old}"')
        connection.execute("PRAGMA cipher_log_level = NONE")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.execute(f'PRAGMA rekey = "{new}"')
    except sqlcipher3.DatabaseError as failure:
        # A page that cannot be read, or no room for the journal; the copy is thrown away either way.
        raise OSError(str(failure)) from failure
    finally:
        connection.close()


def _take_place(database: Database, fresh: Path, new: bytes) -> None:
    # A log of the old file would be played into the new one: it is gone, durably, before that stands there.
    for ending in LOG_ENDINGS:
        beside(database.path, ending).unlink(missing_ok=True)
    sync_folder(database.path.parent)
    os.replace(fresh, database.path)
    database.use_key(new)
    sync_folder(database.path.parent)
