"""Fixtures every test may ask for: a real encrypted file, a settable clock, the services over it."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.printing.pictures import look_of
from app.store.attachments import Attachments
from app.store.database import Database
from app.store.founding import found
from app.store.outbox import Outbox
from app.store.reading import RecordReader
from app.store.records import RecordStore
from app.store.station import Station, read_station


@dataclass
class SettableClock:
    """A clock that stands still until told otherwise."""

    now: datetime = field(default_factory=lambda: datetime(2026, 11, 23, 6, 0, tzinfo=UTC))

    def __call__(self) -> datetime:
        return self.now

    def pass_time(self, **amount: float) -> None:
        self.now += timedelta(**amount)


@dataclass
class DeskFile:
    """A station's file and the services over it."""

    path: Path
    dek: bytes
    database: Database
    station: Station
    store: RecordStore
    reader: RecordReader
    outbox: Outbox
    attachments: Attachments
    clock: SettableClock


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock()


@pytest.fixture
def desk(tmp_path: Path, clock: SettableClock) -> Iterator[DeskFile]:
    dek = secrets.token_bytes(32)
    path = tmp_path / "desk.db"
    database = found(path, dek, station_code="511421125201", station_name="鹰头村")
    with database.read() as connection:
        station = read_station(connection)
    yield DeskFile(
        path,
        dek,
        database,
        station,
        RecordStore(database, station, clock),
        RecordReader(database),
        Outbox(database, station.epoch),
        Attachments(database, station, clock, largest=50 * 2**20, draw=look_of),
        clock,
    )
    database.close()
