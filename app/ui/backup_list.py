"""The backups as a table: when made, where it lies, how much is in it."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QHeaderView, QTreeWidget, QTreeWidgetItem, QWidget

from app.store.backup_set import BackupSet
from app.ui.words import moment_text, short_moment

ROWS_IN_SIGHT = 8


class BackupList(QTreeWidget):
    """One row a backup, newest first; the first is chosen until another one is."""

    selected = Signal()

    def __init__(self, home: Path | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._home = home
        self._sets: list[BackupSet] = []
        self.setHeaderLabels(
            [self.tr("时间"), self.tr("记录"), self.tr("附件"), self.tr("大小"), self.tr("存放位置")]
        )
        self.setAccessibleName(self.tr("现有的备份"))
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setAllColumnsShowFocus(True)
        header = self.header()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setStretchLastSection(True)
        self.itemSelectionChanged.connect(self.selected)

    def show_sets(self, sets: Sequence[BackupSet], now: datetime) -> None:
        """Replace the rows, where they have changed."""
        if list(sets) == self._sets:
            return
        self._sets = list(sets)
        self.clear()
        self.addTopLevelItems([self._row(one, now) for one in sets])
        if sets:
            self.setCurrentItem(self.topLevelItem(0))
        self._measure()

    def chosen(self) -> BackupSet | None:
        """The backup of the row that is chosen."""
        row = self.currentItem()
        return self._sets[self.indexOfTopLevelItem(row)] if row is not None else None

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._measure()

    def _row(self, one: BackupSet, now: datetime) -> QTreeWidgetItem:
        at_home = self._home is not None and one.path.is_relative_to(self._home)
        row = QTreeWidgetItem(
            [
                short_moment(one.made_at, now),
                self.tr("{count} 条").format(count=one.contents.count),
                self.tr("{count} 个").format(count=one.blobs),
                f"{one.size / 1_000_000:.1f} MB",
                self.tr("本机") if at_home else str(one.path.parent),
            ]
        )
        row.setToolTip(0, moment_text(one.made_at))
        row.setToolTip(4, str(one.path))
        for column in (1, 2, 3):
            row.setTextAlignment(column, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return row

    def _measure(self) -> None:
        """As tall as its rows, up to eight."""
        rows = max(1, min(self.topLevelItemCount(), ROWS_IN_SIGHT))
        height = max(self.sizeHintForRow(0), self.fontMetrics().height())
        self.setFixedHeight(self.header().sizeHint().height() + rows * height + 2 * self.frameWidth() + 4)
