"""完整导出: who asked for whole numbers, what somebody else said, and fetching what was agreed."""

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QFileDialog, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from app.store.authorized.exports import FullExport
from app.ui.banner import Banner
from app.ui.layouts import button, card, emptied, field, words
from app.ui.sentences import sentence_of
from app.ui.services import DeskServices, PrivacyControl
from app.ui.words import label, moment_text

STATES = {
    "open": "等人批准",
    "approved": "已批准，等申请人取出",
    "refused": "没有批准",
    "done": "已取出",
    "lapsed": "已过期",
}
SHOWN = 20
Act = Callable[[FullExport], None]


class FullExportsCard(QWidget):
    """The requests, newest first, with what this user may do about each."""

    told = Signal(bool, str)

    def __init__(
        self, services: DeskServices, privacy: PrivacyControl, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._services, self._privacy = services, privacy
        self.presses: dict[tuple[str, str], QPushButton] = {}
        frame, inside = card(self.tr("完整号码的导出"))
        inside.addWidget(
            words(
                self.tr("含完整号码的导出要由另一个人批准，自己不能批准自己的；文件加密，口令只显示一次。"),
                "muted",
            )
        )
        self._lines = QVBoxLayout()
        self._lines.setSpacing(10)
        inside.addLayout(self._lines)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(frame)

    def refresh(self) -> None:
        """Read the requests again."""
        self._services.runner.run(
            self._privacy.exports.requests, done=self._show, failed=self._tell, owner=self
        )

    def fetch_to(self, request: FullExport, path: Path) -> None:
        """Write the encrypted archive and show its passphrase once."""
        privacy = self._privacy
        self._services.runner.run(
            lambda: privacy.save_whole(request.id, path, lambda done, of: True),
            done=lambda passphrase: self._fetched(passphrase, path),
            failed=self._tell,
            owner=self,
        )

    def _show(self, requests: Sequence[FullExport]) -> None:
        emptied(self._lines)
        self.presses.clear()
        for request in requests[:SHOWN]:
            self._lines.addWidget(self._line(request))
        if not requests:
            self._lines.addWidget(words(self.tr("没有申请。在各类记录的列表上按“导出”可以提出。"), "muted"))

    def _line(self, request: FullExport) -> QWidget:
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        text = QVBoxLayout()
        text.setSpacing(2)
        head = self.tr("{by} 申请：{what}，{rows} 条　{state}").format(
            by=request.by,
            what=label(request.asked_for),
            rows=request.rows,
            state=label(STATES[request.state]),
        )
        text.addWidget(words(head, "label"))
        below = self.tr("{at}　用途：{reason}").format(at=moment_text(request.at), reason=request.reason)
        if request.decided_by:
            below += self.tr("　{name}：{words}").format(
                name=request.decided_by, words=request.decision or self.tr("同意")
            )
        text.addWidget(words(below, "muted"))
        row.addLayout(text, 1)
        own = request.by == self._services.user
        if request.state == "open":
            self._add(row, request, "decide", self.tr("批准或不同意…"), self._decide)
        if request.state == "approved" and own:
            self._add(row, request, "fetch", self.tr("取出…"), self._ask_file)
        return line

    def _add(self, row: QHBoxLayout, request: FullExport, key: str, title: str, act: Act) -> None:
        press = button(title)
        press.clicked.connect(lambda _=False: act(request))
        self.presses[request.id, key] = press
        row.addWidget(press, 0, Qt.AlignmentFlag.AlignTop)

    def _decide(self, request: FullExport) -> None:
        dialog = DecideDialog(request, self._services, self._privacy, self.window())
        dialog.decided.connect(self.refresh)
        dialog.open()

    def _ask_file(self, request: FullExport) -> None:
        dialog = QFileDialog(
            self, self.tr("取出导出文件"), self.tr("完整导出.zip"), self.tr("加密压缩包 (*.zip)")
        )
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("zip")
        dialog.fileSelected.connect(lambda name: self.fetch_to(request, Path(name)))
        dialog.finished.connect(lambda _: dialog.deleteLater())
        dialog.open()

    def _fetched(self, passphrase: str, path: Path) -> None:
        self.told.emit(True, self.tr("已保存到 {path}").format(path=path))
        PassphraseDialog(passphrase, self.window()).open()
        self.refresh()

    def _tell(self, error: Exception) -> None:
        self.told.emit(False, sentence_of(error))


class PassphraseDialog(QDialog):
    """The passphrase of an archive, said once."""

    def __init__(self, passphrase: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("压缩包的口令"))
        self.passphrase = words(passphrase, "code", wrap=False)
        self.passphrase.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.passphrase.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        close = button(self.tr("记下了"), "primary")
        close.clicked.connect(self.accept)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(14)
        column.addWidget(words(self.tr("只显示这一次，程序里不留。请另外告诉收件人，不要和文件放在一起。")))
        column.addWidget(self.passphrase)
        column.addWidget(close, 0, Qt.AlignmentFlag.AlignRight)


class DecideDialog(QDialog):
    """A second person says yes or no with their own name and password, at this desk."""

    decided = Signal()

    def __init__(
        self,
        request: FullExport,
        services: DeskServices,
        privacy: PrivacyControl,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("批准完整导出"))
        self._request, self._services, self._privacy = request, services, privacy
        self.banner = Banner()
        own = request.by == services.user
        self.name, self.password, self.answer = (
            QLineEdit("" if own else services.user),
            QLineEdit(),
            QLineEdit(),
        )
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.answer.setMaxLength(200)
        self.agree = button(self.tr("同意导出"), "primary")
        self.disagree, self.back = button(self.tr("不同意"), "danger"), button(self.tr("返回"))
        self.agree.clicked.connect(lambda: self.submit(agree=True))
        self.disagree.clicked.connect(lambda: self.submit(agree=False))
        self.back.clicked.connect(self.reject)
        self.setMinimumWidth(32 * self.fontMetrics().height())
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(12)
        column.addWidget(self.banner)
        asked = self.tr("{by} 要导出{what}的完整号码，共 {rows} 条。用途：{reason}")
        column.addWidget(
            words(
                asked.format(
                    by=request.by, what=label(request.asked_for), rows=request.rows, reason=request.reason
                )
            )
        )
        column.addLayout(field(self.tr("批准人的用户名"), self.name, self.tr("不能是申请人自己。")))
        column.addLayout(field(self.tr("批准人自己的口令"), self.password))
        column.addLayout(field(self.tr("意见（不同意的要写明）"), self.answer))
        foot = QHBoxLayout()
        foot.addWidget(self.back)
        foot.addStretch(1)
        foot.addWidget(self.disagree)
        foot.addWidget(self.agree)
        column.addLayout(foot)
        (self.name if own else self.password).setFocus()

    def submit(self, *, agree: bool) -> None:
        """Put the decision down, or say what is wrong."""
        name, password, said = self.name.text(), self.password.text(), self.answer.text()
        if not name.strip() or not password:
            self.banner.show_error(self.tr("请批准的人输入自己的用户名和口令。"))
            return
        for each in (self.agree, self.disagree):
            each.setEnabled(False)
        request, privacy = self._request, self._privacy
        self._services.runner.run(
            lambda: privacy.decide(request.id, name, password, agree=agree, words=said),
            done=lambda _: self._done(),
            failed=self._failed,
            owner=self,
            in_turn=True,
        )

    def _done(self) -> None:
        self.password.clear()
        self.decided.emit()
        self.accept()

    def _failed(self, error: Exception) -> None:
        self.password.clear()
        for each in (self.agree, self.disagree):
            each.setEnabled(True)
        self.banner.show_error(sentence_of(error))
