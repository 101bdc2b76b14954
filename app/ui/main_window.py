"""The one window: rail on the left, pages on the right, the truth line below."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QMessageBox, QStackedWidget, QVBoxLayout, QWidget

from app.models.record_type import RecordType
from app.models.registry import RECORD_TYPES
from app.settings import Settings
from app.store.drafts import Draft
from app.store.outbox import OutboxStatus
from app.store.reading import StoredRecord
from app.ui.banner import Banner
from app.ui.home_page import HomePage
from app.ui.navigation import Navigation
from app.ui.page import Page
from app.ui.places import AUDIT, BACKUP, FIGURES, HOME, PRIVACY, SYNC, USERS, offered
from app.ui.sentences import sentence_of
from app.ui.services import DeskServices
from app.ui.sitting import Sitting
from app.ui.status_line import StatusLine
from app.ui.sync_page import SyncPage
from app.ui.sync_words import state_text

if TYPE_CHECKING:
    from app.ui.open_paper import PaperOpener

STATUS_EVERY = 60_000  # milliseconds: the age of what is unsent grows without anything being saved


class RecordPlace(Protocol):
    """What the window asks of the page of a record type; RecordPage is it."""

    saved: Any
    print_requested: Any
    record_requested: Any
    new_requested: Any

    def open_new(self, values: Mapping[str, Any] | None = None) -> None: ...
    def open_record(self, record_id: str, path: str = "") -> None: ...
    def open_draft(self, draft: Draft) -> None: ...


MakeRecordPage = Callable[[DeskServices, RecordType], Any]
"""Makes the page of a record type: a Page that is a RecordPlace."""


class MainWindow(QMainWindow):
    """Brings pages to the front and passes on what they ask for; knows nothing of their insides."""

    closed = Signal()
    stayed = Signal()
    recovery_requested = Signal()
    previewed = Signal(object)

    def __init__(
        self,
        services: DeskServices,
        make_record_page: MakeRecordPage,
        settings: Settings,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._services = services
        self._make_record_page = make_record_page
        self._pages: dict[str, Page] = {}
        self._papers: PaperOpener | None = None
        self._stack = QStackedWidget()
        self._banner = Banner()
        self._status = StatusLine()
        self._closing = False
        self._leaving_silently = False
        self.sitting = Sitting(services, settings.idle_minutes, self._unsaved, self.tell, self)
        self.navigation = self._rail(settings)
        self.setWindowTitle(self.tr("枫桥工作台 · {station}").format(station=services.station.name))
        self.setMinimumHeight(480)
        self.resize(1280, 800)
        self.sitting.curtain.hang_before(self._framed())
        self.setCentralWidget(self.sitting.curtain)
        self.navigation.chosen.connect(self.open_page)
        self._status.more.setVisible(services.access.may_open(SYNC))
        self._status.opened.connect(lambda: self.open_page(SYNC))
        services.sync.news.changed.connect(self._heard)
        services.backup.news.changed.connect(self._show_backup)
        services.runner.failed_unheard.connect(lambda error: self.tell(sentence_of(error)))
        self._every_minute = QTimer(self)
        self._every_minute.timeout.connect(self.refresh_status)
        self._every_minute.start(STATUS_EVERY)
        QShortcut(QKeySequence.StandardKey.Find, self, self._search)
        self.open_page(HOME)
        self.refresh_status()

    # Pages

    def page(self, key: str) -> Page:
        """The page of a place, made when it is first wanted."""
        if key not in self._pages:
            made = self._made(key)
            self._pages[key] = made
            self._stack.addWidget(made)
        return self._pages[key]

    def current_page(self) -> str:
        """The place that is in front."""
        return next(key for key, page in self._pages.items() if page is self._stack.currentWidget())

    def open_page(self, key: str) -> Page:
        """Bring a place to the front, fresh from the file.  Raises NotAllowed."""
        if not self._services.access.may_open(key):
            self._services.access.require_page(key)
        page = self.page(key)
        self._stack.setCurrentWidget(page)
        self.navigation.choose(key)
        page.refresh()
        return page

    def open_new(self, code: str, values: Mapping[str, Any] | None = None) -> None:
        """Begin a new record of a type, with what is known of it already."""
        self._record_page(code).open_new(values)

    def open_record(self, code: str, record_id: str, path: str = "") -> None:
        """Show a record of a type this program knows, or write on in it at a field."""
        if code in RECORD_TYPES:
            self._record_page(code).open_record(record_id, path)

    def open_draft(self, draft: Draft) -> None:
        """Go on with a draft."""
        self._record_page(draft.record_type).open_draft(draft)

    def search(self, code: str) -> None:
        """Go to the search box of a record type."""
        self.open_page(code).go_to_search()

    def refresh_status(self) -> None:
        """Count again what is unsent and refused."""
        services = self._services
        services.runner.run(services.outbox.status, done=self._show_status, owner=self)

    def tell(self, sentence: str) -> None:
        """Show what went wrong outside any page, on the lock too."""
        self._banner.show_error(sentence)
        self.sitting.curtain.tell(sentence)

    def leave_to_another(self) -> None:
        """Keep drafts and close without asking, for somebody else to sign in."""
        self._leaving_silently = True
        self.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Keep what is typed before anything closes; the cadre is told that it is a draft, not a record."""
        unsaved = self._unsaved()
        if self._closing or not unsaved:
            self._every_minute.stop()
            event.accept()
            self.closed.emit()
            return
        event.ignore()
        self._keep(unsaved)

    # Insides

    def _rail(self, settings: Settings) -> Navigation:
        return Navigation(
            offered(self._services),
            station=self._services.station.name,
            signed_in=self.sitting.menu,
            text_size=settings.text_size,
            theme=settings.theme,
            practice=self._services.access.may("set_practice"),
        )

    def _unsaved(self) -> list[Page]:
        return [page for page in self._pages.values() if page.has_unsaved()]

    def _framed(self) -> QWidget:
        inner = QWidget()
        inner.setObjectName("page")
        right = QVBoxLayout()
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(0)
        right.addWidget(self._banner)
        right.addWidget(self._stack, 1)
        right.addWidget(self._status)
        row = QHBoxLayout(inner)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.navigation)
        row.addLayout(right, 1)
        return inner

    def _made(self, key: str) -> Page:
        if key == HOME:
            home = HomePage(self._services)
            home.new_requested.connect(self.open_new)
            home.search_requested.connect(self.search)
            home.record_requested.connect(self.open_record)
            home.draft_requested.connect(self.open_draft)
            home.place_requested.connect(self.open_page)
            return home
        if key == SYNC:
            sync = SyncPage(self._services)
            sync.record_requested.connect(self.open_record)
            return sync
        if key == FIGURES:
            # Not among the first things anybody opens.
            from app.ui.figures_page import FiguresPage  # noqa: PLC0415

            return FiguresPage(self._services)
        if key == BACKUP:
            from app.ui.backup_page import BackupPage  # noqa: PLC0415  # seldom looked at

            backup = BackupPage(self._services)
            backup.recovery_requested.connect(self.recovery_requested)
            return backup
        if key in (USERS, AUDIT, PRIVACY):
            return self._of_the_few(key)
        made: Page = self._make_record_page(self._services, RECORD_TYPES[key])
        place: Any = made
        place.saved.connect(self._saved)
        place.print_requested.connect(self._print)
        place.record_requested.connect(self.open_record)
        place.new_requested.connect(self.open_new)
        return made

    def _of_the_few(self, key: str) -> Page:
        # Few roles ever open these.
        if key == USERS:
            from app.ui.users_page import UsersPage  # noqa: PLC0415

            assert self._services.accounts is not None
            return UsersPage(self._services, self._services.accounts)
        if key == PRIVACY:
            from app.ui.privacy_page import PrivacyPage  # noqa: PLC0415

            assert self._services.privacy is not None
            return PrivacyPage(self._services, self._services.privacy)
        from app.ui.audit_page import AuditPage  # noqa: PLC0415

        return AuditPage(self._services)

    def _record_page(self, code: str) -> RecordPlace:
        page: Any = self.open_page(code)
        return page  # type: ignore[no-any-return]  # every record page is a RecordPlace

    def _saved(self) -> None:
        self._services.sync.wake()
        self.refresh_status()

    def _heard(self) -> None:
        """The file may hold what others wrote now; what is being typed is left alone."""
        self.refresh_status()
        outcome, page = self._services.sync.news.outcome, self._stack.currentWidget()
        if outcome is not None and outcome.received and isinstance(page, Page):
            page.refresh()

    def _search(self) -> None:
        if self.sitting.is_locked():
            return
        self.page(self.current_page()).go_to_search()

    def _print(self, record: StoredRecord, code: str) -> None:
        # Preview, typesetter and PDFium load with the first print, not with the window.
        from app.ui.open_paper import PaperOpener  # noqa: PLC0415

        if self._papers is None:
            self._papers = PaperOpener(self._services, self)
            self._papers.opened.connect(self.previewed)
            self._papers.frozen.connect(self._frozen)
            self._papers.failed.connect(lambda error: self.tell(sentence_of(error)))
        self._papers.open(record, code)

    def _frozen(self, record: StoredRecord) -> None:
        """The case has a new version: whatever shows it reads it again, and the district is told."""
        self._saved()
        self.refresh_page()

    def refresh_page(self) -> None:
        """Read again what the page in front shows."""
        page = self._stack.currentWidget()
        if isinstance(page, Page):
            page.refresh()

    def _show_status(self, status: OutboxStatus) -> None:
        sentence = state_text(self._services.sync, status)
        self._status.show_status(status, self._services.clock(), sentence)
        self._show_backup()

    def _show_backup(self) -> None:
        self._status.show_backup(self._services.backup.news.state, self._services.clock())

    def _keep(self, unsaved: list[Page]) -> None:
        """Keep one draft after the other, then say so and close; a file that takes none keeps the window open."""
        if not unsaved:
            silently = self._leaving_silently or self.sitting.is_locked()
            (self._leave if silently else self._say_kept)()
            return
        first, rest = unsaved[0], unsaved[1:]
        first.keep_typing(lambda: self._keep(rest), self._not_kept)

    def _not_kept(self, error: Exception) -> None:
        self._leaving_silently = False
        self.tell(sentence_of(error))
        self.stayed.emit()

    def _say_kept(self) -> None:
        box = QMessageBox(self)
        box.setIcon(QMessageBox.Icon.NoIcon)
        box.setWindowTitle(self.tr("还有没保存的内容"))
        box.setText(self.tr("没保存的内容已留作草稿，还不算正式记录。下次打开，在“今日”里接着写。"))
        leave = box.addButton(self.tr("退出"), QMessageBox.ButtonRole.AcceptRole)
        stay = box.addButton(self.tr("回去接着写"), QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(stay)
        box.setEscapeButton(stay)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.buttonClicked.connect(lambda pressed: self._leave() if pressed is leave else self.stayed.emit())
        box.open()

    def _leave(self) -> None:
        self._closing = True
        self.close()
