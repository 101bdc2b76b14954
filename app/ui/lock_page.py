"""In front of the desk while it is locked: whose it is, and their password."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from app.ui.gate import Gate
from app.ui.layouts import button, field
from app.ui.sentences import sentence_of
from app.ui.services import AccountControl
from app.ui.task_runner import TaskRunner
from app.ui.theme import LIGHT


class LockPage(Gate):
    """Asks who locked the desk for their password."""

    unlocked = Signal()
    switch_wanted = Signal()

    def __init__(self, accounts: AccountControl, runner: TaskRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._accounts, self._runner = accounts, runner
        # It has as little room as the window it stands in.
        self.setMinimumSize(0, 0)
        self.say(
            self.tr("工作台已锁定"),
            self.tr("{user}，输入口令接着写；没写完的内容都留着。").format(user=accounts.account.name),
        )
        self.password = QLineEdit()
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.password.returnPressed.connect(self.submit)
        self.content.addLayout(field(self.tr("口令"), self.password))
        self.content.addStretch(1)
        self.go = button(self.tr("解锁"), "primary", sign="key", colour=LIGHT.on_accent)
        self.go.clicked.connect(self.submit)
        if accounts.can_switch:
            self.offer(self.tr("换人登录…"), self.switch_wanted.emit)
        self.foot.addStretch(1)
        self.foot.addWidget(self.go)

    def submit(self) -> None:
        """Try to unlock."""
        if not self.go.isEnabled():
            return
        password = self.password.text()
        if not password:
            self.banner.show_error(self.tr("请输入口令。"))
            return
        self.go.setEnabled(False)
        self._runner.run(
            lambda: self._accounts.check(password),
            done=lambda _: self._open(),
            failed=self._failed,
            owner=self,
        )

    def _open(self) -> None:
        self.go.setEnabled(True)
        self.password.clear()
        self.banner.clear()
        self.unlocked.emit()

    def _failed(self, error: Exception) -> None:
        self.go.setEnabled(True)
        self.banner.show_error(sentence_of(error))
        self.password.clear()
        self.password.setFocus()
