"""A disk that is really full: everything says so, nothing that was there is harmed, and all works again after."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from samples import SAMPLES
from small_disk import mounted
from uuid_utils import uuid7

from app.commands.desk import Desk, found_desk, open_desk
from app.models.registry import RECORD_TYPES
from app.security.keyslots import KeySlots
from app.settings import load_settings, save_settings
from app.store.database import Database
from app.store.errors import StorageFull
from app.store.verify import verify

CASE = RECORD_TYPES["mediation_case"]
USER, PASSWORD = "李调解", "Ce-shi-2026-kou"


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with mounted(tmp_path / "disk", mebibytes=16) as place:
        yield place


def saved_until_full(desk: Desk) -> list[str]:
    """Records with 5,000 characters until the disk refuses one; the ids of those that were promised."""
    saved: list[str] = []
    with pytest.raises(StorageFull, match=r"磁盘已满.*还在"):
        saved.extend(promised(desk))
    return saved


def promised(desk: Desk) -> Iterator[str]:
    while True:
        record_id = str(uuid7())
        desk.store.save(CASE, SAMPLES[CASE.code](facts="事" * 5000), by=USER, record_id=record_id)
        yield record_id


def drafts_until_full(desk: Desk) -> int:
    """Forms kept while typing, until the disk refuses one; how many were kept."""
    for kept in range(10_000):
        content = {"facts": "字" * 5000}
        try:
            desk.drafts.keep(USER, CASE.code, str(uuid7()), content, base=None, at=datetime.now(UTC))
        except StorageFull:
            return kept
    raise AssertionError("the disk never got full")


def fill(ballast: Path) -> None:
    """Make a file that takes the last byte."""
    with ballast.open("ab", buffering=0) as file:
        for size in (1 << 20, 4096, 1):
            try:
                while file.write(bytes(size)) == size:
                    continue
            except OSError:
                continue


def test_a_full_disk_refuses_everything_in_words_harms_nothing_and_is_forgotten_once_there_is_room(disk):
    folder = disk / "data"
    desk, _ = found_desk(
        folder, station_code="511421125201", station_name="鹰头村", user=USER, password=PASSWORD
    )
    copy = folder / "copy.db"
    desk.database.copy_to(copy)
    whole_copy = copy.read_bytes()
    ballast = disk / "ballast"
    ballast.write_bytes(bytes(4 << 20))
    saved = saved_until_full(desk)
    assert len(saved) > 20
    fill(ballast)

    drafts = drafts_until_full(desk)
    assert len(desk.drafts.of(USER)) == drafts
    with pytest.raises(StorageFull):
        desk.database.copy_to(copy)
    assert copy.read_bytes() == whole_copy
    with pytest.raises(OSError, match="No space"):
        save_settings(folder, desk.settings.with_changes(text_size=200))
    assert load_settings(folder) == desk.settings
    slots = KeySlots.open(folder)
    with pytest.raises(OSError, match="No space"):
        slots.set_password(USER, "Xin-de-kou-ling-1", desk.database._dek)
    assert KeySlots.open(folder).unlock(USER, PASSWORD) == desk.database._dek
    # What is there can still be read.
    assert all(desk.reader.load(CASE, record_id) for record_id in saved)
    desk.close()
    # Opened where the log still has room for the line that says so, else refused in words.
    fill(ballast)
    with suppress(StorageFull):
        open_desk(folder, USER, PASSWORD).close()

    ballast.unlink()
    desk = open_desk(folder, USER, PASSWORD)
    assert [record_id for record_id in saved if desk.reader.load(CASE, record_id) is None] == []
    assert len(desk.drafts.of(USER)) == drafts
    again = str(uuid7())
    desk.store.save(CASE, SAMPLES[CASE.code](), by=USER, record_id=again)
    assert desk.reader.load(CASE, again) is not None
    assert verify(desk.database, RECORD_TYPES) == []
    kept = Database.open(copy, desk.database._dek)
    assert kept.integrity() == []
    kept.close()
    desk.close()
