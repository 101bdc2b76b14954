"""最近的收发: what the last rounds with the district came to, in words."""

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from app.store.round_log import Round
from app.ui.layouts import card, emptied, words
from app.ui.services import DeskServices
from app.ui.words import label, short_moment

MINUTE = 60


class RoundsCard(QWidget):
    """The newest rounds, read when something changed; not shown before the first."""

    def __init__(self, services: DeskServices, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        frame, column = card(self.tr("最近的收发"))
        frame.setAccessibleName(self.tr("最近的收发"))
        self.lines = QGridLayout()
        self.lines.setHorizontalSpacing(24)
        self.lines.setVerticalSpacing(4)
        self.lines.setColumnStretch(1, 1)
        column.addLayout(self.lines)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(frame)
        self.hide()

    def refresh(self) -> None:
        """Read them again."""
        rounds = self._services.rounds
        if rounds is not None:
            self._services.runner.run(rounds.newest, done=self._show, failed=lambda _: None, owner=self)

    def _show(self, rounds: list[Round]) -> None:
        emptied(self.lines)
        now = self._services.clock()
        for row, one in enumerate(rounds):
            self.lines.addWidget(words(short_moment(one.at, now), "muted", wrap=False), row, 0)
            self.lines.addWidget(words(round_text(one)), row, 1)
        self.setVisible(bool(rounds))


def round_text(done: Round) -> str:
    """One round in words."""
    translate = QCoreApplication.translate
    parts = []
    if done.sent:
        parts.append(translate("RoundsCard", "上报 {count} 条").format(count=done.sent))
    if done.received:
        parts.append(translate("RoundsCard", "收到 {count} 条").format(count=done.received))
    if done.merged:
        parts.append(translate("RoundsCard", "合并了 {count} 处改动").format(count=done.merged))
    if done.files:
        parts.append(translate("RoundsCard", "附件 {count} 个").format(count=done.files))
    if done.moved:
        parts.append(_took(done.seconds))
    said = translate("RoundsCard", "，").join(parts)
    if not done.sentence:
        return said or translate("RoundsCard", "已与区里接通，没有要收发的")
    reason = label(done.sentence)
    return translate("RoundsCard", "{said}；{reason}").format(said=said, reason=reason) if said else reason


def _took(seconds: int) -> str:
    if seconds < MINUTE:
        return QCoreApplication.translate("RoundsCard", "用时 {seconds} 秒").format(seconds=max(1, seconds))
    minutes = round(seconds / MINUTE)
    return QCoreApplication.translate("RoundsCard", "用时 {minutes} 分钟").format(minutes=minutes)
