"""A restore killed at any step can be done again, and no epoch is used twice."""

import os
import shutil
import signal
from contextlib import suppress

from app.models.registry import RECORD_TYPES
from app.store import quarantine
from app.store.station import read_station
from app.store.verify import verify
from tests.store.spoiled import BACKED_UP, flipped, visits
from tests.store.station_folder import StationFolder

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
