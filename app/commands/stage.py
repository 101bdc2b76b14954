"""What is in front: the first run, the login, the recovery, or the desk; and how the program begins and ends."""

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget

from app import resources
from app.commands.desk import Desk, found_desk, is_founded, utc_now
from app.commands.desk_accounts import DeskAccounts
from app.commands.desk_line import enrol_desk
from app.commands.recovery import (
    Broken,
    NotABackup,
    SeveralPCs,
    mend_keys,
    of_one_pc,
    open_or_mend,
    recover_or_mend,
)
from app.commands.window import DeskWindow
from app.models.divisions import Divisions
from app.models.station_time import station_day
from app.security.keyslots import KeyFileError, KeySlots
from app.settings import Settings, load_settings
from app.sync.protocol import NoAnswer, Refusal
from app.ui.application import Unforeseen, create_application
from app.ui.gate import Gate
from app.ui.task_runner import TaskRunner
from app.ui.words import day_text, label

if TYPE_CHECKING:
    from app.ui.first_run import FirstRunAnswers
    from app.ui.login import Login


def open_window(folder: Path) -> int:
    """Open the desk on a data folder and stay until it is closed."""
    settings = _settings_or_default(folder)
    application = create_application(settings)
    stage = Stage(application, folder)
    stage.begin()
    code = application.exec()
    stage.close()
    return code


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
        # While somebody restores: where the key file lies, and where else backups were pointed at.
        self._mending: Path | None = None
        self._elsewhere: Path | None = None
        self._switching = False

    def begin(self) -> None:
        """Ask who is there, or found the station on a machine without data."""
        self._unforeseen.install()
        if is_founded(self._folder):
            self._ask_who()
        else:
            from app.ui.first_run import FirstRun  # noqa: PLC0415  # as above

            first = FirstRun(self._divisions, self._create, self._recovery_sheet, self._runner)
            first.finished.connect(lambda _: self._enter(self._desk))
            first.offer(first.tr("换了电脑？从备份恢复…"), lambda: self._pick(first))
            self._bring(first)

    def close(self) -> None:
        """Close whatever is open."""
        self._runner.wait_idle()
        if self._window:
            self._window.stop()
        if self._desk:
            self._desk.close()
        self._runner.close()

    def restore_from(self, folder: Path, gate: Gate) -> None:
        """Continue on this PC what the backups in `folder` hold, or say on `gate` why not."""
        try:
            found = of_one_pc(self._folder, folder)
            users = KeySlots.open(found[0].path).users()
        except (NotABackup, SeveralPCs, KeyFileError) as refusal:
            gate.banner.show_error(label(str(refusal)))
            return
        self._mending, self._elsewhere = found[0].path, folder
        self._log_in(users).banner.show_warning(gate.tr("请输入备份时用的口令，然后选恢复到哪一份备份。"))

    def _ask_who(self, told: str = "") -> None:
        sentence = ""
        try:
            sentence, users = _keys_mended(self._folder)
        except KeyFileError as lost:
            login = self._log_in([])
            login.banner.show_error(label(str(lost)))
            login.offer(login.tr("到别的盘上找备份…"), lambda: self._pick(login))
            return
        login = self._log_in(users)
        if told or sentence:
            login.banner.show_warning(told or sentence)

    def _log_in(self, users: list[str]) -> "Login":
        from app.ui.login import Login  # noqa: PLC0415  # login or first run: one of the two is never needed

        login = Login(users, self._unlock, self._recover, self._runner)
        login.unlocked.connect(self._enter)
        self._bring(login)
        return login

    def _pick(self, gate: Gate) -> None:
        dialog = QFileDialog(gate, gate.tr("选存放备份的文件夹"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda path: self.restore_from(Path(path), gate))
        dialog.open()

    def _unlock(self, user: str, password: str) -> Desk | Broken:
        return open_or_mend(self._folder, user, password, self._mending)

    def _recover(self, code: str, user: str, password: str) -> Desk | Broken:
        return recover_or_mend(self._folder, code, user, password, self._mending)

    def _mend(self, broken: Broken) -> None:
        from app.ui.recovery import Recovery  # noqa: PLC0415  # seldom needed

        self._mending = None
        recovery = Recovery(broken, broken.reopen, utc_now, self._runner)
        recovery.recovered.connect(self._enter)
        if self._elsewhere is not None:
            recovery.look_in(self._elsewhere)
        self._bring(recovery)

    def _put_away(self) -> None:
        """Somebody asked for a restore: close the desk, keeping drafts, and ask who is there."""
        assert self._window is not None
        assert self._desk is not None
        self._desk.access.require("restore")
        self._mending = self._folder
        self._window.window.close()

    def _switch(self) -> None:
        """Somebody else wants to sit down: close the desk, keeping drafts, and ask who is there."""
        assert self._window is not None
        self._switching = True
        self._window.window.leave_to_another()

    def _closed(self) -> None:
        putting_away = self._switching or self._mending is not None
        if not putting_away or self._window is None or self._desk is None:
            return
        window, desk, self._window, self._desk = self._window, self._desk, None, None
        window.stop()
        desk.close()
        if self._switching:
            self._switching = False
            self._ask_who()
            return
        self._ask_who(window.tr("工作台已收起。请再输入口令，然后选恢复到哪一份备份。"))

    def _stay(self) -> None:
        self._mending, self._switching = None, False

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

    def _enter(self, desk: Desk | Broken | None) -> None:
        assert desk is not None
        if isinstance(desk, Broken):
            self._mend(desk)
            return
        self._desk = desk
        accounts = DeskAccounts(desk)
        if accounts.account.must_change:
            from app.ui.password_change import OwnPassword  # noqa: PLC0415  # once for every user

            own = OwnPassword(accounts, self._runner, desk.station.name)
            own.changed.connect(lambda: self._open(desk))
            self._bring(own)
        else:
            self._open(desk)

    def _open(self, desk: Desk) -> None:
        self._window = DeskWindow(self._application, desk, self._runner, self._divisions, can_restore=True)
        self._window.window.recovery_requested.connect(self._put_away)
        self._window.window.sitting.switch_requested.connect(self._switch)
        self._window.window.closed.connect(self._closed)
        self._window.window.stayed.connect(self._stay)
        self._replace(self._window.window)
        self._window.show()

    def _bring(self, widget: QWidget) -> None:
        # The new one is shown before the old one goes: without any window the program ends.
        widget.show()
        self._replace(widget)

    def _replace(self, widget: QWidget) -> None:
        before, self._front = self._front, widget
        if before is not None:
            before.hide()
            before.deleteLater()

    def _tell(self, sentence: str) -> None:
        if self._window is not None:
            self._window.window.tell(sentence)


def _keys_mended(folder: Path) -> tuple[str, list[str]]:
    """Who can sign in, and a sentence where the key file had to be brought back from a backup first."""
    kept = mend_keys(folder)
    sentence = ""
    if kept is not None:
        sentence = QCoreApplication.translate(
            "Stage", "密钥文件不见了或已损坏，已从 {day} 的备份找回；之后改过的口令要用改之前的。"
        ).format(day=day_text(station_day(kept.made_at)))
    return sentence, KeySlots.open(folder).users()


def _settings_or_default(folder: Path) -> Settings:
    return load_settings(folder) if folder.exists() else Settings()
