"""Founding: a new file with its schema, its station and this PC's signing key."""

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.store.database import Database
from app.store.station import found_station
from app.store.upgrade import upgrade


def found(path: Path, dek: bytes, *, station_code: str, station_name: str) -> Database:
    """Make the file of a new station and answer it open.  Raises DatabaseExists, StorageError."""
    database = Database.create(path, dek)
    upgrade(database)
    key = Ed25519PrivateKey.generate().private_bytes_raw()
    with database.write() as connection:
        found_station(connection, code=station_code, name=station_name, signing_key=key)
    return database
