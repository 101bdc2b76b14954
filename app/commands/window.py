"""The window put together: first run, login, desk; sync on its thread; everything closed in order."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QWidget

from app import resources
from app.commands.desk import (
    Desk,
    district_of,
    enrol_desk,
    found_desk,
    is_founded,
    open_desk,
    push_of,
    recover_desk,
    reports_of,
    utc_now,
)
from app.models.divisions import Divisions
from app.models.mediation.committee import committee_name
from app.models.station_time import station_day
from app.security.keyslots import KeySlots
from app.settings import Settings, load_settings, save_settings
from app.store.due import DueReader
from app.store.reading import StoredRecord
from app.store.recent import RecentReader
from app.sync.loop import SyncLoop
from app.sync.protocol import NoAnswer, Refusal
from app.ui.application import Appearance, Unforeseen, create_application
from app.ui.main_window import MainWindow
from app.ui.record_page import RecordPage
from app.ui.services import DeskServices
from app.ui.sync_news import DeskSync, SyncNews
from app.ui.task_runner import TaskRunner

if TYPE_CHECKING:
    from app.typeset.sheet import PrintedPdf
    from app.ui.first_run import FirstRunAnswers


def open_window(folder: Path) -> int:
    """Open the desk on a data folder and stay until it is closed."""
    settings = _settings_or_default(folder)
    application = create_application(settings)
    stage = Stage(application, folder)
    stage.begin()
    code = application.exec()
    stage.close()
    return code


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
        self, application: QApplication, desk: Desk, runner: TaskRunner, divisions: Divisions
    ) -> None:
        super().__init__()
        self.desk = desk
        self._news = SyncNews(self)
        self._district = district_of(desk)
        self._loop = self._new_loop()
        self.services = DeskServices(
            store=desk.store,
            reader=desk.reader,
            drafts=desk.drafts,
            outbox=desk.outbox,
            due=DueReader(desk.database),
            recent=RecentReader(desk.database),
            reports=reports_of(desk),
            station=desk.station,
            divisions=divisions,
            runner=runner,
            user=desk.user,
            clock=desk.clock,
            sync=DeskSync(self._news, self._loop, desk.settings.district_url, self._register),
            print_agreement=self._print_agreement,
        )
        self.window = MainWindow(self.services, RecordPage, desk.settings)
        self.appearance = Appearance(application, desk.settings, self._remember)
        self.window.navigation.text_size_chosen.connect(self._choose_size)
        self.window.navigation.theme_chosen.connect(self._choose_theme)

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
        if self._loop:
            self._loop.stop()
        if self._district:
            self._district.close()
        self.services.runner.wait_idle()

    def _begin(self) -> None:
        for remark in self.desk.remarks:
            self.window.tell(remark)
        if self._loop:
            self._loop.start()

    def _new_loop(self) -> SyncLoop | None:
        if self._district is None:
            return None
        return SyncLoop(push_of(self.desk, self._district), self._news.report, self._district.interrupt)

    def _register(self, url: str, code: str) -> SyncLoop:
        """Enrol this PC and begin to send; called off the window's thread.  Raises as `enrol_desk`."""
        enrol_desk(self.desk, url, code)
        self._district = district_of(self.desk)
        self._loop = self._new_loop()
        assert self._loop is not None
        self._loop.start()
        return self._loop

    def _print_agreement(self, record: StoredRecord, draft: bool) -> "PrintedPdf":
        # The typesetter loads with the first print, not with the window.
        from app.printing.agreement import agreement_pdf  # noqa: PLC0415
        from app.printing.agreement_case import agreement_paper  # noqa: PLC0415

        paper = agreement_paper(record.values, committee=committee_name(self.desk.station.name))
        printed = agreement_pdf(paper, draft=draft)
        self.desk.note("print", f"mediation_case/{record.id} agreement")
        return printed

    def _remember(self, settings: Settings) -> None:
        self.desk.settings = settings
        save_settings(self.desk.folder, settings)

    def _choose_size(self, size: int) -> None:
        with _told(self.window):
            self.appearance.choose(text_size=size)

    def _choose_theme(self, name: str) -> None:
        with _told(self.window):
            self.appearance.choose(theme_name=name)


class Stage:
    """What is in front: the first run, the login, or the desk."""

    def __init__(self, application: QApplication, folder: Path) -> None:
        self._application = application
        self._folder = folder
        self._runner = TaskRunner()
        self._divisions = Divisions.open(resources.path("divisions", "divisions.bin"))
        self._unforeseen = Unforeseen()
        self._unforeseen.told.connect(self._tell)
        self._front: QWidget | None = None
        self._desk: Desk | None = None
        self._window: DeskWindow | None = None

    def begin(self) -> None:
        """Ask who is there, or found the station on a machine without data."""
        self._unforeseen.install()
        if is_founded(self._folder):
            from app.ui.login import Login  # noqa: PLC0415  # one of the two is never needed

            users = KeySlots.open(self._folder).users()
            login = Login(users, self._unlock, self._recover, self._runner)
            login.unlocked.connect(self._enter)
            self._bring(login)
        else:
            from app.ui.first_run import FirstRun  # noqa: PLC0415  # as above

            first = FirstRun(self._divisions, self._create, self._recovery_sheet, self._runner)
            first.finished.connect(lambda _: self._enter(self._desk))
            self._bring(first)

    def close(self) -> None:
        """Close whatever is open."""
        self._runner.wait_idle()
        if self._window:
            self._window.stop()
        if self._desk:
            self._desk.close()
        self._runner.close()

    def _unlock(self, user: str, password: str) -> Desk:
        return open_desk(self._folder, user, password)

    def _recover(self, code: str, user: str, password: str) -> Desk:
        return recover_desk(self._folder, code, user, password)

    def _create(self, answers: "FirstRunAnswers") -> str:
        desk, code = found_desk(
            self._folder,
            station_code=answers.station_code,
            station_name=answers.station_name,
            user=answers.user,
            password=answers.password,
            district_url=answers.district_url,
        )
        self._desk = desk
        if answers.district_url and answers.enrolment_code:
            # A district out of reach must not stop the station from recording; the sync page says so.
            with suppress(NoAnswer, Refusal):
                enrol_desk(desk, answers.district_url, answers.enrolment_code)
        return code

    def _recovery_sheet(self, code: str, station_name: str, user: str) -> bytes:
        from app.printing.recovery_sheet import recovery_sheet  # noqa: PLC0415  # as above

        return recovery_sheet(code, station_name, user, station_day(utc_now())).data

    def _enter(self, desk: Desk | None) -> None:
        assert desk is not None
        self._desk = desk
        self._window = DeskWindow(self._application, desk, self._runner, self._divisions)
        before, self._front = self._front, self._window.window
        self._window.show()
        if before is not None:
            before.hide()
            before.deleteLater()

    def _bring(self, widget: QWidget) -> None:
        self._front = widget
        widget.show()

    def _tell(self, sentence: str) -> None:
        if self._window is not None:
            self._window.window.tell(sentence)


@contextmanager
def _told(window: MainWindow) -> Iterator[None]:
    """Say in the window that the settings could not be written; the change itself holds until it is closed."""
    try:
        yield
    except OSError:
        window.tell(window.tr("设置没有记住：磁盘不能写入。"))


def _settings_or_default(folder: Path) -> Settings:
    return load_settings(folder) if folder.exists() else Settings()
