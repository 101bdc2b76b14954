"""A founded data folder on the disk: key file, encrypted file, records, attachments, backups."""

import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from samples import SAMPLES
from uuid_utils import uuid7

from app.models.registry import RECORD_TYPES
from app.security.keyslots import KeySlots
from app.store import audit
from app.store.backup import Backups
from app.store.database import Database
from app.store.founding import found
from app.store.records import RecordStore
from app.store.restore import Recovered, Restore, backup_roots, candidates
from app.store.station import read_station
from tests.conftest import SettableClock

USER, PASSWORD = "李调解", "Ce-shi-2026-kou"


@dataclass
class StationFolder:
    """A data folder; the database is open."""

    path: Path
    clock: SettableClock
    dek: bytes
    database: Database
    second: Path | None = None

    @property
    def backups(self) -> Backups:
        return Backups(self.path, self.database, self.clock, self.second)

    def save(self, count: int = 1, code: str = "service_visit") -> list[str]:
        with self.database.read() as connection:
            station = read_station(connection)
        store = RecordStore(self.database, station, self.clock)
        ids = [str(uuid7()) for _ in range(count)]
        for record_id in ids:
            store.save(RECORD_TYPES[code], SAMPLES[code](), by=USER, record_id=record_id)
        return ids

    def attach(self, *contents: bytes) -> list[str]:
        folder = self.path / "attachments"
        folder.mkdir(exist_ok=True)
        names = [hashlib.sha256(content).hexdigest() for content in contents]
        for name, content in zip(names, contents, strict=True):
            (folder / name).write_bytes(content)
        return names

    def note(self, action: str) -> None:
        with self.database.write() as connection:
            audit.append(connection, audit.Entry(self.clock(), USER, "d", action, "desk"))

    def restore(self, *others: Path | None, password: str = PASSWORD) -> Recovered:
        found_sets = candidates(backup_roots(self.path, *others))
        return Restore(self.path, self.clock, lambda step, part: True).run(
            found_sets, lambda slots: slots.unlock(USER, password), USER
        )

    @contextmanager
    def reopened(self) -> Iterator[Database]:
        database = Database.open(self.path / "desk.db", self.dek)
        try:
            yield database
        finally:
            database.close()


@contextmanager
def station_folder(path: Path, clock: SettableClock) -> Iterator[StationFolder]:
    path.mkdir(parents=True, exist_ok=True)
    _, dek, _ = KeySlots.create(path, USER, PASSWORD)
    database = found(path / "desk.db", dek, station_code="511421125201", station_name="鹰头村")
    made = StationFolder(path, clock, dek, database)
    try:
        yield made
    finally:
        made.database.close()


def random_bytes(length: int) -> bytes:
    return secrets.token_bytes(length)
