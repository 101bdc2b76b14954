"""备份: when the last verified backup and drill were, making one now, the second drive, and the way to a restore."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QMessageBox,
    QProgressBar,
    QVBoxLayout,
    QWidget,
)

from app.ui.backup_list import BackupList
from app.ui.backup_words import alarm_text, drill_text, step_text
from app.ui.banner import Banner
from app.ui.layouts import button, card, scrolling, words
from app.ui.page import Page
from app.ui.sentences import sentence_of
from app.ui.services import DeskServices
from app.ui.theme import LIGHT
from app.ui.words import label, short_moment


class BackupPage(Page):
    """Shows the backups and asks for them; they are made without this page."""

    recovery_requested = Signal()

    def __init__(self, services: DeskServices, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self._services = services
        self._backup = services.backup
        self.banner = Banner()
        self._newest, self._drill, self._second = (words("", "section", wrap=False) for _ in range(3))
        self._drilled = words("", "muted", wrap=False)
        self.now = button(self.tr("立即备份"), "primary", sign="backup", colour=LIGHT.on_accent)
        self.halt = button(self.tr("停下"))
        self.bar, self._step = QProgressBar(), words("", "muted", wrap=False)
        self.list = BackupList(self._backup.home)
        self.restore = button(self.tr("从备份恢复…"))
        self.pick = button(self.tr("选一个文件夹…"))
        self.drop = button(self.tr("不再用"))
        self._place = words("", "muted")
        column = QVBoxLayout()
        column.setContentsMargins(28, 22, 28, 28)
        column.setSpacing(16)
        column.addWidget(words(self.tr("备份"), "title"))
        column.addWidget(self.banner)
        column.addWidget(self._overview())
        column.addWidget(self._second_card())
        column.addWidget(self._list_card())
        column.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scrolling(column))
        self.now.clicked.connect(self._ask)
        self.halt.clicked.connect(self._backup.cancel)
        self.restore.clicked.connect(self._ask_to_restore)
        self.pick.clicked.connect(self._pick)
        self.drop.clicked.connect(lambda: self.choose_second(None))
        self._backup.news.changed.connect(self._changed)
        for press, action in ((self.now, "make_backup"), (self.pick, "place_backup")):
            press.setVisible(services.access.may(action))
        self._backup.news.progressed.connect(self._show_progress)
        self._run(False)

    def refresh(self) -> None:
        """Show the last state the backup thread reported."""
        state, now = self._backup.news.state, self._services.clock()
        self._newest.setText(short_moment(state.newest.made_at, now) if state.newest else self.tr("还没有"))
        self._drill.setText(short_moment(state.drill.at, now) if state.drill else self.tr("还没有"))
        self._drilled.setText(drill_text(state.drill))
        self._second.setText(self._second_text())
        self._place.setText(
            self.tr("正在用：{path}").format(path=state.second.parent)
            if state.second
            else self.tr("现在没有选。")
        )
        self.drop.setVisible(state.second is not None and self._services.access.may("place_backup"))
        self.list.show_sets(sorted((*state.sets, *state.second_sets), key=lambda one: -one.number), now)
        self.restore.setEnabled(bool(state.sets or state.second_sets))
        self.restore.setVisible(self._backup.can_restore and self._services.access.may("restore"))
        sentence = alarm_text(state, now) or label(state.failure)
        if sentence:
            self.banner.show_error(sentence)
        elif state.second_failure:
            self.banner.show_warning(label(state.second_failure))
        else:
            self.banner.clear()

    def choose_second(self, folder: Path | None) -> None:
        """Put a second copy of every backup into `folder`, from now on; None for nowhere."""
        self._services.runner.run(
            partial(self._backup.choose_second, folder), done=self._chosen, failed=self._tell, owner=self
        )

    def _second_text(self) -> str:
        state = self._backup.news.state
        if state.second is None:
            return self.tr("没有")
        if not state.second_sets:
            return self.tr("还没有")
        return short_moment(state.second_sets[0].made_at, self._services.clock())

    def _overview(self) -> QWidget:
        frame, column = card()
        figures = QGridLayout()
        figures.setHorizontalSpacing(48)
        titled = (
            (self.tr("上次验证备份"), self._newest),
            (self.tr("上次恢复演练"), self._drill),
            (self.tr("另一个盘"), self._second),
        )
        for place, (title, figure) in enumerate(titled):
            figures.addWidget(words(title, "muted", wrap=False), 0, place)
            figures.addWidget(figure, 1, place, Qt.AlignmentFlag.AlignVCenter)
            figure.setAccessibleName(title)
        figures.addWidget(self._drilled, 2, 1)
        figures.setColumnStretch(3, 1)
        column.addLayout(figures)
        said = words(
            self.tr(
                "打开时和每 4 小时自动备份一次，每份都打开验证过；每月自动演练一次恢复。"
                "备份和数据一样加密，用同一个口令或恢复码打开。"
            ),
            "muted",
        )
        self._with_buttons(frame, column, said, self.now)
        under_way = QHBoxLayout()
        self.bar.setRange(0, 100)
        self.bar.setAccessibleName(self.tr("备份进度"))
        under_way.addWidget(self._step)
        under_way.addWidget(self.bar, 1)
        under_way.addWidget(self.halt)
        column.addLayout(under_way)
        return frame

    def _second_card(self) -> QWidget:
        frame, column = card(self.tr("另一个盘上再存一份"))
        column.addWidget(
            words(
                self.tr(
                    "硬盘坏了，本机的备份也会一起坏。选一个移动硬盘或 U 盘上的文件夹，插着时每次都多存一份。"
                )
            )
        )
        return self._with_buttons(frame, column, self._place, self.drop, self.pick)

    def _list_card(self) -> QWidget:
        frame, column = card(self.tr("现有的备份"))
        column.addWidget(self.list)
        kept = words(self.tr("留最近 7 天、4 周、6 个月的，每段各留最后一份。"), "muted")
        return self._with_buttons(frame, column, kept, self.restore)

    def _with_buttons(self, frame: QWidget, column: QVBoxLayout, said: QLabel, *buttons: QWidget) -> QWidget:
        foot = QHBoxLayout()
        foot.setSpacing(10)
        foot.addWidget(said, 1)
        for one in buttons:
            foot.addWidget(one)
        column.addLayout(foot)
        return frame

    def _ask(self) -> None:
        self.banner.clear()
        self._run(True)
        self._backup.make_now()

    def _run(self, running: bool) -> None:
        self.now.setEnabled(not running)
        for widget in (self.bar, self._step, self.halt):
            widget.setVisible(running)
        if not running:
            self.bar.setValue(0)

    def _show_progress(self, step: str, part: float) -> None:
        self._run(True)
        self._step.setText(step_text(step))
        self.bar.setValue(round(100 * part))

    def _changed(self) -> None:
        self._run(False)
        self.refresh()

    def _chosen(self, remark: str) -> None:
        self._backup.make_now()
        if remark:
            self.banner.show_warning(label(remark))
        else:
            self.banner.show_done(self.tr("记住了，现在就备份一次。"))

    def _pick(self) -> None:
        dialog = QFileDialog(self, self.tr("选另一个盘上的文件夹"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda path: self.choose_second(Path(path)))
        dialog.open()

    def _ask_to_restore(self) -> None:
        box = QMessageBox(self)
        box.setIcon(QMessageBox.Icon.NoIcon)
        box.setWindowTitle(self.tr("从备份恢复"))
        box.setText(
            self.tr(
                "要先收起工作台，再用口令打开恢复页，在那里选恢复到哪一份。"
                "没保存的内容会留作草稿；现有的数据会原样留存，不删除。"
            )
        )
        go = box.addButton(self.tr("去恢复页"), QMessageBox.ButtonRole.AcceptRole)
        stay = box.addButton(self.tr("不恢复"), QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(stay)
        box.setEscapeButton(stay)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.buttonClicked.connect(lambda pressed: self.recovery_requested.emit() if pressed is go else None)
        box.open()

    def _tell(self, error: Exception) -> None:
        self.banner.show_error(sentence_of(error))
