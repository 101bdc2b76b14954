"""What the sync thread reports, brought to the window's thread."""

from PySide6.QtCore import QObject, Signal, Slot

from app.sync.loop import SyncLoop
from app.sync.outcome import Outcome


class SyncNews(QObject):
    """The last outcome of sending; `changed` is emitted on the thread this was made on."""

    changed = Signal()
    _reported = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.outcome: Outcome | None = None
        self._reported.connect(self._take)

    def report(self, outcome: Outcome) -> None:
        """From any thread: pass it to SyncLoop as `changed`."""
        self._reported.emit(outcome)

    @Slot(object)
    def _take(self, outcome: Outcome) -> None:
        self.outcome = outcome
        self.changed.emit()


class DeskSync:
    """SyncControl over the loop; `loop` None while no district is set."""

    def __init__(self, news: SyncNews, loop: SyncLoop | None = None, address: str | None = None) -> None:
        self.news = news
        self.address = address
        self._loop = loop

    def wake(self) -> None:
        """Something was saved."""
        if self._loop:
            self._loop.saved()

    def send_now(self) -> None:
        """Somebody asked to send at once."""
        if self._loop:
            self._loop.click()
