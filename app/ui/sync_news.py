"""What the sync thread reports, brought to the window's thread."""

from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QObject, Signal, Slot

from app.sync.blob_progress import BlobProgress
from app.sync.loop import SyncLoop
from app.sync.outcome import Outcome
from app.sync.reconcile import Finding, Reconcile


class SyncNews(QObject):
    """The last outcome of sending and the last comparison with the district.

    `changed` is emitted on the thread this was made on, as are `files_changed` (attached files went on) and
    `arrived` with the SHA-256 of one that has come.  `rows_changed`: so many records of the round are receipted, so
    many wait.
    """

    changed = Signal()
    files_changed = Signal()
    rows_changed = Signal(int, int)
    arrived = Signal(str)
    _reported = Signal(object)
    _files_reported = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.outcome: Outcome | None = None
        self.finding: Finding | None = None
        self.files: BlobProgress | None = None
        self._reported.connect(self._take)
        self._files_reported.connect(self._take_files)

    def report(self, outcome: Outcome) -> None:
        """From any thread: pass it to SyncLoop as `changed`."""
        self._reported.emit(outcome)

    def report_files(self, progress: BlobProgress) -> None:
        """From any thread: how far attached files are."""
        self._files_reported.emit(progress)

    def report_rows(self, sent: int, left: int) -> None:
        """From any thread: how far the records of the round are; queued to whoever listens."""
        self.rows_changed.emit(sent, left)

    @Slot(object)
    def _take_files(self, progress: BlobProgress) -> None:
        self.files = progress
        self.files_changed.emit()
        if progress.arrived:
            self.arrived.emit(progress.arrived)

    @Slot(object)
    def _take(self, outcome: Outcome) -> None:
        self.outcome = outcome
        self.finding = outcome.finding or self.finding
        self.changed.emit()


class FilesControl(Protocol):
    """Attached files on their way, as the window steers them."""

    def first(self, digest: str) -> None:
        """This content comes before all others."""

    def retry_held(self) -> None:
        """What was held is tried again.  Raises StorageError."""


class DeskSync:
    """SyncControl over the loop; `loop` None while this PC is not registered with a district.

    `register(url, code, ca)` registers it and answers the loop, started; `comparison` makes one with the district.
    `files` says which attached file is to come first and tries the held ones again.
    """

    def __init__(
        self,
        news: SyncNews,
        loop: SyncLoop | None = None,
        address: str | None = None,
        register: Callable[[str, str, str], SyncLoop] | None = None,
        comparison: Callable[[], Reconcile | None] = lambda: None,
        files: FilesControl | None = None,
    ) -> None:
        self.news = news
        self.address = address
        self._loop = loop
        self._register = register
        self._comparison = comparison
        self._files = files

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

    def stop_sending(self) -> None:
        """Somebody wants the round under way to end; what is unsent stays for the next."""
        if self._loop:
            self._loop.halt()

    def reconcile(self) -> None:
        """Somebody asked to compare with the district."""
        comparison = self._comparison()
        if self._loop and comparison:
            self._loop.ask(comparison)

    def fetch_file(self, digest: str) -> None:
        """Somebody looks at an attached file that is not here: it comes before all others."""
        if self._files and self._loop:
            self._files.first(digest)
            self._loop.click()

    def retry_files(self) -> None:
        """Somebody asked to try once more with the files that were held; writes into the file."""
        if self._files:
            self._files.retry_held()
        self.send_now()

    def enrol(self, url: str, code: str, ca: str = "") -> None:
        """Register this PC; `ca` as in an invitation.  Raises what `register` raises."""
        if self._register is not None:
            self._loop = self._register(url, code, ca)
            self.address = url
