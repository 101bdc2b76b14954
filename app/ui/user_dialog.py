"""One change to the users: what it is about, the own password of who makes it, and a first password shown once."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QDialog, QHBoxLayout, QLineEdit, QProgressBar, QVBoxLayout, QWidget

from app.security.authorize import matrix
from app.ui.banner import Banner
from app.ui.layouts import button, field, words
from app.ui.role_words import role_text
from app.ui.sentences import sentence_of
from app.ui.task_runner import TaskRunner

FULL = 1000
Work = Callable[[str, str, str], str | None]
"""Does it with name, role and own password; answers a first password where it makes one."""


@dataclass(frozen=True)
class Change:
    """What the dialog asks for; `name` "" lets one be typed, `role` None asks for none.

    `told` is said over what the work answers, with {name} and {hours} filled in; `waiting` while it is done.
    """

    title: str
    sentence: str
    press: str
    work: Work
    name: str = ""
    role: str | None = None
    told: str = ""
    waiting: str = ""


class UserDialog(QDialog):
    """Asks, does it, and stays open while there is a first password to hand over."""

    changed = Signal()
    progressed = Signal(int)
    """Thousandths of the work, from its own thread."""

    def __init__(
        self, change: Change, runner: TaskRunner, first_hours: int, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(change.title)
        self.setMinimumWidth(460)
        self._change, self._runner, self._hours = change, runner, first_hours
        self.banner = Banner()
        self.name, self.password = QLineEdit(change.name), QLineEdit()
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.password.returnPressed.connect(self.submit)
        self.role = QComboBox()
        for code in matrix().roles:
            self.role.addItem(role_text(code), code)
        self.role.setCurrentIndex(max(0, self.role.findData(change.role)))
        self.first = words("", "code", wrap=False)
        self.first.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.first.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.first.hide()
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setRange(0, FULL)
        self.bar.hide()
        self.progressed.connect(self.bar.setValue)
        self.back, self.go = button(self.tr("返回")), button(change.press, "primary")
        self.back.clicked.connect(self.reject)
        self.go.clicked.connect(self.submit)
        self._asked = QWidget()
        self._lay_out()

    def reject(self) -> None:
        """Stay while a key is being changed: what it answers is shown once."""
        if not self.bar.isVisible():
            super().reject()

    def submit(self) -> None:
        """Do it, or say what is still wrong."""
        if not self.go.isEnabled():
            return
        if not self.password.text():
            self.password.setFocus()
            self.banner.show_error(self.tr("请输入您自己的口令，确认是您本人在操作。"))
            return
        name, role, password = self.name.text().strip(), self.role.currentData(), self.password.text()
        asked_role = "" if self._change.role is None else role
        self.go.setEnabled(False)
        if self._change.waiting:
            self.banner.show_warning(self._change.waiting)
            self._asked.hide()
            self.bar.show()
        self._runner.run(
            lambda: self._change.work(name, asked_role, password),
            done=lambda first: self._done(name, first),
            failed=self._failed,
            owner=self,
            in_turn=True,
        )

    def _done(self, name: str, first: str | None) -> None:
        self.password.clear()
        self.bar.hide()
        self.changed.emit()
        if not first:
            self.accept()
            return
        self._asked.hide()
        self.first.setText(first)
        self.first.show()
        sentence = self._change.told or self.tr(
            "请把下面的首次口令交给“{name}”。只显示这一次，{hours} 小时内有效，登录后须换成自己的。"
        )
        self.banner.show_done(sentence.format(name=name, hours=self._hours))
        self.go.hide()
        self.back.setText(self.tr("已抄下") if self._change.told else self.tr("已交给本人"))

    def _failed(self, error: Exception) -> None:
        self.go.setEnabled(True)
        self.bar.hide()
        self._asked.show()
        self.banner.show_error(sentence_of(error))
        self.password.clear()
        self.password.setFocus()

    def _lay_out(self) -> None:
        asked = QVBoxLayout(self._asked)
        asked.setContentsMargins(0, 0, 0, 0)
        asked.setSpacing(12)
        asked.addWidget(words(self._change.sentence))
        if not self._change.name:
            asked.addLayout(field(self.tr("用户名"), self.name, self.tr("写真实姓名；记录会写上是谁记的。")))
        if self._change.role is not None:
            asked.addLayout(field(self.tr("角色"), self.role))
        asked.addLayout(field(self.tr("您自己的口令"), self.password))
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(self.back)
        foot.addWidget(self.go)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(14)
        column.addWidget(self.banner)
        column.addWidget(self._asked)
        column.addWidget(self.bar)
        column.addWidget(self.first)
        column.addLayout(foot)
        (self.password if self._change.name else self.name).setFocus()
