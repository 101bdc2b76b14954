"""What happened last in this file and what waits to be sent, with the line that names each record."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from app.models.registry import RECORD_TYPES
from app.store.database import Database
from app.store.outbox import UNSENT
from app.store.tables import resent, revision

LOOKED_AT = 400  # revisions looked through for the newest records; one record may have many


@dataclass(frozen=True)
class Touched:
    """One revision in the order it came to this file; `act` is create, edit, void or append."""

    record_type: str
    record_id: str
    headline: str
    act: str
    by: str
    at: datetime


class RecentReader:
    """Reads the revisions for the home and sync pages; never writes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def newest(self, limit: int = 8) -> list[Touched]:
        """The records touched last, each once, newest first."""
        # What is sent again was touched when it was written.
        first = revision.c.position.not_in(select(resent.c.position))
        statement = select(*_COLUMNS).where(first).order_by(revision.c.position.desc()).limit(LOOKED_AT)
        with self._database.read() as connection:
            last: dict[str, tuple[str, str, str, str, datetime]] = {}
            for row in connection.execute(statement):
                last.setdefault(row.record_id, tuple(row))
                if len(last) == limit:
                    break
            return _named(connection, last.values())

    def waiting(self, limit: int = 200) -> list[Touched]:
        """The revisions not receipted yet, oldest first."""
        statement = select(*_COLUMNS).where(UNSENT)
        with self._database.read() as connection:
            rows = connection.execute(statement.order_by(revision.c.seq).limit(limit)).all()
            return _named(connection, [tuple(row) for row in rows])

    def headlines(self, records: Mapping[str, str]) -> dict[str, str]:
        """The naming line by record id, for `records` given as id → record type code."""
        with self._database.read() as connection:
            return _headlines(connection, records)


_COLUMNS = (
    revision.c.record_type,
    revision.c.record_id,
    revision.c.act,
    revision.c.by,
    revision.c.at,
)


def _named(connection: Connection, rows: Iterable[tuple[str, str, str, str, datetime]]) -> list[Touched]:
    kept = list(rows)
    headlines = _headlines(connection, {record_id: code for code, record_id, *_ in kept})
    return [
        Touched(code, record_id, headlines.get(record_id, ""), act, by, at)
        for code, record_id, act, by, at in kept
    ]


def _headlines(connection: Connection, records: Mapping[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for code in set(records.values()) & set(RECORD_TYPES):
        record_type = RECORD_TYPES[code]
        table = record_type.table
        wanted = [record_id for record_id, of in records.items() if of == code]
        statement = select(table.c.id, *(table.c[name] for name in record_type.headline))
        for row in connection.execute(statement.where(table.c.id.in_(wanted))).mappings():
            found[row["id"]] = record_type.headline_of(dict(row))
    return found
