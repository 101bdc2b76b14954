"""A copied file and a jumped clock are said when the desk is opened, and stand in the audit chain."""

import shutil
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from conftest import SettableClock
from sqlalchemy import select, update

from app.commands.desk import found_desk, open_desk
from app.security import keyslots
from app.store import whereabouts
from app.store.anchors import ChainWitness
from app.store.clock import MADE_ON, skew_sentence
from app.store.database import PRAGMAS, TOLD_NOTHING, Database, unsettled
from app.store.errors import UnsafeSettings
from app.store.tables import audit, device, install

USER, PASSWORD = "李调解", "Ce-shi-2026-kou"


@pytest.fixture(autouse=True)
def quick_keys(monkeypatch):
    """The least a key file may ask for; the slow key has no part in what is tested here."""
    monkeypatch.setattr(keyslots, "ARGON2", {"t": 2, "m": 19456, "p": 1})


@pytest.fixture
def folder(tmp_path):
    desk, _ = found_desk(
        tmp_path / "data",
        station_code="511421125201",
        station_name="鹰头村",
        user=USER,
        password=PASSWORD,
        clock=SettableClock(),
    )
    desk.close()
    return tmp_path / "data"


def opened(folder, at=None):
    """What is said at the opening, what is noted, and what the status line says."""
    clock = SettableClock(at) if at else SettableClock()
    with closing(open_desk(folder, USER, PASSWORD, clock=clock)) as desk:
        with desk.database.read() as connection:
            actions = list(connection.execute(select(audit.c.action).order_by(audit.c.seq)).scalars())
        return desk.remarks, actions, desk.outbox.status().clock


def test_the_same_folder_on_the_same_pc_says_nothing(folder):
    for _ in range(3):
        remarks, actions, clock = opened(folder)
        assert not [one for one in remarks if "拷来" in one]
        assert "copied" not in actions
        assert clock == ""


def test_a_folder_without_its_token_was_copied_and_is_told_once(folder):
    (folder / whereabouts.FILE_NAME).unlink()
    remarks, actions, _ = opened(folder)
    assert whereabouts.COPIED in remarks
    assert actions.count("copied") == 1
    remarks, actions, _ = opened(folder)
    assert whereabouts.COPIED not in remarks
    assert actions.count("copied") == 1


def test_another_machine_is_noticed_and_an_enrolled_file_begins_a_new_life(folder, monkeypatch, tmp_path):
    with (
        closing(open_desk(folder, USER, PASSWORD, clock=SettableClock())) as desk,
        desk.database.write() as connection,
    ):
        connection.execute(update(device).values(server_id="s", server_key=b"k" * 32, enrolled=True))
    shutil.copytree(folder, tmp_path / "clone")
    machine = tmp_path / "machine-id"
    machine.write_text("another\n")
    monkeypatch.setattr(whereabouts, "MACHINE_FILES", (machine,))
    with closing(open_desk(tmp_path / "clone", USER, PASSWORD, clock=SettableClock())) as desk:
        assert whereabouts.COPIED in desk.remarks
        assert desk.station.epoch == 2


def test_an_earlier_file_of_another_station_put_here_by_hand_is_noticed(folder, tmp_path):
    other, _ = found_desk(
        tmp_path / "other", station_code="511421125202", station_name="邻村", user=USER, password=PASSWORD
    )
    other.close()
    shutil.copy(tmp_path / "other" / "install.json", folder / "install.json")
    assert whereabouts.COPIED in opened(folder)[0]


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (datetime(1970, 1, 1, tzinfo=UTC), "早于本软件发布"),
        (datetime(1980, 1, 1, tzinfo=UTC), "早于本软件发布"),
        (datetime(2010, 1, 1, tzinfo=UTC), "早于本软件发布"),
        (MADE_ON - timedelta(seconds=1), "早于本软件发布"),
        (MADE_ON + timedelta(days=1), "比上次使用时还早"),
    ],
)
def test_a_clock_that_cannot_be_right_is_said_noted_and_shown(folder, at, words):
    remarks, actions, clock = opened(folder, at)
    assert words in clock
    assert clock in remarks
    assert actions.count("clock suspect") == 1
    if at > MADE_ON:
        assert opened(folder)[2] == "", "the clock is right again"


def test_the_districts_time_tells_too_and_ten_minutes_are_forgiven(desk, clock):
    witness = ChainWitness(desk.database, clock)
    for minutes, suspect in ((9, False), (-9, False), (11, True), (-30, True), (0, False)):
        told = clock.now - timedelta(minutes=minutes)
        witness.heard(f"{told:%Y-%m-%dT%H:%M:%SZ}", 0, "")
        assert bool(desk.outbox.status().clock) is suspect
    with desk.database.read() as connection:
        noted = list(
            connection.execute(select(audit.c.detail).where(audit.c.action == "clock suspect")).scalars()
        )
        assert connection.execute(select(install.c.skew)).scalar() == 0
    assert noted == ["660 seconds"]
    assert "快 3 小时" in skew_sentence(3 * 3600 + 5)


OTHERWISE = {
    "journal_mode": "DELETE",
    "synchronous": "NORMAL",
    "foreign_keys": "OFF",
    "busy_timeout": "1",
    "secure_delete": "OFF",
    "trusted_schema": "ON",
    "cell_size_check": "OFF",
    "temp_store": "FILE",
}


def test_every_setting_of_the_design_is_read_back():
    assert {one.partition(" ")[0] for one in PRAGMAS} == {*OTHERWISE, *TOLD_NOTHING}


@pytest.mark.parametrize("name", OTHERWISE)
def test_a_setting_the_engine_did_not_take_is_refused_before_anything_is_written(desk, monkeypatch, name):
    with desk.database.read() as connection:
        assert unsettled(connection) == []
    desk.database.close()
    connect = Database._connect

    def careless(self):
        connection = connect(self)
        connection.execute(f"PRAGMA {name} = {OTHERWISE[name]}")
        return connection

    monkeypatch.setattr(Database, "_connect", careless)
    with pytest.raises(UnsafeSettings, match="没有打开数据"):
        Database.open(desk.path, desk.dek)
