"""What arrived from whom, read for the page: stations, PCs, counts, newest revisions, held ones."""

from dataclasses import dataclass

import orjson
from sqlalchemy import Connection, and_, desc, func, select

from app.district.database import Database
from app.district.tables import device, held, record_state, revision, station

SHOWN_STATIONS = 20
SHOWN_EACH = 15
SHOWN = 50


@dataclass(frozen=True, slots=True)
class StationLine:
    """A station with its PCs' last contact (UTC text) and its records by type code."""

    station: str
    name: str
    devices: int
    last_seen: str
    counts: dict[str, int]


@dataclass(frozen=True, slots=True)
class DeviceLine:
    """One enrolled PC."""

    station: str
    label: str
    device: str
    epoch: int
    acked_seq: int
    last_seen: str
    app: str
    revoked: bool


@dataclass(frozen=True, slots=True)
class Arrival:
    """One revision: from whom, what, and with which outcome; `detail` is the reason of a held one."""

    station: str
    device: str
    type: str
    act: str
    by: str
    at: str
    received_at: str
    outcome: str
    detail: str
    record: str


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything the page shows."""

    stations: list[StationLine]
    devices: list[DeviceLine]
    newest: list[Arrival]
    held: list[Arrival]


def overview(database: Database) -> Overview:
    """Read in one transaction, so the figures of the page agree with each other."""
    with database.read() as connection:
        devices = _devices(connection)
        return Overview(
            _stations(connection, devices), devices, _newest(connection, devices), _held(connection)
        )


_ARRIVAL = select(
    revision.c.station,
    device.c.label,
    revision.c.type,
    revision.c.act,
    revision.c.line,
    revision.c.received_at,
    revision.c.outcome,
    revision.c.detail,
    revision.c.record,
).outerjoin(device, and_(device.c.station == revision.c.station, device.c.device == revision.c.device))
_DEVICES = select(
    device.c.station,
    device.c.label,
    device.c.device,
    device.c.epoch,
    device.c.acked_seq,
    func.coalesce(device.c.last_seen, ""),
    func.coalesce(device.c.app, ""),
    device.c.revoked_at.is_not(None),
).order_by(desc(func.coalesce(device.c.last_seen, "")), device.c.enrolled_at)
_COUNTED = (
    select(record_state.c.station, record_state.c.type, func.count())
    .group_by(record_state.c.station, record_state.c.type)
    .order_by(record_state.c.type)
)


def _devices(connection: Connection) -> list[DeviceLine]:
    return [DeviceLine(*row) for row in connection.execute(_DEVICES)]


def _newest(connection: Connection, devices: list[DeviceLine]) -> list[Arrival]:
    """The latest of the stations heard from last, read along each station's own log."""
    newest: list[Arrival] = []
    for code in list(dict.fromkeys(line.station for line in devices))[:SHOWN_STATIONS]:
        latest = _ARRIVAL.where(revision.c.station == code).order_by(desc(revision.c.position))
        newest += [_arrival(tuple(row)) for row in connection.execute(latest.limit(SHOWN_EACH))]
    newest.sort(key=lambda one: one.received_at, reverse=True)
    return newest[:SHOWN]


def _held(connection: Connection) -> list[Arrival]:
    waiting = (
        _ARRIVAL.join(
            held, and_(held.c.station == revision.c.station, held.c.position == revision.c.position)
        )
        .where(held.c.released_at.is_(None))
        .order_by(desc(revision.c.received_at))
    )
    return [_arrival(tuple(row)) for row in connection.execute(waiting.limit(SHOWN))]


def _stations(connection: Connection, devices: list[DeviceLine]) -> list[StationLine]:
    counts: dict[str, dict[str, int]] = {}
    for code, kind, number in connection.execute(_COUNTED):
        counts.setdefault(code, {})[kind] = number
    lines = []
    for code, name in connection.execute(
        select(station.c.station, station.c.name).order_by(station.c.station)
    ):
        own = [line for line in devices if line.station == code]
        last = max((line.last_seen for line in own), default="")
        lines.append(StationLine(code, name, len(own), last, counts.get(code, {})))
    return lines


def _arrival(row: tuple[str, str | None, str, str, bytes, str, str, str, str]) -> Arrival:
    code, label, kind, act, line, received_at, outcome, detail, record = row
    said = orjson.loads(line)
    return Arrival(
        code,
        label or "",
        kind,
        act,
        str(said.get("by", "")),
        str(said.get("at", "")),
        received_at,
        outcome,
        detail,
        record,
    )
