"""The encrypted file: fails closed, notices damage, survives kill -9, says what is wrong in words."""

import os
import random
import secrets
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
import sqlcipher3
from samples import SAMPLES
from uuid_utils import uuid7

from app.models.registry import RECORD_TYPES
from app.store.database import OLDEST_SQLITE, Database
from app.store.errors import (
    DatabaseExists,
    NewerFile,
    NoDatabase,
    StorageDamaged,
    StorageFull,
    WrongKey,
)
from app.store.founding import found
from app.store.records import RecordStore
from app.store.station import read_station
from app.store.upgrade import upgrade
from app.store.verify import verify

ROOT = Path(__file__).parents[2]
RESIDENT = RECORD_TYPES["resident"]


def pragma(database, name):
    with database.read() as connection:
        return connection.exec_driver_sql(f"PRAGMA {name}").scalar()


def test_the_engine_and_its_settings_are_those_of_the_design(desk):
    assert sqlcipher3.sqlite_version_info >= OLDEST_SQLITE
    assert pragma(desk.database, "cipher_version")
    settings = {name: pragma(desk.database, name) for name in ("journal_mode", "synchronous", "foreign_keys")}
    assert settings == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    assert pragma(desk.database, "trusted_schema") == 0


def test_a_wrong_key_is_refused_and_the_file_untouched(desk):
    desk.database.close()
    before = desk.path.read_bytes()
    with pytest.raises(WrongKey, match="数据没有改动"):
        Database.open(desk.path, secrets.token_bytes(32))
    assert desk.path.read_bytes() == before


def test_no_file_is_ever_made_by_opening_or_overwritten_by_founding(desk, tmp_path):
    with pytest.raises(NoDatabase):
        Database.open(tmp_path / "none.db", desk.dek)
    assert not (tmp_path / "none.db").exists()
    with pytest.raises(DatabaseExists):
        found(desk.path, desk.dek, station_code="511421125201", station_name="鹰头村")


def test_nothing_typed_lies_in_clear_in_file_or_write_ahead_log(desk):
    desk.store.save(RESIDENT, SAMPLES["resident"](), by="李调解", record_id=str(uuid7()))
    for path in desk.path.parent.glob("desk.db*"):
        content = path.read_bytes()
        assert "单小梅".encode() not in content
        assert b"511421189901010027" not in content


def test_every_flipped_bit_is_noticed(desk):
    for _ in range(20):
        desk.store.save(RESIDENT, SAMPLES["resident"](), by="李调解", record_id=str(uuid7()))
    desk.database.close()
    whole = desk.path.read_bytes()
    chance = random.Random(20261123)
    for _ in range(25):
        place = chance.randrange(len(whole))
        damaged = bytearray(whole)
        damaged[place] ^= 1 << chance.randrange(8)
        desk.path.write_bytes(damaged)
        try:
            opened = Database.open(desk.path, desk.dek)
        except (WrongKey, StorageDamaged):
            continue
        faults = opened.integrity()
        opened.close()
        assert faults, f"byte {place}"


def test_a_full_disk_is_said_in_words_and_saving_goes_on_when_there_is_room(desk):
    with desk.database.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
    desk.database.close()
    from sqlalchemy import event

    limit = {"pages": pages + 4}

    @event.listens_for(desk.database.engine, "checkout")
    def _limited(raw, *_):
        raw.execute(f"PRAGMA max_page_count = {limit['pages']}")

    record_id = str(uuid7())
    values = SAMPLES["mediation_case"](facts="事" * 5000)

    def save_until_refused():
        for _ in range(50):
            nonlocal record_id
            record_id = str(uuid7())
            desk.store.save(RECORD_TYPES["mediation_case"], values, by="甲", record_id=record_id)

    with pytest.raises(StorageFull, match="磁盘已满"):
        save_until_refused()
    assert desk.reader.load(RECORD_TYPES["mediation_case"], record_id) is None
    limit["pages"] = pages + 4000
    desk.store.save(RECORD_TYPES["mediation_case"], values, by="甲", record_id=record_id)
    assert verify(desk.database, RECORD_TYPES) == []


def test_a_copy_is_whole_and_opens_with_the_same_key(desk, tmp_path):
    saved_id = str(uuid7())
    desk.store.save(RESIDENT, SAMPLES["resident"](), by="李调解", record_id=saved_id)
    desk.database.copy_to(tmp_path / "copy.db")
    copy = Database.open(tmp_path / "copy.db", desk.dek)
    assert verify(copy, RECORD_TYPES) == []
    copy.close()
    assert not (tmp_path / "copy.db.new").exists()


def test_a_file_of_a_newer_program_is_refused(desk):
    with desk.database.write() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(NewerFile, match="新版本"):
        upgrade(desk.database)


def test_models_and_the_newest_migration_agree(desk):
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    from app.models.base import Base

    def ours(_object, name, kind, _reflected, _other):
        return not (kind == "table" and name.startswith("search_"))

    with desk.database.read() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": ours})
        assert compare_metadata(context, Base.metadata) == []


def test_the_search_tables_are_those_search_expects(desk, tmp_path):
    from app.store.search import DDL

    fresh = Database.create(tmp_path / "fresh.db", desk.dek)
    with fresh.write() as connection:
        for statement in DDL:
            connection.exec_driver_sql(statement)

    def search_tables(database):
        with database.read() as connection:
            rows = connection.exec_driver_sql(
                "SELECT name, sql FROM sqlite_master WHERE name LIKE 'search%' OR name LIKE 'uq_search%'"
            )
            return {name: "".join((sql or "").split()) for name, sql in rows}

    assert search_tables(desk.database) == search_tables(fresh)
    fresh.close()


def test_audit_rows_cannot_be_changed_or_dropped(desk):
    desk.store.save(RESIDENT, SAMPLES["resident"](), by="李调解", record_id=str(uuid7()))
    for statement in ("UPDATE audit SET actor = '别人'", "DELETE FROM audit"):
        with pytest.raises(Exception, match="append-only"), desk.database.write() as connection:
            connection.exec_driver_sql(statement)
    with desk.database.write() as connection:
        connection.exec_driver_sql("DROP TRIGGER audit_no_update")
        connection.exec_driver_sql("UPDATE audit SET actor = '别人'")
    assert any("改动过" in fault for fault in verify(desk.database, RECORD_TYPES))


SAVER = """
    import sys
    from datetime import UTC, datetime
    from pathlib import Path
    from uuid_utils import uuid7
    from samples import SAMPLES
    from app.models.registry import RECORD_TYPES
    from app.store.database import Database
    from app.store.records import RecordStore
    from app.store.station import read_station

    database = Database.open(Path(sys.argv[1]), bytes.fromhex(sys.stdin.readline()))
    with database.read() as connection:
        station = read_station(connection)
    store = RecordStore(database, station, lambda: datetime.now(UTC))
    codes = list(RECORD_TYPES)
    for turn in range(10_000):
        record_id = str(uuid7())
        code = codes[turn % len(codes)]
        store.save(RECORD_TYPES[code], SAMPLES[code](), by="甲", record_id=record_id)
        print(code, record_id, flush=True)
"""


def test_kill_at_random_points_of_two_hundred_saves_loses_no_acknowledged_one(desk):
    """The process is killed again and again until 200 saves were acknowledged; every one must be there."""
    acknowledged: list[tuple[str, str]] = []
    chance = random.Random(20261123)
    desk.database.close()
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "tests")))}
    while len(acknowledged) < 200:
        saver = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(SAVER), str(desk.path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        saver.stdin.write(desk.dek.hex() + "\n")
        saver.stdin.flush()
        wanted = chance.randint(5, 40)
        lines = []
        while len(lines) < wanted:
            lines.append(saver.stdout.readline())
            assert lines[-1], "the saving process ended by itself"
        saver.send_signal(signal.SIGKILL)
        rest, _ = saver.communicate()
        told = [line for line in "".join([*lines, rest]).splitlines(keepends=True) if line.endswith("\n")]
        acknowledged += [tuple(line.split()) for line in told]
    database = Database.open(desk.path, desk.dek)
    assert verify(database, RECORD_TYPES) == []
    from app.store.reading import RecordReader

    reader = RecordReader(database)
    lost = [pair for pair in acknowledged if reader.load(RECORD_TYPES[pair[0]], pair[1]) is None]
    database.close()
    assert lost == []


def test_a_search_before_other_saves_raises_no_false_alarm(desk):
    """SQLite's check of a full-text index trusts what its connection knew of it when it last searched."""
    from app.store import search

    save = desk.store.save
    save(RESIDENT, SAMPLES["resident"](), by="甲", record_id=str(uuid7()))
    alarms = 0
    for _ in range(60):
        with desk.database.read() as connection:
            search.find(connection, "单小梅")
            save(RESIDENT, SAMPLES["resident"](), by="甲", record_id=str(uuid7()))
            alarms += bool(search.consistency(connection))
        alarms += bool(verify(desk.database, RECORD_TYPES))
    assert alarms == 0


def test_services_over_a_second_opening_see_the_same_records(desk):
    record_id = str(uuid7())
    desk.store.save(RESIDENT, SAMPLES["resident"](), by="甲", record_id=record_id)
    desk.database.close()
    again = Database.open(desk.path, desk.dek)
    with again.read() as connection:
        station = read_station(connection)
    second = RecordStore(again, station, desk.clock)
    stored = desk.reader.load(RESIDENT, record_id)
    second.save(RESIDENT, stored.values | {"notes": "续"}, by="乙", record_id=record_id, base=stored.head)
    again.close()
