"""Restore: keys, attachments, numbers and settings come back, under a new epoch each time."""

import shutil

import orjson
import pytest
from sqlalchemy import select

from app.models.registry import RECORD_TYPES
from app.security.keyslots import KeySlots
from app.store.backup import second_root
from app.store.backup_errors import RestoreFull, RestoreStopped
from app.store.database import Database
from app.store.new_life import NUMBERS_A_DAY
from app.store.outbox import Outbox
from app.store.reading import RecordReader
from app.store.restore import Restore, backup_roots, candidates, keys_from_backup
from app.store.station import read_station
from app.store.tables import device, number_series, revision
from app.store.verify import verify
from tests.store.spoiled import BACKED_UP, LATER, flipped, visits
from tests.store.station_folder import PASSWORD, USER, station_folder


def test_a_second_drive_helps_where_the_first_has_nothing_left(station, tmp_path):
    drive = tmp_path / "usb"
    drive.mkdir()
    root = second_root(str(drive), "511421125201", "0" * 36)
    with station.reopened() as database:
        station.database, station.second = database, root
        station.backups.make()
    shutil.rmtree(station.path)
    station.path.mkdir()
    found = candidates(backup_roots(station.path, drive))
    assert [one.number for one in found] == [2]
    assert keys_from_backup(station.path, found) == found[0]
    recovered = station.restore(drive)
    assert (recovered.blobs, recovered.blobs_lost) == (2, 0)
    with station.reopened() as database:
        assert visits(database) == BACKED_UP + LATER


def test_keys_come_back_from_the_backup_and_damaged_ones_are_kept(station):
    (station.path / "keyslots.json").write_bytes(b"{")
    (station.path / "keyslots.json.prev").write_bytes(b"")
    found = candidates(backup_roots(station.path))
    assert keys_from_backup(station.path, found) == found[0]
    assert KeySlots.open(station.path).unlock(USER, PASSWORD) == station.dek
    assert (station.path / "keyslots.json.damaged-1").read_bytes() == b"{"
    assert keys_from_backup(station.path, found) is None


def test_missing_keys_come_from_the_second_copy_first(station):
    found = candidates(backup_roots(station.path))
    (station.path / "keyslots.json").unlink()
    assert keys_from_backup(station.path, found) is None
    assert KeySlots.open(station.path).users() == [USER]


def test_a_backup_under_other_keys_brings_its_own_key_file(station, tmp_path, clock):
    """After a re-keying the older backups open with the password of their day."""
    with station_folder(tmp_path / "other", clock) as other:
        pass
    for name in ("desk.db", "keyslots.json", "keyslots.json.prev"):
        shutil.copy(other.path / name, station.path / name)
    flipped(0.001)(station.path / "desk.db")
    recovered = station.restore()
    assert KeySlots.open(station.path).unlock(USER, PASSWORD) == station.dek
    assert (recovered.quarantine / "keyslots.json").read_bytes() == (
        other.path / "keyslots.json"
    ).read_bytes()
    with station.reopened() as database:
        assert visits(database) == BACKED_UP


def test_every_restore_begins_a_higher_epoch_and_gives_no_seq_again(station):
    seen = set()
    for turn in range(1, 4):
        station.restore()
        with station.reopened() as database:
            station.database = database
            station.save(2)
            with database.read() as connection:
                who = read_station(connection)
                rows = connection.execute(select(revision.c.epoch, revision.c.seq, revision.c.line)).all()
            assert who.epoch == 1 + turn
            assert verify(database, RECORD_TYPES) == []
            # Before anything is sent the district is told of the new epoch and read.
            with database.read() as connection:
                assert connection.execute(select(device.c.new_life)).scalar_one()
            # All that was unsent waits under the new epoch, in the old order, then the new ones.
            lines = Outbox(database, who.epoch).next_lines(1 << 20, 500)
        assert [line.seq for line in lines] == list(range(1, BACKED_UP + 2 + 1))
        assert all(orjson.loads(line.body)["seq"] == line.seq for line in lines)
        mine = {(row.epoch, row.seq) for row in rows}
        assert {epoch for epoch, _ in mine} == {who.epoch}
        assert not mine & seen
        seen |= mine


def test_what_the_district_has_receipted_stays_in_the_old_epoch(station):
    with station.reopened() as database:
        station.database = database
        Outbox(database, 1).apply_receipt(10, [], station.clock())
        made = station.backups.make()
        station.save(5)
    flipped(0.001)(station.path / "desk.db")
    recovered = station.restore()
    assert recovered.backup == made
    assert recovered.life.unsent == BACKED_UP + LATER - 10
    with station.reopened() as database:
        assert verify(database, RECORD_TYPES) == []
        outbox = Outbox(database, 2)
        assert outbox.status().unsent == 5
        reader = RecordReader(database)
        with database.read() as connection:
            ids = (
                connection.execute(select(revision.c.record_id).order_by(revision.c.position)).scalars().all()
            )
        assert [reader.history(one)[0].state for one in ids] == ["acked"] * 10 + ["pending"] * 5


def last_number(database: Database) -> int:
    with database.read() as connection:
        of_cases = number_series.c.series == RECORD_TYPES["mediation_case"].numbered
        return connection.execute(select(number_series.c.last).where(of_cases)).scalar_one()


def test_document_numbers_go_on_where_the_old_file_still_tells_them(station):
    with station.reopened() as database:
        station.database = database
        station.save(2, "mediation_case")
        station.backups.make()
        station.save(3, "mediation_case")
    recovered = station.restore()
    assert recovered.after_backup == 3
    assert recovered.life.numbers_free == 0
    with station.reopened() as database:
        assert last_number(database) == 5


def test_document_numbers_leave_room_where_it_does_not(station):
    with station.reopened() as database:
        station.database = database
        station.save(2, "mediation_case")
        station.backups.make()
        station.save(3, "mediation_case")
    (station.path / "desk.db").unlink()
    station.clock.pass_time(days=2)
    recovered = station.restore()
    assert recovered.after_backup is None
    assert recovered.life.numbers_free == NUMBERS_A_DAY * 3
    with station.reopened() as database:
        assert last_number(database) == 2 + NUMBERS_A_DAY * 3


def test_attachments_come_back_and_damaged_ones_are_kept(station):
    folder = station.path / "attachments"
    one, two = sorted(folder.iterdir())
    one.unlink()
    content = two.read_bytes()
    two.unlink()
    two.write_bytes(b"ransom")
    recovered = station.restore()
    assert (recovered.blobs, recovered.blobs_lost) == (2, 0)
    assert two.read_bytes() == content
    assert one.exists()
    assert (recovered.quarantine / "attachments" / two.name).read_bytes() == b"ransom"


def test_attachments_no_backup_holds_are_counted(station):
    for folder in (station.path / "attachments", station.path / "backups" / "attachments"):
        next(iter(sorted(folder.iterdir()))).unlink()
    recovered = station.restore()
    assert (recovered.blobs, recovered.blobs_lost) == (1, 1)


@pytest.mark.parametrize("step", ["checking", "placing"])
def test_a_stopped_restore_changes_nothing(station, step):
    flipped(0.5)(station.path / "desk.db")
    before = (station.path / "desk.db").read_bytes()
    restore = Restore(station.path, station.clock, lambda now, part: now != step)
    with pytest.raises(RestoreStopped, match="原样保留"):
        restore.run(candidates(backup_roots(station.path)), lambda slots: slots.unlock(USER, PASSWORD), USER)
    assert (station.path / "desk.db").read_bytes() == before
    assert not list(station.path.glob("*.restored*"))


def test_a_full_disk_is_said_and_changes_nothing(station, monkeypatch):
    flipped(0.5)(station.path / "desk.db")
    before = (station.path / "desk.db").read_bytes()

    def full(source, target):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("app.store.blob_copies.copy_file", full)
    with pytest.raises(RestoreFull, match="磁盘空间不够"):
        station.restore()
    assert (station.path / "desk.db").read_bytes() == before


def test_a_chosen_older_backup_is_restored_alone(station, clock):
    with station.reopened() as database:
        station.database = database
        clock.pass_time(days=1)
        station.backups.make()
    found = candidates(backup_roots(station.path))
    recovered = Restore(station.path, clock, lambda step, part: True).run(
        found, lambda slots: slots.unlock(USER, PASSWORD), USER, chosen=[found[-1]]
    )
    assert (recovered.backup.number, recovered.after_backup) == (1, LATER)


def test_the_restored_backup_itself_is_not_touched(station):
    (made,) = candidates(backup_roots(station.path))
    before = {path.name: path.read_bytes() for path in made.path.iterdir()}
    station.restore()
    assert {path.name: path.read_bytes() for path in made.path.iterdir()} == before


def test_the_restore_stands_in_the_audit_chain(station):
    station.restore()
    with station.reopened() as database, database.read() as connection:
        rows = connection.exec_driver_sql("SELECT actor, action, detail FROM audit ORDER BY seq").fetchall()
    assert tuple(rows[-1]) == (USER, "restore", "backup 1, epoch 2")
