"""Root keys of attachments: made from the file's key at first, kept in the file once that key was changed.

After a change new contents are written under a root nobody had before; the older ones stay as they are, under theirs.
"""

import secrets
from collections.abc import Sequence

from sqlalchemy import Connection, insert, select

from app.store.database import Database
from app.store.tables import blob_root

PURPOSE = b"fengqiao attachments"
ROOT_BYTES = 32


class BlobRoots:
    """The roots of an open file, read anew when its key was changed."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._read_under = b""
        self._roots: Sequence[bytes] = ()

    def __call__(self) -> Sequence[bytes]:
        """All of them, the present one last.  Raises StorageError."""
        mark = self._database.mark
        if mark != self._read_under:
            with self._database.read() as connection:
                kept = roots_in(connection)
            self._roots = kept or (self._database.derived_key(PURPOSE),)
            self._read_under = mark
        return self._roots


def roots_in(connection: Connection) -> Sequence[bytes]:
    """What the file keeps; nothing before the first change of its key."""
    return connection.execute(select(blob_root.c.root).order_by(blob_root.c.place)).scalars().all()


def add_root(connection: Connection, before: Sequence[bytes]) -> None:
    """Begin a new root after those in use, in the transaction that comes with a new key."""
    known = roots_in(connection)
    fresh = [] if known else [*before]
    for root in (*fresh, secrets.token_bytes(ROOT_BYTES)):
        connection.execute(insert(blob_root).values(root=root))
