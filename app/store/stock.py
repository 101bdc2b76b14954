"""Every record of this file in wire form, for the comparison with the district."""

from collections.abc import Iterator, Mapping
from typing import Any

import orjson
from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from app.models import payload
from app.models.digest import Tallies, Whole, month_of, tallied
from app.models.record_type import RecordType
from app.store.database import Database
from app.store.tables import revision, surplus

AT_ONCE = 500


def tallies(database: Database, types: Mapping[str, RecordType]) -> Tallies:
    """Counts and hashes per record type and month."""
    with database.read() as connection:
        return tallied(one for record_type in types.values() for one in _stock(connection, record_type))


def digests(database: Database, record_type: RecordType, month: str) -> dict[str, int]:
    """Digests by id of the records of one type and month."""
    with database.read() as connection:
        return {
            one.record: one.digest for one in _stock(connection, record_type) if month_of(one.record) == month
        }


def whole(connection: Connection, record_type: RecordType, record_id: str) -> Whole | None:
    """One record in wire form, or None."""
    return next(_stock(connection, record_type, record_id), None)


def held_back(database: Database) -> set[str]:
    """Ids of records with a revision the district holds back: there they are rightly different."""
    held = select(revision.c.record_id).where(revision.c.verdict == "held").distinct()
    with database.read() as connection:
        return set(connection.execute(held).scalars())


def _stock(connection: Connection, record_type: RecordType, record_id: str | None = None) -> Iterator[Whole]:
    table = record_type.table
    wanted = select(record_type.model, surplus.c.data).outerjoin(surplus, surplus.c.record_id == table.c.id)
    if record_id is not None:
        wanted = wanted.where(table.c.id == record_id)
    with Session(bind=connection, autoflush=False) as session:
        for found, more in session.execute(wanted.execution_options(yield_per=AT_ONCE)):
            document = payload.encode(record_type, record_type.values(found))
            if more is not None:
                document = _with_surplus(record_type, document, orjson.loads(more))
            yield Whole(record_type.code, found.id, found.head, found.void_reason, document)


def _with_surplus(
    record_type: RecordType, document: dict[str, Any], more: Mapping[str, Any]
) -> dict[str, Any]:
    """What the record has no field for, and what its fields hold beyond what this program reads."""
    joined = dict(document)
    for name, value in more.items():
        if name not in record_type.fields:
            joined[name] = value
            continue
        readable = payload.encode(record_type, payload.decode(record_type, {name: value})).get(name)
        if readable == document.get(name):
            joined[name] = value
    return joined
