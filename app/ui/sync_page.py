"""同步: what waits for the district, what it receipted, what it sent back and why."""

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from app.store.differences import Disputed
from app.store.outbox import OutboxStatus, Refusal
from app.store.recent import Touched
from app.ui.banner import Banner
from app.ui.enrol_card import EnrolCard
from app.ui.files_card import FilesCard
from app.ui.flow_row import FlowRow
from app.ui.home_lists import record_title, refusal_text
from app.ui.identity_card import IdentityCard
from app.ui.layouts import button, card, emptied, scrolling, words
from app.ui.page import Page
from app.ui.record_line import RecordLine
from app.ui.resend_card import ResendCard
from app.ui.rounds_card import RoundsCard
from app.ui.sending_card import SendingCard
from app.ui.sentences import sentence_of
from app.ui.services import DeskServices
from app.ui.stick_card import StickCard
from app.ui.sync_words import address_text, finding_text, state_text
from app.ui.theme import LIGHT
from app.ui.waiting_list import WaitingList
from app.ui.words import short_moment

WAITING_SHOWN = 200
REFUSED_SHOWN = 20


@dataclass(frozen=True)
class Sending:
    """What the page shows, read in one go."""

    status: OutboxStatus
    disputed: list[Disputed]
    refused: list[Refusal]
    waiting: list[Touched]
    headlines: dict[str, str]


class SyncPage(Page):
    """Shows sending and starts it; sending itself goes on without this page."""

    record_requested = Signal(str, str)

    def __init__(self, services: DeskServices, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self._services = services
        self._banner = Banner()
        self._state = words("")
        self._unsent, self._returned, self._disputes, self._receipt, self._pull = (
            words("", "figure") for _ in range(5)
        )
        self._found = words("", "muted")
        self._compare = button(self.tr("与区里核对"), sign="check")
        self._compare.setToolTip(self.tr("逐条比较本站和区里的记录，不一致的列出来并补齐"))
        self._compare.clicked.connect(self._ask_comparison)
        self._send = button(self.tr("现在上报"), "primary", sign="sync", colour=LIGHT.on_accent)
        self._send.clicked.connect(self._ask)
        self._disputed_card, self._disputed = _list_card(self.tr("两个人写得不一样的"))
        self._refused_card, self._refused = _list_card(self.tr("区里退回的"))
        self._waiting_card, waiting = _list_card(self.tr("等待上报的"))
        self._waiting, self._rest = WaitingList(), words("", "muted")
        self._waiting.opened.connect(self.record_requested)
        waiting.addWidget(self._waiting)
        waiting.addWidget(self._rest)
        column = QVBoxLayout()
        column.setContentsMargins(28, 22, 28, 28)
        column.setSpacing(16)
        column.addWidget(words(self.tr("同步"), "title"))
        column.addWidget(self._banner)
        self._address = words("", "section")
        column.addWidget(self._overview())
        self.enrol_card = EnrolCard(services)
        self.enrol_card.enrolled.connect(self._enrolled)
        column.addWidget(self.enrol_card)
        column.addWidget(SendingCard(services))
        column.addWidget(FilesCard(services))
        column.addWidget(self._disputed_card)
        column.addWidget(self._refused_card)
        self.stick_card = self._stick_card(services)
        if self.stick_card is not None:
            column.addWidget(self.stick_card)
        column.addWidget(self._waiting_card)
        self._rounds, self.identity_card = RoundsCard(services), IdentityCard(services)
        self.resend_card = ResendCard(services)
        self.resend_card.sent.connect(self._count)
        for last in (self._rounds, self.resend_card, self.identity_card):
            column.addWidget(last)
        column.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scrolling(column))
        services.sync.news.changed.connect(self._sent)
        for press, action in ((self._send, "sync"), (self._compare, "reconcile")):
            press.setVisible(services.access.may(action))

    def refresh(self) -> None:
        """Count again what waits and what came back."""
        if self.stick_card is not None:
            self.stick_card.refresh()
        self._count()
        self._rounds.refresh()
        self.resend_card.refresh()
        self.identity_card.refresh()

    def _count(self) -> None:
        self._services.runner.run(self._read, done=self._show, failed=self._tell, owner=self)

    def _stick_card(self, services: DeskServices) -> StickCard | None:
        if services.stick is None or not services.access.may("sync"):
            return None
        card = StickCard(services.stick, services.runner, services.clock)
        card.imported.connect(self._count)
        card.imported.connect(services.sync.wake)
        card.arrived.connect(services.sync.news.arrived)
        return card

    def _overview(self) -> QWidget:
        frame, column = card()
        column.addWidget(self._address)
        column.addWidget(self._state)
        column.addWidget(self._found)
        column.addLayout(FlowRow(self._send, self._compare))
        figures = QGridLayout()
        figures.setHorizontalSpacing(48)
        for place, (label, figure) in enumerate(
            (
                (self.tr("未上报"), self._unsent),
                (self.tr("退回"), self._returned),
                (self.tr("待选定"), self._disputes),
                (self.tr("上次回执"), self._receipt),
                (self.tr("上次收到区里的"), self._pull),
            )
        ):
            figures.addWidget(words(label, "muted", wrap=False), 0, place)
            figures.addWidget(figure, 1, place, Qt.AlignmentFlag.AlignVCenter)
            figure.setWordWrap(False)
            figure.setAccessibleName(label)
        figures.setColumnStretch(5, 1)
        column.addLayout(figures)
        return frame

    def _ask(self) -> None:
        self._banner.clear()
        self._send.setEnabled(False)
        self._state.setText(self.tr("正在上报……"))
        self._services.sync.send_now()

    def _ask_comparison(self) -> None:
        self._banner.clear()
        self._compare.setEnabled(False)
        self._found.setText(self.tr("正在核对……"))
        self._services.sync.reconcile()

    def _enrolled(self) -> None:
        self._banner.show_done(self.tr("登记好了，以后自动上报。"))
        self.refresh()

    def _sent(self) -> None:
        self._send.setEnabled(self._services.sync.enrolled)
        self._compare.setEnabled(self._services.sync.enrolled)
        if self.isVisible():
            self.refresh()

    def _read(self) -> Sending:
        services = self._services
        refused = [of for of in services.outbox.refusals() if of.code == "held"]
        disputed = services.differences.open_records()
        finding = services.sync.news.finding
        named = {of.record_id: of.record_type for of in refused}
        named |= {of.record_id: of.record_type for of in disputed}
        named |= {record_id: code for code, record_id in (finding.differing if finding else ())}
        return Sending(
            services.outbox.status(),
            disputed,
            refused,
            services.recent.waiting(WAITING_SHOWN),
            services.recent.headlines(named),
        )

    def _show(self, sending: Sending) -> None:
        status, now = sending.status, self._services.clock()
        sync = self._services.sync
        self._address.setText(address_text(sync.address))
        self.enrol_card.setVisible(sync.can_enrol and self._services.access.may("enrol"))
        self._send.setEnabled(sync.enrolled)
        self._compare.setEnabled(sync.enrolled)
        self._state.setText(state_text(sync, status))
        finding = sync.news.finding
        self._found.setText(finding_text(finding, sending.headlines) if finding else "")
        self._found.setVisible(finding is not None)
        self._unsent.setText(self.tr("{count} 条").format(count=status.unsent))
        self._returned.setText(self.tr("{count} 条").format(count=status.held))
        self._disputes.setText(self.tr("{count} 条").format(count=status.conflicts))
        for figure, at in ((self._receipt, status.last_receipt_at), (self._pull, status.last_pull_at)):
            figure.setText(short_moment(at, now) if at else self.tr("还没有"))
        self._list_disputed(sending)
        self._list_refused(sending)
        self._list_waiting(sending)

    def _list_refused(self, sending: Sending) -> None:
        emptied(self._refused)
        for refusal in sending.refused[:REFUSED_SHOWN]:
            name = sending.headlines.get(refusal.record_id) or record_title(refusal.record_type)
            line = RecordLine("returned", name, refusal_text(refusal))
            line.set_badge(self.tr("改正并重发"), "badge-error")
            line.clicked.connect(
                lambda _=False, of=refusal: self.record_requested.emit(of.record_type, of.record_id)
            )
            self._refused.addWidget(line)
        rest = len(sending.refused) - REFUSED_SHOWN
        if rest > 0:
            sentence = self.tr("还有 {count} 条，改正上面的以后会列出来。").format(count=rest)
            self._refused.addWidget(words(sentence, "muted"))
        if not sending.refused:
            sentence = self.tr("没有退回的记录。区里退回时，这里会写明原因，点一下就能改正。")
            self._refused.addWidget(words(sentence, "muted"))

    def _list_disputed(self, sending: Sending) -> None:
        emptied(self._disputed)
        for disputed in sending.disputed[:REFUSED_SHOWN]:
            name = sending.headlines.get(disputed.record_id) or record_title(disputed.record_type)
            below = self.tr("有 {count} 处，请打开记录选定用哪一份。").format(count=disputed.count)
            line = RecordLine("returned", name, below)
            line.set_badge(self.tr("选定"), "badge-error")
            line.clicked.connect(
                lambda _=False, of=disputed: self.record_requested.emit(of.record_type, of.record_id)
            )
            self._disputed.addWidget(line)
        self._disputed_card.setVisible(bool(sending.disputed))

    def _list_waiting(self, sending: Sending) -> None:
        self._waiting.show_waiting(sending.waiting, self._services.clock())
        self._waiting.setVisible(bool(sending.waiting))
        rest = sending.status.unsent - len(sending.waiting)
        if not sending.waiting:
            self._rest.setText(self.tr("都已上报，没有等待的记录。"))
        elif rest > 0:
            self._rest.setText(self.tr("后面还有 {count} 条。").format(count=rest))
        self._rest.setVisible(not sending.waiting or rest > 0)

    def _tell(self, error: Exception) -> None:
        self._banner.show_error(sentence_of(error))


def _list_card(title: str) -> tuple[QWidget, QVBoxLayout]:
    frame, column = card(title)
    frame.setAccessibleName(title)
    lines = QVBoxLayout()
    lines.setSpacing(2)
    column.addLayout(lines)
    return frame, lines
