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
from app.models.record_type import RecordType
from app.reports.authorized import AuthorizedReports
from app.security.passwords import PasswordPolicy
from app.store.accounts import Account
from app.store.authorized.access import Access
from app.store.authorized.exports import RecordExports
from app.store.authorized.files import AuthorizedAttachments
from app.store.authorized.lists import (
    AuthorizedDifferences,
    AuthorizedDrafts,
    AuthorizedDue,
    AuthorizedOutbox,
    AuthorizedRecent,
)
from app.store.authorized.person_requests import PersonRequest, PersonRequests
from app.store.authorized.records import AuthorizedReader, AuthorizedStore
from app.store.authorized.resending import Resending
from app.store.authorized.terms import Terms
from app.store.authorized.this_pc import ThisPc
from app.store.authorized.trail import AuditTrail
from app.store.case_history import CaseHistory
from app.store.letters import Letters
from app.store.person_search import Holding
from app.store.reading import ListQuery, StoredRecord
from app.store.round_log import RoundLog
from app.store.station import Station
from app.ui.backup_news import BackupNews
from app.ui.camera import CameraPlace, cameras_here
from app.ui.scan_folder import ScanFolder
from app.ui.sync_news import SyncNews
from app.ui.task_runner import TaskRunner

if TYPE_CHECKING:
    from app.typeset.sheet import PrintedPdf
    from app.ui.stick_card import StickControl

Clock = Callable[[], datetime]


class PrintCase(Protocol):
    """Prints a document of a mediation case by its code (app.printing.case_print); `draft` lays 草稿 under it.

    `watch` is told how far it is and answers whether to go on; DossierStopped where it does not.
    """

    def __call__(
        self, record: StoredRecord, code: str, draft: bool, watch: Callable[[int, int], bool] = ...
    ) -> "PrintedPdf": ...


class PrintLetter(Protocol):
    """Prints a paper of a hand-over by its code (app.printing.letter_papers)."""

    def __call__(self, record: StoredRecord, code: str) -> "PrintedPdf": ...


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

    def stop_sending(self) -> None:
        """End the round under way; nothing unsent is lost, a click goes on."""

    def reconcile(self) -> None:
        """Somebody asked to compare with the district; `news.finding` tells what came of it."""

    def fetch_file(self, digest: str) -> None:
        """Somebody looks at an attached file that is not here; `news.arrived` tells when it has come."""

    def retry_files(self) -> None:
        """Try once more with the attached files that were held.  Raises StorageError."""

    def enrol(self, url: str, code: str, ca: str = "") -> None:
        """Register this PC at `url` with a one-time code and begin to send; waits for the network.

        `ca` is the digest of the district's own certificate authority where an invitation named it.

        Raises NoAnswer, Refusal, InsecureAddress, StorageError, OSError.
        """


class AccountControl(Protocol):
    """The users of this PC, as the window sees them; app.commands.desk_accounts.DeskAccounts says what is raised.

    Whoever changes anything gives their own password again; all but the properties take a while.
    """

    @property
    def account(self) -> Account:
        """Who is signed in."""

    @property
    def policy(self) -> PasswordPolicy:
        """What a password has to be."""

    @property
    def can_switch(self) -> bool:
        """Whether the window can be put away for somebody else to sign in."""

    def users(self) -> list[Account]:
        """Everybody, leavers last."""

    def add(self, name: str, role: str, *, own_password: str) -> str:
        """A new user; answers the password for their first sign-in."""

    def reset(self, name: str, *, own_password: str) -> str:
        """A new first password for who forgot theirs; answers it."""

    def remove(self, name: str, *, own_password: str) -> None:
        """A leaver."""

    def key_change_due(self) -> bool:
        """Whether somebody left since the file was given its key."""

    def change_key(self, *, own_password: str, watch: Callable[[int, int], bool] | None = None) -> str:
        """A new key for the file; answers a new recovery code to print, "" where the present one goes on."""

    def give_role(self, name: str, role: str, *, own_password: str) -> None:
        """Another role."""

    def change_password(self, old: str, new: str) -> None:
        """One's own."""

    def check(self, password: str) -> None:
        """Whether it is really this user who unlocks the window."""

    def locked(self) -> None:
        """The window was locked."""


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


class PrivacyControl(Protocol):
    """Personal data, as the window sees it; app.commands.desk_privacy.DeskPrivacy says what is raised.

    Everything takes a while; whoever decides on a full export gives their own name and password.
    """

    @property
    def exports(self) -> RecordExports:
        """Lists as files, and requests for whole numbers."""

    @property
    def requests(self) -> PersonRequests:
        """What persons asked about their own data."""

    @property
    def terms(self) -> Terms:
        """How long records are kept."""

    def save_masked(
        self, record_type: RecordType, query: ListQuery, path: Path, watch: Callable[[int, int], bool]
    ) -> int:
        """The list as a masked workbook; answers how many records are in it."""

    def save_whole(self, request_id: str, path: Path, watch: Callable[[int, int], bool]) -> str:
        """An agreed full export as an encrypted archive; answers its passphrase, which is told only here."""

    def decide(self, request_id: str, name: str, password: str, *, agree: bool, words: str = "") -> None:
        """What a second person says to a full export."""

    def copy_for(self, request: PersonRequest, holding: Holding, path: Path) -> int:
        """What is held on a person as a PDF for them; answers its pages."""

    def erase_for(self, request: PersonRequest, holding: Holding, words: str) -> int:
        """Erase what may be erased and answer the request; answers how many records."""


@dataclass(frozen=True)
class DeskServices:
    """Everything a page may use."""

    access: Access
    store: AuthorizedStore
    reader: AuthorizedReader
    drafts: AuthorizedDrafts
    differences: AuthorizedDifferences
    outbox: AuthorizedOutbox
    attachments: AuthorizedAttachments
    scans: ScanFolder
    history: CaseHistory
    letters: Letters
    due: AuthorizedDue
    local: LocalPractice
    recent: AuthorizedRecent
    reports: AuthorizedReports
    trail: AuditTrail
    station: Station
    divisions: Divisions
    runner: TaskRunner
    user: str
    clock: Clock
    sync: SyncControl
    backup: BackupControl
    print_case: PrintCase
    print_letter: PrintLetter
    signing: SigningControl
    accounts: AccountControl | None = None
    """None where nobody can sign in anew: then there is no lock and no page of users."""
    stick: "StickControl | None" = None
    """None where nothing is carried by stick."""
    privacy: PrivacyControl | None = None
    rounds: RoundLog | None = None
    """The last rounds with the district; None where none are kept."""
    identity: ThisPc | None = None
    """Who this PC is towards its district; None where that is not shown."""
    resending: Resending | None = None
    """None where nothing can be sent again."""
    cameras: Callable[[], Sequence[CameraPlace]] = cameras_here
