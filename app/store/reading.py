"""Reading records: one whole, a page of a list, and the history of who changed what."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

import orjson
from sqlalchemy import Connection, Row, Select, Table, and_, bindparam, case, func, or_, select
from sqlalchemy.orm import Session

from app.models.base import Record
from app.models.record_type import RecordType, Values
from app.store import search
from app.store.database import Database
from app.store.outbox import UNSENT
from app.store.prepared import Prepared
from app.store.tables import merge, revision

MOST_FOUND = 500


@dataclass(frozen=True)
class StoredRecord:
    """A record as the file holds it."""

    id: str
    revision: int
    head: str
    station: str
    created_by: str
    created_at: datetime
    changed_by: str
    changed_at: datetime
    void_reason: str | None
    values: Values


@dataclass(frozen=True)
class ListQuery:
    """What a list shows: words to search, exact codes by field, and whether voided records count.

    `station` and `owner` narrow it to what was entered there and by whom.
    """

    words: str = ""
    codes: Mapping[str, str] = field(default_factory=dict)
    voided: bool = False
    station: str | None = None
    owner: str | None = None


@dataclass(frozen=True)
class Change:
    """One revision of a record: `data` is wire data, whole for the first and changed fields afterwards.

    `state` is pending, acked, held or conflict; `origin` the PC it came from, None for this one; `detail` what
    the district said of it; `merged_at` when this file heard that it was merged with what somebody else wrote.
    """

    op_id: str
    act: str
    by: str
    at: datetime
    state: str
    data: dict[str, Any]
    origin: str | None = None
    detail: str = ""
    merged_at: datetime | None = None


@cache
def _existing(table: Table) -> Prepared:
    return Prepared(select(table.c.head).where(table.c.id == bindparam("wanted")))


def load(connection: Connection, record_type: RecordType, record_id: str) -> StoredRecord | None:
    """One record with its rows, or None."""
    if _existing(record_type.table).run(connection, {"wanted": record_id}).first() is None:
        return None
    with Session(bind=connection, autoflush=False) as session:
        found = session.get_one(record_type.model, record_id)
        return _stored(record_type, found)


def load_many(connection: Connection, record_type: RecordType, ids: Sequence[str]) -> list[StoredRecord]:
    """Records with their rows in the order of `ids`; what is not there is left out."""
    model = record_type.model
    with Session(bind=connection, autoflush=False) as session:
        found = {one.id: one for one in session.scalars(select(model).where(model.id.in_(ids)))}
        return [_stored(record_type, found[one]) for one in ids if one in found]


def _stored(record_type: RecordType, found: Record) -> StoredRecord:
    return StoredRecord(
        found.id,
        found.revision,
        found.head,
        found.station,
        found.created_by,
        found.created_at,
        found.changed_by,
        found.changed_at,
        found.void_reason,
        record_type.values(found),
    )


def listed_count(connection: Connection, record_type: RecordType, query: ListQuery) -> int:
    """How many records a list shows."""
    if query.words.strip():
        return len(_found(connection, record_type, query))
    counted = select(func.count()).select_from(_listed(record_type, query).subquery())
    return int(connection.execute(counted).scalar_one())


class RecordReader:
    """Reads for screens, printing and export; never writes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def load(self, record_type: RecordType, record_id: str) -> StoredRecord | None:
        """One record, or None."""
        with self._database.read() as connection:
            return load(connection, record_type, record_id)

    def by_number(self, record_type: RecordType, number: str) -> StoredRecord | None:
        """The record with this document number, or None."""
        table = record_type.table
        with self._database.read() as connection:
            record_id = connection.execute(select(table.c.id).where(table.c.number == number)).scalar()
            return load(connection, record_type, record_id) if record_id else None

    def page(
        self,
        record_type: RecordType,
        query: ListQuery,
        *,
        after: Mapping[str, Any] | None = None,
        limit: int = 100,
    ) -> Sequence[Mapping[str, Any]]:
        """Up to `limit` rows of list columns with id, revision and void_reason.

        Newest business day first, continuing after the last row of the page before; a search answers the
        best hits first, on one page of at most 500.
        """
        with self._database.read() as connection:
            if query.words.strip():
                return _found(connection, record_type, query)
            statement = _listed(record_type, query)
            order = _order(record_type)
            if after is not None:
                statement = statement.where(_beyond(order, after))
            statement = statement.order_by(*(column.desc() for column in order)).limit(limit)
            return [dict(row) for row in connection.execute(statement).mappings()]

    def history(self, record_id: str) -> list[Change]:
        """Every revision of a record, oldest first."""
        state = func.coalesce(revision.c.verdict, case((UNSENT, "pending"), else_="acked")).label("state")
        statement = (
            select(revision, state, merge.c.heard_at)
            .outerjoin(merge, merge.c.op_id == revision.c.op_id)
            .where(revision.c.record_id == record_id)
            .order_by(revision.c.position)
        )
        with self._database.read() as connection:
            # A revision sent again under a later seq is still one revision, which stands as its newest row says.
            once = {row.op_id: row for row in connection.execute(statement)}
            return [_change(row) for row in once.values()]


def _change(row: Row[Any]) -> Change:
    data = orjson.loads(row.line)["data"]
    return Change(
        row.op_id, row.act, row.by, row.at, row.state, data, row.origin, row.detail or "", row.heard_at
    )


def _found(connection: Connection, record_type: RecordType, query: ListQuery) -> list[Mapping[str, Any]]:
    hits = search.find(connection, query.words, types=[record_type.code], limit=MOST_FOUND)
    rank = {hit.record_id: place for place, hit in enumerate(hits)}
    statement = _listed(record_type, query).where(record_type.table.c.id.in_(list(rank)))
    rows = [dict(row) for row in connection.execute(statement).mappings()]
    return sorted(rows, key=lambda row: rank[row["id"]])


def _listed(record_type: RecordType, query: ListQuery) -> Select[Any]:
    table = record_type.table
    order = _order(record_type)
    shown = dict.fromkeys(("id", "revision", "void_reason", *record_type.columns, *(c.key for c in order)))
    statement = select(*(table.c[name] for name in shown))
    if not query.voided:
        statement = statement.where(table.c.void_reason.is_(None))
    if query.station is not None:
        statement = statement.where(table.c.station == query.station)
    if query.owner is not None:
        statement = statement.where(table.c.created_by == query.owner)
    for name, code in query.codes.items():
        if name not in record_type.filters:
            raise ValueError(f"not a filter of {record_type.code}: {name}")
        statement = statement.where(table.c[name] == code)
    return statement


def _order(record_type: RecordType) -> tuple[Any, ...]:
    table = record_type.table
    if record_type.business_day is None:
        return (table.c.id,)
    return (table.c[record_type.business_day], table.c.id)


def _beyond(order: tuple[Any, ...], after: Mapping[str, Any]) -> Any:
    if len(order) == 1:
        return order[0] < after["id"]
    day, row_id = order
    return or_(day < after[day.key], and_(day == after[day.key], row_id < after["id"]))
