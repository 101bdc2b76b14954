"""The truth line at the foot of the window: counted in the file itself, never remembered."""

from datetime import datetime

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from app.models.station_time import station_day
from app.store.backup import BackupState
from app.store.outbox import OutboxStatus
from app.ui.backup_words import alarm_text, newest_text
from app.ui.elided import Elided
from app.ui.theme import repolish
from app.ui.words import short_moment

STALE_DAYS = 3  # unsent for longer than this is shown as an alarm


class StatusLine(QFrame):
    """未上报 N 条，最早 X 天 · 退回 M 条 · 待选定 K 条 · 上次回执 T · 上次验证备份 T, and where sending stands."""

    opened = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("truth")
        self.setAccessibleName(self.tr("上报状态"))
        self._unsent, self._refused, self._receipt = QLabel(), QLabel(), QLabel()
        self._disputed, self._clock = QLabel(), QLabel()
        self._clock.hide()
        self._state, self._backup = Elided(), Elided()
        # Cut off only where large text has left no room for where sending stands either.
        self._backup.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self._state.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.more = QPushButton(self.tr("查看"))
        self.more.setProperty("role", "quiet")
        self.more.setAccessibleName(self.tr("查看上报情况"))
        self.more.clicked.connect(self.opened)
        row = QHBoxLayout(self)
        row.setContentsMargins(18, 5, 12, 5)
        row.setSpacing(26)
        for label in self._labels():
            row.addWidget(label)
        row.addWidget(self._state, 1)
        row.addWidget(self.more)

    def show_status(self, status: OutboxStatus, now: datetime, sentence: str) -> None:
        """Say what the file holds unsent and refused now; `sentence` tells where sending stands."""
        days = _days(status.oldest_at, now)
        self._tell(self._unsent, unsent_text(status, now), alarm=days >= STALE_DAYS)
        self._tell(self._refused, self.tr("退回 {count} 条").format(count=status.held), alarm=status.held > 0)
        disputed = self.tr("待选定 {count} 条").format(count=status.conflicts) if status.conflicts else ""
        self._tell(self._disputed, disputed, alarm=bool(disputed))
        self._disputed.setVisible(bool(disputed))
        self._receipt.setText(receipt_text(status, now))
        self._tell(self._clock, self.tr("电脑时间可能不对") if status.clock else "", alarm=bool(status.clock))
        self._clock.setToolTip(status.clock)
        self._clock.setVisible(bool(status.clock))
        self._state.say(sentence)

    def show_backup(self, state: BackupState, now: datetime) -> None:
        """Say when the newest verified backup was made."""
        text = newest_text(state, now)
        self._tell(self._backup, text, alarm=bool(alarm_text(state, now)))
        self._backup.setToolTip(alarm_text(state, now) or text)

    def text(self) -> str:
        """The line as one sentence."""
        return " · ".join(label.text() for label in self._labels() if label.text())

    def _labels(self) -> tuple[QLabel, ...]:
        return (self._unsent, self._refused, self._disputed, self._clock, self._receipt, self._backup)

    def _tell(self, label: QLabel, words: str, *, alarm: bool) -> None:
        label.setText(f"⚠ {words}" if alarm else words)
        if label.property("alarm") != alarm:
            label.setProperty("alarm", alarm)
            repolish(label)


def unsent_text(status: OutboxStatus, now: datetime) -> str:
    """`未上报 3 条，最早 2 天`; `未上报 0 条、附件 2 个`; `未上报 0 条`."""
    unsent = QCoreApplication.translate("StatusLine", "未上报 {count} 条").format(count=status.unsent)
    if status.files.up:
        files = QCoreApplication.translate("StatusLine", "{unsent}、附件 {count} 个")
        unsent = files.format(unsent=unsent, count=status.files.up)
    if not status.unsent:
        return unsent
    days = _days(status.oldest_at, now)
    age = (
        QCoreApplication.translate("StatusLine", "最早 {days} 天").format(days=days)
        if days
        else QCoreApplication.translate("StatusLine", "都是今天的")
    )
    return QCoreApplication.translate("StatusLine", "{unsent}，{age}").format(unsent=unsent, age=age)


def receipt_text(status: OutboxStatus, now: datetime) -> str:
    """`上次回执 14:05`; `上次回执：还没有`."""
    if status.last_receipt_at is None:
        return QCoreApplication.translate("StatusLine", "上次回执：还没有")
    at = short_moment(status.last_receipt_at, now)
    return QCoreApplication.translate("StatusLine", "上次回执 {at}").format(at=at)


def _days(oldest: datetime | None, now: datetime) -> int:
    return max(0, (station_day(now) - station_day(oldest)).days) if oldest else 0
