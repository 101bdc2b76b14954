"""Taking a person's request down, and answering it: what is held, a copy on paper, what can be erased and what not."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from app.models.cleaning import Unclear, parse_day
from app.models.registry import RECORD_TYPES
from app.models.station_time import station_day
from app.store.authorized.person_requests import KINDS, PersonRequest, Verdict
from app.store.person_search import Holding, Person
from app.ui.banner import Banner
from app.ui.layouts import button, field, scrolling, words
from app.ui.sentences import sentence_of
from app.ui.services import DeskServices, PrivacyControl
from app.ui.theme import LIGHT
from app.ui.words import label

WIDE, HIGH = 34, 30  # heights of a line of text


class TakeDialog(QDialog):
    """Who asks for what, and when it came in."""

    taken = Signal()

    def __init__(
        self, services: DeskServices, privacy: PrivacyControl, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("登记个人信息请求"))
        self._services, self._privacy = services, privacy
        self.banner = Banner()
        self.kind = QComboBox()
        for code, title in KINDS.items():
            self.kind.addItem(label(title), code)
        self.name, self.card, self.phone = QLineEdit(), QLineEdit(), QLineEdit()
        self.day = QLineEdit(station_day(services.clock()).isoformat())
        self.wish = QPlainTextEdit()
        self.wish.setTabChangesFocus(True)
        self.wish.setFixedHeight(4 * self.fontMetrics().height())
        self.go, back = button(self.tr("登记"), "primary"), button(self.tr("返回"))
        self.go.clicked.connect(self.submit)
        back.clicked.connect(self.reject)
        inner = QVBoxLayout()
        inner.setSpacing(12)
        inner.addLayout(field(self.tr("请求"), self.kind))
        inner.addLayout(field(self.tr("姓名"), self.name))
        inner.addLayout(
            field(self.tr("证件号码"), self.card, self.tr("请核对证件原件；证件和电话至少填一项。"))
        )
        inner.addLayout(field(self.tr("电话"), self.phone))
        inner.addLayout(field(self.tr("收到日期"), self.day))
        inner.addLayout(field(self.tr("请求内容"), self.wish))
        inner.addStretch(1)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(back)
        foot.addWidget(self.go)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(12)
        column.addWidget(self.banner)
        column.addWidget(scrolling(inner), 1)
        column.addLayout(foot)
        _fit(self)

    def submit(self) -> None:
        """Write it down, or say what is missing."""
        try:
            day = parse_day(self.day.text(), self.tr("收到日期"))
        except Unclear as unclear:
            self.banner.show_error(label(str(unclear)))
            return
        person = Person(self.name.text(), self.card.text(), self.phone.text())
        kind, wish, requests = self.kind.currentData(), self.wish.toPlainText(), self._privacy.requests
        self.go.setEnabled(False)
        self._services.runner.run(
            lambda: requests.take(kind, person, wish, day),
            done=lambda _: self._done(),
            failed=self._failed,
            owner=self,
            in_turn=True,
        )

    def _done(self) -> None:
        self.taken.emit()
        self.accept()

    def _failed(self, error: Exception) -> None:
        self.go.setEnabled(True)
        self.banner.show_error(sentence_of(error))


class AnswerDialog(QDialog):
    """Everything found, and the ways to close the request."""

    answered = Signal()

    def __init__(
        self,
        request: PersonRequest,
        services: DeskServices,
        privacy: PrivacyControl,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(
            self.tr("{name}：{kind}").format(name=request.person.name, kind=label(KINDS[request.kind]))
        )
        self._request, self._services, self._privacy = request, services, privacy
        self._holding: Holding | None = None
        self.banner = Banner()
        self.found = QVBoxLayout()
        self.found.setSpacing(8)
        self.answer = QPlainTextEdit()
        self.answer.setTabChangesFocus(True)
        self.answer.setFixedHeight(4 * self.fontMetrics().height())
        may = services.access.may("decide_requests")
        self.copy = button(self.tr("给本人的查阅件…"), sign="file-pdf")
        self.erase = button(self.tr("删除可以删除的并办结"), "danger")
        self.grant = button(self.tr("办结"), "primary", sign="check", colour=LIGHT.on_accent)
        self.refuse, back = button(self.tr("不同意")), button(self.tr("返回"))
        self.copy.clicked.connect(self._ask_file)
        self.erase.clicked.connect(self.erase_all)
        self.grant.clicked.connect(lambda: self.close_request(granted=True))
        self.refuse.clicked.connect(lambda: self.close_request(granted=False))
        back.clicked.connect(self.reject)
        self.erase.setVisible(may and request.kind == "erase")
        self.grant.setVisible(may and request.kind != "erase")
        self.refuse.setVisible(may)
        inner = QVBoxLayout()
        inner.setSpacing(12)
        inner.addWidget(words(request.wish or self.tr("没有写明内容。"), "muted"))
        inner.addLayout(self.found)
        inner.addLayout(field(self.tr("答复（不同意的要说明理由）"), self.answer))
        inner.addStretch(1)
        foot = QHBoxLayout()
        foot.addWidget(self.copy)
        foot.addStretch(1)
        for each in (back, self.refuse, self.erase, self.grant):
            foot.addWidget(each)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(12)
        column.addWidget(self.banner)
        column.addWidget(scrolling(inner), 1)
        column.addLayout(foot)
        _fit(self)
        self.copy.setEnabled(False)
        requests = privacy.requests
        services.runner.run(
            lambda: requests.holding(request), done=self._show, failed=self._failed, owner=self
        )

    def copy_to(self, path: Path) -> None:
        """Write the copy for the person."""
        request, holding, privacy = self._request, self._holding, self._privacy
        if holding is None:
            return
        self._services.runner.run(
            lambda: privacy.copy_for(request, holding, path),
            done=lambda pages: self.banner.show_done(
                self.tr("已保存到 {path}，共 {pages} 页。").format(path=path, pages=pages)
            ),
            failed=self._failed,
            owner=self,
        )

    def erase_all(self) -> None:
        """Erase what may go and answer."""
        request, holding, privacy = self._request, self._holding, self._privacy
        said = self.answer.toPlainText()
        if holding is None:
            return
        if not said.strip():
            self.banner.show_error(self.tr("请先写明给本人的答复：删了哪些，没删的为什么。"))
            return
        self._run(lambda: privacy.erase_for(request, holding, said))

    def close_request(self, *, granted: bool) -> None:
        """Answer without erasing."""
        requests, request, said = self._privacy.requests, self._request, self.answer.toPlainText()
        self._run(lambda: requests.answer(request.id, granted=granted, words=said))

    def _run(self, work: Callable[[], object]) -> None:
        self._services.runner.run(
            work,
            done=lambda _: self._done(),
            failed=self._failed,
            owner=self,
            in_turn=True,
        )

    def _done(self) -> None:
        self.answered.emit()
        self.accept()

    def _show(self, holding: Holding) -> None:
        self._holding = holding
        self.copy.setEnabled(bool(holding.records))
        verdicts = self._privacy.requests.verdicts(self._request, holding)
        head = self.tr("找到 {count} 条记录，{drafts} 份草稿，操作记录里有 {lines} 行提到这些记录。").format(
            count=len(holding.records), drafts=len(holding.drafts), lines=holding.trail_lines
        )
        self.found.addWidget(words(head, "label"))
        for verdict in verdicts:
            self.found.addWidget(self._line(verdict))
        if holding.is_user:
            self.found.addWidget(words(self.tr("本机有同名的用户；工作人员的账号不在删除之列。"), "muted"))

    def _line(self, verdict: Verdict) -> QWidget:
        held = verdict.held
        kind = RECORD_TYPES[held.record_type]
        line = self.tr("{kind}　{headline}（{how}）").format(
            kind=label(kind.title), headline=kind.headline_of(held.stored.values), how=label(held.how)
        )
        if self._request.kind == "erase":
            line += "\n" + (label(verdict.refusal) if verdict.refusal else self.tr("可以删除。"))
        shown = words(line)
        shown.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        return shown

    def _ask_file(self) -> None:
        dialog = QFileDialog(self, self.tr("查阅件"), self.tr("个人信息查阅件.pdf"), "PDF (*.pdf)")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("pdf")
        dialog.fileSelected.connect(lambda name: self.copy_to(Path(name)))
        dialog.finished.connect(lambda _: dialog.deleteLater())
        dialog.open()

    def _failed(self, error: Exception) -> None:
        self.banner.show_error(sentence_of(error))


def _fit(dialog: QDialog) -> None:
    """As wide and high as letters need, within the window it stands in."""
    line, parent = dialog.fontMetrics().height(), dialog.parentWidget()
    room = parent.window().height() - 60 if parent else HIGH * line
    dialog.resize(WIDE * line, min(room, HIGH * line))
