"""The steps of the first run: user, district, recovery code (the station is in station_search.py)."""

from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from app.models.text import clean_text, text_problems
from app.ui.address import address_problem
from app.ui.layouts import button, field, words
from app.ui.password_pair import PasswordPair
from app.ui.words import label

LONGEST_NAME = 30
GROUPS_IN_ROW = 4


class RecoverySheet(Protocol):
    """The recovery code as a PDF to be printed and locked away."""

    def __call__(self, code: str, station_name: str, user: str) -> bytes: ...


class UserStep(QWidget):
    """Who uses this PC first, and with what password."""

    submitted = Signal()

    def __init__(self, station_name: Callable[[], str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.user = QLineEdit()
        self.user.setMaxLength(LONGEST_NAME)
        self.passwords = PasswordPair(lambda: (self.name(), station_name()))
        self.user.returnPressed.connect(self.passwords.first.setFocus)
        self.passwords.submitted.connect(self.submitted)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(14)
        hint = self.tr("填您的姓名。每条记录都会写上是谁记的；以后可以再加其他人。")
        column.addLayout(field(self.tr("用户名"), self.user, hint))
        column.addWidget(self.passwords)
        column.addStretch(1)

    def name(self) -> str:
        """The user's name as it will stand on records."""
        return clean_text(self.user.text())

    def problem(self) -> str:
        """What is still wrong, in one sentence; "" when this step is done."""
        if not self.name():
            self.user.setFocus()
            return self.tr("请填写用户名。")
        wrong = [label(sentence) for sentence in text_problems(self.name(), max_length=LONGEST_NAME)]
        if wrong:
            self.user.setFocus()
            return wrong[0]
        problems = self.passwords.problems()
        if problems:
            self.passwords.first.setFocus()
        return problems[0] if problems else ""


class DistrictStep(QWidget):
    """Where records are sent; may stay empty."""

    submitted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.address, self.code = QLineEdit(), QLineEdit()
        self.address.setPlaceholderText("https://")
        self.address.returnPressed.connect(self.code.setFocus)
        self.code.returnPressed.connect(self.submitted)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(14)
        hint = self.tr("区里给的地址，以 https:// 开头。没有可以不填，记录先存在本机，以后再补。")
        column.addLayout(field(self.tr("区服务器地址（可不填）"), self.address, hint))
        hint = self.tr("区里发的一次性登记码，半小时内有效。")
        column.addLayout(field(self.tr("登记码（可不填）"), self.code, hint))
        column.addStretch(1)

    def url(self) -> str | None:
        """The address; None when left empty."""
        return self.address.text().strip().rstrip("/") or None

    def enrolment_code(self) -> str | None:
        """The one-time code; None when left empty."""
        return self.code.text().strip() or None

    def problem(self) -> str:
        """What is still wrong, in one sentence; "" when this step is done."""
        url = self.url()
        if url is None and self.enrolment_code():
            self.address.setFocus()
            return self.tr("填了登记码，还要填区服务器地址；没有就两项都不填。")
        problem = address_problem(url) if url else ""
        if problem:
            self.address.setFocus()
        return problem


class CodeStep(QWidget):
    """Shows the recovery code once and wants proof that it was kept."""

    submitted = Signal()
    print_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._groups: list[str] = []
        self._grid = QGridLayout()
        self._grid.setSpacing(10)
        self.last_group = QLineEdit()
        self.last_group.setMaxLength(12)
        self.last_group.returnPressed.connect(self.submitted)
        printing = button(self.tr("打印或存到 U 盘"), sign="print")
        printing.clicked.connect(self.print_requested)
        row = QHBoxLayout()
        row.addWidget(printing)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(14)
        column.addLayout(self._grid)
        column.addLayout(row)
        warning = self.tr(
            "忘记口令时只有它能打开数据，程序和区里都没有第二份。请锁进柜子，不要拍照，也不要存在这台电脑上。"
        )
        column.addWidget(words(warning, "warning"))
        hint = self.tr("我已抄写或打印：照纸上的输入最后一组五个数字。")
        column.addLayout(field(self.tr("核对恢复码的最后一组"), self.last_group, hint))
        column.addStretch(1)

    def show_code(self, code: str) -> None:
        """Show a code such as `01234-56789-…`."""
        self._groups = code.split("-")
        for place, group in enumerate(self._groups):
            shown = words(group, "code", wrap=False)
            shown.setAlignment(Qt.AlignmentFlag.AlignCenter)
            shown.setAccessibleName(self.tr("第 {number} 组：{group}").format(number=place + 1, group=group))
            self._grid.addWidget(shown, *divmod(place, GROUPS_IN_ROW))

    def problem(self) -> str:
        """What is still wrong, in one sentence; "" when this step is done."""
        typed = "".join(str(int(sign)) for sign in self.last_group.text() if sign.isdecimal())
        if self._groups and typed == self._groups[-1]:
            return ""
        self.last_group.setFocus()
        self.last_group.selectAll()
        return self.tr("最后一组不对。请照您抄写或打印的恢复码，输入最后五个数字。")
