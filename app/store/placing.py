"""A record as the district holds it, put into the file under what this PC wrote to it and has not sent yet."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, Row, bindparam, delete, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from app.models import payload
from app.models.changes import Difference, Side, Standing
from app.models.column_types import moment_of, moment_text
from app.models.fields import Search
from app.models.merging import State, folded, merged
from app.models.record_type import RecordType
from app.store import audit, reading, rows, search
from app.store.prepared import Prepared
from app.store.search import SearchTerms
from app.store.station import Station
from app.store.tables import conflict, resent, revision, surplus

# The place of a difference that was found by comparing, not told by the district.
FOUND_HERE = 0


class Kept:
    """A revision row of this file, as folding reads it."""

    def __init__(self, row: Row[Any]) -> None:
        said = orjson.loads(row.line)
        self.type: str = row.record_type
        self.op_id: str = row.op_id
        self.act: str = row.act
        self.data: dict[str, Any] = said["data"]


class Placing:
    """Puts records into the file within one transaction.

    `pulled_seq` is the last seq of this PC that the district's states can contain.  When `comparing`, content
    that differs under the same head is kept as a difference.
    """

    def __init__(
        self,
        connection: Connection,
        station: Station,
        pulled_seq: int,
        now: datetime,
        *,
        comparing: bool = False,
    ) -> None:
        self.connection = connection
        self._station = station
        self._pulled_seq = pulled_seq
        self._now = now
        self._comparing = comparing

    def put(self, record_type: RecordType, standing: Standing) -> None:
        """Record, rows, search, audit and differences.  Raises ValueError, TypeError or KeyError for a document
        this program cannot read.
        """
        known, waiting = self._known(standing.record)
        state = self._with_waiting(standing, known, waiting)
        if waiting:
            state = state._replace(head=waiting[-1].op_id, version=standing.version + len(waiting))
        elif self._comparing:
            self._keep_what_differs(record_type, standing)
        self._write(record_type, standing.record, state, known)
        self._keep_surplus(record_type, standing)
        self._keep_differences(standing, known, waiting)

    def _known(self, record_id: str) -> tuple[Sequence[Row[Any]], Sequence[Row[Any]]]:
        """The rows of a record, and those of them the district's state cannot contain.

        A copy sent again speaks for itself only once the district has said something of it; until then it tells of
        its revision at most that the district has it.
        """
        rows = _KNOWN.run(self.connection, {"of_record": record_id}).all()
        there = {row.op_id for row in rows if row.copied is not None and not self._is_waiting(row)}
        speaking = [row for row in rows if row.copied is None or row.verdict or row.head_after]
        # Of a revision sent again the newest row counts, in the place of the first.
        known = list({row.op_id: row for row in speaking}.values())
        return known, [row for row in known if self._is_waiting(row) and row.op_id not in there]

    def _is_waiting(self, row: Row[Any]) -> bool:
        """Whether the district's state cannot contain this revision: not sent, held back, or lost there."""
        if row.place is not None:
            return False
        own = row.epoch == self._station.epoch
        return row.verdict == "held" or not own or row.seq > self._pulled_seq

    def _with_waiting(
        self, standing: Standing, known: Sequence[Row[Any]], waiting: Sequence[Row[Any]]
    ) -> State:
        """What the district will make of the waiting revisions, by the very same rules."""
        state = State(
            standing.type, standing.head, standing.version, dict(standing.document), standing.void_reason
        )
        if not waiting:
            return state
        unseen = _changed_by_others(standing, known, min(row.position for row in waiting))
        for row in waiting:
            line = Kept(row)
            if line.act == "create":
                continue
            state = (merged(state, line, unseen) if unseen else folded(state, line)).state
        return state

    def _write(
        self, record_type: RecordType, record_id: str, state: State, known: Sequence[Row[Any]]
    ) -> None:
        connection = self.connection
        values = record_type.complete(payload.decode(record_type, state.document))
        before = reading.load(connection, record_type, record_id)
        first = next((row for row in known if row.act == "create"), known[0])
        last = next((row for row in reversed(known) if state.head in (row.op_id, row.head_after)), known[-1])
        columns = rows.columns(record_type, values) | {
            "revision": state.version,
            "head": state.head,
            "changed_by": last.by,
            "changed_at": moment_of(last.at),
            "void_reason": state.void_reason,
        }
        if before is None:
            columns |= {
                "station": self._station.code,
                "created_by": first.by,
                "created_at": moment_of(first.at),
            }
            rows.insert_head(connection, record_type, {"id": record_id, **columns})
            rows.add(connection, record_type, record_id, values)
        else:
            changed = {name for name, value in values.items() if before.values.get(name) != value}
            rows.update_head(connection, record_type, record_id, columns)
            rows.replace(connection, record_type, record_id, values, changed=changed)
        subject = f"{record_type.code}/{record_id}"
        entry = audit.Entry(
            self._now, last.by, self._station.device_id, "receive", subject, last.origin or ""
        )
        audit.append(connection, entry)
        terms = record_type.search_terms(values)
        found_by = SearchTerms(terms[Search.NAME], terms[Search.NUMBER], terms[Search.TEXT])
        search.index(connection, record_type.code, record_id, found_by, active=state.void_reason is None)

    def _keep_what_differs(self, record_type: RecordType, standing: Standing) -> None:
        """The same revision with other content here: neither side is chosen silently, the one here is kept beside.

        It never comes from saving or syncing, only from damage or a change outside the program.
        """
        before = reading.load(self.connection, record_type, standing.record)
        if before is None or before.head != standing.head:
            return
        here = payload.encode(record_type, before.values)
        there = payload.encode(record_type, payload.decode(record_type, standing.document))
        for name in payload.changes(here, there):
            difference = Difference(
                FOUND_HERE,
                name,
                Side(there.get(name), before.changed_by, moment_text(before.changed_at), "区里"),
                Side(here.get(name), before.changed_by, moment_text(before.changed_at), ""),
                settled=False,
            )
            row = {**_row(standing, difference), "settled": False}
            self.connection.execute(upsert(conflict).values(**row).on_conflict_do_nothing())

    def _keep_surplus(self, record_type: RecordType, standing: Standing) -> None:
        """Names this program has no field for, and fields that hold more than it can read."""
        document = standing.document
        readable = payload.encode(record_type, payload.decode(record_type, document))
        more = {name: value for name, value in document.items() if readable.get(name) != value}
        if more:
            row = {"data": payload.canonical(more)}
            statement = upsert(surplus).values(record_id=standing.record, **row)
            self.connection.execute(statement.on_conflict_do_update(index_elements=["record_id"], set_=row))
        else:
            _NO_SURPLUS.run(self.connection, {"of_record": standing.record})

    def _keep_differences(
        self, standing: Standing, known: Sequence[Row[Any]], waiting: Sequence[Row[Any]]
    ) -> None:
        """The district's list takes the place of the one here; a choice that has not been sent yet holds."""
        connection = self.connection
        of_record = conflict.c.record_id == standing.record
        chosen = select(conflict.c.place, conflict.c.field).where(of_record, conflict.c.settled)
        settled_here = {tuple(row) for row in connection.execute(chosen)} if waiting else set()
        _NO_DIFFERENCES.run(connection, {"of_record": standing.record})
        for difference in standing.differences:
            settled = difference.settled or (difference.place, difference.field) in settled_here
            connection.execute(insert(conflict).values(**_row(standing, difference), settled=settled))
        told = [row.position for row in known if row.verdict == "conflict" and row not in waiting]
        if told:
            connection.execute(update(revision).where(revision.c.position.in_(told)).values(verdict=None))


_KNOWN = Prepared(
    select(revision, resent.c.position.label("copied"))
    .outerjoin(resent, resent.c.position == revision.c.position)
    .where(revision.c.record_id == bindparam("of_record"))
    .order_by(revision.c.position)
)
_NO_SURPLUS = Prepared(delete(surplus).where(surplus.c.record_id == bindparam("of_record")))
_NO_DIFFERENCES = Prepared(
    delete(conflict).where(conflict.c.record_id == bindparam("of_record"), conflict.c.place > FOUND_HERE)
)


def _changed_by_others(standing: Standing, known: Sequence[Row[Any]], since: int) -> set[str]:
    """Fields others changed, as far as it came into this file after row `since`; "" for a void."""
    lost = {(difference.place, difference.field) for difference in standing.differences}
    names: set[str] = set()
    for row in known:
        if row.position <= since or row.place is None:
            continue
        if row.act == "void":
            names.add("")
        else:
            names |= {name for name in Kept(row).data if (row.place, name) not in lost}
    return names


def _row(standing: Standing, difference: Difference) -> dict[str, Any]:
    row: dict[str, Any] = {
        "record_id": standing.record,
        "record_type": standing.type,
        "place": difference.place,
        "field": difference.field,
    }
    for name, side in (("standing", difference.standing), ("other", difference.other)):
        row |= _side(name, side)
    return row


def _side(name: str, side: Side) -> dict[str, Any]:
    return {
        name: orjson.dumps(side.value),
        f"{name}_by": side.by,
        f"{name}_at": side.at,
        f"{name}_origin": side.origin,
    }
