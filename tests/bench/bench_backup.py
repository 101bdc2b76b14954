"""Backup and restore of a desk with 100,000 records and 500 MB of attachments, and saves while one is made."""

import hashlib
import os
import secrets
import shutil
import statistics
import tempfile
import threading
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

from big_desk import PASSWORD, USER, big_desk
from samples import SAMPLES
from uuid_utils import uuid7

from app.models.registry import RECORD_TYPES
from app.security.keyslots import KeySlots
from app.store.backup import Backups, second_root
from app.store.database import Database
from app.store.records import RecordStore
from app.store.restore import Restore, backup_roots, candidates
from app.store.station import read_station

FILE_BYTES = 300_000
# Saves taken without a backup under way, to compare with.
QUIET_SAVES = 200
PAUSE = 0.02  # seconds between two saves, faster than anybody types


def measure(records: int = 100_000, megabytes: int = 500) -> dict[str, float]:
    """Seconds of backup and restore, milliseconds of a durable save with and without a backup under way."""
    with tempfile.TemporaryDirectory(dir=_build()) as place:
        folder, drive = Path(place) / "desk", Path(place) / "drive"
        drive.mkdir()
        dek = big_desk(folder, records * 85 // 100, records * 15 // 100)
        _attach(folder / "attachments", megabytes)
        figures = _backed_up(folder, drive, dek)
        return figures | _restored(folder, drive)


def _backed_up(folder: Path, drive: Path, dek: bytes) -> dict[str, float]:
    database = Database.open(folder / "desk.db", dek)
    figures = {"file MB": (folder / "desk.db").stat().st_size / 1e6}
    backups = Backups(folder, database, _now, second_root(str(drive), "511421125201", "0" * 36))
    with database.read() as connection:
        store = RecordStore(database, read_station(connection), _now)
    quiet: list[float] = []
    _save_until(lambda: len(quiet) >= QUIET_SAVES, store, quiet)
    started = perf_counter()
    backups.make()
    figures["first backup, two drives s"] = perf_counter() - started
    busy, done = list[float](), threading.Event()
    saver = threading.Thread(target=_save_until, args=(done.is_set, store, busy))
    saver.start()
    started = perf_counter()
    backups.make()
    figures["next backup, two drives s"] = perf_counter() - started
    done.set()
    saver.join()
    started = perf_counter()
    # The made-up desk has no real history, which the drill's verification says; its cost is the same.
    assert backups.drill().blobs > 0
    figures["drill s"] = perf_counter() - started
    database.close()
    for name, times in (("save alone", quiet), ("save during backup", busy)):
        figures[f"{name} median ms"] = statistics.median(times)
        figures[f"{name} p95 ms"] = statistics.quantiles(times, n=20)[-1]
        figures[f"{name} longest ms"] = max(times)
    return figures


def _restored(folder: Path, drive: Path) -> dict[str, float]:
    """A ruined file with the attachments still there; then everything gone but the other drive."""
    (folder / "desk.db").write_bytes(secrets.token_bytes(100_000))
    figures = {"restore file s": _restore(folder)}
    shutil.rmtree(folder)
    folder.mkdir()
    return figures | {"restore all lost s": _restore(folder, drive)}


def _restore(folder: Path, *others: Path) -> float:
    def key_of(slots: KeySlots) -> bytes:
        return slots.unlock(USER, PASSWORD)

    started = perf_counter()
    found = candidates(backup_roots(folder, *others))
    recovered = Restore(folder, _now, lambda step, part: True).run(found, key_of, USER)
    assert (recovered.blobs_lost, recovered.passed_over) == (0, 0)
    return perf_counter() - started


def _save_until(ended, store: RecordStore, times: list[float]) -> None:
    pause = threading.Event()
    while not ended():
        started = perf_counter()
        kind = RECORD_TYPES["service_visit"]
        store.save(kind, SAMPLES["service_visit"](), by=USER, record_id=str(uuid7()))
        times.append(1000 * (perf_counter() - started))
        pause.wait(PAUSE)


def _attach(folder: Path, megabytes: int) -> None:
    folder.mkdir()
    for _ in range(megabytes * 1_000_000 // FILE_BYTES):
        content = os.urandom(FILE_BYTES)
        (folder / hashlib.sha256(content).hexdigest()).write_bytes(content)


def _now() -> datetime:
    return datetime.now(UTC)


def _build() -> Path:
    build = Path(__file__).parents[2] / "build"
    build.mkdir(exist_ok=True)
    return build


if __name__ == "__main__":
    for name, figure in measure().items():
        print(f"{name:32} {figure:10.2f}")
