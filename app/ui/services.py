"""What the pages of the desk are given: the services over the file, and nothing of how they are made."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from app.models.divisions import Divisions
from app.reports.catalogue import Reports
from app.store.drafts import Drafts
from app.store.due import DueReader
from app.store.outbox import Outbox
from app.store.reading import RecordReader, StoredRecord
from app.store.recent import RecentReader
from app.store.records import RecordStore
from app.store.station import Station
from app.ui.sync_news import SyncNews
from app.ui.task_runner import TaskRunner

if TYPE_CHECKING:
    from app.typeset.sheet import PrintedPdf

Clock = Callable[[], datetime]


class PrintAgreement(Protocol):
    """Prints the agreement of a mediation case; `draft` lays 草稿 under every page."""

    def __call__(self, record: StoredRecord, draft: bool) -> "PrintedPdf": ...


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

    def enrol(self, url: str, code: str) -> None:
        """Register this PC at `url` with a one-time code and begin to send; waits for the network.

        Raises NoAnswer, Refusal, InsecureAddress, StorageError, OSError.
        """


@dataclass(frozen=True)
class DeskServices:
    """Everything a page may use."""

    store: RecordStore
    reader: RecordReader
    drafts: Drafts
    outbox: Outbox
    due: DueReader
    recent: RecentReader
    reports: Reports
    station: Station
    divisions: Divisions
    runner: TaskRunner
    user: str
    clock: Clock
    sync: SyncControl
    print_agreement: PrintAgreement
