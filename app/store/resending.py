"""Sending again everything from a day on, because the district asks for it: copies in the stream, each revision once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import orjson
from sqlalchemy import ColumnElement, Connection, Select, and_, func, insert, select

from app.models.payload import canonical
from app.models.station_time import day_start, station_day
from app.store.blob_transfers import ask_again
from app.store.database import Database
from app.store.outbox import UNSENT, next_seq
from app.store.prepared import prepared_insert
from app.store.tables import device, resent, revision

_INSERT = prepared_insert(revision)
CHUNK = 500  # rows in one transaction


@dataclass(frozen=True)
class Again:
    """What sending again from a day on comes to: `revisions` of so many `records` would go out.

    Not among them are those that are on their way already (`underway`), those sent again earlier today (`today`), and
    those the district gave back (`held`): they go with their correction.
    """

    revisions: int
    records: int
    underway: int = 0
    today: int = 0
    held: int = 0


def counted(connection: Connection, since: date, now: datetime) -> Again:
    """What `send_since` would put out."""
    ways = {name: _count(connection, since, which) for name, which in _kept_back(now).items()}
    found = _going(since, now).subquery()
    total = select(func.count(), func.count(found.c.record_id.distinct()))
    return Again(*connection.execute(total).one(), **ways)


def send_since(database: Database, since: date, now: datetime) -> int:
    """Put a copy of every revision of this file from the day `since` on (by its author's clock) into the stream.

    The copies keep id, author and content, so that what the district has is a duplicate there; the attached files are
    asked about again.  A copy is never copied, so pressing twice sends nothing twice.  Saves go on between the chunks;
    where it breaks off, the next call does the rest.  Answers how many.  Raises StorageError.
    """
    with database.read() as connection:
        going = connection.execute(_going(since, now).order_by("position"))
        positions = [row.position for row in going]
    for start in range(0, len(positions), CHUNK):
        with database.write() as connection:
            _copy(connection, positions[start : start + CHUNK], now)
    if positions:
        with database.write() as connection:
            ask_again(connection)
    return len(positions)


def _copy(connection: Connection, positions: Sequence[int], now: datetime) -> None:
    """Copies of the rows at these places, behind all there is."""
    epoch: int = connection.execute(select(device.c.epoch)).scalar_one()
    seq = next_seq(connection, epoch)
    position: int = connection.execute(select(func.max(revision.c.position))).scalar_one() + 1
    rows = select(revision).where(revision.c.position.in_(positions)).order_by(revision.c.position)
    copies: list[dict[str, object]] = []
    for row in connection.execute(rows).mappings():
        place = {"position": position + len(copies), "epoch": epoch, "seq": seq + len(copies)}
        line = canonical({**orjson.loads(row["line"]), "seq": place["seq"]})
        fresh = {"verdict": None, "place": None, "head_after": None}
        copies.append({**row, **place, **fresh, "line": line})
    _INSERT.run_all(connection, copies)
    marks = [{"position": copy["position"], "op_id": copy["op_id"], "at": now} for copy in copies]
    connection.execute(insert(resent), marks)


def _going(since: date, now: datetime) -> Select[tuple[int, str]]:
    return _wanted(since).where(and_(*(~kept for kept in _kept_back(now).values())))


def _wanted(since: date) -> Select[tuple[int, str]]:
    """The first row of each revision from a day on; other rows of it are copies."""
    first = func.min(revision.c.position).label("position")
    return (
        select(first, revision.c.record_id)
        .where(revision.c.at >= day_start(since), revision.c.position.not_in(select(resent.c.position)))
        .group_by(revision.c.op_id)
    )


def _kept_back(now: datetime) -> dict[str, ColumnElement[bool]]:
    """Revisions that do not go out again, each under the first of the reasons that holds."""
    on_the_way = revision.c.op_id.in_(select(revision.c.op_id).where(UNSENT))
    gone = select(resent.c.op_id).where(resent.c.at >= day_start(station_day(now)))
    given_back = revision.c.op_id.in_(select(revision.c.op_id).where(revision.c.verdict == "held"))
    today = and_(revision.c.op_id.in_(gone), ~on_the_way)
    return {"underway": on_the_way, "today": today, "held": and_(given_back, ~on_the_way, ~today)}


def _count(connection: Connection, since: date, which: ColumnElement[bool]) -> int:
    found = _wanted(since).where(which).subquery()
    count: int = connection.execute(select(func.count()).select_from(found)).scalar_one()
    return count
