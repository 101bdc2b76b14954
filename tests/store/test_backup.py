"""Backups: whole or not there, verified, rotated; a failure leaves the earlier ones and says so in words."""

import threading
from datetime import timedelta

import pytest

from app.store.backup import COPYING, STALE_AFTER, second_root
from app.store.backup_set import sets_in
from tests.store.looked_at import names, whole
from tests.store.station_folder import random_bytes, station_folder


@pytest.fixture
def station(tmp_path, clock):
    with station_folder(tmp_path / "data", clock) as made:
        yield made


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
