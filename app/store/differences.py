"""Differences: fields two people wrote differently, with both values, until and after somebody has chosen."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, Row, func, select, update

from app.models.changes import Difference, Side
from app.store.database import Database
from app.store.tables import conflict


@dataclass(frozen=True)
class Disputed:
    """A record with open differences, and how many."""

    record_type: str
    record_id: str
    count: int


class Differences:
    """Reads the differences of this file."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, record_id: str) -> list[Difference]:
        """Every difference of a record, settled ones included, oldest first."""
        rows = select(conflict).where(conflict.c.record_id == record_id)
        with self._database.read() as connection:
            ordered = rows.order_by(conflict.c.place, conflict.c.field)
            return [_difference(row) for row in connection.execute(ordered)]

    def open_records(self, limit: int = 200) -> list[Disputed]:
        """The records somebody has to choose in."""
        rows = (
            select(conflict.c.record_type, conflict.c.record_id, func.count())
            .where(~conflict.c.settled)
            .group_by(conflict.c.record_type, conflict.c.record_id)
            .limit(limit)
        )
        with self._database.read() as connection:
            return [Disputed(*row) for row in connection.execute(rows)]


def settle(connection: Connection, record_id: str, fields: Iterable[str] | None) -> None:
    """Somebody has chosen in these fields (None: in all), in the transaction that saves the choice."""
    chosen = update(conflict).where(conflict.c.record_id == record_id, ~conflict.c.settled)
    if fields is not None:
        chosen = chosen.where(conflict.c.field.in_(list(fields)))
    connection.execute(chosen.values(settled=True))


def _difference(row: Row[Any]) -> Difference:
    kept = row._mapping
    standing, other = (
        Side(orjson.loads(kept[side]), kept[f"{side}_by"], kept[f"{side}_at"], kept[f"{side}_origin"])
        for side in ("standing", "other")
    )
    return Difference(row.place, row.field, standing, other, row.settled)
