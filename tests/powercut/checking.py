"""What a power cut left, opened by the real store and held against the ledger."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

import orjson
from sqlalchemy import Connection
from uuid_utils import uuid7

from app.commands import desk as desks
from app.models.registry import RECORD_TYPES
from app.security import keyslots
from app.security.keyslots import KeyFileError, KeySlots
from app.settings import SettingsDamaged
from app.store import reading, search_upkeep, upgrade
from app.store.attachments import Attachments
from app.store.backup_set import contents_of, sets_in
from app.store.database import Database
from app.store.errors import StorageError
from app.store.station import read_station
from app.store.verify import verify
from tests.powercut.driver import PASSWORD, STATION, USER
from tests.powercut.halves import halves
from tests.powercut.ledger import Expected, State
from tests.powercut.state import SIDE_FILES, content_digest, state_of
from tests.samples import SAMPLES

RESIDENT = RECORD_TYPES["resident"]
# What a step may put back as it was before, by dropping a draft or forgetting failed logins.
RETURNING = ("draft ", "attempts")


class SameEngine(Database):
    """A database opened again and again at other places: statements are compiled once, not once an image."""

    _one: "SameEngine | None" = None

    def __new__(cls, _path: Path, _dek: bytes) -> "SameEngine":
        cls._one = cls._one or super().__new__(cls)
        return cls._one

    def __init__(self, path: Path, dek: bytes) -> None:
        if not hasattr(self, "engine"):
            super().__init__(path, dek)
        self.path, self._dek = path, dek


@dataclass(frozen=True)
class Finding:
    """One thing that must not be: corrupt, lost, half, invented, unreadable or stuck."""

    kind: str
    sentence: str


@dataclass(frozen=True)
class Check:
    """How images of one workload are opened."""

    next_schema: Path | None = None
    rekeyed: bool = False

    def __post_init__(self) -> None:
        # Of the search entries the newest is looked up word by word; `halves` counts the others.  Images are
        # checked in processes of their own: no other test sees this.
        search_upkeep.SAMPLES = 1

    def findings(self, folder: Path, expected: Expected, *, go_on: bool) -> list[Finding]:
        """Everything wrong with a data folder; with `go_on` it is also opened as a user would, and worked in."""
        found = [*_unreadable(folder)]
        if found:
            return found
        try:
            if not desks.is_founded(folder):
                return self._unfounded(folder, expected, go_on=go_on)
            known = expected.dek if not self.rekeyed else ""
            dek = bytes.fromhex(known) if known else _dek(folder)
            found += self._file(folder, dek, expected)
            found += _copies(folder, dek)
            found += _backups(folder, dek)
            if go_on and not found:
                found += self._working(folder, dek)
        except StorageError as error:
            found.append(Finding("corrupt", repr(error)))
        except (KeyFileError, SettingsDamaged) as error:
            found.append(Finding("unreadable", repr(error)))
        return found

    def _unfounded(self, folder: Path, expected: Expected, *, go_on: bool) -> list[Finding]:
        if expected.acknowledged:
            return [Finding("lost", "the station")]
        if go_on:
            founded, _ = desks.found_desk(folder, **STATION)
            founded.close()
        return []

    def _file(self, folder: Path, dek: bytes, expected: Expected) -> Iterator[Finding]:
        database = SameEngine.open(folder / desks.DATABASE, dek)
        try:
            for fault in verify(database, RECORD_TYPES):
                yield Finding("corrupt", fault)
            with database.read() as connection:
                state = state_of(folder, connection)
                yield from differences(state, expected)
                yield from (Finding("half", sentence) for sentence in halves(connection))
                yield from _contents(connection, state, expected)
                station = read_station(connection)
            attachments = Attachments(database, station, desks.utc_now, largest=2**20, draw=desks._look_of)
            yield from (Finding("lost", fault) for fault in attachments.faults())
        finally:
            database.close()

    def _working(self, folder: Path, dek: bytes) -> Iterator[Finding]:
        """The desk opens, brings the schema up to date and saves."""
        if self.next_schema is not None:
            desks.upgrade = partial(upgrade.upgrade, migrations=self.next_schema)
        desk = desks.open_with_key(folder, USER, dek)
        try:
            saved = desk.store.save(RESIDENT, SAMPLES["resident"](), by=USER, record_id=str(uuid7()))
            if desk.reader.load(RESIDENT, saved.record_id) is None:
                yield Finding("stuck", "a new record was not kept")
            for fault in verify(desk.database, RECORD_TYPES):
                yield Finding("stuck", fault)
        finally:
            desk.close()
            desks.upgrade = upgrade.upgrade


def differences(state: State, expected: Expected) -> Iterator[Finding]:
    """What is neither as acknowledged nor as the step under way makes it."""
    acknowledged, after = expected.acknowledged, expected.under_way
    if state in (acknowledged, after):
        return
    apart = [
        key
        for key in sorted(state.keys() | acknowledged.keys())
        if state.get(key) != acknowledged.get(key) and (after is None or state.get(key) != after.get(key))
    ]
    if not apart:
        if expected.whole:
            yield Finding("half", "only part of one step is there")
        return
    for key in apart:
        older = any(state.get(key) == before.get(key) for before in expected.older)
        if expected.open_end and (not older or key.startswith(RETURNING)):
            continue
        yield Finding("lost" if older else "invented", f"{key}: {state.get(key)} for {acknowledged.get(key)}")


def _contents(connection: Connection, state: State, expected: Expected) -> Iterator[Finding]:
    """The record acknowledged last holds what the service said it stored."""
    for key, digest in list(expected.contents.items())[-1:]:
        _, code, record_id = key.split(" ")
        stored = reading.load(connection, RECORD_TYPES[code], record_id)
        unchanged = state.get(key) == expected.acknowledged.get(key)
        if stored is None or (unchanged and content_digest(RECORD_TYPES[code], stored.values) != digest):
            yield Finding("lost", f"{key} does not hold what was saved")


def _unreadable(folder: Path) -> Iterator[Finding]:
    """Each copy of a side file that is there must be whole by itself."""
    for name in SIDE_FILES:
        path = folder / name
        try:
            if path.exists():
                orjson.loads(path.read_bytes())
        except orjson.JSONDecodeError:
            yield Finding("unreadable", name)


def _copies(folder: Path, dek: bytes) -> Iterator[Finding]:
    """A copy made before an upgrade bears its name only when it is whole."""
    for path in folder.glob("desk.before-*.db"):
        copy = Database.open(path, dek)
        for fault in copy.integrity():
            yield Finding("corrupt", f"{path.name}: {fault}")
        copy.close()


def _backups(folder: Path, dek: bytes) -> Iterator[Finding]:
    """A backup with a name is whole, and holds what its note says."""
    for made in sets_in(folder / desks.BACKUPS):
        copy = Database.open(made.database, dek)
        for fault in copy.integrity():
            yield Finding("corrupt", f"{made.path.name}: {fault}")
        with copy.read() as connection:
            if contents_of(connection) != made.contents:
                yield Finding("half", f"{made.path.name} does not hold what its note says")
        copy.close()


def _dek(folder: Path) -> bytes:
    with open(folder / desks.DATABASE, "rb") as file:
        return _unlocked(keyslots.sound_file(folder).read_bytes(), file.read(keyslots.MARK_BYTES))


@cache
def _unlocked(keys: bytes, head: bytes) -> bytes:
    """The slow key of a station founded or given a new key during the run, worked out once for all its images."""
    place = Path("/dev/shm") if Path("/dev/shm").is_dir() else Path("/tmp")
    folder = place / f"powercut-keys-{uuid7()}"
    folder.mkdir(mode=0o700)
    try:
        (folder / "keyslots.json").write_bytes(keys)
        (folder / desks.DATABASE).write_bytes(head)
        return KeySlots.open(folder).unlock(USER, PASSWORD)
    finally:
        shutil.rmtree(folder)
