"""Quarantine (隔离): a damaged file and everything beside it is set aside before a restore, and never deleted."""

import os
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from app.models.station_time import station_time
from app.safe_file import sync_folder, twin_of, write_safely
from app.security import keyslots
from app.store.backup_set import DATABASE_NAME
from app.store.blob_copies import copy_file
from app.store.database import beside

FOLDER = "quarantine"
RESULT = "recovery.json"
LOG_ENDINGS = ("-wal", "-shm", "-journal")


def quarantined(folder: Path, now: datetime) -> Path:
    """Set aside a second name (or a copy) of the file, its log and the keys; answers the folder they lie in.

    What is in the data folder stays as it is.  Raises OSError.
    """
    place = _new_place(folder / FOLDER, f"{station_time(now):%Y%m%d-%H%M%S}")
    database, keys = folder / DATABASE_NAME, folder / keyslots.FILE_NAME
    logs = [beside(database, ending) for ending in LOG_ENDINGS]
    for file in (database, *logs, keys, twin_of(keys)):
        if file.exists():
            _keep(file, place / file.name)
    sync_folder(place)
    sync_folder(place.parent)
    return place


def write_result(place: Path, result: dict[str, Any]) -> None:
    """Write down what a restore came to, before it takes effect.  Raises OSError."""
    write_safely(place / RESULT, orjson.dumps(result, option=orjson.OPT_INDENT_2))


def highest_epoch(folder: Path) -> int:
    """The highest epoch any earlier restore of this data folder began; 0 without one."""
    epochs = [0]
    for result in (folder / FOLDER).glob(f"*/{RESULT}"):
        with suppress(OSError, ValueError, KeyError, TypeError):
            epochs.append(int(orjson.loads(result.read_bytes())["epoch"]))
    return max(epochs)


def _new_place(root: Path, name: str) -> Path:
    number = 1
    while (place := root / (name if number == 1 else f"{name}-{number}")).exists():
        number += 1
    place.mkdir(mode=0o700, parents=True)
    return place


def _keep(file: Path, target: Path) -> None:
    try:
        os.link(file, target)
    except OSError:
        copy_file(file, target)
