"""The window put together: first run, login, desk; sync on its thread; everything closed in order."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QApplication

from app import resources
from app.commands.authorized_controls import AuthorizedSync
from app.commands.desk import Desk, reports_of
from app.commands.desk_accounts import DeskAccounts
from app.commands.desk_backup import BackupWork
from app.commands.desk_files import files_of
from app.commands.desk_line import district_of, enrol_desk, reconcile_of, rounds_of
from app.commands.desk_privacy import DeskPrivacy
from app.commands.desk_signing import DeskSigning
from app.commands.desk_stick import DeskStick
from app.models.divisions import Divisions
from app.models.mediation.practice import LocalPractice
from app.settings import Settings, save_settings
from app.store.authorized.lists import AuthorizedDue, AuthorizedOutbox, AuthorizedRecent
from app.store.authorized.resending import Resending
from app.store.authorized.this_pc import ThisPc
from app.store.authorized.trail import AuditTrail
from app.store.case_history import CaseHistory
from app.store.erasing import scrub_erased
from app.store.errors import StorageError
from app.store.letters import Letters
from app.store.reading import StoredRecord
from app.store.round_log import Round, RoundLog
from app.sync.blobs import Blobs
from app.sync.loop import SyncLoop
from app.sync.outcome import Outcome
from app.sync.reconcile import Reconcile
from app.ui.application import Appearance, Unforeseen, create_application
from app.ui.backup_news import BackupNews
from app.ui.main_window import MainWindow
from app.ui.record_page import RecordPage
from app.ui.scan_folder import ScanFolder
from app.ui.services import DeskServices
from app.ui.sync_news import DeskSync, SyncNews
from app.ui.task_runner import TaskRunner

if TYPE_CHECKING:
    from app.typeset.sheet import PrintedPdf


def run_desk(desk: Desk) -> int:
    """Show an open desk until its window is closed; the caller closes the desk."""
    application = create_application(desk.settings)
    runner = TaskRunner()
    window = DeskWindow(
        application, desk, runner, Divisions.open(resources.path("divisions", "divisions.bin"))
    )
    unforeseen = Unforeseen()
    unforeseen.told.connect(window.window.tell)
    unforeseen.install()
    window.show()
    code = application.exec()
    window.stop()
    runner.close()
    return code


class DeskWindow(QObject):
    """An open desk with its window and its sync thread."""

    def __init__(
        self,
        application: QApplication,
        desk: Desk,
        runner: TaskRunner,
        divisions: Divisions,
        *,
        can_restore: bool = False,
    ) -> None:
        super().__init__()
        self.desk = desk
        self._backup = BackupWork(desk, BackupNews(self), can_restore=can_restore)
        self._news = SyncNews(self)
        self._rounds = RoundLog(desk.database)
        self._local = LocalPractice()
        self._local.follow(desk.settings)
        self._district = district_of(desk)
        self._files: Blobs | None = None
        self._loop: SyncLoop | None = None
        self._loop = self._new_loop()
        self.services = DeskServices(
            access=desk.access,
            store=desk.store,
            reader=desk.reader,
            drafts=desk.drafts,
            differences=desk.differences,
            outbox=AuthorizedOutbox(desk.database, desk.station.epoch, desk.access),
            attachments=desk.attachments,
            scans=ScanFolder(desk.settings.scan_folder, self._choose_scans),
            history=CaseHistory(desk.database),
            letters=Letters(desk.database, desk.station.code),
            due=AuthorizedDue(desk.database, desk.access, self._local),
            local=self._local,
            recent=AuthorizedRecent(desk.database, desk.access),
            reports=reports_of(desk),
            trail=AuditTrail(desk.database, desk.access),
            station=desk.station,
            divisions=divisions,
            runner=runner,
            user=desk.user,
            clock=desk.clock,
            sync=AuthorizedSync(
                DeskSync(
                    self._news,
                    self._loop,
                    desk.settings.district_url,
                    self._register,
                    self._comparison,
                    self,
                ),
                desk.access,
            ),
            backup=self._backup.control,
            print_case=self._print_case,
            print_letter=self._print_letter,
            signing=DeskSigning(desk),
            stick=DeskStick(desk),
            accounts=DeskAccounts(desk, can_switch=can_restore),
            privacy=DeskPrivacy(desk),
            rounds=self._rounds,
            identity=ThisPc(desk.database, desk.access, lambda: desk.settings.district_ca),
            resending=Resending(desk.database, desk.access, desk.clock, self._wake),
        )
        self.window = MainWindow(self.services, RecordPage, desk.settings)
        self.appearance = Appearance(application, desk.settings, self._remember)
        self.window.navigation.text_size_chosen.connect(self._choose_size)
        self.window.navigation.theme_chosen.connect(self._choose_theme)
        self.window.navigation.practice_wanted.connect(self._ask_practice)
        self.window.sitting.idle_chosen.connect(self._choose_idle)

    def show(self) -> None:
        """Show the window and begin to send."""
        self._begin()
        self.window.showMaximized()

    def show_at_size(self) -> None:
        """Show the window at the size it has, for the tour and its pictures."""
        self._begin()
        self.window.show()

    def stop(self) -> None:
        """Stop sending and finish what was asked for; what is unsent stays."""
        self._backup.stop()
        if self._loop:
            self._loop.stop()
        if self._district:
            self._district.close()
        self.services.runner.wait_idle()

    def _wake(self) -> None:
        if self._loop:
            self._loop.saved()

    def _begin(self) -> None:
        for remark in self.desk.remarks:
            self.window.tell(remark)
        self.services.runner.run(self._tidy, done=lambda _: None, in_turn=True)
        self._backup.start()
        if self._loop:
            self._loop.start()

    def _tidy(self) -> None:
        scrub_erased(self.desk.database)
        self.desk.attachments.sweep()

    def _report(self, outcome: Outcome) -> None:
        """After a round, what was erased and is receipted now leaves the history too; then the window is told."""
        with suppress(StorageError):
            scrub_erased(self.desk.database)
            if outcome.received and self.desk.access.may("sync"):
                self.desk.store.follow_letters(by=self.desk.user)
            files = outcome.files_sent + outcome.files_received
            moved = (outcome.sent, outcome.received, files)
            said = (outcome.code, outcome.sentence) if outcome.sentence else ("", "")
            done = Round(self.desk.clock(), round(outcome.seconds), *moved, *said, outcome.merged)
            self._rounds.note(done)
        self._news.report(outcome)

    def _new_loop(self) -> SyncLoop | None:
        if self._district is None:
            return None
        self._files = files_of(self.desk, self._district, self._news.report_files, self._is_asked)
        rounds = rounds_of(self.desk, self._district, self._files, self._went)
        return SyncLoop(rounds, self._report, self._district.interrupt)

    def _went(self, sent: int) -> None:
        """On the sync thread, after each batch."""
        self._news.report_rows(sent, self.desk.outbox.unsent())

    def _is_asked(self) -> bool:
        return self._loop is not None and self._loop.has_wish()

    def _comparison(self) -> Reconcile | None:
        return None if self._district is None else reconcile_of(self.desk, self._district, self._files)

    def first(self, digest: str) -> None:
        """See FilesControl."""
        if self._files:
            self._files.first(digest)

    def retry_held(self) -> None:
        """See FilesControl."""
        if self._files:
            self._files.retry_held()

    def _register(self, url: str, code: str, ca: str) -> SyncLoop:
        """Enrol this PC and begin to send; called off the window's thread.  Raises as `enrol_desk`."""
        enrol_desk(self.desk, url, code, ca)
        self._district = district_of(self.desk)
        self._loop = self._new_loop()
        assert self._loop is not None
        self._loop.start()
        return self._loop

    def _print_case(
        self,
        record: StoredRecord,
        code: str,
        draft: bool,
        watch: Callable[[int, int], bool] = lambda done, all_: True,
    ) -> "PrintedPdf":
        # The typesetter loads with the first print, not with the window.
        from app.commands.printing import print_document_of  # noqa: PLC0415

        return print_document_of(self.desk, record, code, draft=draft, watch=watch)

    def _print_letter(self, record: StoredRecord, code: str) -> "PrintedPdf":
        from app.commands.printing import print_letter_of  # noqa: PLC0415  # as above

        return print_letter_of(self.desk, record, code)

    def _ask_practice(self) -> None:
        from app.ui.practice_dialog import PracticeDialog  # noqa: PLC0415  # seldom opened

        dialog = PracticeDialog(self.desk.settings, self.services, self.window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.chosen.connect(self._choose_practice)
        dialog.open()

    def _choose_practice(self, changes: dict[str, Any]) -> None:
        with _told(self.window):
            self.desk.access.require("set_practice")
            self._change(**changes)
        self._local.follow(self.desk.settings)
        self.window.refresh_page()

    def _remember(self, settings: Settings) -> None:
        # Address and second drive may have been set since the look was read.
        self._change(text_size=settings.text_size, theme=settings.theme)

    def _change(self, **changes: Any) -> None:
        self.desk.settings = self.desk.settings.with_changes(**changes)
        save_settings(self.desk.folder, self.desk.settings)

    def _choose_scans(self, folder: str) -> None:
        with _told(self.window):
            self._change(scan_folder=folder)

    def _choose_size(self, size: int) -> None:
        with _told(self.window):
            self.appearance.choose(text_size=size)

    def _choose_idle(self, minutes: int) -> None:
        with _told(self.window):
            self.desk.access.require("set_idle_lock")
            self._change(idle_minutes=minutes)

    def _choose_theme(self, name: str) -> None:
        with _told(self.window):
            self.appearance.choose(theme_name=name)


@contextmanager
def _told(window: MainWindow) -> Iterator[None]:
    """Say in the window that the settings could not be written; the change itself holds until it is closed."""
    try:
        yield
    except OSError:
        window.tell(window.tr("设置没有记住：磁盘不能写入。"))
