"""个人信息请求: the register, a new request, what is held on the person, and the answer."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.models.station_time import station_day
from app.security.masking import masked
from app.store.authorized.person_requests import KINDS, PersonRequest
from app.ui.layouts import button, card, emptied, words
from app.ui.person_request_dialogs import AnswerDialog, TakeDialog
from app.ui.sentences import sentence_of
from app.ui.services import DeskServices, PrivacyControl
from app.ui.theme import LIGHT
from app.ui.words import day_text, label

STATES = {"open": "办理中", "granted": "已办结", "refused": "已答复不同意"}
SHOWN = 50


class PersonRequestsCard(QWidget):
    """Open requests first, with the day the answer is due."""

    told = Signal(bool, str)

    def __init__(
        self, services: DeskServices, privacy: PrivacyControl, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._services, self._privacy = services, privacy
        self.presses: dict[str, QPushButton] = {}
        frame, inside = card()
        head = QHBoxLayout()
        head.addWidget(words(self.tr("个人信息请求"), "section", wrap=False))
        head.addStretch(1)
        self.add = button(self.tr("登记请求"), "primary", sign="add", colour=LIGHT.on_accent)
        self.add.clicked.connect(self.take)
        head.addWidget(self.add)
        inside.addLayout(head)
        inside.addWidget(
            words(
                self.tr("本人来查自己的信息、要求更正或删除，登记在这里，按期答复；不同意的要说明理由。"),
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
        """Read the register again."""
        self._services.runner.run(
            self._privacy.requests.listed, done=self._show, failed=self._tell, owner=self
        )

    def take(self) -> None:
        """Write a new request down."""
        dialog = TakeDialog(self._services, self._privacy, self.window())
        dialog.taken.connect(self.refresh)
        dialog.open()

    def _show(self, requests: Sequence[PersonRequest]) -> None:
        emptied(self._lines)
        self.presses.clear()
        for request in requests[:SHOWN]:
            self._lines.addWidget(self._line(request))
        if not requests:
            self._lines.addWidget(words(self.tr("还没有人提出过。"), "muted"))

    def _line(self, request: PersonRequest) -> QWidget:
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        text = QVBoxLayout()
        text.setSpacing(2)
        number = request.person.id_number or request.person.phone
        head = self.tr("{name} {number}　{kind}　{state}").format(
            name=request.person.name,
            number=masked(number) if number else "",
            kind=label(KINDS[request.kind]),
            state=label(STATES[request.state]),
        )
        text.addWidget(words(head, "label"))
        overdue = request.state == "open" and request.due_on < station_day(self._services.clock())
        below = self.tr("{day} 收到，{due} 前答复").format(
            day=day_text(request.received_on), due=day_text(request.due_on)
        )
        if overdue:
            below += self.tr("（已超期）")
        if request.answer:
            below += self.tr("　答复：{answer}").format(answer=request.answer)
        text.addWidget(words(below, "error" if overdue else "muted"))
        row.addLayout(text, 1)
        if request.state == "open":
            press = button(self.tr("办理…"))
            press.clicked.connect(lambda: self._handle(request))
            self.presses[request.id] = press
            row.addWidget(press, 0, Qt.AlignmentFlag.AlignTop)
        return line

    def _handle(self, request: PersonRequest) -> None:
        dialog = AnswerDialog(request, self._services, self._privacy, self.window())
        dialog.answered.connect(self.refresh)
        dialog.open()

    def _tell(self, error: Exception) -> None:
        self.told.emit(False, sentence_of(error))
