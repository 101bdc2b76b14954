"""What arrived from whom, read for the pages: stations, PCs, counts, newest revisions, held ones, differences."""

from collections.abc import Mapping
from dataclasses import dataclass

import orjson
from sqlalchemy import Connection, and_, case, desc, exists, func, select

from app.district.authoring import OWN_SEGMENT
from app.district.enrolment import is_uuid
from app.district.tables import audit_anchor, conflict, device, held, record_state, revision, station

SHOWN_STATIONS = 20
SHOWN_EACH = 15
SHOWN = 50


@dataclass(frozen=True, slots=True)
class StationLine:
    """A station with its PCs' last contact (UTC text)."""

    station: str
    name: str
    kind: str
    devices: int
    last_seen: str
    position: int


@dataclass(frozen=True, slots=True)
class DeviceLine:
    """One enrolled PC; `contradicted` when it told two histories of its own audit chain."""

    station: str
    station_name: str
    label: str
    device: str
    epoch: int
    acked_seq: int
    enrolled_at: str
    last_seen: str
    app: str
    revoked: bool
    contradicted: bool


@dataclass(frozen=True, slots=True)
class Arrival:
    """One revision: from whom, what, and with which outcome; `detail` says more to whoever may read it.

    `number` names it at the district: station code and its place in the station's log.
    """

    number: str
    station: str
    station_name: str
    device: str
    type: str
    act: str
    by: str
    received_at: str
    outcome: str
    detail: str
    reason: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many revisions are held, and since when the oldest is (UTC text)."""

    count: int
    oldest: str


_ARRIVAL = (
    select(
        revision.c.position,
        revision.c.station,
        station.c.name,
        device.c.label,
        revision.c.type,
        revision.c.act,
        revision.c.line,
        revision.c.received_at,
        revision.c.outcome,
        revision.c.detail,
        func.coalesce(held.c.reason, "").label("reason"),
    )
    .join(station, station.c.station == revision.c.station)
    .outerjoin(device, and_(device.c.station == revision.c.station, device.c.device == revision.c.device))
    .outerjoin(held, and_(held.c.station == revision.c.station, held.c.position == revision.c.position))
)
_SEEN = func.coalesce(device.c.last_seen, "")
_DEVICES = (
    select(
        device.c.station,
        station.c.name,
        device.c.label,
        device.c.device,
        device.c.epoch,
        device.c.acked_seq,
        device.c.enrolled_at,
        _SEEN,
        func.coalesce(device.c.app, ""),
        device.c.revoked_at.is_not(None),
        exists().where(
            audit_anchor.c.station == device.c.station,
            audit_anchor.c.device == device.c.device,
            audit_anchor.c.contradicted_by.is_not(None),
        ),
    )
    .join(station, station.c.station == device.c.station)
    .where(device.c.segment != OWN_SEGMENT)
)
_STATIONS = (
    select(
        station.c.station,
        station.c.name,
        func.coalesce(station.c.kind, ""),
        func.count(device.c.device),
        func.coalesce(func.max(device.c.last_seen), ""),
        station.c.position,
    )
    .outerjoin(device, and_(device.c.station == station.c.station, device.c.segment != OWN_SEGMENT))
    .group_by(station.c.station, station.c.name, station.c.kind, station.c.position)
    .order_by(station.c.station)
)


def stations(connection: Connection) -> list[StationLine]:
    """Every station by its code."""
    return [StationLine(*row) for row in connection.execute(_STATIONS)]


def devices(connection: Connection) -> list[DeviceLine]:
    """Every PC, the one heard from last first."""
    return [DeviceLine(*row) for row in connection.execute(_DEVICES.order_by(desc(_SEEN), device.c.device))]


def device_line(connection: Connection, device_id: str) -> DeviceLine | None:
    """One PC."""
    if not is_uuid(device_id):
        return None
    row = connection.execute(_DEVICES.where(device.c.device == device_id)).first()
    return None if row is None else DeviceLine(*row)


def records_by_type(connection: Connection) -> Mapping[str, int]:
    """Records of all stations by type code."""
    counted = select(record_state.c.type, func.count()).group_by(record_state.c.type)
    return dict(connection.execute(counted.order_by(record_state.c.type)).all())


def arrived_since(connection: Connection, lines: list[StationLine], moment: str) -> int:
    """Revisions received from `moment` (UTC text) on.

    Places of a station are given in the order of arrival, so the first one is found by halving: no index is kept
    for it on the hot path.
    """
    return sum(_since(connection, line, moment) for line in lines if line.last_seen >= moment)


def newest(connection: Connection) -> list[Arrival]:
    """The latest of the stations heard from last, read along each station's own log."""
    latest = sorted(stations(connection), key=lambda line: line.last_seen, reverse=True)[:SHOWN_STATIONS]
    found: list[Arrival] = []
    for line in latest:
        own = _ARRIVAL.where(revision.c.station == line.station).order_by(desc(revision.c.position))
        found += [_arrival(row) for row in connection.execute(own.limit(SHOWN_EACH))]
    found.sort(key=lambda one: one.received_at, reverse=True)
    return found[:SHOWN]


def waiting(connection: Connection) -> Waiting:
    """What is held at all stations."""
    open_ones = select(func.count(), func.coalesce(func.min(held.c.held_at), ""))
    return Waiting(*connection.execute(open_ones.where(held.c.released_at.is_(None))).one())


def waiting_by_station(connection: Connection) -> dict[str, int]:
    """How many revisions are held at each station that has any."""
    counted = select(held.c.station, func.count()).where(held.c.released_at.is_(None))
    return dict(connection.execute(counted.group_by(held.c.station)).all())


def waiting_lines(connection: Connection) -> list[Arrival]:
    """The held revisions, the oldest first, up to 50."""
    lines = _ARRIVAL.where(held.c.position.is_not(None), held.c.released_at.is_(None))
    return [_arrival(row) for row in connection.execute(lines.order_by(revision.c.received_at).limit(SHOWN))]


def differences(connection: Connection) -> list[tuple[str, str, int, int]]:
    """Station code and name, open differences, settled ones; stations without any are left out."""
    is_open = case((conflict.c.settled_at.is_(None), 1), else_=0)
    opened = func.sum(is_open)
    counted = (
        select(station.c.station, station.c.name, opened, func.count() - opened)
        .join(conflict, conflict.c.station == station.c.station)
        .group_by(station.c.station, station.c.name)
        .order_by(desc(opened), station.c.station)
    )
    return [(code, name, int(some), int(rest)) for code, name, some, rest in connection.execute(counted)]


def _since(connection: Connection, line: StationLine, moment: str) -> int:
    own = revision.c.station == line.station
    low, high = 1, line.position + 1
    while low < high:
        middle = (low + high) // 2
        there = select(revision.c.received_at).where(own, revision.c.position >= middle)
        received = connection.execute(there.order_by(revision.c.position).limit(1)).scalar()
        if received is None or received >= moment:
            high = middle
        else:
            low = middle + 1
    later = select(func.count()).select_from(revision).where(own, revision.c.position >= low)
    return int(connection.execute(later).scalar_one())


def _arrival(row: tuple[object, ...]) -> Arrival:
    place, code, name, label, kind, act, line, received_at, outcome, detail, reason = row
    assert isinstance(line, bytes)
    by = str(orjson.loads(line).get("by", ""))
    texts = [str(part or "") for part in (received_at, outcome, detail, reason)]
    return Arrival(f"{code}-{place}", str(code), str(name), str(label or ""), str(kind), str(act), by, *texts)
