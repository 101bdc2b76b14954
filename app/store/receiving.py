"""What the district sends down enters the file: a page of changes and its cursor in one transaction."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

import orjson
from sqlalchemy import Connection, bindparam, func, select, update
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.exc import DBAPIError

from app.models.changes import Arrived, Notice, Page, Settled, Standing
from app.models.column_types import moment_of
from app.models.payload import canonical
from app.models.record_type import RecordType
from app.models.scrubbing import tells_erasure
from app.store import policies
from app.store.blob_transfers import coming_down
from app.store.database import Database
from app.store.erasing import note_erasure
from app.store.errors import storage_error
from app.store.lives import begin_new_life, read_anew
from app.store.merges import MERGED, merged_fields, note_merge
from app.store.outbox import enqueue, next_seq
from app.store.placing import Placing
from app.store.prepared import Prepared
from app.store.station import Station
from app.store.tables import device, notice, revision

UNKNOWN_RECORD = "unknown_record"
NOT_A_RECORD = (ValueError, TypeError, LookupError, AttributeError, DBAPIError)


@dataclass(frozen=True)
class Pulled:
    """Where this file stands in the district's change log ("" is its start), and what was receipted to it.

    `last_seq` is the last it has written in its present epoch, `compare_due`: both sides are to be compared once.
    """

    cursor: str
    acked_seq: int
    last_seq: int
    recheck: bool
    new_life: bool
    compare_due: bool


class Receiver:
    """Writes pages; each is durable, and counted by the cursor, when `take` returns."""

    def __init__(
        self,
        database: Database,
        station: Station,
        clock: Callable[[], datetime],
        types: Mapping[str, RecordType],
    ) -> None:
        self._database = database
        self._station = station
        self._clock = clock
        self._types = types

    def position(self) -> Pulled:
        """Where to go on."""
        with self._database.read() as connection:
            row = connection.execute(select(device)).one()
            last = next_seq(connection, row.epoch) - 1
            return Pulled(row.cursor, row.acked_seq, last, row.recheck, row.new_life, row.compare_due)

    def take(self, page: Page, after: str) -> int:
        """Write a page that was asked for at cursor `after`; answers how many records changed.

        A page asked for before the file moved on changes nothing.  Raises StorageError.
        """
        now = self._clock()
        with self._database.write() as connection:
            if connection.execute(select(device.c.cursor)).scalar_one() != after:
                return 0
            moved = {"cursor": page.cursor, "last_pull_at": now}
            own = func.max(device.c.pulled_seq, page.own_seq)
            connection.execute(update(device).values(**moved, pulled_seq=own))
            return self._enter(connection, page, now)

    def take_record(self, page: Page) -> int:
        """Write the page of one record, asked for outside the order of the log; the cursor stays."""
        with self._database.write() as connection:
            return self._enter(connection, page, self._clock(), comparing=True)

    def merged(self) -> int:
        """In how many places merges were heard of so far."""
        with self._database.read() as connection:
            return merged_fields(connection)

    def start_over(self) -> None:
        """Read the log anew from its start; until it is read, what is here counts as unconfirmed."""
        with self._database.write() as connection:
            read_anew(connection)

    def pulled(self) -> None:
        """The end of the log was reached, whether or not it brought anything."""
        with self._database.write() as connection:
            connection.execute(update(device).values(last_pull_at=self._clock()))

    def live_above(self, epoch: int) -> None:
        """The district counted this file in `epoch` before: go on in a higher one, from the next opening on."""
        with self._database.write() as connection:
            begin_new_life(connection, above=epoch)

    def compared(self) -> None:
        """Both sides were compared since the log was last read anew."""
        with self._database.write() as connection:
            connection.execute(update(device).values(compare_due=False))

    def life_known(self) -> None:
        """The district counts this PC's present epoch."""
        with self._database.write() as connection:
            connection.execute(update(device).values(new_life=False))

    def _enter(self, connection: Connection, page: Page, now: datetime, *, comparing: bool = False) -> int:
        pulled_seq = connection.execute(select(device.c.pulled_seq)).scalar_one()
        placing = Placing(connection, self._station, pulled_seq, now, comparing=comparing)
        records = 0
        for change in page.changes:
            if isinstance(change, Arrived):
                _keep_line(connection, change, now)
            elif isinstance(change, Settled):
                _settle(connection, change, now)
            elif isinstance(change, Notice):
                _keep_notice(connection, change.kind, change.body, now)
            else:
                records += self._place(placing, change, now)
        return records

    def _place(self, placing: Placing, standing: Standing, now: datetime) -> int:
        """One record nobody here can make sense of is kept as it came and stops nothing."""
        connection = placing.connection
        record_type = self._types.get(standing.type)
        connection.exec_driver_sql("SAVEPOINT record")
        try:
            if record_type is None:
                raise KeyError(standing.type)
            placing.put(record_type, standing)
        except NOT_A_RECORD as failure:
            if storage_error(failure) is not None:
                raise
            connection.exec_driver_sql("ROLLBACK TO record")
            body = {"key": standing.record, "type": standing.type, "document": dict(standing.document)}
            _keep_notice(connection, UNKNOWN_RECORD, canonical(body), now)
            return 0
        finally:
            connection.exec_driver_sql("RELEASE record")
        return 1


_LEARN = Prepared(
    update(revision)
    .where(revision.c.record_id == bindparam("of_record"), revision.c.op_id == bindparam("of_op"))
    .values(
        place=0, head_after=None, verdict=None, detail=func.coalesce(bindparam("said"), revision.c.detail)
    )
)


def _keep_line(connection: Connection, arrived: Arrived, now: datetime) -> None:
    """A revision of another PC, once; what came earlier learns its place."""
    said = orjson.loads(arrived.line)
    if arrived.outcome == MERGED:
        note_merge(connection, said, now)
    if tells_erasure(said["act"], said["data"]):
        note_erasure(connection, said["type"], said["record"], _moment(said["at"]))
    learnt = {
        "place": arrived.place,
        "head_after": arrived.head_after,
        "detail": arrived.detail or None,
    }
    here = {"of_record": said["record"], "of_op": said["op_id"], "said": learnt["detail"]}
    if _LEARN.run(connection, here | learnt).rowcount:
        return
    row = {
        "op_id": said["op_id"],
        "record_type": said["type"],
        "record_id": said["record"],
        "act": said["act"],
        "by": said["by"],
        "at": _moment(said["at"]),
        "line": arrived.line,
        "origin": arrived.origin,
        **learnt,
    }
    enqueue(connection, row)
    coming_down(connection, said, row["at"])


def _settle(connection: Connection, settled: Settled, now: datetime) -> None:
    """The district's last word on a revision of this PC; differences have rows of their own."""
    own = (revision.c.epoch == settled.epoch) & (revision.c.seq == settled.seq)
    verdict = "held" if settled.outcome == "held" else None
    told = {"verdict": verdict, "detail": settled.detail or None, "head_after": settled.head_after}
    connection.execute(update(revision).where(own).values(**told))
    if settled.outcome == MERGED:
        for line in connection.execute(select(revision.c.line).where(own)).scalars():
            note_merge(connection, orjson.loads(line), now)


def _keep_notice(connection: Connection, kind: str, body: bytes, now: datetime) -> None:
    key = str(orjson.loads(body).get("key", ""))
    if kind == policies.KIND:
        kind = policies.kind_of(connection, key, body)
    row = {"body": body, "received_at": now}
    statement = upsert(notice).values(kind=kind, key=key, **row)
    connection.execute(statement.on_conflict_do_update(index_elements=["kind", "key"], set_=row))


def _moment(text: str) -> datetime:
    """The author's clock; what is no time of the agreed form counts as the beginning of the calendar."""
    try:
        return moment_of(text)
    except ValueError:
        return moment_of("1970-01-01T00:00:00Z")
