"""The backup thread: at the start, when asked, after a failure again, ended at once; and what it reports."""

import threading
from collections.abc import Iterator

import pytest

from app.store.backup import BackupState
from app.store.backup_errors import BackupFull, SourceDamaged
from app.store.backup_folder import prune
from app.store.backup_loop import BackupLoop
from tests.store.spoiled import spoiled_within
from tests.store.station_folder import StationFolder, random_bytes, station_folder


class Heard:
    """What the loop reported, and a way to wait for more."""

    def __init__(self) -> None:
        self.states: list[BackupState] = []
        self.more = threading.Condition()

    def __call__(self, state: BackupState) -> None:
        with self.more:
            self.states.append(state)
            self.more.notify_all()

    def wait_for(self, count: int) -> BackupState:
        with self.more:
            assert self.more.wait_for(lambda: len(self.states) >= count, 30)
            return self.states[count - 1]


@pytest.fixture
def station(tmp_path, clock) -> Iterator[StationFolder]:
    with station_folder(tmp_path / "data", clock) as made:
        made.save(30)
        yield made


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def loop(station, heard):
    made = BackupLoop(station.backups, heard, start_after=0)
    yield made
    assert made.stop()


def test_the_start_makes_a_backup_and_the_first_drill(loop, heard):
    loop.start()
    # How it stands is told before anything is done, so that the window need not wait for it.
    assert heard.wait_for(1).newest is None
    state = heard.wait_for(2)
    assert (state.newest.number, state.failure) == (1, "")
    assert (state.drill.records, state.drill.faults) == (30, ())


def test_a_click_makes_one_even_when_nothing_has_changed(loop, heard, station):
    station.backups.make()
    loop.start()
    assert heard.wait_for(2).newest.number == 1
    loop.click()
    assert heard.wait_for(3).newest.number == 2


def test_a_failure_is_reported_and_the_next_success_forgets_it(loop, heard, monkeypatch):
    with monkeypatch.context() as full:
        full.setattr("app.store.backup_folder.RESERVE", 1 << 60)
        loop.start()
        failed = heard.wait_for(2)
    assert (failed.failure, failed.damaged, failed.newest) == (BackupFull.sentence, False, None)
    loop.click()
    assert heard.wait_for(3).failure == ""


def test_a_damaged_file_is_noticed_at_the_start_even_when_no_backup_is_due(station, heard):
    station.backups.make()
    station.database.close()
    station.database = spoiled_within(station.path / "desk.db", station.dek)
    loop = BackupLoop(station.backups, heard, start_after=0)
    loop.start()
    state = heard.wait_for(2)
    assert (state.damaged, state.failure) == (True, SourceDamaged.sentence)
    assert [one.number for one in state.sets] == [1]
    assert loop.stop()


def test_ending_the_desk_gives_up_a_backup_under_way(station, heard):
    with station.database.write() as connection:
        connection.exec_driver_sql("CREATE TABLE ballast (b BLOB)")
        connection.exec_driver_sql("INSERT INTO ballast VALUES (randomblob(500))", [()] * 20_000)
    begun, ended = threading.Event(), threading.Event()

    def progress(step, part):
        begun.set()
        return ended.wait(30)

    loop = BackupLoop(station.backups, heard, progress, start_after=0)
    loop.start()
    assert begun.wait(30)
    stopper = threading.Thread(target=loop.stop)
    stopper.start()
    ended.set()
    stopper.join()
    assert station.backups.state().sets == ()
    assert not list(station.backups.root.iterdir())


def test_cancelling_stops_the_one_under_way_and_says_so(station, heard):
    loop = BackupLoop(station.backups, heard, lambda step, part: bool(loop.cancel()) or True, start_after=0)
    loop.start()
    assert "已停下" in heard.wait_for(2).failure
    assert loop.stop()


def test_an_unforeseen_fault_does_not_end_backing_up(loop, heard, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr("app.store.backup.contents_of", lambda connection: 1 / 0)
        loop.start()
        assert "备份没有做成" in heard.wait_for(2).failure
    loop.click()
    assert heard.wait_for(3).newest.number >= 1


def test_a_list_that_cannot_be_read_keeps_every_attachment(station):
    names = station.attach(random_bytes(100))
    made = station.backups.make()
    (made.path / "attachments.json").write_text("{")
    prune(station.backups.root)
    assert [path.name for path in (station.backups.root / "attachments").iterdir()] == names
