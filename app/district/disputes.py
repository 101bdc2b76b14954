"""Differences: fields two people wrote differently, who wrote what, and closing them by an ordinary edit."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import Connection, and_, select, update

from app.district.tables import conflict, revision
from app.models.changes import Difference, Side

_LINES = select(
    revision.c.record, revision.c.position, revision.c.applied, revision.c.device, revision.c.line
)


def disputed(connection: Connection, station: str, records: Collection[str]) -> set[str]:
    """Which of `records` ever had a difference."""
    if not records:
        return set()
    having = select(conflict.c.record).where(
        conflict.c.station == station, conflict.c.record.in_(sorted(records))
    )
    return set(connection.execute(having).scalars())


def differences_of(
    connection: Connection, station: str, records: Sequence[str], told: Mapping[str, str]
) -> dict[str, list[Difference]]:
    """Every difference by record, with both authors; `told` names the PCs by their ids."""
    having = sorted(disputed(connection, station, records))
    if not having:
        return {}
    of_these = and_(revision.c.station == station, revision.c.record.in_(having))
    effective = _LINES.where(of_these, revision.c.applied.is_not(None)).order_by(revision.c.applied)
    lines = [(row, orjson.loads(row.line)) for row in connection.execute(effective)]
    kept = select(conflict).where(conflict.c.station == station, conflict.c.record.in_(having))
    found: dict[str, list[Difference]] = {}
    for row in connection.execute(kept.order_by(conflict.c.opened, conflict.c.field)):
        own = [one for one in lines if one[0].record == row.record]
        other = next(one for one in own if one[0].position == row.position)
        standing = next((one for one in reversed(own) if _wrote(one, row)), own[0])
        found.setdefault(row.record, []).append(
            Difference(
                row.opened,
                row.field,
                _side(standing, row.standing, told),
                _side(other, row.other, told),
                row.settled_at is not None,
            )
        )
    return found


def settle(
    connection: Connection, station: str, chosen: Iterable[tuple[str, int, Collection[str]]], now: str
) -> None:
    """Close the differences whose field somebody wrote who had seen both values.

    `chosen` names record, place and fields of each edit; "" among the fields closes all of the record.
    """
    for record, place, fields in chosen:
        closing = update(conflict).where(
            conflict.c.station == station,
            conflict.c.record == record,
            conflict.c.opened < place,
            conflict.c.settled_at.is_(None),
        )
        if "" not in fields:
            closing = closing.where(conflict.c.field.in_(sorted(fields)))
        connection.execute(closing.values(settled_at=now))


def open_at(connection: Connection, station: str) -> bool:
    """Whether the station has any open difference; most have none."""
    open_here = select(conflict.c.position).where(
        conflict.c.station == station, conflict.c.settled_at.is_(None)
    )
    return connection.execute(open_here.limit(1)).first() is not None


def _wrote(one: tuple[Any, Any], row: Any) -> bool:
    """Whether this revision gave the field the value that stood when the difference arose."""
    line, said = one
    if line.applied >= row.opened:
        return False
    if row.field == "":
        return bool(said["act"] == "void")
    return row.field in said["data"]


def _side(one: tuple[Any, Any], value: bytes, told: Mapping[str, str]) -> Side:
    line, said = one
    return Side(orjson.loads(value), str(said["by"]), str(said["at"]), told.get(line.device, ""))
