"""What arrived from whom, read for the page: stations, PCs, counts, newest revisions, held ones."""

from dataclasses import dataclass

import orjson
from sqlalchemy import and_, desc, func, select

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
    arrival = select(
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
    waiting = arrival.join(
        held, and_(held.c.station == revision.c.station, held.c.position == revision.c.position)
    ).where(held.c.released_at.is_(None))
    with database.read() as connection:
        devices = [
            DeviceLine(row[0], row[1], row[2], row[3], row[4], row[5] or "", row[6] or "", bool(row[7]))
            for row in connection.execute(
                select(
                    device.c.station,
                    device.c.label,
                    device.c.device,
                    device.c.epoch,
                    device.c.acked_seq,
                    device.c.last_seen,
                    device.c.app,
                    device.c.revoked_at.is_not(None),
                ).order_by(desc(func.coalesce(device.c.last_seen, "")), device.c.enrolled_at)
            )
        ]
        names = dict(connection.execute(select(station.c.station, station.c.name)).all())
        counted = (
            select(record_state.c.station, record_state.c.type, func.count())
            .group_by(record_state.c.station, record_state.c.type)
            .order_by(record_state.c.type)
        )
        counts: dict[str, dict[str, int]] = {}
        for code, kind, number in connection.execute(counted):
            counts.setdefault(code, {})[kind] = number
        newest: list[Arrival] = []
        for code in list(dict.fromkeys(line.station for line in devices))[:SHOWN_STATIONS]:
            latest = arrival.where(revision.c.station == code).order_by(desc(revision.c.position))
            newest += [_arrival(tuple(row)) for row in connection.execute(latest.limit(SHOWN_EACH))]
        held_lines = connection.execute(waiting.order_by(desc(revision.c.received_at)).limit(SHOWN))
        still = [_arrival(tuple(row)) for row in held_lines]
    newest.sort(key=lambda one: one.received_at, reverse=True)
    return Overview(_stations(names, devices, counts), devices, newest[:SHOWN], still)


def _stations(
    names: dict[str, str], devices: list[DeviceLine], counts: dict[str, dict[str, int]]
) -> list[StationLine]:
    lines = []
    for code, name in sorted(names.items()):
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
