"""The folder scanner and camera put their pictures in: its newest files, offered where a file is added."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from app.models.attached_file import MEDIA

OFFERED = 12


@dataclass(frozen=True)
class Scan:
    """A file of the folder; `size` in bytes."""

    path: Path
    at: datetime
    size: int


class ScanFolder:
    """Remembers the folder and lists what came into it last."""

    def __init__(self, folder: str | None, remember: Callable[[str], None]) -> None:
        self.path = Path(folder) if folder else None
        self._remember = remember

    def choose(self, folder: Path) -> None:
        """Use another folder from now on."""
        self.path = folder
        self._remember(str(folder))

    def newest(self) -> list[Scan]:
        """The newest files of kinds a record may carry, newest first.  Raises OSError."""
        if self.path is None:
            return []
        endings = {f".{ending}" for media in MEDIA.values() for ending in media.endings}
        found = []
        for path in self.path.iterdir():
            if path.suffix.lower() in endings and path.is_file():
                facts = path.stat()
                found.append(Scan(path, datetime.fromtimestamp(facts.st_mtime, UTC), facts.st_size))
        return sorted(found, key=lambda scan: scan.at, reverse=True)[:OFFERED]
