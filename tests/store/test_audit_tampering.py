"""A hundred ways to tamper with the audit chain of a real file whose key is known: each is found up to the anchor."""

import random
import shutil
from datetime import UTC, datetime
from hashlib import sha256

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from app.models.payload import canonical
from app.store import anchors, audit
from app.store.anchors import Anchor, ChainWitness
from app.store.database import Database
from app.store.founding import found
from app.store.tables import audit as table
from app.store.tables import install

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
DEK = b"t" * 32
LINES, ANCHORED = 40, 30


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    """A file of forty lines, thirty of them witnessed, and the file as it was after fifteen."""
    folder = tmp_path_factory.mktemp("chain")
    database = found(folder / "desk.db", DEK, station_code="511421125201", station_name="鹰头村")
    for number in range(1, LINES + 1):
        with database.write() as connection:
            entry = audit.Entry(NOW, "王调解", "d", "read", f"resident/{number}")
            audit.append(connection, entry)
        if number == 15:
            database.copy_to(folder / "earlier.db")
        if number == ANCHORED:
            witness = ChainWitness(database, lambda: NOW)
            seq, head = witness.head()
            witness.heard("2026-11-23T06:00:00Z", seq, head)
    database.close()
    return folder, Anchor(1, seq, head)


def _forged(row, prev):
    """A row whose hash follows from what it says, as who knows the key can make it."""
    content = {name: row[name] for name in ("actor", "device", "action", "object", "detail", "at")}
    content |= {"seq": row["seq"], "prev": prev.hex()}
    return {**row, "prev": prev, "hash": sha256(b"\x00" + canonical(content)).digest()}


def _rewrite(connection, rows, *, forged):
    for trigger in audit.TRIGGERS:
        connection.execute(text(f"DROP TRIGGER {trigger}"))
    connection.execute(text("DELETE FROM audit"))
    prev = audit.FIRST
    for row in rows:
        made = _forged(row, prev) if forged else row
        prev = made["hash"]
        names = ", ".join(made)
        connection.execute(
            text(f"INSERT INTO audit ({names}) VALUES ({', '.join(':' + n for n in made)})"), made
        )
    for statement in audit.TRIGGERS.values():
        connection.execute(text(statement))


def _edit(rows, at, chance):
    name = chance.choice(("actor", "action", "object", "detail", "device"))
    rows[at] = {**rows[at], name: rows[at][name] + "改"}


def _delete(rows, at, chance):
    del rows[at]


def _insert(rows, at, chance):
    rows.insert(at, {**rows[at], "object": "resident/没有发生过"})


def _swap(rows, at, chance):
    other = (at + 1 + chance.randrange(ANCHORED - 2)) % (ANCHORED - 1)
    kept = rows[at]["object"]
    rows[at] = {**rows[at], "object": rows[other]["object"]}
    rows[other] = {**rows[other], "object": kept}


def _truncate(rows, at, chance):
    del rows[at:]


def _behead(rows, at, chance):
    del rows[: at + 1]


WAYS = (_edit, _delete, _insert, _swap, _truncate, _behead)


@pytest.mark.parametrize("number", range(96))
def test_every_change_up_to_the_last_witnessed_link_is_found(original, tmp_path, number):
    folder, anchor = original
    chance = random.Random(number)
    shutil.copy(folder / "desk.db", tmp_path / "desk.db")
    database = Database.open(tmp_path / "desk.db", DEK)
    way, forged, own_anchor = WAYS[number % 6], number // 6 % 2 == 0, number // 12 % 2 == 0
    with database.write() as connection:
        rows = [dict(row) for row in connection.execute(text("SELECT * FROM audit ORDER BY seq")).mappings()]
        way(rows, chance.randrange(ANCHORED - 1), chance)
        if forged:
            rows = [{**row, "seq": place} for place, row in enumerate(rows, 1)]
        seen = set()
        rows = [row for row in rows if not (row["seq"] in seen or seen.add(row["seq"]))]
        _rewrite(connection, rows, forged=forged)
        if own_anchor:
            # Who knows the key changes what the file remembers of the district's word as well.
            connection.execute(text("DELETE FROM audit_anchor"))
    with database.read() as connection:
        faults = list(audit.check_chain(connection))
        faults += anchors.check(connection, [*anchors.kept(connection), anchor])
    database.close()
    assert faults


@pytest.mark.parametrize("trigger", [*audit.TRIGGERS, "all made empty"])
def test_a_guard_taken_away_is_found(original, tmp_path, trigger):
    folder, _ = original
    shutil.copy(folder / "desk.db", tmp_path / "desk.db")
    database = Database.open(tmp_path / "desk.db", DEK)
    with database.write() as connection:
        for name in audit.TRIGGERS if trigger == "all made empty" else [trigger]:
            connection.execute(text(f"DROP TRIGGER {name}"))
            if trigger == "all made empty":
                connection.execute(
                    text(f"CREATE TRIGGER {name} BEFORE DELETE ON audit WHEN 0 BEGIN SELECT 1; END")
                )
    with database.read() as connection:
        assert list(audit.check_chain(connection)) == ["操作记录的防改保护被拆除或改动过。"]
    database.close()


def test_an_earlier_file_put_in_its_place_is_found(original, tmp_path):
    folder, anchor = original
    shutil.copy(folder / "earlier.db", tmp_path / "desk.db")
    database = Database.open(tmp_path / "desk.db", DEK)
    with database.read() as connection:
        assert not list(audit.check_chain(connection)), "the old file is sound in itself"
        assert "截去" in next(anchors.check(connection, [anchor]))
    database.close()


def test_the_file_as_it_was_is_sound_and_says_what_is_not_witnessed_yet(original):
    folder, anchor = original
    database = Database.open(folder / "desk.db", DEK)
    with database.read() as connection:
        assert anchors.kept(connection) == [anchor]
        assert not list(audit.check_chain(connection))
        assert not list(anchors.check(connection, [anchor]))
        assert anchors.unanchored(connection, [anchor]) == LINES - ANCHORED
        assert connection.execute(select(install.c.skew)).scalar() == 0
    database.close()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET actor = '别人' WHERE seq = 3",
        "DELETE FROM audit WHERE seq = 40",
        "INSERT OR REPLACE INTO audit SELECT seq, at, '别人', device, action, object, detail, prev, hash FROM audit "
        "WHERE seq = 40",
    ],
)
def test_the_file_itself_refuses_to_change_the_chain(original, statement):
    folder, _ = original
    database = Database.open(folder / "desk.db", DEK)
    with pytest.raises(DBAPIError, match="append-only"), database.write() as connection:
        connection.execute(text(statement))
    with database.read() as connection:
        assert connection.execute(select(table.c.actor).where(table.c.seq == 40)).scalar() == "王调解"
    database.close()
