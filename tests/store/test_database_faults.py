"""Faults of disk and file, made for real: full, read-only, cut short, damaged, held by another writer."""

import os
import random
import resource
import secrets
import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
import sqlcipher3
from small_disk import mounted

from app.store.database import PAGE, Database, cipher_key
from app.store.errors import (
    DatabaseExists,
    StorageBusy,
    StorageDamaged,
    StorageError,
    StorageFailed,
    StorageFull,
    StorageReadOnly,
    WrongKey,
)

DEK = secrets.token_bytes(32)


def filled(path: Path, rows: int = 200) -> Database:
    """A file with a table of 1,000-byte notes."""
    database = Database.create(path, DEK)
    with database.write() as connection:
        connection.exec_driver_sql("CREATE TABLE note (id INTEGER PRIMARY KEY, words BLOB)")
        for _ in range(rows):
            connection.exec_driver_sql("INSERT INTO note (words) VALUES (randomblob(1000))")
    return database


def add(database: Database, bytes_long: int) -> None:
    with database.write() as connection:
        connection.exec_driver_sql("INSERT INTO note (words) VALUES (randomblob(?))", (bytes_long,))


def count(database: Database) -> int:
    with database.read() as connection:
        return connection.exec_driver_sql("SELECT count(*) FROM note").scalar()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    with mounted(tmp_path / "disk", mebibytes=2) as place:
        yield place


@contextmanager
def longest_file(size: int) -> Iterator[None]:
    """The system refuses to let any file of this process grow beyond `size` bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_refuses_in_words_keeps_all_and_saves_again_after_room_is_made(small_disk):
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(900 * 1024))
    database = filled(small_disk / "desk.db")
    saved = count(database)

    def save_until_refused() -> None:
        nonlocal saved
        while True:
            add(database, 20_000)
            saved += 1

    with pytest.raises(StorageFull, match=r"磁盘已满.*您填写的内容还在"):
        save_until_refused()
    assert count(database) == saved
    with pytest.raises(StorageFull):
        database.copy_to(small_disk / "copy.db")
    assert not list(small_disk.glob("copy*"))
    ballast.unlink()
    add(database, 20_000)
    database.close()
    again = Database.open(small_disk / "desk.db", DEK)
    assert count(again) == saved + 1
    assert again.integrity() == []
    again.close()


def test_a_new_file_that_finds_no_room_leaves_nothing_behind(small_disk):
    (small_disk / "ballast").write_bytes(bytes(2 * 1024 * 1024))
    with pytest.raises(StorageError):
        Database.create(small_disk / "desk.db", DEK)
    assert [path.name for path in small_disk.iterdir()] == ["ballast"]
    (small_disk / "ballast").unlink()
    Database.create(small_disk / "desk.db", DEK).close()


def test_a_write_the_system_refuses_is_undone_and_can_be_done_again(tmp_path):
    database = filled(tmp_path / "desk.db")
    before = count(database)
    with longest_file((tmp_path / "desk.db-wal").stat().st_size + 3 * PAGE):
        with pytest.raises(StorageFailed, match=r"读写磁盘出错.*您填写的内容还在"):
            add(database, 1_000_000)
        with pytest.raises(StorageFailed):
            add(database, 1_000_000)
    assert count(database) == before
    add(database, 1_000_000)
    assert count(database) == before + 1
    assert database.integrity() == []
    database.close()


def test_a_copy_that_cannot_be_finished_leaves_the_older_copy_and_no_rest(tmp_path):
    database = filled(tmp_path / "desk.db")
    copy = tmp_path / "copy.db"
    database.copy_to(copy)
    older = copy.read_bytes()
    with longest_file(20 * PAGE), pytest.raises(StorageFailed):
        database.copy_to(copy)
    assert copy.read_bytes() == older
    assert sorted(path.name for path in tmp_path.glob("copy*")) == ["copy.db"]
    database.close()


def test_a_copy_to_where_nothing_can_be_written_is_said_in_words(tmp_path):
    database = filled(tmp_path / "desk.db", rows=1)
    with pytest.raises(StorageReadOnly, match="不能写入"):
        database.copy_to(tmp_path / "gone" / "copy.db")
    database.close()


def test_a_file_without_permission_is_read_only_in_words():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        filled(folder / "desk.db", rows=1).close()
        before = (folder / "desk.db").read_bytes()
        (folder / "desk.db").chmod(0o444)
        folder.chmod(0o555)
        as_root = os.geteuid() == 0
        if as_root:
            os.seteuid(65534)
        try:
            with pytest.raises(StorageReadOnly, match="不能写入"):
                Database.open(folder / "desk.db", DEK)
            with pytest.raises(StorageReadOnly, match="不能写入"):
                Database.create(folder / "other.db", DEK)
        finally:
            if as_root:
                os.seteuid(0)
            folder.chmod(0o755)
        assert (folder / "desk.db").read_bytes() == before


def test_damage_at_fifty_places_is_noticed_and_never_read_as_something_else(tmp_path):
    path = tmp_path / "desk.db"
    database = filled(path)
    with database.read() as connection:
        truth = connection.exec_driver_sql("SELECT * FROM note").fetchall()
    database.close()
    whole = path.read_bytes()
    chance = random.Random(20261123)
    for turn in range(50):
        damaged = bytearray(whole)
        place = chance.randrange(len(whole))
        if turn % 5:
            damaged[place] ^= 1 << chance.randrange(8)
        else:
            start = place // PAGE * PAGE
            damaged[start : start + PAGE] = bytes(PAGE)
        path.write_bytes(damaged)
        try:
            opened = Database.open(path, DEK)
        except (WrongKey, StorageDamaged):
            assert path.read_bytes() == damaged
            continue
        with suppress(StorageDamaged), opened.read() as connection:
            assert connection.exec_driver_sql("SELECT * FROM note").fetchall() == truth
        assert opened.integrity(), f"byte {place}"
        opened.close()
        path.write_bytes(whole)


@pytest.mark.parametrize(("first", "length"), [(0, 512), (0, PAGE), (2 * PAGE, 512), (20 * PAGE, PAGE)])
def test_a_page_half_written_while_the_log_still_holds_it_is_no_damage(tmp_path, first, length):
    database = filled(tmp_path / "desk.db")
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(PASSIVE)")
    left = tmp_path / "left"
    left.mkdir()
    for name in ("desk.db", "desk.db-wal"):
        shutil.copy(tmp_path / name, left / name)
    database.close()
    with (left / "desk.db").open("rb+") as file:
        file.seek(first)
        file.write(secrets.token_bytes(length))
    again = Database.open(left / "desk.db", DEK)
    assert again.integrity() == []
    assert count(again) == 200
    again.close()


def test_a_page_that_could_not_be_read_once_is_read_again_when_the_disk_is_well(tmp_path):
    path = tmp_path / "desk.db"
    filled(path).close()
    whole = path.read_bytes()
    database = Database.open(path, DEK)
    path.write_bytes(whole[: 10 * PAGE] + bytes(len(whole) - 10 * PAGE))
    with pytest.raises(StorageDamaged):
        count(database)
    path.write_bytes(whole)
    assert count(database) == 200
    database.close()


@pytest.mark.parametrize("length", [0, 1, 20, 512, PAGE - 1])
def test_a_file_cut_short_is_never_begun_afresh(tmp_path, length):
    path = tmp_path / "desk.db"
    filled(path).close()
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises((StorageDamaged, WrongKey), match="不要删除任何文件"):
        Database.open(path, DEK)
    assert path.stat().st_size == length
    with pytest.raises(DatabaseExists):
        Database.create(path, DEK)


@pytest.mark.parametrize("pages", [1, 2, 10, 50])
def test_pages_missing_at_the_end_are_noticed(tmp_path, pages):
    path = tmp_path / "desk.db"
    filled(path).close()
    os.truncate(path, path.stat().st_size - pages * PAGE)
    try:
        opened = Database.open(path, DEK)
    except StorageDamaged:
        return
    assert opened.integrity()
    opened.close()


def test_no_file_is_made_where_the_log_of_a_lost_one_lies(tmp_path):
    (tmp_path / "desk.db-wal").write_bytes(b"the only copy of what was saved last")
    with pytest.raises(DatabaseExists):
        Database.create(tmp_path / "desk.db", DEK)
    assert [path.name for path in tmp_path.iterdir()] == ["desk.db-wal"]


def test_another_program_that_writes_is_waited_for_and_then_said_in_words(tmp_path):
    database = filled(tmp_path / "desk.db", rows=1)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout = 50")
    other = sqlcipher3.connect(str(tmp_path / "desk.db"), isolation_level=None)
    other.execute(f'PRAGMA key = "{cipher_key(DEK)}"')
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StorageBusy, match="正被占用"):
        add(database, 10)
    other.execute("ROLLBACK")
    other.close()
    add(database, 10)
    database.close()


def test_threads_write_in_turn_and_a_write_in_a_write_is_refused_at_once(tmp_path):
    database = filled(tmp_path / "desk.db", rows=0)
    writers = [threading.Thread(target=lambda: [add(database, 50) for _ in range(25)]) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert count(database) == 100
    with pytest.raises(RuntimeError, match="inside"), database.write():
        add(database, 50)
    assert count(database) == 100
    add(database, 50)
    database.close()


def test_a_reader_sees_one_state_while_others_write(tmp_path):
    database = filled(tmp_path / "desk.db", rows=3)
    with database.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM note").scalar() == 3
        add(database, 50)
        assert connection.exec_driver_sql("SELECT count(*) FROM note").scalar() == 3
    assert count(database) == 4
    database.close()


def test_an_exception_in_a_write_undoes_it_and_comes_out_as_it_is(tmp_path):
    database = filled(tmp_path / "desk.db", rows=0)

    def save_with_a_missing_file() -> None:
        with database.write() as connection:
            connection.exec_driver_sql("INSERT INTO note (words) VALUES ('x')")
            (tmp_path / "none").read_bytes()

    with pytest.raises(FileNotFoundError):
        save_with_a_missing_file()
    assert count(database) == 0
    database.close()


def test_errors_do_not_quote_what_was_written(tmp_path):
    database = filled(tmp_path / "desk.db", rows=1)
    with pytest.raises(Exception, match="UNIQUE") as failure, database.write() as connection:
        connection.exec_driver_sql("INSERT INTO note VALUES (1, ?)", ("511421189901010019",))
    assert "511421189901010019" not in str(failure.value)
    database.close()
