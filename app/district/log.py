"""A station's change log as its PCs pull it: commit order, the asking PC's own plain revisions left out."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, select

from app.district.database import Database
from app.district.disputes import differences_of, disputed
from app.district.enrolment import Device, origins
from app.district.ledger import state_of
from app.district.queries import STATES
from app.district.tables import notice, record_state, revision, station
from app.models.changes import Arrived, Change, Notice, Page, Settled, Standing
from app.sync.protocol import Refusal

MOST_CHANGES = 200
MOST_BYTES = 512 << 10

_LINES = select(
    revision.c.position,
    revision.c.applied,
    revision.c.op_id,
    revision.c.device,
    revision.c.epoch,
    revision.c.seq,
    revision.c.record,
    revision.c.outcome,
    revision.c.detail,
    revision.c.head_after,
    revision.c.received_at,
    revision.c.line,
)
# Two histories of one district may have the same revision at the same place, not by the same way at the same time.
_TOLD_BY = ("op_id", "device", "epoch", "seq", "received_at")


@dataclass(frozen=True, slots=True)
class Event:
    """What happened at one place of the log: a revision arrived or took effect, or a notice was published."""

    place: int
    mark: str
    revision: Any = None
    notice: Any = None

    @property
    def size(self) -> int:
        """Bytes of its verbatim line."""
        return len(self.revision.line if self.revision is not None else self.notice.body)


class Log:
    """Reads the log of the station a PC belongs to, within one reading transaction."""

    def __init__(self, connection: Connection, asking: Device, server_epoch: int) -> None:
        self._connection = connection
        self._asking = asking
        self._server_epoch = server_epoch
        self._own_station = revision.c.station == asking.station

    def page(self, cursor: str) -> Page:
        """The changes after `cursor` ("" for the start), up to 200 or 512 KiB.

        Raises Refusal 409 start_over when the cursor is of a history this server does not have.
        """
        after = self._place_of(cursor)
        events = self._events(after)
        chosen = _bounded(events)
        if not chosen:
            return Page(cursor or self._cursor(0, ""), False, 0, (), (), self._asking.acked_seq)
        last = chosen[-1]
        own = [event.revision.seq for event in chosen if self._is_own(event.revision)]
        changes = self._changes(chosen, last.place)
        more = len(chosen) < len(events)
        end = self._cursor(last.place, last.mark)
        return Page(end, more, max(own, default=0), tuple(changes), (), self._asking.acked_seq)

    def record(self, record: str) -> Page:
        """Everything about one record, the asking PC's own revisions included; the cursor is ""."""
        lines = _LINES.where(self._own_station, revision.c.record == record)
        rows = self._connection.execute(lines.order_by(revision.c.position)).all()
        told = self._origins()
        arrived = [self._arrived(row, told) for row in rows if row.applied is not None]
        settled = [_settled(row) for row in rows if row.applied is None and self._is_own(row)]
        states = self._standing([record], last=None)
        return Page("", False, 0, (*arrived, *settled, *states), tuple(row.op_id for row in rows))

    # Cursors

    def _cursor(self, place: int, mark: str) -> str:
        return f"{self._server_epoch}.{place}.{mark}"

    def _place_of(self, cursor: str) -> int:
        """A cursor names the server's epoch, a place and how and when what lies there came, so that another history is
        noticed.
        """
        if not cursor:
            return 0
        epoch, _, rest = cursor.partition(".")
        place, _, mark = rest.partition(".")
        if not (place.isascii() and place.isdigit() and len(place) < 16):
            raise Refusal(400, "wrong_cursor")
        if epoch != str(self._server_epoch) or mark != self._mark_at(int(place)):
            raise Refusal(409, "start_over")
        return int(place)

    def _mark_at(self, place: int) -> str:
        if place == 0:
            return ""
        there = select(*(revision.c[name] for name in _TOLD_BY)).where(self._own_station)
        released = there.where(revision.c.applied == place, revision.c.applied != revision.c.position)
        said = select(notice.c.key, notice.c.published_at).where(
            notice.c.station == self._asking.station, notice.c.position == place
        )
        for statement in (there.where(revision.c.position == place), released, said):
            found = self._connection.execute(statement).first()
            if found is not None:
                return _mark(*found)
        return "nothing"

    # Events

    def _events(self, after: int) -> list[Event]:
        arrived = _LINES.where(self._own_station, revision.c.position > after)
        released = _LINES.where(
            self._own_station, revision.c.applied > after, revision.c.applied != revision.c.position
        )
        said = select(notice).where(notice.c.station == self._asking.station, notice.c.position > after)
        events = [
            Event(row.position, _mark_of(row), revision=row)
            for row in self._first(arrived, revision.c.position)
        ]
        events += [
            Event(row.applied, _mark_of(row), revision=row)
            for row in self._first(released, revision.c.applied)
        ]
        events += [
            Event(row.position, _mark(row.key, row.published_at), notice=row)
            for row in self._first(said, notice.c.position)
        ]
        return sorted(events, key=lambda event: event.place)

    def _first(self, statement: Select[Any], order: Any) -> Sequence[Any]:
        return self._connection.execute(statement.order_by(order).limit(MOST_CHANGES + 1)).all()

    def _changes(self, events: Sequence[Event], last: int) -> list[Change]:
        changes: list[Change] = []
        touched: set[str] = set()
        own_plain: set[str] = set()
        told = self._origins()
        for event in events:
            row = event.revision
            if row is None:
                changes.append(Notice(event.place, event.notice.kind, bytes(event.notice.body)))
            elif self._is_own(row):
                if row.outcome == "applied":
                    own_plain.add(row.record)
                else:
                    changes.append(_settled(row))
                    touched.add(row.record)
            elif row.applied == event.place:
                changes.append(self._arrived(row, told))
                touched.add(row.record)
        touched |= disputed(self._connection, self._asking.station, own_plain)
        return changes + self._standing(sorted(touched), last)

    def _standing(self, records: list[str], last: int | None) -> list[Standing]:
        """States of the records that do not change again after place `last`; later pages bring the others."""
        if not records:
            return []
        keys = {"station": self._asking.station, "records": records}
        rows = self._connection.execute(STATES.add_columns(record_state.c.position), keys).all()
        standing = [row for row in rows if last is None or row.position <= last]
        present = sorted(standing, key=lambda row: str(row.record))
        names = [row.record for row in present]
        disputes = differences_of(self._connection, self._asking.station, names, self._origins())
        found = []
        for row in present:
            state = state_of(row)
            found.append(
                Standing(
                    row.record,
                    state.type,
                    state.head,
                    state.version,
                    state.document,
                    state.void_reason,
                    tuple(disputes.get(row.record, ())),
                )
            )
        return found

    def _arrived(self, row: Any, told: dict[str, str]) -> Arrived:
        return Arrived(
            row.applied, bytes(row.line), told.get(row.device, ""), row.outcome, row.detail, row.head_after
        )

    def _is_own(self, row: Any) -> bool:
        asking = self._asking
        return row is not None and (row.device, row.epoch) == (asking.device, asking.epoch)

    def _origins(self) -> dict[str, str]:
        return origins(self._connection, self._asking)


def page_for(database: Database, asking: Device, server_epoch: int, cursor: str) -> Page:
    """The next changes for a PC; see Log.page."""
    with database.read() as connection:
        _present(connection, asking)
        return Log(connection, asking, server_epoch).page(cursor)


def record_for(database: Database, asking: Device, server_epoch: int, record: str) -> Page:
    """One record for a PC; see Log.record."""
    with database.read() as connection:
        return Log(connection, asking, server_epoch).record(record)


def _present(connection: Connection, asking: Device) -> None:
    """The first statement of the transaction: from here on it sees one state of the log."""
    connection.execute(select(station.c.position).where(station.c.station == asking.station)).scalar_one()


def _bounded(events: Iterable[Event]) -> list[Event]:
    chosen: list[Event] = []
    size = 0
    for event in events:
        size += event.size
        if chosen and (size > MOST_BYTES or len(chosen) == MOST_CHANGES):
            break
        chosen.append(event)
    return chosen


def _settled(row: Any) -> Settled:
    return Settled(row.epoch, row.seq, row.outcome, row.detail, row.head_after)


def _mark_of(row: Any) -> str:
    return _mark(*(getattr(row, name) for name in _TOLD_BY))


def _mark(*parts: object) -> str:
    return hashlib.sha256(" ".join(map(str, parts)).encode()).hexdigest()[:12]
