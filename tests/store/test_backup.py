"""Backups: whole or not there, verified, rotated; a failure leaves the earlier ones and says so in words."""

import os
import resource
import shutil
import subprocess
import sys
import threading
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from app.security.keyslots import KeySlots
from app.store import backup_folder
from app.store.backup import COPYING, STALE_AFTER, second_root
from app.store.backup_errors import BackupFailed, BackupFull, BackupStopped, KeysLost, SourceDamaged
from app.store.backup_set import sets_in
from app.store.database import PAGE, Database
from tests.store.station_folder import PASSWORD, USER, StationFolder, random_bytes, station_folder

ROOT = Path(__file__).parents[2]


@pytest.fixture
def station(tmp_path, clock):
    with station_folder(tmp_path / "data", clock) as made:
        yield made


def whole(station: StationFolder, path: Path) -> bool:
    """Whether a backup opens with its own keys and the password, and is sound."""
    dek = KeySlots.open(path).unlock(USER, PASSWORD)
    shutil.copy(path / "desk.db", station.path / "looked-at.db")
    opened = Database.open(station.path / "looked-at.db", dek)
    try:
        return opened.integrity() == []
    finally:
        opened.close()


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_backup_holds_file_keys_settings_and_attachments(station):
    station.save(3)
    attached = station.attach(b"one", b"two", random_bytes(300_000))
    (station.path / "settings.json").write_text("{}")
    made = station.backups.make()
    assert made.path == station.path / "backups" / "000001-20261123-140000"
    assert names(made.path) == [
        "attachments.json",
        "backup.json",
        "desk.db",
        "keyslots.json",
        "settings.json",
    ]
    assert (made.contents.records["service_visit"], made.contents.position, made.blobs) == (3, 3, 3)
    assert names(station.path / "backups" / "attachments") == sorted(attached)
    assert whole(station, made.path)
    # What was written is what is read again.
    assert station.backups.state().sets == (made,)


def test_the_file_in_a_backup_says_nothing_without_its_key(station):
    station.save(2)
    made = station.backups.make()
    for name in names(made.path):
        content = (made.path / name).read_bytes()
        assert "秀英".encode() not in content
        assert b"13900139000" not in content
    assert not (made.path / "desk.db").read_bytes().startswith(b"SQLite format 3")


def test_only_what_has_changed_is_backed_up_and_once_a_day_in_any_case(station, clock):
    assert station.backups.is_due(at_start=True)
    station.backups.make()
    assert not station.backups.is_due(at_start=True)
    station.note("open")
    clock.pass_time(hours=5)
    assert not station.backups.is_due()
    station.save()
    assert station.backups.is_due()
    station.backups.make()
    clock.pass_time(hours=1)
    station.save()
    assert not station.backups.is_due()
    assert station.backups.is_due(at_start=True)
    station.backups.make()
    clock.pass_time(hours=25)
    assert station.backups.is_due()


def test_backups_are_rotated_and_their_attachments_with_them(station, clock):
    (gone,) = station.attach(b"only in the first")
    station.backups.make()
    (station.path / "attachments" / gone).unlink()
    (kept,) = station.attach(b"in all the others")
    for _ in range(20):
        clock.pass_time(days=1)
        station.backups.make()
    sets = station.backups.state().sets
    # 7 days, two Sundays before them, and the last of November.
    assert len(sets) == 7 + 2 + 1
    assert [one.number for one in sets][:7] == [21, 20, 19, 18, 17, 16, 15]
    assert names(station.path / "backups" / "attachments") == [kept]
    assert not [name for name in names(station.path / "backups") if name.endswith((".new", ".old"))]


def test_a_second_drive_gets_every_backup_and_may_be_away(station, tmp_path, clock):
    drive = tmp_path / "usb"
    drive.mkdir()
    station.second = second_root(str(drive), "511421125201", "0" * 24 + "abcdefabcdef")
    station.save()
    (attached,) = station.attach(b"picture")
    made = station.backups.make()
    state = station.backups.state()
    assert [one.number for one in state.second_sets] == [made.number]
    assert whole(station, state.second_sets[0].path)
    copy = station.second / "attachments" / attached
    assert copy.read_bytes() == b"picture"
    drive.rename(tmp_path / "in the drawer")
    clock.pass_time(hours=5)
    backups = station.backups
    again = backups.make()
    assert again.number == 2
    assert "另一个盘上没有备份到" in backups.second_failure
    # A drive that is away does not become a folder on the first one.
    assert not drive.exists()
    (tmp_path / "in the drawer").rename(drive)
    backups.make()
    assert backups.second_failure == ""
    assert [one.number for one in sets_in(station.second)] == [3, 1]


def test_saves_go_on_while_a_backup_is_made(station):
    with station.database.write() as connection:
        connection.exec_driver_sql("CREATE TABLE ballast (b BLOB)")
        connection.exec_driver_sql("INSERT INTO ballast VALUES (randomblob(500))", [()] * 20_000)
    saved, going = [], threading.Event()

    def progress(step, part):
        if step == COPYING and part > 0.2 and not going.is_set():
            going.set()
            saver.start()
            saver.join()
        return True

    saver = threading.Thread(target=lambda: saved.extend(station.save(5)))
    made = station.backups.make(progress)
    # The saves in the middle of the copying were through before it was, and are in the next backup.
    assert len(saved) == 5
    assert made.contents.position == 0
    assert station.backups.make().contents.position == 5


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
    path = station.path / "desk.db"
    content = bytearray(path.read_bytes())
    pages = len(content) // PAGE
    for page in range(pages * 3 // 4, pages):
        content[page * PAGE + 100] ^= 1
    path.write_bytes(content)
    station.database = Database.open(path, station.dek)
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


def test_the_drill_restores_the_newest_backup_and_its_date_is_kept(station, clock):
    station.save(4)
    station.attach(b"a", b"b")
    backups = station.backups
    assert not backups.drill_due()
    backups.make()
    assert backups.drill_due()
    done = backups.drill()
    assert (done.at, done.records, done.blobs, done.faults) == (clock.now, 4, 2, ())
    assert backups.state().drill == done
    assert not backups.drill_due()
    clock.pass_time(days=31)
    assert backups.drill_due()
    assert "drill.new" not in names(backups.root)


@pytest.mark.parametrize("harm", ["database", "attachment", "list", "gone"])
def test_a_drill_finds_a_backup_that_would_not_come_back(station, clock, harm):
    station.save(30)
    (attached,) = station.attach(random_bytes(5000))
    made = station.backups.make()
    if harm == "database":
        content = bytearray((made.path / "desk.db").read_bytes())
        content[len(content) // 2] ^= 4
        (made.path / "desk.db").write_bytes(content)
    elif harm == "attachment":
        copy = station.backups.root / "attachments" / attached
        copy.unlink()
        copy.write_bytes(random_bytes(5000))
    elif harm == "list":
        (made.path / "attachments.json").write_text("[")
    else:
        (made.path / "desk.db").write_bytes(b"")
    done = station.backups.drill()
    assert done.faults
    # It is tried again soon, not in a month.
    clock.pass_time(days=2)
    assert station.backups.drill_due()


def test_a_backup_older_than_two_days_is_stale_and_one_of_tomorrow_too(station, clock):
    state = station.backups.state()
    assert not state.is_stale(clock.now)
    station.backups.make()
    state = station.backups.state()
    assert not state.is_stale(clock.now + STALE_AFTER)
    assert state.is_stale(clock.now + STALE_AFTER + timedelta(minutes=1))
    assert state.is_stale(clock.now - timedelta(days=300))
