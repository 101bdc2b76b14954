"""A record and its rows as table columns: what is written where, and row identities kept across edits."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table, delete, inspect, update
from uuid_utils import uuid7

from app.models.fields import Field, Kind
from app.models.record_type import RecordType, Values
from app.store.prepared import Prepared, prepared_insert


def give_ids(record_type: RecordType, values: Values, before: Values | None = None) -> None:
    """Give every new row its identity.

    A row that stands in the record at its place already keeps that one: a save tried again after an unclear failure
    brings the same rows without the ids the first try gave them.
    """
    for field in _row_fields(record_type):
        parts = values.get(field.name) or ()
        standing = (before or {}).get(field.name) or ()
        used = {part["id"] for part in parts if part.get("id")}
        for place, part in enumerate(parts):
            if part.get("id"):
                continue
            known = standing[place] if place < len(standing) else {}
            same = known.get("id") not in used and {**part, "id": known.get("id")} == known
            part["id"] = known["id"] if same else str(uuid7())


def keep_given(record_type: RecordType, values: Values, before: Values) -> None:
    """A document number once given stays, whatever a form or file says."""
    for field in record_type.fields.values():
        if field.kind is Kind.NUMBER and before.get(field.name):
            values[field.name] = before[field.name]


def columns(record_type: RecordType, values: Values) -> dict[str, Any]:
    """The record's own columns, rows left out."""
    return {name: values.get(name) for name, field in record_type.fields.items() if field.rows is None}


def insert_head(connection: Connection, record_type: RecordType, columns: Mapping[str, Any]) -> None:
    """Write the record's own row."""
    _inserting(record_type.table).run(connection, columns)


def update_head(
    connection: Connection, record_type: RecordType, record_id: str, columns: Mapping[str, Any]
) -> None:
    """Write the given columns of the record's own row anew."""
    table = record_type.table
    connection.execute(update(table).where(table.c.id == record_id).values(**columns))


def add(connection: Connection, record_type: RecordType, record_id: str, values: Values) -> None:
    """Write all rows of a new record."""
    for field in _row_fields(record_type):
        _insert(connection, record_type, field, record_id, values.get(field.name) or [])


def replace(
    connection: Connection, record_type: RecordType, record_id: str, values: Values, *, changed: set[str]
) -> None:
    """Write the rows of an edited record anew where they changed."""
    for field in _row_fields(record_type):
        if field.name in changed:
            table, owner = _table(record_type, field)
            connection.execute(delete(table).where(table.c[owner] == record_id))
            _insert(connection, record_type, field, record_id, values.get(field.name) or [])


def _insert(
    connection: Connection, record_type: RecordType, field: Field, record_id: str, parts: list[Values]
) -> None:
    if not parts or field.rows is None:
        return
    table, owner = _table(record_type, field)
    _inserting(table).run_all(
        connection,
        [{**part, "position": position, owner: record_id} for position, part in enumerate(parts)],
    )


@cache
def _inserting(table: Table) -> Prepared:
    return prepared_insert(table)


@cache
def _row_fields(record_type: RecordType) -> list[Field]:
    return [field for field in record_type.fields.values() if field.rows is not None]


@cache
def _table(record_type: RecordType, field: Field) -> tuple[Table, str]:
    """The row table of a field and its column that points at the record."""
    relation = inspect(record_type.model).relationships[field.name]
    (owner,) = relation.remote_side
    assert isinstance(relation.target, Table)
    return relation.target, str(owner.key)
