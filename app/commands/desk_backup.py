"""The backup thread of an open desk: what it tells the window, and what it writes into the audit chain."""

from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from app.commands.authorized_controls import AuthorizedBackup
from app.commands.desk import Desk
from app.settings import save_settings
from app.store.backup import BackupState, second_root
from app.store.backup_folder import check_second
from app.store.backup_loop import BackupLoop
from app.store.errors import StorageError
from app.ui.backup_news import BackupNews


class BackupWork:
    """Backs an open desk up from `start` to `stop`; `control` is what the window is given."""

    def __init__(self, desk: Desk, news: BackupNews, *, can_restore: bool) -> None:
        self._desk = desk
        self._news = news
        before = desk.backups.state()
        self._noted = (before.newest.number if before.newest else 0, before.drill)
        self._loop = BackupLoop(desk.backups, self._changed, news.follow)
        self.control = AuthorizedBackup(
            desk.access, news, self._loop, self._choose, home=desk.folder, can_restore=can_restore
        )

    def start(self) -> None:
        """Begin with a look at what earlier days left."""
        self._loop.start()

    def stop(self) -> None:
        """End the thread; a backup under way is given up, the named ones stay."""
        self._loop.stop()

    def _changed(self, state: BackupState) -> None:
        """On the backup thread."""
        number, drill = (state.newest.number if state.newest else 0), state.drill
        with suppress(StorageError):
            if number > self._noted[0]:
                self._desk.note("backup", str(number))
            if drill is not None and drill != self._noted[1]:
                self._desk.note("drill", f"backup {drill.number}, {len(drill.faults)} faults")
        self._noted = (number, drill)
        self._news.report(state)

    def _choose(self, folder: Path | None) -> str:
        """Remember the folder on the other drive.  Raises NotAllowed, FolderRefused, OSError."""
        desk = self._desk
        desk.access.require("place_backup")
        remark = check_second(desk.folder, folder) if folder else ""
        settings = replace(desk.settings, second_backup=str(folder) if folder else None)
        save_settings(desk.folder, settings)
        desk.settings = settings
        desk.backups.second = second_root(settings.second_backup, desk.station.code, desk.station.device_id)
        return remark
