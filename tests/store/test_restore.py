"""Restore: every kind of damage is noticed, what was there is kept, the backup comes back under a new epoch."""

import os
import random
import shutil
import signal
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

import orjson
import pytest
from sqlalchemy import select

from app.models.registry import RECORD_TYPES
from app.security.keyslots import KeySlots
from app.store import quarantine
from app.store.backup import second_root
from app.store.backup_errors import NoGoodBackup, RestoreFull, RestoreStopped
from app.store.backup_set import contents_of
from app.store.database import PAGE, Database
from app.store.errors import StorageError
from app.store.new_life import NUMBERS_A_DAY
from app.store.outbox import Outbox
from app.store.reading import RecordReader
from app.store.restore import Restore, backup_roots, candidates, keys_from_backup
from app.store.station import read_enrolment, read_station
from app.store.tables import number_series, revision
from app.store.verify import verify
from tests.store.station_folder import PASSWORD, USER, StationFolder, random_bytes, station_folder

BACKED_UP, LATER = 12, 3
Harm = Callable[[Path], None]


def flipped(share: float) -> Harm:
    def harm(path: Path) -> None:
        content = bytearray(path.read_bytes())
        content[int(len(content) * share)] ^= 1 << random.Random(share).randrange(8)
        path.write_bytes(content)

    return harm


def zeroed(share: float, pages: int = 1) -> Harm:
    def harm(path: Path) -> None:
        content = bytearray(path.read_bytes())
        start = int(len(content) * share) // PAGE * PAGE
        content[start : start + pages * PAGE] = bytes(len(content[start : start + pages * PAGE]))
        path.write_bytes(content)

    return harm


def cut_to(share: float) -> Harm:
    return lambda path: os.truncate(path, int(path.stat().st_size * share))


def swapped(path: Path) -> None:
    content = bytearray(path.read_bytes())
    one, two = content[PAGE * 3 : PAGE * 4], content[PAGE * 7 : PAGE * 8]
    content[PAGE * 3 : PAGE * 4], content[PAGE * 7 : PAGE * 8] = two, one
    path.write_bytes(content)


HARMS: dict[str, Harm] = {
    **{
        f"bit at {share:.2f}": flipped(share)
        for share in (0.0, 0.001, 0.05, 0.13, 0.2, 0.31, 0.42, 0.5, 0.63)
    },
    **{f"bit at {share:.2f}": flipped(share) for share in (0.7, 0.77, 0.85, 0.9, 0.97, 0.9999)},
    **{f"zeroed at {share:.2f}": zeroed(share) for share in (0.0, 0.03, 0.2, 0.4, 0.6, 0.8, 0.99)},
    "half zeroed": zeroed(0.5, 10_000),
    "all zeroed": zeroed(0.0, 100_000),
    **{f"cut to {share:.2f}": cut_to(share) for share in (0.999, 0.9, 0.6, 0.3, 0.1, 0.01)},
    "empty": lambda path: os.truncate(path, 0),
    "one byte": lambda path: os.truncate(path, 1),
    "one byte less than a page": lambda path: os.truncate(path, PAGE - 1),
    "missing": lambda path: path.unlink(),
    "renamed by a virus": lambda path: path.rename(path.with_name("desk.db.locked")),
    "noise": lambda path: path.write_bytes(random.Random(1).randbytes(path.stat().st_size)),
    "pages swapped": swapped,
    "appended garbage before a cut": lambda path: (
        path.write_bytes(path.read_bytes()[: 5 * PAGE] + b"x" * 5 * PAGE) and None
    ),
}


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    """A closed data folder: 12 visits backed up, 3 written after the backup."""
    from tests.conftest import SettableClock

    path, clock = tmp_path_factory.mktemp("original") / "data", SettableClock()
    with station_folder(path, clock) as station:
        station.save(BACKED_UP)
        station.attach(b"one", b"two")
        station.backups.make()
        clock.pass_time(hours=3)
        station.save(LATER)
    return station


@pytest.fixture
def station(original: StationFolder, tmp_path, clock):
    """A copy of it to spoil, closed."""
    clock.pass_time(hours=3)
    shutil.copytree(original.path, tmp_path / "data")
    return StationFolder(tmp_path / "data", clock, original.dek, original.database)


def is_noticed(station: StationFolder) -> bool:
    try:
        with station.reopened() as database:
            return bool(database.integrity())
    except StorageError:
        return True


def visits(database: Database) -> int:
    with database.read() as connection:
        return contents_of(connection).records["service_visit"]


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
            # Nothing is enrolled any more: the district must take the new epoch.
            with database.read() as connection:
                assert read_enrolment(connection).server_id is None
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
        noticed = False
        with suppress(StorageError), closing(Database.open(path, station.dek)) as database:
            noticed = not database.integrity()
        assert not noticed, f"byte {place} read as sound"


def test_random_bytes_are_no_note(tmp_path):
    folder = tmp_path / "backups" / "000001-20261123-140000"
    folder.mkdir(parents=True)
    (folder / "backup.json").write_bytes(random_bytes(200))
    assert candidates([tmp_path / "backups"]) == []


NAMING = ("replace", "fsync", "link", "unlink", "rename")


def killed_restore(station: StationFolder, at: int) -> int | None:
    """Restore in a process that is killed at its `at`-th call that syncs or changes names; its calls if it lived."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        _restore_and_die(station, at, writing)
    os.close(writing)
    with open(reading, "rb") as pipe:
        told = pipe.read()
    status = os.waitpid(child, 0)[1]
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
        return None
    assert status == 0
    return int(told)


def _restore_and_die(station: StationFolder, at: int, writing: int) -> None:
    calls = 0

    def counted(call):
        def inner(*given, **more):
            nonlocal calls
            calls += 1
            if calls == at:
                os.kill(os.getpid(), signal.SIGKILL)
            return call(*given, **more)

        return inner

    for name in NAMING:
        setattr(os, name, counted(getattr(os, name)))
    failed = True
    with suppress(BaseException):
        station.restore()
        os.write(writing, str(calls).encode())
        failed = False
    os._exit(failed)


def test_killed_at_any_step_a_restore_can_be_done_again_and_reuses_no_epoch(original, tmp_path, clock):
    def spoiled(name: str) -> StationFolder:
        shutil.copytree(original.path, tmp_path / name)
        flipped(0.001)(tmp_path / name / "desk.db")
        (tmp_path / name / "attachments" / min(os.listdir(tmp_path / name / "attachments"))).unlink()
        return StationFolder(tmp_path / name, clock, original.dek, original.database)

    calls = killed_restore(spoiled("whole"), 10_000)
    assert calls is not None
    assert calls > 8
    for at in range(1, calls + 1, 2):
        station = spoiled(f"cut-{at}")
        assert killed_restore(station, at) is None
        begun = quarantine.highest_epoch(station.path)
        station.restore()
        with station.reopened() as database:
            assert (visits(database), verify(database, RECORD_TYPES)) == (BACKED_UP, [])
            with database.read() as connection:
                assert read_station(connection).epoch == max(1, begun) + 1
        assert not list(station.path.glob("*.restored*"))
        assert len(os.listdir(station.path / "attachments")) == 2
        shutil.rmtree(station.path)
