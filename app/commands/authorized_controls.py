"""Sending and backing up as a signed-in user may ask for them; what goes on by itself asks nobody."""

from typing import Any

from app.store.authorized.access import Access
from app.ui.backup_news import DeskBackup
from app.ui.sync_news import DeskSync


class AuthorizedSync:
    """SyncControl for one user."""

    def __init__(self, sync: DeskSync, access: Access) -> None:
        self._sync, self._access = sync, access
        self.news = sync.news

    @property
    def address(self) -> str | None:
        """Where records go."""
        return self._sync.address

    @property
    def enrolled(self) -> bool:
        """Whether the district knows this PC."""
        return self._sync.enrolled

    @property
    def can_enrol(self) -> bool:
        """Whether there is a way to register."""
        return self._sync.can_enrol

    def wake(self) -> None:
        """Something was saved."""
        self._sync.wake()

    def send_now(self) -> None:
        """Raises NotAllowed."""
        self._access.require("sync")
        self._sync.send_now()

    def stop_sending(self) -> None:
        """Raises NotAllowed."""
        self._access.require("sync")
        self._sync.stop_sending()

    def reconcile(self) -> None:
        """Raises NotAllowed."""
        self._access.require("reconcile")
        self._sync.reconcile()

    def fetch_file(self, digest: str) -> None:
        """Raises NotAllowed."""
        self._access.require("open_file")
        self._sync.fetch_file(digest)

    def retry_files(self) -> None:
        """Raises NotAllowed, StorageError."""
        self._access.require("sync")
        self._sync.retry_files()

    def enrol(self, url: str, code: str, ca: str = "") -> None:
        """Raises NotAllowed and what DeskSync raises."""
        self._access.require("enrol")
        self._sync.enrol(url, code, ca)
        self._access.note("enrol")


class AuthorizedBackup(DeskBackup):
    """BackupControl for one user; takes what DeskBackup takes."""

    def __init__(self, access: Access, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._access = access

    def make_now(self) -> None:
        """Raises NotAllowed."""
        self._access.require("make_backup")
        super().make_now()
