"""What the backup thread reports, brought to the window's thread."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from app.store.backup import BackupState
from app.store.backup_loop import BackupLoop


class BackupNews(QObject):
    """The last state of the backups; both signals are emitted on the thread this was made on."""

    changed = Signal()
    progressed = Signal(str, float)
    _reported = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.state = BackupState()
        self._reported.connect(self._take)

    def report(self, state: BackupState) -> None:
        """From any thread: pass it to BackupLoop as `changed`."""
        self._reported.emit(state)

    def follow(self, step: str, part: float) -> bool:
        """From any thread: pass it to BackupLoop as `progress`."""
        self.progressed.emit(step, part)
        return True

    @Slot(object)
    def _take(self, state: BackupState) -> None:
        self.state = state
        self.changed.emit()


class DeskBackup:
    """BackupControl over the loop; `loop` None where nothing is backed up.

    `choose` puts the second copy into a folder (None: nowhere) and answers a remark on it, "" for none.
    """

    def __init__(
        self,
        news: BackupNews,
        loop: BackupLoop | None = None,
        choose: Callable[[Path | None], str] | None = None,
        *,
        home: Path | None = None,
        can_restore: bool = False,
    ) -> None:
        self.news = news
        self.home = home
        self.can_restore = can_restore
        self._loop = loop
        self._choose = choose

    def make_now(self) -> None:
        """Somebody asked for a backup."""
        if self._loop:
            self._loop.click()

    def cancel(self) -> None:
        """Stop the one under way."""
        if self._loop:
            self._loop.cancel()

    def choose_second(self, folder: Path | None) -> str:
        """Raises what `choose` raises."""
        return self._choose(folder) if self._choose else ""
