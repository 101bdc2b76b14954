"""Changing one's own password: as a dialog from the window, or at the gate after a first password."""

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from app.ui.banner import Banner
from app.ui.gate import Gate
from app.ui.layouts import button, field
from app.ui.password_pair import PasswordPair
from app.ui.sentences import sentence_of
from app.ui.services import AccountControl
from app.ui.task_runner import TaskRunner
from app.ui.theme import LIGHT


class PasswordChange(QWidget):
    """The password that opens now, and the new one twice; `say` shows what is wrong."""

    changed = Signal()

    def __init__(
        self,
        accounts: AccountControl,
        runner: TaskRunner,
        station: str,
        say: Callable[[str], None],
        old_title: str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._accounts, self._runner, self._say = accounts, runner, say
        self.old = QLineEdit()
        self.old.setEchoMode(QLineEdit.EchoMode.Password)
        names = (accounts.account.name, station)
        self.pair = PasswordPair(lambda: names, self.tr("新口令"), policy=accounts.policy)
        self.old.returnPressed.connect(self.pair.first.setFocus)
        self.pair.submitted.connect(self.submit)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(14)
        column.addLayout(field(old_title, self.old))
        column.addWidget(self.pair)

    def submit(self) -> None:
        """Change it, or say what is still wrong."""
        if not self.isEnabled():
            return
        problems = self.pair.problems()
        if not self.old.text():
            self.old.setFocus()
            self._say(self.tr("请输入现在的口令。"))
        elif problems:
            self.pair.first.setFocus()
            self._say(problems[0])
        else:
            old, new = self.old.text(), self.pair.password()
            self.setEnabled(False)
            self._runner.run(
                lambda: self._accounts.change_password(old, new),
                done=lambda _: self._done(),
                failed=self._failed,
                owner=self,
                in_turn=True,
            )

    def _done(self) -> None:
        self.setEnabled(True)
        self.old.clear()
        self.pair.clear()
        self.changed.emit()

    def _failed(self, error: Exception) -> None:
        self.setEnabled(True)
        self._say(sentence_of(error))
        self.old.setFocus()


class PasswordDialog(QDialog):
    """修改口令, over the window."""

    changed = Signal()

    def __init__(
        self, accounts: AccountControl, runner: TaskRunner, station: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("修改口令"))
        self.banner = Banner()
        self.form = PasswordChange(
            accounts, runner, station, self.banner.show_error, self.tr("现在的口令"), self
        )
        self.form.changed.connect(self._changed)
        back = button(self.tr("返回"))
        back.clicked.connect(self.reject)
        self.go = button(self.tr("修改"), "primary")
        self.go.clicked.connect(self.form.submit)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(back)
        foot.addWidget(self.go)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(14)
        column.addWidget(self.banner)
        column.addWidget(self.form)
        column.addLayout(foot)
        self.setMinimumWidth(460)

    def _changed(self) -> None:
        self.changed.emit()
        self.accept()


class OwnPassword(Gate):
    """After a first password: nobody gets further without one of their own."""

    changed = Signal()

    def __init__(
        self, accounts: AccountControl, runner: TaskRunner, station: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.say(
            self.tr("{user}，请先定自己的口令").format(user=accounts.account.name),
            self.tr("首次口令只用这一次。新口令只有您自己知道，忘了要用恢复码或请站长重设。"),
        )
        self.form = PasswordChange(
            accounts, runner, station, self.banner.show_error, self.tr("首次口令"), self
        )
        self.form.changed.connect(self.changed)
        self.content.addWidget(self.form)
        self.go = button(self.tr("打开工作台"), "primary", sign="key", colour=LIGHT.on_accent)
        self.go.clicked.connect(self.form.submit)
        self.foot.addStretch(1)
        self.foot.addWidget(self.go)
        self.form.old.setFocus()
