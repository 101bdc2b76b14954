"""Merges an earlier program heard of, and when it was registered, are known after the upgrade to this schema."""

import secrets
import shutil

import pytest
from sqlalchemy import select

from app.models.payload import canonical
from app.store.database import Database
from app.store.merges import merged_fields, note_merge
from app.store.tables import device, merge
from app.store.upgrade import MIGRATIONS, upgrade

MERGED = "与张三的修改已合并。"
DEVICE = """
INSERT INTO device (one, device_id, epoch, station, station_name, signing_key, enrolled, acked_seq, cursor, pulled_seq,
                    recheck, new_life)
VALUES (1, 'd', 1, '511421125201', '鹰头村', x'00', 1, 0, '', 0, 0, 0)
"""
AUDIT = "INSERT INTO audit VALUES (?, ?, '李调解', 'd', ?, 'desk', '', x'00', x'00')"
REVISION = """
INSERT INTO revision (position, op_id, record_type, record_id, act, by, at, line, detail)
VALUES (?, ?, 'resident', 'r', ?, '李四', '2026-03-03T01:02:03Z', ?, ?)
"""


@pytest.fixture
def database(tmp_path):
    """A file of the schema before, upgraded."""
    before = tmp_path / "before"
    shutil.copytree(MIGRATIONS, before, ignore=shutil.ignore_patterns("0009*", "001*", "__pycache__"))
    made = Database.create(tmp_path / "desk.db", secrets.token_bytes(32))
    upgrade(made, before)
    with made.write() as connection:
        connection.exec_driver_sql(DEVICE)
        for seq, (at, action) in enumerate(
            (("2026-02-01T00:00:00Z", "enrol"), ("2026-03-01T00:00:00Z", "enrol"))
        ):
            connection.exec_driver_sql(AUDIT, (seq, at, action))
        for place, (act, data, detail) in enumerate(
            (
                ("edit", {"notes": "一", "phone": None}, MERGED),
                ("void", {"reason": "重复"}, MERGED),
                ("edit", {"notes": "二"}, None),
            )
        ):
            line = canonical({"op_id": f"op{place}", "record": "r", "act": act, "data": data})
            connection.exec_driver_sql(REVISION, (place + 1, f"op{place}", act, line, detail))
    upgrade(made)
    yield made
    made.close()


def test_what_was_heard_before_is_counted(database):
    with database.read() as connection:
        kept = connection.execute(select(merge.c.op_id, merge.c.fields, merge.c.heard_at)).all()
        assert [(row.op_id, row.fields, f"{row.heard_at:%m-%d %H:%M}") for row in kept] == [
            ("op0", 2, "03-03 01:02"),
            ("op1", 1, "03-03 01:02"),
        ]
        assert f"{connection.execute(select(device.c.enrolled_at)).scalar_one():%Y-%m-%d}" == "2026-03-01"


def test_a_merge_is_heard_of_once(database, clock):
    said = {"op_id": "op9", "record": "r", "act": "append", "data": {"visits": []}}
    with database.write() as connection:
        note_merge(connection, said, clock())
        note_merge(connection, said, clock())
        assert merged_fields(connection) == 4
