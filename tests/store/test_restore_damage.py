"""Damage of file and backups: every kind is noticed, what was there is kept, the backup comes back."""

import os
import random
from contextlib import closing, suppress

import orjson
import pytest

from app.models.registry import RECORD_TYPES
from app.store.backup_errors import NoGoodBackup
from app.store.database import PAGE, Database
from app.store.errors import StorageError
from app.store.restore import backup_roots, candidates
from app.store.station import read_station
from app.store.verify import verify
from tests.store.spoiled import BACKED_UP, HARMS, LATER, flipped, is_noticed, visits, zeroed
from tests.store.station_folder import random_bytes


@pytest.mark.parametrize("harm", HARMS.values(), ids=HARMS)
def test_damage_is_noticed_and_the_backup_comes_back(station, harm):
    path = station.path / "desk.db"
    harm(path)
    damaged = path.read_bytes() if path.exists() else None
    assert is_noticed(station)
    # Looking at it may fold a log into it; what is set aside is what lies there when the restore begins.
    damaged = path.read_bytes() if path.exists() else damaged
    recovered = station.restore()
    with station.reopened() as database:
        assert verify(database, RECORD_TYPES) == []
        assert visits(database) == BACKED_UP
        with database.read() as connection:
            assert read_station(connection).epoch == 2
    kept = recovered.quarantine / "desk.db"
    assert (kept.read_bytes() if kept.exists() else None) == damaged
    assert recovered.after_backup in (None, LATER, 0)
    assert orjson.loads((recovered.quarantine / "recovery.json").read_bytes())["epoch"] == 2
    assert not list(station.path.glob("*.restored*"))
    assert not list(station.path.glob("quarantine.new"))


def test_more_than_thirty_kinds_of_damage_are_tried():
    assert len(HARMS) >= 30


def test_a_stale_log_is_not_played_into_the_restored_file(station):
    path = station.path / "desk.db"
    with station.reopened() as database:
        station.database = database
        station.save(4)
        log = (station.path / "desk.db-wal").read_bytes()
    os.truncate(path, 3 * PAGE)
    (station.path / "desk.db-wal").write_bytes(log)
    recovered = station.restore()
    assert (recovered.quarantine / "desk.db-wal").read_bytes() == log
    with station.reopened() as database:
        assert (visits(database), verify(database, RECORD_TYPES)) == (BACKED_UP, [])


def test_damaged_backups_are_passed_over_for_the_next_good_one(station, clock):
    with station.reopened() as database:
        station.database = database
        for _ in range(3):
            clock.pass_time(days=1)
            station.save()
            station.backups.make()
        newest, next_one, good = station.backups.state().sets[:3]
    flipped(0.5)(newest.database)
    next_one.database.unlink()
    (station.path / "desk.db").unlink()
    recovered = station.restore()
    assert (recovered.backup.number, recovered.passed_over) == (good.number, 2)
    with station.reopened() as database:
        assert visits(database) == good.contents.records["service_visit"]


def test_a_backup_with_a_forged_note_is_not_taken_for_what_it_says(station):
    (made,) = candidates(backup_roots(station.path))
    note = orjson.loads((made.path / "backup.json").read_bytes())
    note["contents"]["position"] = 4000
    (made.path / "backup.json").write_bytes(orjson.dumps(note))
    with pytest.raises(NoGoodBackup):
        station.restore()


def test_without_a_good_backup_everything_stays_as_it_was(station):
    (made,) = candidates(backup_roots(station.path))
    zeroed(0.0, 100_000)(made.database)
    flipped(0.5)(station.path / "desk.db")
    before = {path.name: path.read_bytes() for path in station.path.iterdir() if path.is_file()}
    with pytest.raises(NoGoodBackup, match="原样保留"):
        station.restore()
    assert {path.name: path.read_bytes() for path in station.path.iterdir() if path.is_file()} == before


def test_random_damage_never_reads_as_something_else(station):
    """A hundred spots, several kinds: noticed each time, on the spot or by the check of a backup or a start."""
    path = station.path / "desk.db"
    whole = path.read_bytes()
    chance = random.Random(20261123)
    for _ in range(100):
        damaged = bytearray(whole)
        place = chance.randrange(len(whole))
        damaged[place] ^= 1 << chance.randrange(8)
        path.write_bytes(damaged)
        read_as_sound = False
        with suppress(StorageError), closing(Database.open(path, station.dek)) as database:
            read_as_sound = not database.integrity()
        assert not read_as_sound, f"byte {place} read as sound"


def test_random_bytes_are_no_note(tmp_path):
    folder = tmp_path / "backups" / "000001-20261123-140000"
    folder.mkdir(parents=True)
    (folder / "backup.json").write_bytes(random_bytes(200))
    assert candidates([tmp_path / "backups"]) == []
