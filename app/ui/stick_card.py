"""U盘收发: where the line is bad, unsent records go to the district on a stick and the answers come back on it."""

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QFileDialog, QFrame, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from app.store.stick import StickState
from app.sync.stick import Watch
from app.sync.stick_in import FileRead
from app.sync.stick_out import Exported
from app.ui.banner import Banner
from app.ui.flow_row import FlowRow
from app.ui.layouts import button, emptied, words
from app.ui.sentences import sentence_of
from app.ui.services import Clock
from app.ui.stick_drives import Drive, drives
from app.ui.task_runner import TaskRunner
from app.ui.words import label, short_moment


class StickControl(Protocol):
    """Sync by stick, as the window sees it; both ways take a while and raise StickRefused, NotAllowed, StorageError."""

    def state(self) -> StickState:
        """Where the exports stand."""

    def export(self, folder: Path, watch: Watch) -> Exported:
        """Write what is unsent to a new file in the folder."""

    def read(self, folder: Path, watch: Watch) -> list[FileRead]:
        """Take in the district's answers from the folder."""


class StickCard(QFrame):
    """Choose a stick, export to it, import from it; what came of it is said in words.

    `arrived` with the SHA-256 of each attached file that has come.
    """

    imported = Signal()
    arrived = Signal(str)
    _progressed = Signal(int, int)

    def __init__(
        self, stick: StickControl, runner: TaskRunner, clock: Clock, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self._stick, self._runner, self._clock = stick, runner, clock
        self._halt = threading.Event()
        self._running = False
        self.banner = Banner()
        self.place = QComboBox()
        self.place.setAccessibleName(self.tr("U盘或文件夹"))
        self.place.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.place.setMinimumContentsLength(24)
        self.pick = button(self.tr("选别的文件夹…"))
        self.out = button(self.tr("导出到U盘"), sign="up")
        self.back = button(self.tr("从U盘导入"), sign="down")
        self.halt = button(self.tr("停下"))
        self.bar = QProgressBar()
        self.bar.setAccessibleName(self.tr("U盘收发进度"))
        self._last, self._files = words("", "muted"), QVBoxLayout()
        self._lay_out()
        self.pick.clicked.connect(self._pick)
        self.out.clicked.connect(self.export)
        self.back.clicked.connect(self.take_in)
        self.halt.clicked.connect(self._halt.set)
        self._progressed.connect(self._show_progress)
        self._run(False)

    def refresh(self) -> None:
        """Look for sticks and read where the exports stand."""
        self._runner.run(lambda: (drives(), self._stick.state()), done=self._show, owner=self)

    def choose(self, folder: Path) -> None:
        """Use this folder from now on."""
        at = self.place.findData(str(folder))
        if at < 0:
            self.place.insertItem(0, str(folder), str(folder))
            at = 0
        self.place.setCurrentIndex(at)
        self._run(False)

    def export(self) -> None:
        """Write what is unsent to the chosen stick."""
        folder = self._chosen()
        if folder is not None:
            self._begin(lambda: self._stick.export(folder, self._watch), self._exported)

    def take_in(self) -> None:
        """Read the answers on the chosen stick."""
        folder = self._chosen()
        if folder is not None:
            self._begin(lambda: self._stick.read(folder, self._watch), self._read)

    def _lay_out(self) -> None:
        said = self.tr(
            "没有网络时，把未上报的记录导出到U盘，带到区里；带回的回执和区里的内容再从U盘导入。"
            "文件是加密的，只有区里能打开；同一个U盘多用几次也不会重复。"
        )
        buttons = FlowRow(self.pick, self.back, self.out)
        under_way = QHBoxLayout()
        under_way.addWidget(self.bar, 1)
        under_way.addWidget(self.halt)
        self._files.setSpacing(4)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 18)
        column.setSpacing(10)
        column.addWidget(words(self.tr("用U盘收发"), "section"))
        column.addWidget(words(said, "muted"))
        column.addWidget(self.banner)
        column.addWidget(self.place)
        column.addLayout(buttons)
        column.addLayout(under_way)
        column.addLayout(self._files)
        column.addWidget(self._last)

    def _chosen(self) -> Path | None:
        folder = self.place.currentData()
        return Path(folder) if folder and not self._running else None

    def _pick(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, self.tr("选U盘上的文件夹"))
        if folder:
            self.choose(Path(folder))

    def _begin(self, work: Callable[[], Any], done: Callable[[Any], None]) -> None:
        self.banner.clear()
        emptied(self._files)
        self._halt.clear()
        self._run(True)
        self._runner.run(work, done=done, failed=self._failed, owner=self)

    def _watch(self, done: int, of: int) -> bool:
        """On the working thread."""
        self._progressed.emit(done, of)
        return not self._halt.is_set()

    def _show_progress(self, done: int, of: int) -> None:
        self.bar.setRange(0, of)
        self.bar.setValue(done)

    def _run(self, running: bool) -> None:
        self._running = running
        for widget in (self.bar, self.halt):
            widget.setVisible(running)
        for press in (self.out, self.back):
            press.setEnabled(not running and self.place.count() > 0)
        if not running:
            self.bar.reset()

    def _exported(self, made: Exported) -> None:
        self._run(False)
        self.banner.show_done(label(made.sentence))
        self._list([self.tr("文件：{name}").format(name=made.path.name)])
        self.refresh()

    def _read(self, files: Sequence[FileRead]) -> None:
        self._run(False)
        for digest in (digest for one in files for digest in one.files):
            self.arrived.emit(digest)
        if all(one.is_fault and not one.receipted + one.received + len(one.files) for one in files):
            self.banner.show_error(self.tr("这些文件都没有用上，原因见下；本机数据没有受影响。"))
            self._list([label(one.sentence) for one in files])
            return
        receipted, received = (sum(getattr(one, name) for one in files) for name in ("receipted", "received"))
        sentence = self.tr("收到 {receipted} 条的回执，收下区里的内容涉及 {received} 条记录。").format(
            receipted=receipted, received=received
        )
        if came := sum(len(one.files) for one in files):
            sentence += self.tr("收下 {came} 个附件。").format(came=came)
        if any(one.is_fault for one in files):
            self.banner.show_warning(self.tr("{done}有的文件没有用上，原因见下。").format(done=sentence))
        else:
            self.banner.show_done(sentence)
        self._list([label(one.sentence) for one in files])
        self.refresh()
        self.imported.emit()

    def _failed(self, error: Exception) -> None:
        self._run(False)
        self.banner.show_error(sentence_of(error))

    def _list(self, sentences: Sequence[str]) -> None:
        for sentence in sentences:
            self._files.addWidget(words(sentence))

    def _show(self, found: tuple[list[Drive], StickState]) -> None:
        plugged, state = found
        chosen = self.place.currentData()
        known = {str(drive.path) for drive in plugged}
        own = [self.place.itemData(row) for row in range(self.place.count()) if self.place.itemText(row)]
        self.place.clear()
        for drive in plugged:
            free = self.tr("{name}（{path}，可用 {free} MB）").format(
                name=drive.name, path=drive.path, free=drive.free >> 20
            )
            self.place.addItem(free, str(drive.path))
        for folder in own:
            if folder not in known and Path(folder).is_dir():
                self.place.addItem(folder, folder)
        self.place.setCurrentIndex(max(0, self.place.findData(chosen)))
        self.place.setPlaceholderText(self.tr("没有看到U盘；插好后再打开本页，或选别的文件夹"))
        self._last.setText(self._last_text(state))
        self._last.setVisible(state.out_at is not None)
        self._run(self._running)

    def _last_text(self, state: StickState) -> str:
        if state.out_at is None:
            return ""
        at = short_moment(state.out_at, self._clock())
        came = self.tr("回执已导入") if state.answered >= state.number else self.tr("回执还没有带回")
        return self.tr("上次导出：{at}，{rows} 条，{came}。").format(at=at, rows=state.out_rows, came=came)
