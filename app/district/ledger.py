"""One station's part of the database inside one transaction: what is known, and what the batch adds to it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, insert

from app.district.bulk import put_in
from app.district.lineage import Unseen, unseen
from app.district.queries import (
    ANY_HELD,
    BASE,
    EFFECTIVE,
    FIRST_LINE,
    HELD,
    LIFT,
    LOCK,
    MOVE,
    RELEASE,
    STATES,
    UPDATE_STATE,
)
from app.district.tables import conflict, held, record_state, revision
from app.models.merging import State, merge_of
from app.models.payload import canonical
from app.sync.batch import line_of
from app.sync.protocol import Line


@dataclass(frozen=True, slots=True)
class Sender:
    """The device a request was signed by."""

    station: str
    device: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """A held revision of a record and the place it arrived at."""

    position: int
    device: str
    epoch: int
    line: Line


class Ledger:
    """Reads a station's records under its lock and gathers what one batch writes.

    Nothing reaches the database before `flush`, which writes each table with one statement.
    """

    def __init__(self, connection: Connection, sender: Sender, epoch: int, now: str) -> None:
        self.connection = connection
        self.station = station_code = sender.station
        self.now = now
        self._written = {"station": station_code, "device": sender.device, "epoch": epoch, "received_at": now}
        self._position: int = connection.execute(LOCK, {"station": station_code}).scalar_one()
        self._states: dict[str, State] = {}
        self._stored: set[str] = set()
        self._waiting: dict[str, list[Waiting]] = {}
        self._revisions: list[list[Any]] = []
        self._by_op: dict[str, list[Any]] = {}
        self._authors: dict[str, str] = {}
        self._changed: dict[str, tuple[int, bool]] = {}
        self._held: list[dict[str, Any]] = []
        self._conflicts: list[dict[str, Any]] = []
        self._released: list[dict[str, Any]] = []
        self._lifted: list[dict[str, Any]] = []

    def load(self, records: Iterable[str]) -> None:
        """Bring in the states of `records` and, where the station has any, their held revisions."""
        wanted = list(set(records))
        if wanted:
            for row in self.connection.execute(STATES, {"station": self.station, "records": wanted}):
                self._states[row.record] = state_of(row)
                self._stored.add(row.record)

    def load_waiting(self, records: Iterable[str]) -> None:
        """Bring in the open held revisions of `records`; most stations have none."""
        if self.connection.execute(ANY_HELD, {"station": self.station}).first() is None:
            return
        wanted = {"station": self.station, "records": list(set(records))}
        for row in self.connection.execute(HELD, wanted):
            waiting = Waiting(row.position, row.device, row.epoch, line_of(row.line, row.seq))
            self._waiting.setdefault(row.record, []).append(waiting)

    def state(self, record: str) -> State | None:
        """The record as it stands, this batch included."""
        return self._states.get(record)

    def waiting(self, record: str) -> list[Waiting]:
        """Open held revisions of the record in the order they arrived."""
        return self._waiting.get(record, [])

    @property
    def position(self) -> int:
        """The last place given in the station's change log, by this batch included."""
        return self._position

    def next_position(self) -> int:
        """The next place in the station's change log."""
        self._position += 1
        return self._position

    def add(self, line: Line, position: int, outcome: str, *rest: Any) -> None:
        """Keep the verbatim line of a revision; `rest` are detail, applied, seen and head_after, in this order."""
        seq, op_id, type_, record, act = line[:5]
        row = [position, op_id, seq, type_, record, act, outcome, *rest, line.body]
        self._revisions.append(row)
        self._by_op[op_id] = row
        if act == "create":
            self._authors.setdefault(record, line.by)

    def put(self, record: str, state: State, position: int, *, whole: bool) -> None:
        """The record's new state since `position`; `whole` when the create line there says all of it."""
        self._states[record] = state
        self._changed[record] = (position, whole)

    def hold(self, waiting: Waiting, reason: str, detail: str) -> None:
        """A revision waits; its line has been added."""
        record = waiting.line.record
        self._waiting.setdefault(record, []).append(waiting)
        self._held.append(
            {
                "station": self.station,
                "position": waiting.position,
                "record": record,
                "reason": reason,
                "detail": detail,
                "held_at": self.now,
                "released_at": None,
            }
        )

    def release(self, waiting: Waiting, **effect: Any) -> None:
        """A waiting revision has taken effect; `effect` are outcome, detail, applied, seen and head_after."""
        self._waiting[waiting.line.record].remove(waiting)
        pending = self._by_op.get(waiting.line.op_id)
        if pending is not None:
            for name, value in effect.items():
                pending[_PLACE[name]] = value
        keys = {"b_station": self.station, "b_position": waiting.position}
        self._released.append({**keys, **effect})
        self._lifted.append({**keys, "released_at": self.now})

    def differ(
        self, record: str, position: int, differing: Mapping[str, tuple[Any, Any]], opened: int
    ) -> None:
        """Keep both values of each field two people wrote differently in the revision at `position`.

        `opened` is the place at which it took effect.
        """
        self._conflicts += [
            {
                "station": self.station,
                "position": position,
                "field": name,
                "opened": opened,
                "record": record,
                "standing": orjson.dumps(standing),
                "other": orjson.dumps(other),
                "settled_at": None,
            }
            for name, (standing, other) in differing.items()
        ]

    def entered_by(self, record: str) -> str | None:
        """Who entered a record, by its first line; None while that has not arrived."""
        if record not in self._authors:
            keys = {"station": self.station, "record": record}
            row = self.connection.execute(FIRST_LINE, keys).first()
            if row is not None:
                self._authors[record] = str(orjson.loads(row.line).get("by", ""))
        return self._authors.get(record)

    def seen_by(self, record: str, base: str) -> int | None:
        """Up to which place the author of an edit on `base` knew the record; None when `base` has no effect here."""
        self._settle()
        row = self._by_op.get(base)
        if row is not None:
            seen: int | None = row[_PLACE["seen"]]
            return seen
        keys = {"station": self.station, "record": record, "base": base}
        found = self.connection.execute(BASE, keys).first()
        if found is None:
            return self._merged_before(record, base)
        if found.applied is None:
            return None
        place: int = found.seen if found.op_id == base else found.applied
        return place

    def _merged_before(self, record: str, base: str) -> int | None:
        """`base` may be a merge this server lost with its newest data: what the merged revision knew counts then."""
        keys = {"station": self.station, "record": record}
        for row in self.connection.execute(EFFECTIVE, keys):
            if merge_of(row.op_id) == base:
                seen: int | None = row.seen
                return seen
        return None

    def unseen(self, line: Line, seen: int) -> list[Unseen]:
        """See `lineage.unseen`; this batch included."""
        self._settle()
        return unseen(self.connection, self.station, line, seen)

    def _settle(self) -> None:
        """Queries below must see what this batch has brought or released so far."""
        if self._revisions or self._released:
            self.flush()

    def forget(self) -> None:
        """Drop whatever was read or gathered since the last flush; the database is the truth again."""
        for known in (self._states, self._stored, self._waiting, self._by_op, self._changed, self._authors):
            known.clear()
        for gathered in (self._revisions, self._held, self._conflicts, self._released, self._lifted):
            gathered.clear()

    def flush(self) -> int:
        """Write everything gathered; returns the station's last place."""
        put_in(self.connection, revision, self._written, self._revisions)
        put_in(self.connection, record_state, {"station": self.station}, self._new_states())
        for statement, rows in (
            (insert(held), self._held),
            (insert(conflict), self._conflicts),
            (RELEASE, self._released),
            (LIFT, self._lifted),
            (UPDATE_STATE, self._changed_states()),
        ):
            if rows:
                self.connection.execute(statement, rows)
        self._stored |= self._changed.keys()
        for gathered in (self._revisions, self._held, self._conflicts, self._released, self._lifted):
            gathered.clear()
        self._changed.clear()
        moved = {"b_station": self.station, "position": self._position}
        self.connection.execute(MOVE, moved)
        return self._position

    def _new_states(self) -> list[tuple[Any, ...]]:
        rows = []
        for record, (position, whole) in self._changed.items():
            if record not in self._stored:
                type_, head, version, content, void_reason = self._states[record]
                document = None if whole else canonical(content)
                rows.append((record, type_, head, version, position, void_reason, document))
        return rows

    def _changed_states(self) -> list[dict[str, Any]]:
        rows = []
        for record in self._changed.keys() & self._stored:
            state = self._states[record]
            rows.append(
                {
                    "b_station": self.station,
                    "b_record": record,
                    "head": state.head,
                    "version": state.version,
                    "position": self._changed[record][0],
                    "void_reason": state.void_reason,
                    "document": canonical(state.document),
                }
            )
        return rows


_SHARED = frozenset({"station", "device", "epoch", "received_at"})
_OWN = (column.name for column in revision.columns if column.name not in _SHARED)
_PLACE = {name: place for place, name in enumerate(_OWN)}


def state_of(row: Any) -> State:
    """The state in a row of `STATES`."""
    if row.document is not None:
        document = orjson.loads(row.document)
    else:
        whole = orjson.loads(row.line)["data"]
        document = {name: value for name, value in whole.items() if value is not None}
    return State(row.type, row.head, row.version, document, row.void_reason)
