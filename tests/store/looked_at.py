"""A look into backups: do they open, what is there."""

import shutil
from pathlib import Path

from app.security.keyslots import KeySlots
from app.store.database import Database
from tests.store.station_folder import PASSWORD, USER, StationFolder


def whole(station: StationFolder, path: Path) -> bool:
    """Whether a backup opens with its own keys and the password, and is sound."""
    dek = KeySlots.open(path).unlock(USER, PASSWORD)
    shutil.copy(path / "desk.db", station.path / "looked-at.db")
    opened = Database.open(station.path / "looked-at.db", dek)
    try:
        return opened.integrity() == []
    finally:
        opened.close()


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())
