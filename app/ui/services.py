"""What the pages of the desk are given: the services over the file, and nothing of how they are made."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from app.models.attached_file import AttachedFile
from app.models.divisions import Divisions
from app.models.mediation.practice import LocalPractice
from app.models.mediation.printed import Mark
from app.reports.catalogue import Reports
from app.store.attachments import Attachments
from app.store.case_history import CaseHistory
from app.store.differences import Differences
from app.store.drafts import Drafts
from app.store.due import DueReader
from app.store.outbox import Outbox
from app.store.reading import RecordReader, StoredRecord
from app.store.recent import RecentReader
from app.store.records import RecordStore
from app.store.station import Station
from app.ui.backup_news import BackupNews
from app.ui.scan_folder import ScanFolder
from app.ui.sync_news import SyncNews
from app.ui.task_runner import TaskRunner

if TYPE_CHECKING:
    from app.typeset.sheet import PrintedPdf

Clock = Callable[[], datetime]


class PrintCase(Protocol):
    """Prints a document of a mediation case by its code (app.printing.case_print); `draft` lays 草稿 under it.

    `watch` is told how far it is and answers whether to go on; DossierStopped where it does not.
    """

    def __call__(
        self, record: StoredRecord, code: str, draft: bool, watch: Callable[[int, int], bool] = ...
    ) -> "PrintedPdf": ...


class SigningControl(Protocol):
    """Printing for signature (app.printing.signing_papers)."""

    def current(self, record: StoredRecord, code: str) -> "PrintedPdf | None":
        """The frozen version as it was printed, when the case still says the same."""

    def freeze(self, record: StoredRecord, code: str) -> "PrintedPdf":
        """The frozen version of what the case says now, a new one saved where needed."""

    def differing(self, record: StoredRecord) -> dict[str, list[str]]:
        """What each frozen paper would now say otherwise, in words, by document."""

    def marks(self, files: Sequence[AttachedFile]) -> list[Mark]:
        """The codes of frozen papers on scans."""


class SyncControl(Protocol):
    """Sending to the district, as the window sees it."""

    @property
    def address(self) -> str | None:
        """Where records go; None while no district is set."""

    @property
    def enrolled(self) -> bool:
        """Whether the district knows this PC; nothing is sent before."""

    @property
    def can_enrol(self) -> bool:
        """Whether `enrol` may be called."""

    @property
    def news(self) -> SyncNews:
        """What the last round came to; tells when there is another."""

    def wake(self) -> None:
        """Something was saved."""

    def send_now(self) -> None:
        """Somebody asked to send at once."""

    def reconcile(self) -> None:
        """Somebody asked to compare with the district; `news.finding` tells what came of it."""

    def enrol(self, url: str, code: str) -> None:
        """Register this PC at `url` with a one-time code and begin to send; waits for the network.

        Raises NoAnswer, Refusal, InsecureAddress, StorageError, OSError.
        """


class BackupControl(Protocol):
    """The backups, as the window sees them; made on a thread of their own."""

    @property
    def news(self) -> BackupNews:
        """How it stands; tells when that changes and how far one under way is."""

    @property
    def home(self) -> Path | None:
        """The data folder, below which the first copies lie."""

    @property
    def can_restore(self) -> bool:
        """Whether the window can be put away for a restore."""

    def make_now(self) -> None:
        """Somebody asked for a backup."""

    def cancel(self) -> None:
        """Stop the one under way."""

    def choose_second(self, folder: Path | None) -> str:
        """Put a second copy of each into `folder` (None: nowhere); answers a remark on it, "" for none.

        Raises FolderRefused, OSError.
        """


@dataclass(frozen=True)
class DeskServices:
    """Everything a page may use."""

    store: RecordStore
    reader: RecordReader
    drafts: Drafts
    differences: Differences
    outbox: Outbox
    attachments: Attachments
    scans: ScanFolder
    history: CaseHistory
    due: DueReader
    local: LocalPractice
    recent: RecentReader
    reports: Reports
    station: Station
    divisions: Divisions
    runner: TaskRunner
    user: str
    clock: Clock
    sync: SyncControl
    backup: BackupControl
    print_case: PrintCase
    signing: SigningControl
