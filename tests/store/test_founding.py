"""Founding: a station or none, never half of one."""

import random
import secrets
import subprocess
import sys
from pathlib import Path

import pytest

from app.store.database import Database
from app.store.errors import DatabaseExists, StorageReadOnly
from app.store.founding import found
from app.store.station import read_station

ROOT = Path(__file__).parents[2]
DEK = secrets.token_bytes(32)
STATION = {"station_code": "511421125201", "station_name": "鹰头村"}
FOUNDER = """
import sys
from pathlib import Path
import alembic.command, alembic.config
from app.store.founding import found
dek = bytes.fromhex(sys.stdin.readline())
print("begun", flush=True)
found(Path(sys.argv[1]), dek, station_code="511421125201", station_name="鹰头村")
print("done", flush=True)
"""


def test_a_founded_station_is_read_back_and_nothing_else_is_left(tmp_path):
    database = found(tmp_path / "desk.db", DEK, **STATION)
    with database.read() as connection:
        assert read_station(connection).name == "鹰头村"
    database.close()
    assert [path.name for path in tmp_path.iterdir()] == ["desk.db"]


def test_a_kill_at_any_moment_leaves_a_whole_station_or_none(tmp_path):
    chance = random.Random(20261123)
    for turn in range(8):
        path = tmp_path / f"{turn}.db"
        with subprocess.Popen(
            [sys.executable, "-c", FOUNDER, str(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
        ) as founder:
            founder.stdin.write(DEK.hex().encode() + b"\n")
            founder.stdin.flush()
            founder.stdout.readline()
            try:
                founder.wait(chance.uniform(0, 0.13))
            except subprocess.TimeoutExpired:
                founder.kill()
            founder.communicate()
        # What is there is whole; where nothing is, founding again just works.
        database = Database.open(path, DEK) if path.exists() else found(path, DEK, **STATION)
        with database.read() as connection:
            assert read_station(connection).name == "鹰头村"
        database.close()


@pytest.mark.parametrize("left", ["desk.db", "desk.db-wal"])
def test_nothing_is_founded_over_what_is_left_of_a_file(tmp_path, left):
    (tmp_path / left).write_bytes(b"")
    with pytest.raises(DatabaseExists):
        found(tmp_path / "desk.db", DEK, **STATION)
    assert [path.name for path in tmp_path.iterdir()] == [left]


def test_a_folder_that_is_not_there_is_said_in_words(tmp_path):
    with pytest.raises(StorageReadOnly, match="不能写入"):
        found(tmp_path / "none" / "desk.db", DEK, **STATION)
