"""What the sync thread reports, brought to the window's thread."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal, Slot

from app.sync.loop import SyncLoop
from app.sync.outcome import Outcome
from app.sync.reconcile import Finding, Reconcile


class SyncNews(QObject):
    """The last outcome of sending and the last comparison with the district.

    `changed` is emitted on the thread this was made on.
    """

    changed = Signal()
    _reported = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.outcome: Outcome | None = None
        self.finding: Finding | None = None
        self._reported.connect(self._take)

    def report(self, outcome: Outcome) -> None:
        """From any thread: pass it to SyncLoop as `changed`."""
        self._reported.emit(outcome)

    @Slot(object)
    def _take(self, outcome: Outcome) -> None:
        self.outcome = outcome
        self.finding = outcome.finding or self.finding
        self.changed.emit()


class DeskSync:
    """SyncControl over the loop; `loop` None while this PC is not registered with a district.

    `register(url, code, ca)` registers it and answers the loop, started; `comparison` makes one with the district.
    """

    def __init__(
        self,
        news: SyncNews,
        loop: SyncLoop | None = None,
        address: str | None = None,
        register: Callable[[str, str, str], SyncLoop] | None = None,
        comparison: Callable[[], Reconcile | None] = lambda: None,
    ) -> None:
        self.news = news
        self.address = address
        self._loop = loop
        self._register = register
        self._comparison = comparison

    @property
    def enrolled(self) -> bool:
        """Whether the district knows this PC."""
        return self._loop is not None

    @property
    def can_enrol(self) -> bool:
        """Whether there is a way to register and it has not been gone yet."""
        return self._loop is None and self._register is not None

    def wake(self) -> None:
        """Something was saved."""
        if self._loop:
            self._loop.saved()

    def send_now(self) -> None:
        """Somebody asked to send at once."""
        if self._loop:
            self._loop.click()

    def reconcile(self) -> None:
        """Somebody asked to compare with the district."""
        comparison = self._comparison()
        if self._loop and comparison:
            self._loop.ask(comparison)

    def enrol(self, url: str, code: str, ca: str = "") -> None:
        """Register this PC; `ca` as in an invitation.  Raises what `register` raises."""
        if self._register is not None:
            self._loop = self._register(url, code, ca)
            self.address = url
