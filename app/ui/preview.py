"""Print preview: the pages as they will come out, printing, saving as PDF, and what could not be printed."""

import os
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeySequence, QShortcut
from PySide6.QtPrintSupport import QPrintDialog, QPrinter, QPrinterInfo
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from app.typeset.sheet import PrintedPdf
from app.ui.banner import Banner
from app.ui.layouts import button, words
from app.ui.paper import PrinterFailed, a4_printer, paint_pages
from app.ui.sentences import sentence_of
from app.ui.sheets import Sheets
from app.ui.task_runner import TaskRunner
from app.ui.theme import LIGHT
from app.ui.words import label

MOST_COPIES = 60


class Preview(QDialog):
    """Shows the finished PDF itself, so that paper and screen cannot differ.

    `to_freeze`: the paper can be fixed for signature; `freeze_requested` asks for it.
    """

    freeze_requested = Signal()

    def __init__(
        self,
        pdf: PrintedPdf,
        title: str,
        *,
        copies: int,
        runner: TaskRunner,
        draft: bool = False,
        to_freeze: bool = False,
        remark: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._pdf, self._title, self._runner = pdf, title, runner
        self._printing = False
        self._freeze: QPushButton | None = None
        self.setWindowTitle(self.tr("打印预览 · {title}").format(title=title))
        self.setWindowFlag(Qt.WindowType.WindowMaximizeButtonHint)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.sheets = Sheets(pdf, runner)
        self.banner, self.remarks = Banner(), Banner()
        self.copies = QSpinBox()
        self.copies.setRange(1, MOST_COPIES)
        self.copies.setValue(copies)
        self.copies.setAccessibleName(self.tr("份数"))
        self._percent = words(f"{self.sheets.percent()}%", wrap=False)
        if to_freeze:
            self._print = button(self.tr("打印核对稿"), sign="print")
            self._freeze = button(self.tr("定稿打印"), "primary", sign="print", colour=LIGHT.on_accent)
            self._freeze.setToolTip(self.tr("内容固定为一版，每页印二维码，印出来签字"))
        else:
            self._print = button(self.tr("打印"), "primary", sign="print", colour=LIGHT.on_accent)
        self._save = button(self.tr("另存为 PDF"), sign="file-pdf")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._bar())
        remarks = QVBoxLayout()
        remarks.setContentsMargins(16, 10, 16, 10)
        remarks.addWidget(self.banner)
        remarks.addWidget(self.remarks)
        column.addLayout(remarks)
        column.addWidget(self.sheets, 1)
        self._connect()
        self._remark(draft, remark)
        (self._freeze or self._print).setFocus()
        room = parent.window().height() - 48 if parent else 0
        self.resize(QSize(1000, max(720, room)))

    def ask_printer(self) -> None:
        """Let the cadre choose the printer, then print."""
        if self._printing:
            return
        if not QPrinterInfo.availablePrinterNames():
            self.banner.show_warning(
                self.tr("这台电脑没有安装打印机。可以先另存为 PDF，拿到有打印机的电脑上打印。")
            )
            return
        printer = a4_printer(landscape=self._pdf.landscape)
        printer.setCopyCount(self.copies.value())
        dialog = QPrintDialog(printer, self)
        dialog.setMinMax(1, self._pdf.pages)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.accepted.connect(lambda: self.print_to(printer))
        QDialog.open(dialog)

    def print_to(self, printer: QPrinter) -> None:
        """Send the pages to a printer, off the window's thread."""
        self._printing = True
        self._print.setEnabled(False)
        self.sheets.hold(True)
        self.banner.show_done(self.tr("正在送到打印机……"))
        self._runner.run(
            lambda: paint_pages(printer, self._pdf), done=self._printed, failed=self._failed, owner=self
        )

    def ask_file(self) -> None:
        """Let the cadre choose where to save."""
        dialog = QFileDialog(self, self.tr("另存为 PDF"), f"{_file_name(self._title)}.pdf", "PDF (*.pdf)")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("pdf")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda name: self.save_to(Path(name)))
        dialog.open()

    def save_to(self, path: Path) -> None:
        """Save the PDF; a half-written file never stands under the chosen name."""
        self._runner.run(
            lambda: _write(path, self._pdf.data),
            done=lambda _: self.banner.show_done(self.tr("已保存到 {path}").format(path=path)),
            failed=self._failed,
            owner=self,
        )

    def closeEvent(self, event: QCloseEvent) -> None:
        """A print job under way is finished first."""
        if self._printing:
            event.ignore()
            return
        super().closeEvent(event)

    def reject(self) -> None:
        """Esc closes like the cross does."""
        if not self._printing:
            super().reject()

    def _bar(self) -> QWidget:
        bar = QFrame()
        bar.setProperty("role", "bar")
        row = QHBoxLayout(bar)
        row.setContentsMargins(18, 10, 18, 10)
        row.setSpacing(10)
        smaller, larger = button("", "quiet", sign="zoom-out"), button("", "quiet", sign="zoom-in")
        for each, name, steps in ((smaller, self.tr("缩小"), -1), (larger, self.tr("放大"), 1)):
            each.setToolTip(name)
            each.setAccessibleName(name)
            each.clicked.connect(lambda _=False, steps=steps: self.sheets.zoom(steps))
        row.addWidget(smaller)
        row.addWidget(self._percent)
        row.addWidget(larger)
        row.addStretch(1)
        pages = self.tr("共 {pages} 页").format(pages=self._pdf.pages)
        row.addWidget(words(pages, "muted", wrap=False))
        row.addSpacing(16)
        row.addWidget(words(self.tr("份数"), wrap=False))
        row.addWidget(self.copies)
        row.addWidget(self._save)
        row.addWidget(self._print)
        if self._freeze is not None:
            row.addWidget(self._freeze)
        return bar

    def _connect(self) -> None:
        self._print.clicked.connect(self.ask_printer)
        self._save.clicked.connect(self.ask_file)
        if self._freeze is not None:
            self._freeze.clicked.connect(self._ask_freeze)
        self.sheets.zoomed.connect(lambda percent: self._percent.setText(f"{percent}%"))
        self.sheets.failed.connect(self._failed)
        QShortcut(QKeySequence.StandardKey.Print, self, self.ask_printer)
        QShortcut(QKeySequence.StandardKey.Save, self, self.ask_file)
        QShortcut(QKeySequence.StandardKey.ZoomIn, self, lambda: self.sheets.zoom(1))
        QShortcut(QKeySequence.StandardKey.ZoomOut, self, lambda: self.sheets.zoom(-1))

    def _ask_freeze(self) -> None:
        assert self._freeze is not None
        self._freeze.setEnabled(False)
        self.freeze_requested.emit()

    def not_frozen(self, error: Exception) -> None:
        """Say why the paper could not be fixed; it may be tried again."""
        self._failed(error)
        if self._freeze is not None:
            self._freeze.setEnabled(True)

    def _remark(self, draft: bool, remark: str) -> None:
        remarks = [remark] if remark else []
        if draft:
            remarks.append(
                self.tr(
                    "这份协议书还不完整：要登记书面协议的结果，填好协议内容、调解员和协议日期，“草稿”字样才会去掉。"
                )
            )
        if self._pdf.missing:
            characters = "、".join(self._pdf.missing)
            sentence = self.tr("这些字印不出来，纸上是方框，请手写补上：{characters}")
            remarks.append(sentence.format(characters=characters))
        if remarks:
            self.remarks.show_warning("\n".join(remarks))

    def _printed(self, sheets: int) -> None:
        self._rest()
        sentence = self.tr("已送到打印机，共 {sheets} 张。打印机没动静时请检查有没有纸、是否打开。")
        self.banner.show_done(sentence.format(sheets=sheets))

    def _failed(self, error: Exception) -> None:
        self._rest()
        known = isinstance(error, PrinterFailed)
        self.banner.show_error(label(str(error)) if known else sentence_of(error))

    def _rest(self) -> None:
        self._printing = False
        self._print.setEnabled(True)
        self.sheets.hold(False)


def _file_name(title: str) -> str:
    """The title without what a file name may not hold on any system."""
    return "".join("_" if sign in '\\/:*?"<>|' or sign < " " else sign for sign in title)[:80]


def _write(path: Path, content: bytes) -> None:
    fresh = path.with_name(path.name + ".new")
    try:
        fresh.write_bytes(content)
        os.replace(fresh, path)
    finally:
        fresh.unlink(missing_ok=True)
