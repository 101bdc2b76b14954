"""Backups cut short: stopped, disk full or failing, damage, lost keys, killed; the earlier ones stay whole."""

import os
import resource
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.store import backup_folder
from app.store.backup_errors import BackupFailed, BackupFull, BackupStopped, KeysLost, SourceDamaged
from app.store.backup_set import sets_in
from app.store.database import PAGE, Database
from tests.store.looked_at import names, whole
from tests.store.spoiled import spoiled_within
from tests.store.station_folder import random_bytes, station_folder

ROOT = Path(__file__).parents[2]


@pytest.fixture
def station(tmp_path, clock):
    with station_folder(tmp_path / "data", clock) as made:
        yield made


def test_a_stopped_backup_leaves_nothing_behind(station):
    station.save(50)
    first = station.backups.make()
    with pytest.raises(BackupStopped, match="已停下"):
        station.backups.make(lambda step, part: False)
    assert names(station.backups.root) == [first.path.name]
    assert whole(station, first.path)


@contextmanager
def longest_file(size):
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_disk_that_fails_in_the_middle_leaves_the_older_backup(station):
    station.save(20)
    first = station.backups.make()
    with longest_file(30 * PAGE), pytest.raises(BackupFailed, match=r"原有的备份和数据没有受影响"):
        station.backups.make()
    assert station.backups.state().sets == (first,)
    assert whole(station, first.path)
    assert station.backups.make().number == 2


def test_a_full_disk_is_said_in_words_and_leaves_room_for_saves(station, monkeypatch):
    station.save()
    first = station.backups.make()
    monkeypatch.setattr(backup_folder, "RESERVE", 1 << 60)
    with pytest.raises(BackupFull, match="磁盘空间不够"):
        station.backups.make()
    assert station.backups.state().sets == (first,)


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 6 MiB, where this machine lets the tests mount one."""
    place = tmp_path / "disk"
    place.mkdir()
    mount, unmount = shutil.which("mount"), shutil.which("umount")
    command = [mount or "mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(place)]
    if (
        mount is None
        or unmount is None
        or subprocess.run(command, capture_output=True, check=False).returncode
    ):
        pytest.skip("this machine does not let the tests mount a small disk")
    yield place
    subprocess.run([unmount, str(place)], check=True)


def back_up_until_refused(station):
    for _ in range(20):
        station.backups.make()


def test_a_disk_full_for_real_keeps_backups_and_data_and_backs_up_again_when_there_is_room(
    small_disk, clock, monkeypatch
):
    monkeypatch.setattr(backup_folder, "RESERVE", 0)
    with station_folder(small_disk / "data", clock) as station:
        station.save(5)
        first = station.backups.make()
        ballast = small_disk / "ballast"
        free = shutil.disk_usage(small_disk).free
        ballast.write_bytes(bytes(max(0, free - station.database.path.stat().st_size - 20 * 1024)))
        station.attach(*(random_bytes(3000) for _ in range(3)))
        before = names(station.backups.root)
        with pytest.raises(BackupFull, match="磁盘空间不够"):
            back_up_until_refused(station)
        left = station.backups.state().sets
        assert left[-1] == first
        assert all(not name.endswith(".new") for name in names(station.backups.root))
        assert set(before) <= set(names(station.backups.root)) | {"attachments"}
        ballast.unlink()
        station.save()
        made = station.backups.make()
        assert whole(station, made.path)


def test_a_damaged_file_is_noticed_and_no_backup_is_made_of_it(station):
    station.save(30)
    first = station.backups.make()
    station.database.close()
    station.database = spoiled_within(station.path / "desk.db", station.dek)
    with pytest.raises(SourceDamaged, match="数据文件有损坏"):
        station.backups.make()
    with pytest.raises(SourceDamaged):
        station.backups.check()
    assert station.backups.state().sets == (first,)


def test_lost_keys_are_said_before_a_backup_nobody_could_open(station):
    station.backups.make()
    for path in station.path.glob("keyslots.json*"):
        path.unlink()
    with pytest.raises(KeysLost, match="密钥文件不见了"):
        station.backups.make()
    assert len(station.backups.state().sets) == 1


def test_what_a_power_cut_left_unfinished_is_cleared_and_never_counted(station):
    station.save()
    first = station.backups.make()
    root = station.backups.root
    shutil.copytree(first.path, root / "000002-20261123-150000.new")
    shutil.copytree(first.path, root / "000009-20261123-150000.old")
    assert station.backups.state().sets == (first,)
    # A number that was begun is not given again.
    assert station.backups.make().number == 10
    assert all(not name.endswith((".new", ".old")) for name in names(root))


KILLED = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from app.store.backup import Backups
from app.store.database import Database
folder = Path(sys.argv[1])
database = Database.open(folder / "desk.db", bytes.fromhex(sys.argv[2]))
print("ready", flush=True)
while True:
    Backups(folder, database, lambda: datetime.now(UTC)).make(lambda step, part: print(step, flush=True) or True)
"""


@pytest.mark.parametrize("cut", range(12))
def test_killed_in_the_middle_of_a_backup_the_named_ones_are_whole(station, cut):
    station.save(40)
    station.attach(*(random_bytes(20_000) for _ in range(5)))
    first = station.backups.make()
    station.database.close()
    command = [sys.executable, "-c", KILLED, str(station.path), station.dek.hex()]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=os.environ)
    assert process.stdout is not None
    for _ in range(2 + 3 * cut):
        process.stdout.readline()
    process.kill()
    process.wait()
    process.stdout.close()
    sets = sets_in(station.path / "backups")
    assert first.number in [one.number for one in sets] or len(sets) >= 2
    assert all(whole(station, one.path) for one in sets)
    station.database = Database.open(station.path / "desk.db", station.dek)
    assert station.database.integrity() == []
    assert whole(station, station.backups.make().path)
