"""A closed data folder with one backup, for the tests that spoil and restore it."""

import shutil

import pytest

from tests.store.spoiled import BACKED_UP, LATER
from tests.store.station_folder import StationFolder, station_folder


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
