"""A new password, typed twice, with the rules it does not meet yet."""

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QLineEdit, QVBoxLayout, QWidget

from app.security.passwords import CLASSES_NEEDED, LONGEST, USUAL, PasswordPolicy, password_problems
from app.ui.layouts import field, words
from app.ui.theme import dress
from app.ui.words import label


class PasswordPair(QWidget):
    """`names` gives the words that may not be in the password: the user's name, the station's name."""

    submitted = Signal()

    def __init__(
        self,
        names: Callable[[], tuple[str, ...]],
        title: str = "",
        parent: QWidget | None = None,
        *,
        policy: PasswordPolicy = USUAL,
    ) -> None:
        super().__init__(parent)
        self._names = names
        self._policy = policy
        self.first, self.second = QLineEdit(), QLineEdit()
        for editor in (self.first, self.second):
            editor.setEchoMode(QLineEdit.EchoMode.Password)
            editor.setMaxLength(LONGEST + 1)
            editor.textChanged.connect(self._judge)
        self.first.returnPressed.connect(self.second.setFocus)
        self.second.returnPressed.connect(self.submitted)
        self._remark = words("", "hint")
        seen = QCheckBox(self.tr("显示口令"))
        seen.toggled.connect(self._show_typed)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addLayout(field(title or self.tr("口令"), self.first))
        column.addLayout(field(self.tr("再输一遍"), self.second))
        column.addWidget(seen)
        column.addWidget(self._remark)
        self._judge()

    def password(self) -> str:
        """What was typed in the first place."""
        return self.first.text()

    def problems(self) -> list[str]:
        """Sentences saying what is wrong; empty when the password will do."""
        found = [label(sentence) for sentence in self._own_problems()]
        if not found and self.first.text() != self.second.text():
            found.append(self.tr("两次输入的口令不一样，请再输一遍。"))
        return found

    def clear(self) -> None:
        """Forget what was typed."""
        self.first.clear()
        self.second.clear()

    def _judge(self) -> None:
        if not self.password():
            rule = self.tr(
                "至少 {shortest} 位，大写字母、小写字母、数字、符号中{classes}；不能有用户名和站点名。"
            )
            some = self._policy.classes == CLASSES_NEEDED
            classes = self.tr("至少有三种") if some else self.tr("四种都要有")
            self._say("hint", rule.format(shortest=self._policy.shortest, classes=classes))
            return
        problems = self.problems()
        if problems and (len(problems) > 1 or self.second.text() or self._own_problems()):
            self._say("error", "\n".join(problems))
        elif problems:
            self._say("hint", self.tr("口令可以。请再输一遍。"))
        else:
            self._say("done", self.tr("口令可以，两次一样。"))

    def _own_problems(self) -> list[str]:
        return password_problems(self.password(), names=self._names(), policy=self._policy)

    def _say(self, role: str, sentence: str) -> None:
        self._remark.setText(sentence)
        dress(self._remark, role)

    def _show_typed(self, shown: bool) -> None:
        mode = QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password
        self.first.setEchoMode(mode)
        self.second.setEchoMode(mode)
