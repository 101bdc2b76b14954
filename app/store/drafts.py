"""Drafts: what was being typed, kept by itself per user and record until it is saved or thrown away."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, bindparam, delete, select
from sqlalchemy.dialects.sqlite import insert

from app.models.payload import SCHEMA
from app.store.database import Database
from app.store.prepared import Prepared
from app.store.tables import draft


@dataclass(frozen=True)
class Draft:
    """An unfinished form.  `content` is what the editors showed, exactly as typed."""

    record_type: str
    record_id: str
    base: str | None
    content: dict[str, Any]
    at: datetime


class Drafts:
    """The drafts of all users of this PC; each sees only their own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(
        self,
        owner: str,
        record_type: str,
        record_id: str,
        content: Mapping[str, Any],
        *,
        base: str | None,
        at: datetime,
    ) -> None:
        """Keep the newest state of a form; one draft a record and user.  Raises StorageError."""
        row = {
            "record_type": record_type,
            "base": base,
            "schema": SCHEMA,
            "content": orjson.dumps(dict(content)),
            "at": at,
        }
        statement = insert(draft).values(owner=owner, record_id=record_id, **row)
        statement = statement.on_conflict_do_update(index_elements=["owner", "record_id"], set_=row)
        with self._database.write() as connection:
            connection.execute(statement)

    def of(self, owner: str) -> list[Draft]:
        """The drafts of one user, newest first."""
        statement = select(draft).where(draft.c.owner == owner).order_by(draft.c.at.desc())
        with self._database.read() as connection:
            return [
                Draft(row.record_type, row.record_id, row.base, orjson.loads(row.content), row.at)
                for row in connection.execute(statement)
            ]

    def discard(self, owner: str, record_id: str) -> None:
        """Throw one draft away because its user said so."""
        with self._database.write() as connection:
            drop(connection, owner, record_id)


_DROP = Prepared(
    delete(draft).where(draft.c.owner == bindparam("of_owner"), draft.c.record_id == bindparam("of_record"))
)


def drop(connection: Connection, owner: str, record_id: str) -> None:
    """Remove a draft in the transaction that saves its record."""
    _DROP.run(connection, {"of_owner": owner, "of_record": record_id})
