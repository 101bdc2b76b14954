"""Login: user and password, or the printed recovery code with a new password."""

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QVBoxLayout, QWidget

from app.security.recovery_code import MistypedCode, secret_of
from app.ui.gate import Gate
from app.ui.layouts import button, field
from app.ui.password_pair import PasswordPair
from app.ui.sentences import sentence_of
from app.ui.stack import Stack
from app.ui.task_runner import TaskRunner
from app.ui.theme import LIGHT
from app.ui.words import label

PASSWORD, RECOVERY = range(2)


class Login(Gate):
    """Emits `unlocked` with whatever `unlock(user, password)` or `recover(code, user, password)` answered."""

    unlocked = Signal(object)

    def __init__(
        self,
        users: Sequence[str],
        unlock: Callable[[str, str], Any],
        recover: Callable[[str, str, str], Any],
        runner: TaskRunner,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._unlock, self._recover, self._runner = unlock, recover, runner
        self.user, self.of_user = _user_box(users), _user_box(users)
        self.password, self.code = QLineEdit(), QLineEdit()
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.passwords = PasswordPair(lambda: (self.of_user.currentText(),), self.tr("新口令"))
        self._ways = Stack()
        self._ways.add_page(self._by_password())
        self._ways.add_page(self._by_code())
        self.content.addWidget(self._ways)
        self._other = button("", "link")
        self._other.clicked.connect(self.change_way)
        self._open = button(self.tr("打开工作台"), "primary", sign="key", colour=LIGHT.on_accent)
        self._open.clicked.connect(self.submit)
        self.foot.addWidget(self._other)
        self.foot.addStretch(1)
        self.foot.addWidget(self._open)
        self._show(PASSWORD)

    def way(self) -> int:
        """PASSWORD or RECOVERY."""
        return self._ways.index()

    def change_way(self) -> None:
        """From password to recovery code and back."""
        self.banner.clear()
        self._show(RECOVERY if self.way() == PASSWORD else PASSWORD)

    def submit(self) -> None:
        """Try to open the data."""
        if not self._open.isEnabled():
            return
        self.banner.clear()
        problem = self._problem()
        if problem:
            self.banner.show_error(problem)
            return
        if self.way() == PASSWORD:
            user, password = self.user.currentText(), self.password.text()
            self._try(lambda: self._unlock(user, password))
        else:
            code, user = self.code.text(), self.of_user.currentText().strip()
            password = self.passwords.password()
            self._try(lambda: self._recover(code, user, password))

    def _problem(self) -> str:
        if self.way() == PASSWORD:
            self.password.setFocus()
            return "" if self.password.text() else self.tr("请输入口令。")
        try:
            secret_of(self.code.text())
        except MistypedCode as mistyped:
            self.code.setFocus()
            return label(str(mistyped))
        problems = self.passwords.problems()
        if problems:
            self.passwords.first.setFocus()
        return problems[0] if problems else ""

    def _try(self, work: Callable[[], Any]) -> None:
        self._wait(True)
        self._runner.run(work, done=self._opened, failed=self._failed, owner=self)

    def _opened(self, desk: Any) -> None:
        self._wait(False)
        self.password.clear()
        self.passwords.clear()
        self.code.clear()
        self.unlocked.emit(desk)

    def _failed(self, error: Exception) -> None:
        """Wrong password, locked out, already open, damaged: the sentence of the error says it."""
        self._wait(False)
        self.banner.show_error(sentence_of(error))
        if self.way() == PASSWORD:
            self.password.clear()
            self.password.setFocus()
        else:
            self.code.setFocus()

    def _wait(self, waiting: bool) -> None:
        self._open.setEnabled(not waiting)
        self._ways.setEnabled(not waiting)
        self._open.setText(self.tr("正在打开……") if waiting else self.tr("打开工作台"))

    def _show(self, way: int) -> None:
        self._ways.show_page(way)
        if way == PASSWORD:
            self.say(self.tr("枫桥工作台"), self.tr("请用您自己的用户名打开，记录会写上是谁记的。"))
            self._other.setText(self.tr("忘记口令，用恢复码打开"))
            self.password.setFocus()
        else:
            self.say(self.tr("用恢复码打开"), self.tr("找出初次设置时抄写或打印的恢复码，再定一个新口令。"))
            self._other.setText(self.tr("返回，用口令打开"))
            self.code.setFocus()

    def _by_password(self) -> QWidget:
        way, column = _column()
        seen = QCheckBox(self.tr("显示口令"))
        seen.toggled.connect(
            lambda shown: self.password.setEchoMode(
                QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password
            )
        )
        self.password.returnPressed.connect(self.submit)
        column.addLayout(field(self.tr("用户名"), self.user))
        column.addLayout(field(self.tr("口令"), self.password))
        column.addWidget(seen)
        column.addStretch(1)
        return way

    def _by_code(self) -> QWidget:
        way, column = _column()
        self.of_user.setEditable(True)
        self.code.returnPressed.connect(self.passwords.first.setFocus)
        self.passwords.submitted.connect(self.submit)
        hint = self.tr("八组，每组五个数字；横线和空格输不输都可以。")
        column.addLayout(field(self.tr("恢复码"), self.code, hint))
        column.addLayout(field(self.tr("给谁定新口令"), self.of_user))
        column.addWidget(self.passwords)
        column.addStretch(1)
        return way


def _user_box(users: Sequence[str]) -> QComboBox:
    box = QComboBox()
    box.addItems(list(users))
    return box


def _column() -> tuple[QWidget, QVBoxLayout]:
    widget = QWidget()
    column = QVBoxLayout(widget)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(14)
    return widget, column
