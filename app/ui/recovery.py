"""Recovery (恢复): shown where the data file does not open; from a backup back to an open desk, with a report."""

import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QFileDialog, QProgressBar, QVBoxLayout, QWidget

from app.store.backup import Progress
from app.store.backup_set import BackupSet
from app.store.recovered_words import sentences
from app.store.restore import Recovered
from app.ui.backup_list import BackupList
from app.ui.backup_words import step_text
from app.ui.gate import Gate
from app.ui.layouts import button, words
from app.ui.sentences import sentence_of
from app.ui.stack import Stack
from app.ui.task_runner import TaskRunner
from app.ui.theme import LIGHT
from app.ui.words import label

CHOOSING, RESTORING, REPORT = range(3)


class Mending(Protocol):
    """A data folder in need of a restore."""

    folder: Path
    sentence: str

    def found(self, other: Path | None = None) -> list[BackupSet]: ...
    def restore(
        self, progress: Progress, chosen: Sequence[BackupSet] | None = None, other: Path | None = None
    ) -> Recovered: ...


class Recovery(Gate):
    """Emits `recovered` with whatever `reopen` answers, once there is a sound file again."""

    recovered = Signal(object)
    _progressed = Signal(str, float)

    def __init__(
        self,
        broken: Mending,
        reopen: Callable[[], Any],
        clock: Callable[[], datetime],
        runner: TaskRunner,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._broken, self._reopen, self._clock, self._runner = broken, reopen, clock, runner
        self._other: Path | None = None
        self._found: list[BackupSet] = []
        self._halted = threading.Event()
        self.list = BackupList(broken.folder)
        self.bar, self._step = QProgressBar(), words("")
        self.report = words("")
        self.report.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._pages = Stack()
        for page in (self._choosing(), self._restoring(), self._reported()):
            self._pages.add_page(page)
        self.content.addWidget(self._pages)
        self.elsewhere = button(self.tr("到别的盘上找…"), "link")
        self.leave = button(self.tr("退出"))
        self.go = button(self.tr("恢复"), "primary", sign="backup", colour=LIGHT.on_accent)
        self.elsewhere.clicked.connect(self._pick)
        self.leave.clicked.connect(self._leave)
        self.go.clicked.connect(self.go_on)
        self.foot.addWidget(self.elsewhere)
        self.foot.addStretch(1)
        self.foot.addWidget(self.leave)
        self.foot.addWidget(self.go)
        self._progressed.connect(self._show_progress)
        self._show(CHOOSING)
        if broken.sentence:
            self.banner.show_error(label(broken.sentence))
        self._look()

    def page(self) -> int:
        """CHOOSING, RESTORING or REPORT."""
        return self._pages.index()

    def look_in(self, folder: Path) -> None:
        """Offer the backups in another folder too."""
        self._other = folder
        self._look()

    def go_on(self) -> None:
        """Restore the chosen backup, or open the desk after the report."""
        if not self.go.isEnabled():
            return
        if self.page() == REPORT:
            self.go.setEnabled(False)
            self._runner.run(self._reopen, done=self._opened, failed=self._failed, owner=self)
            return
        chosen = self.list.chosen()
        if chosen is None:
            return
        # A damaged one is passed over for the next older; never for a newer one, which was not asked for.
        pc = chosen.contents.device
        tried = [one for one in self._found if one.number <= chosen.number and one.contents.device == pc]
        # Of two copies of the same one, the one that was chosen comes first.
        tried.sort(key=lambda one: (-one.number, one is not chosen))
        self.banner.clear()
        self._halted.clear()
        self._show(RESTORING)
        self._runner.run(
            lambda: self._broken.restore(self._follow, tried, self._other),
            done=self._done,
            failed=self._failed,
            owner=self,
        )

    def closeEvent(self, event: QCloseEvent) -> None:
        """A restore under way is stopped first; nothing is replaced before it is whole."""
        if self.page() == RESTORING:
            self._halted.set()
            event.ignore()
        else:
            super().closeEvent(event)

    def _leave(self) -> None:
        if self.page() == RESTORING:
            self._halted.set()
        else:
            self.close()

    def _follow(self, step: str, part: float) -> bool:
        self._progressed.emit(step, part)
        return not self._halted.is_set()

    def _show_progress(self, step: str, part: float) -> None:
        self._step.setText(step_text(step))
        self.bar.setValue(round(100 * part))

    def _look(self) -> None:
        self._runner.run(
            lambda: self._broken.found(self._other), done=self._show_found, failed=self._failed, owner=self
        )

    def _show_found(self, found: list[BackupSet]) -> None:
        self._found = found
        self.list.show_sets(found, self._clock())
        self.go.setEnabled(bool(found))
        if not found:
            self.banner.show_warning(
                self.tr("这里没有找到备份。请接上存放备份的移动硬盘或 U 盘，再按“到别的盘上找”。")
            )

    def _done(self, recovered: Recovered) -> None:
        self.report.setText("\n".join(f"· {label(sentence)}" for sentence in sentences(recovered)))
        self._show(REPORT)
        self.banner.show_done(self.tr("恢复好了。请看一遍下面的说明，再打开工作台。"))

    def _opened(self, desk: Any) -> None:
        self.recovered.emit(desk)

    def _failed(self, error: Exception) -> None:
        if self.page() == RESTORING:
            self._show(CHOOSING)
        self.go.setEnabled(self.page() == REPORT or self.list.chosen() is not None)
        self.banner.show_error(sentence_of(error))

    def _show(self, page: int) -> None:
        headings = (
            (
                self.tr("从备份恢复"),
                self.tr("已选好最近的一份，按“恢复”即可。现有的文件会原样留存，不删除。"),
            ),
            (self.tr("正在恢复"), self.tr("请不要关机。随时可以停下，停下后一切照旧。")),
            (self.tr("恢复好了"), self.tr("下面是找回了什么、还缺什么。")),
        )
        self.say(*headings[page])
        self._pages.show_page(page)
        self.elsewhere.setVisible(page == CHOOSING)
        self.leave.setVisible(page != REPORT)
        self.leave.setText(self.tr("停下") if page == RESTORING else self.tr("退出"))
        self.go.setVisible(page != RESTORING)
        self.go.setEnabled(page == REPORT or self.list.chosen() is not None)
        self.go.setText(self.tr("打开工作台") if page == REPORT else self.tr("恢复"))

    def _choosing(self) -> QWidget:
        page, column = _column()
        column.addWidget(self.list)
        return page

    def _restoring(self) -> QWidget:
        page, column = _column()
        self.bar.setRange(0, 100)
        self.bar.setAccessibleName(self.tr("恢复进度"))
        column.addWidget(self._step)
        column.addWidget(self.bar)
        return page

    def _reported(self) -> QWidget:
        page, column = _column()
        column.addWidget(self.report)
        return page

    def _pick(self) -> None:
        dialog = QFileDialog(self, self.tr("选存放备份的文件夹"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda path: self.look_in(Path(path)))
        dialog.open()


def _column() -> tuple[QWidget, QVBoxLayout]:
    widget = QWidget()
    column = QVBoxLayout(widget)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(14)
    return widget, column
