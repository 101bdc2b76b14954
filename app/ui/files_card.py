"""附件: what of the attached files the district does not have and what is not here yet, how fast it goes, what is held."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from app.store.blob_counts import Underway
from app.store.blob_transfers import Transfer
from app.sync.blob_progress import BlobProgress
from app.sync.blob_words import reason_text, size_text
from app.ui.layouts import button, card, emptied, words
from app.ui.sentences import sentence_of
from app.ui.services import DeskServices
from app.ui.words import label

BAR = 10  # pixels
STEPS = 1000  # of the bar
HELD_SHOWN = 20
MINUTE = 60


@dataclass(frozen=True)
class _Files:
    left: Underway
    held: list[Transfer]


class FilesCard(QWidget):
    """Follows the attached files by itself; counted in the file, moved on by what the sync thread tells."""

    def __init__(self, services: DeskServices, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._held_count = -1
        frame, column = card(self.tr("附件"))
        frame.setAccessibleName(self.tr("附件"))
        self.up, self.down, self.pace = words(""), words("", "muted"), words("", "muted")
        self.bar = QProgressBar()
        self.bar.setAccessibleName(self.tr("附件上报和取来的进度"))
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(BAR)
        self.bar.setMaximum(STEPS)
        self._held = QVBoxLayout()
        self._held.setSpacing(2)
        self.retry = button(self.tr("再试一次"), sign="sync")
        self.retry.clicked.connect(self._retry)
        row = QHBoxLayout()
        row.addWidget(self.retry, 0, Qt.AlignmentFlag.AlignLeft)
        for widget in (self.up, self.bar, self.pace, self.down):
            column.addWidget(widget)
        column.addLayout(self._held)
        column.addLayout(row)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(frame)
        for hidden in (self.bar, self.pace, self.down, self.retry):
            hidden.hide()
        services.sync.news.changed.connect(self._again)
        services.sync.news.files_changed.connect(self._went)

    def refresh(self) -> None:
        """Count again."""
        self._services.runner.run(self._read, done=self._show, failed=self._tell, owner=self)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    def _again(self) -> None:
        if self.isVisible():
            self.refresh()

    def _went(self) -> None:
        progress = self._services.sync.news.files
        if progress is None or not self.isVisible():
            return
        self._say(progress.left)
        self._show_pace(progress)
        if progress.left.held != self._held_count:
            self.refresh()

    def _read(self) -> _Files:
        outbox = self._services.outbox
        return _Files(outbox.status().files, outbox.held_files())

    def _show(self, files: _Files) -> None:
        self._say(files.left)
        if not files.left.up and not files.left.down:
            self.bar.hide()
            self.pace.hide()
        self._show_held(files.held)

    def _say(self, left: Underway) -> None:
        if left.up:
            sentence = self.tr("附件 {count} 个，还有 {size} 未上报").format(
                count=left.up, size=size_text(left.up_bytes)
            )
        else:
            sentence = self.tr("附件都已上报")
        self.up.setText(sentence)
        coming = self.tr("本站其他电脑添加的附件，还有 {count} 个（{size}）没有到本机")
        self.down.setText(coming.format(count=left.down, size=size_text(left.down_bytes)))
        self.down.setVisible(left.down > 0)

    def _show_pace(self, progress: BlobProgress) -> None:
        total = progress.done_bytes + progress.left_bytes
        self.bar.setValue(STEPS * progress.done_bytes // total if total else STEPS)
        self.bar.setVisible(progress.left_bytes > 0)
        self.pace.setText(self._pace(progress))
        self.pace.setVisible(progress.left_bytes > 0)

    def _pace(self, progress: BlobProgress) -> str:
        going = self.tr("正在上报") if progress.way == "up" else self.tr("正在取来")
        if progress.speed <= 0:
            return going
        seconds = progress.left_bytes / progress.speed
        minutes = max(1, round(seconds / MINUTE))
        rest = (
            self.tr("大约还要 {minutes} 分钟").format(minutes=minutes)
            if seconds >= MINUTE
            else self.tr("不到 1 分钟")
        )
        said = self.tr("{going}，每秒 {speed}，{rest}")
        return said.format(going=going, speed=size_text(progress.speed), rest=rest)

    def _show_held(self, held: Sequence[Transfer]) -> None:
        self._held_count = len(held)
        emptied(self._held)
        for one in held[:HELD_SHOWN]:
            name = one.name or self.tr("一个附件")
            line = words(
                self.tr("{name}：{reason}。").format(name=name, reason=label(reason_text(one.reason)))
            )
            line.setProperty("role", "problem-error")
            self._held.addWidget(line)
        self.retry.setVisible(bool(held) and self._services.access.may("sync"))

    def _retry(self) -> None:
        sync = self._services.sync
        self.retry.setEnabled(False)
        self._services.runner.run(
            sync.retry_files, done=lambda _: self._retried(), failed=self._tell, owner=self
        )

    def _retried(self) -> None:
        self.retry.setEnabled(True)
        self.refresh()

    def _tell(self, error: Exception) -> None:
        self.retry.setEnabled(True)
        self.up.setText(sentence_of(error))
