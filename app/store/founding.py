"""Founding: a new file with its schema, its station and this PC's signing key."""

import os
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.safe_file import sync_folder
from app.store.database import Database, beside, clear_away, remove
from app.store.errors import DatabaseExists, file_error
from app.store.station import found_station
from app.store.upgrade import upgrade


def found(path: Path, dek: bytes, *, station_code: str, station_name: str) -> Database:
    """Make the file of a new station and answer it open.

    It gets its name only when it is whole, so a power cut leaves a station or none, never half of one.  Raises
    DatabaseExists, StorageError.
    """
    if path.exists() or beside(path, "-wal").exists():
        raise DatabaseExists
    fresh = beside(path, ".new")
    try:
        remove(fresh)
        database = Database.create(fresh, dek)
        try:
            upgrade(database)
            key = Ed25519PrivateKey.generate().private_bytes_raw()
            with database.write() as connection:
                found_station(connection, code=station_code, name=station_name, signing_key=key)
        finally:
            # The last connection folds the log into the file and syncs it.
            database.close()
        os.replace(fresh, path)
        sync_folder(path.parent)
    except OSError as failure:
        raise file_error(failure) from failure
    finally:
        clear_away(fresh)
    return Database.open(path, dek)
