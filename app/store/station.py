"""Which PC of which station this file belongs to."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, update
from uuid_utils import uuid7

from app.store.lives import read_anew
from app.store.tables import device


@dataclass(frozen=True)
class Station:
    """The station and this PC of it.

    `segment` is the PC's place among the PCs of the station (number blocks), None before a district gave it one;
    `epoch` counts the lives of this file towards the district.
    """

    code: str
    name: str
    device_id: str
    epoch: int
    segment: int | None


@dataclass(frozen=True)
class Enrolment:
    """The keys between this PC and its district; server fields are None until it is enrolled."""

    signing_key: bytes
    server_id: str | None
    server_key: bytes | None


def found_station(connection: Connection, *, code: str, name: str, signing_key: bytes) -> None:
    """Write the one device row of a new file."""
    connection.execute(
        insert(device).values(
            one=1,
            device_id=str(uuid7()),
            epoch=1,
            segment=None,
            station=code,
            station_name=name,
            signing_key=signing_key,
            enrolled=False,
            acked_seq=0,
            cursor="",
            pulled_seq=0,
            recheck=False,
            new_life=False,
        )
    )


def read_station(connection: Connection) -> Station:
    """The station of this file."""
    row = connection.execute(select(device)).one()
    return Station(row.station, row.station_name, row.device_id, row.epoch, row.segment)


def read_enrolment(connection: Connection) -> Enrolment:
    """The keys of this PC."""
    row = connection.execute(select(device)).one()
    return Enrolment(row.signing_key, row.server_id, row.server_key)


def segment_of(connection: Connection) -> int | None:
    """This PC's place among the PCs of the station; None before a district gave it one."""
    segment: int | None = connection.execute(select(device.c.segment)).scalar_one()
    return segment


def enrolled(
    connection: Connection,
    *,
    server_id: str,
    server_key: bytes,
    segment: int,
    seal_key: bytes = b"",
    at: datetime | None = None,
) -> None:
    """Remember the district that registered this PC (`at`); another district than before holds nothing yet."""
    before = connection.execute(select(device.c.server_id)).scalar()
    known = {"server_id": server_id, "server_key": server_key, "segment": segment}
    connection.execute(
        update(device).values(enrolled=True, enrolled_at=at, server_seal_key=seal_key or None, **known)
    )
    if before is not None and before != server_id:
        connection.execute(update(device).values(acked_seq=0))
        read_anew(connection)
