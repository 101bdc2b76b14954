"""How far the records on their way are, how long it will take, and a way to stop."""

from time import monotonic

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from app.ui.layouts import button, card, words
from app.ui.services import DeskServices

BAR = 10  # pixels
FEWEST = 20  # records from which a bar says more than the count
MINUTE = 60


class SendingCard(QWidget):
    """Shown while many records go up; `waiting` is how many there were when it began."""

    def __init__(self, services: DeskServices, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._total = 0
        self._began = 0.0
        frame, column = card(self.tr("正在上报"))
        frame.setAccessibleName(self.tr("正在上报"))
        self.said = words("")
        self.bar = QProgressBar()
        self.bar.setAccessibleName(self.tr("上报的进度"))
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(BAR)
        self.stop = button(self.tr("停止上报"))
        self.stop.clicked.connect(self._stop)
        row = QHBoxLayout()
        row.addWidget(self.said, 1)
        row.addWidget(self.stop, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(row)
        column.addWidget(self.bar)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(frame)
        services.sync.news.rows_changed.connect(self._went)
        services.sync.news.changed.connect(self._ended)
        self.hide()

    def _went(self, sent: int, left: int) -> None:
        """So many records of this round are receipted and so many wait."""
        if self.isHidden():
            self._began = monotonic()
            self.stop.setEnabled(True)
        self._total = sent + left
        if self._total < FEWEST:
            return
        self.bar.setMaximum(self._total)
        self.bar.setValue(sent)
        text = self.tr("已上报 {sent} 条，共 {total} 条{rest}")
        self.said.setText(text.format(sent=sent, total=self._total, rest=self._rest(sent)))
        self.show()

    def _rest(self, sent: int) -> str:
        passed = monotonic() - self._began
        if not sent or passed < 1:
            return ""
        seconds = passed / sent * (self._total - sent)
        if seconds < MINUTE:
            return self.tr("，不到 1 分钟")
        return self.tr("，约还要 {minutes} 分钟").format(minutes=round(seconds / MINUTE))

    def _stop(self) -> None:
        self.stop.setEnabled(False)
        self.said.setText(self.tr("正在停下……"))
        self._services.sync.stop_sending()

    def _ended(self) -> None:
        self.hide()
