"""导出: the list in front as a spreadsheet, masked; or a request for whole numbers that somebody else decides."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QProgressBar,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from app.models.record_type import RecordType
from app.store.reading import ListQuery
from app.ui.banner import Banner
from app.ui.layouts import button, field, words
from app.ui.sentences import sentence_of
from app.ui.services import PrivacyControl
from app.ui.task_runner import TaskRunner
from app.ui.theme import LIGHT
from app.ui.words import label

WIDE = 34  # heights of a line of text


class ExportDialog(QDialog):
    """Asks which of the two, and shows how far it is; it can be stopped at any time."""

    _moved = Signal(int, int)

    def __init__(
        self,
        record_type: RecordType,
        query: ListQuery,
        privacy: PrivacyControl,
        runner: TaskRunner,
        *,
        may_ask: bool,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("导出{title}").format(title=label(record_type.title)))
        self._type, self._query, self._privacy, self._runner = record_type, query, privacy, runner
        self._stopped = False
        self.banner = Banner()
        self.masked = QRadioButton(self.tr("号码只显示前后几位（平时用这个）"))
        self.whole = QRadioButton(self.tr("完整号码：申请，由另一个人批准"))
        self.masked.setChecked(True)
        self.whole.setVisible(may_ask)
        self.reason = QLineEdit()
        self.reason.setMaxLength(200)
        self._why = QWidget()
        why = field(
            self.tr("为什么要完整号码，给谁用"),
            self.reason,
            self.tr("批准的人要看，也会印在导出的文件里；请不要写姓名和号码。"),
        )
        why.setContentsMargins(0, 0, 0, 0)
        self._why.setLayout(why)
        self._why.hide()
        self.bar = QProgressBar()
        self.bar.setAccessibleName(self.tr("导出进度"))
        self.bar.hide()
        self.back, self.go = (
            button(self.tr("返回")),
            button("", "primary", sign="file-sheet", colour=LIGHT.on_accent),
        )
        self.back.clicked.connect(self.reject)
        self.go.clicked.connect(self.submit)
        self.masked.toggled.connect(lambda _: self._show_choice())
        self._moved.connect(self._show_progress)
        self._lay_out()
        self._show_choice()

    def submit(self) -> None:
        """Ask where to save, or send the request."""
        if self.masked.isChecked():
            dialog = QFileDialog(
                self, self.tr("导出"), f"{label(self._type.title)}.xlsx", self.tr("Excel 表格 (*.xlsx)")
            )
            dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
            dialog.setDefaultSuffix("xlsx")
            dialog.fileSelected.connect(lambda name: self.save_to(Path(name)))
            dialog.finished.connect(lambda _: dialog.deleteLater())
            dialog.open()
            return
        kind, query, reason = self._type, self._query, self.reason.text()
        self._begin()
        self._runner.run(
            lambda: self._privacy.exports.ask(kind, query, reason),
            done=lambda _: self._asked(),
            failed=self._failed,
            owner=self,
            in_turn=True,
        )

    def save_to(self, path: Path) -> None:
        """Write the masked workbook."""
        kind, query, privacy = self._type, self._query, self._privacy
        self._begin()
        self.bar.show()
        self._runner.run(
            lambda: privacy.save_masked(kind, query, path, self._watch),
            done=lambda count: self._saved(count, path),
            failed=self._failed,
            owner=self,
        )

    def reject(self) -> None:
        """While a file is written, stop that first."""
        if self.go.isEnabled() or self.go.isHidden():
            super().reject()
        self._stopped = True

    def _watch(self, done: int, of: int) -> bool:
        """Called on the working thread."""
        self._moved.emit(done, of)
        return not self._stopped

    def _show_progress(self, done: int, of: int) -> None:
        self.bar.setRange(0, of)
        self.bar.setValue(done)

    def _begin(self) -> None:
        self.banner.clear()
        self.go.setEnabled(False)
        self._stopped = False
        self.back.setText(self.tr("停止"))

    def _saved(self, count: int, path: Path) -> None:
        sentence = self.tr("已把 {count} 条保存到 {path}。号码只显示前后几位。")
        self._end(sentence.format(count=count, path=path))

    def _asked(self) -> None:
        self._end(self.tr("申请已提出。请另一位有权的人在“个人信息”页批准，然后您在同一页取出文件。"))

    def _end(self, sentence: str) -> None:
        self.banner.show_done(sentence)
        self.bar.hide()
        self.go.hide()
        self.back.setText(self.tr("关闭"))

    def _failed(self, error: Exception) -> None:
        self.bar.hide()
        self.go.setEnabled(True)
        self.back.setText(self.tr("返回"))
        self.banner.show_error(sentence_of(error))

    def _show_choice(self) -> None:
        self._why.setVisible(self.whole.isChecked())
        if self.whole.isChecked():
            self.reason.setFocus()
        # Labels that wrap say too late how high they are; the dialog grows to what it holds.
        self.setMinimumHeight(self.heightForWidth(self.width()))
        self.adjustSize()
        self.go.setText(self.tr("导出…") if self.masked.isChecked() else self.tr("提出申请"))

    def _lay_out(self) -> None:
        self.setMinimumWidth(WIDE * self.fontMetrics().height())
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(12)
        column.addWidget(self.banner)
        column.addWidget(words(self.tr("导出列表里现在列出的记录，连同筛选和查找。导出会留在操作记录里。")))
        for each in (self.masked, self.whole, self._why, self.bar):
            column.addWidget(each)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(self.back)
        foot.addWidget(self.go)
        column.addStretch(1)
        column.addLayout(foot)
