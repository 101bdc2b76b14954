"""A bare encrypted file with only the search tables, for the search tests."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlcipher3
from sqlalchemy import Connection, create_engine

from app.store import search


@contextmanager
def search_file(path: Path, key: bytes | None = None) -> Iterator[Connection]:
    """An open connection in no transaction; a new file gets its tables, and a key of its own unless given one."""
    dek = key or secrets.token_bytes(32)

    def creator() -> sqlcipher3.Connection:
        raw = sqlcipher3.connect(str(path), isolation_level=None, check_same_thread=False)
        raw.execute(f"PRAGMA key = \"x'{dek.hex()}'\"")
        raw.execute("PRAGMA trusted_schema=OFF")
        return raw

    fresh = not path.exists()
    engine = create_engine("sqlite://", creator=creator, module=sqlcipher3)
    with engine.connect() as connection:
        if fresh:
            for statement in search.DDL:
                connection.exec_driver_sql(statement)
        yield connection
    engine.dispose()


def found_ids(
    connection: Connection, query: str, *, types: tuple[str, ...] = (), limit: int = 50
) -> list[str]:
    """Record ids in the order they are found."""
    return [hit.record_id for hit in search.find(connection, query, types=types, limit=limit)]
