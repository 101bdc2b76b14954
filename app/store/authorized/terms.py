"""保存期限 of the records of this file: what is past it, and disposing of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection, select

from app.models.record_type import RecordType
from app.models.registry import RECORD_TYPES
from app.models.retention import BY_PERIOD, Retention, retention_table
from app.models.station_time import day_start, station_day
from app.security.authorize import Reach
from app.store.authorized.access import Access
from app.store.authorized.records import AuthorizedStore
from app.store.database import Database
from app.store.records import Clock
from app.store.tables import erased

DISPOSED = "保存期满，个人信息已删除"
MOST = 1000


@dataclass(frozen=True)
class Expired:
    """A record past its term; `head` is the revision it stands at, `ends` the last day it was to be kept."""

    record_type: str
    record_id: str
    head: str
    headline: str
    ends: date


class Terms:
    """Lists and disposes for one user."""

    def __init__(self, database: Database, access: Access, clock: Clock, store: AuthorizedStore) -> None:
        self._database, self._access, self._clock, self._store = database, access, clock, store

    def past(self) -> list[Expired]:
        """What is past its term, the longest first; headlines only of what the user may list.

        Raises NotAllowed, StorageError.
        """
        self._access.require("see_retention")
        today, found = station_day(self._clock()), []
        with self._database.read() as connection:
            gone = set(connection.execute(select(erased.c.record_id)).scalars())
            for code, kept in retention_table().items():
                found += [
                    one
                    for one in self._of(connection, RECORD_TYPES[code], kept, today)
                    if one.record_id not in gone
                ]
        return sorted(found, key=lambda one: one.ends)[:MOST]

    def dispose(self, one: Expired) -> None:
        """Take the personal data out of a record past its term.  Raises NotAllowed, StillKept, Stale, StorageError."""
        kind, by = RECORD_TYPES[one.record_type], self._access.actor.name
        self._store.erase(kind, one.record_id, reason=DISPOSED, by=by, base=one.head)
        self._access.note("dispose", f"{one.record_type}/{one.record_id}")

    def _of(
        self, connection: Connection, record_type: RecordType, kept: Retention, today: date
    ) -> Iterator[Expired]:
        if not kept.counted_from:
            return
        table, shortest = record_type.table, min((years for years in kept.years.values() if years), default=0)
        if not shortest:
            return
        begun = table.c[kept.counted_from]
        # A few days wide, for leap years and the ends of months; `ends` decides.
        before = today.replace(year=today.year - shortest, day=min(today.day, 28)) + timedelta(days=5)
        latest = day_start(before) if kept.counted_from.endswith("_at") else before
        names = [kept.counted_from, *record_type.headline]
        names += [BY_PERIOD] if BY_PERIOD in table.c else []
        columns = [table.c.id, table.c.head, *(table.c[name] for name in dict.fromkeys(names))]
        statement = select(*columns).where(begun < latest).order_by(begun).limit(MOST)
        seen = self._access.reach("list", record_type.code) >= Reach.STATION
        for row in map(dict, connection.execute(statement).mappings()):
            ends = kept.ends(row)
            if ends is not None and ends < today:
                headline = record_type.headline_of(row) if seen else record_type.title
                yield Expired(record_type.code, row["id"], row["head"], headline, ends)
