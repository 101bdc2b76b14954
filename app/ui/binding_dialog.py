"""How far the binding of a dossier is, and stopping it."""

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from app.ui.layouts import button, words


class BindingDialog(QDialog):
    """Shows the papers and files done; `watch` is what the work on its thread tells and asks."""

    _went = Signal(int, int)

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.stopped = False
        self.bar = QProgressBar()
        self.bar.setAccessibleName(self.tr("装订的进度"))
        self.bar.setTextVisible(False)
        self._said = words(self.tr("正在装订卷宗……"), wrap=False)
        self.stop = button(self.tr("取消"))
        self.stop.clicked.connect(self.reject)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.stop)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(12)
        column.addWidget(self._said)
        column.addWidget(self.bar)
        column.addLayout(row)
        self.setMinimumWidth(420)
        self._went.connect(self._show)

    @property
    def watch(self) -> Callable[[int, int], bool]:
        """Told from the working thread; False once somebody pressed 取消."""

        def told(done: int, whole: int) -> bool:
            if not self.stopped:
                self._went.emit(done, whole)
            return not self.stopped

        return told

    def reject(self) -> None:
        """Stop at the next paper; nothing is left behind."""
        self.stopped = True
        self.stop.setEnabled(False)
        self._said.setText(self.tr("正在停下……"))

    def end(self) -> None:
        """The work is over, one way or the other."""
        super().accept()

    def _show(self, done: int, whole: int) -> None:
        self.bar.setMaximum(whole)
        self.bar.setValue(done)
        self._said.setText(
            self.tr("正在装订卷宗：第 {done} 份，共 {whole} 份").format(done=done + 1, whole=whole)
        )
