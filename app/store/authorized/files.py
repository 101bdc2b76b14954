"""Attached files for a signed-in user."""

from collections.abc import Callable, Iterator
from pathlib import Path

from app.models.attached_file import AttachedFile
from app.security.authorize import NotAllowed, Subject
from app.store.attachments import Attachments, Clock, Draw, Look
from app.store.authorized.access import Access
from app.store.database import Database
from app.store.station import Station


class AuthorizedAttachments(Attachments):
    """Attachments for one user; whoever asks for a content has read the record that names its hash."""

    def __init__(
        self,
        database: Database,
        station: Station,
        clock: Clock,
        *,
        largest: int,
        draw: Draw,
        access: Access,
    ) -> None:
        super().__init__(database, station, clock, largest=largest, draw=draw)
        self._access = access

    def add(
        self,
        source: Path | bytes,
        name: str = "",
        *,
        done: Callable[[int, int], None] = lambda done, of: None,
    ) -> AttachedFile:
        """As Attachments.  Raises NotAllowed, too."""
        self._access.require("add_file")
        return super().add(source, name, done=done)

    def frames(self, file: AttachedFile) -> Iterator[bytes]:
        """As Attachments.  Raises NotAllowed, too."""
        self._access.require("open_file")
        return super().frames(file)

    def open(self, file: AttachedFile, *, by: str) -> bytes:
        """As Attachments.  Raises NotAllowed, too."""
        self._own(by, "open_file")
        return super().open(file, by=by)

    def save_as(self, file: AttachedFile, target: Path, *, by: str) -> None:
        """As Attachments.  Raises NotAllowed, too."""
        self._own(by, "export_file")
        super().save_as(file, target, by=by)

    def look(self, file: AttachedFile) -> Look:
        """As Attachments.  Raises NotAllowed, too."""
        self._access.require("open_file")
        return super().look(file)

    def _own(self, by: str, action: str) -> None:
        if by != self._access.actor.name:
            raise NotAllowed(self._access.actor, action, Subject("desk"))
        self._access.require(action)
