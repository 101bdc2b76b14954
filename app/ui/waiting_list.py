"""The revisions that wait to be sent, as a table that stays quick with hundreds of rows."""

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QHeaderView, QTreeWidget, QTreeWidgetItem, QWidget

from app.store.recent import Touched
from app.ui.home_lists import SIGNS, act_text, record_title
from app.ui.icons import icon
from app.ui.words import short_moment

ROWS_IN_SIGHT = 10


class WaitingList(QTreeWidget):
    """One row a revision, oldest first; a click or Enter opens the record."""

    opened = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        titles = (self.tr("记录"), self.tr("类别"), self.tr("做了什么"), self.tr("谁记的"), self.tr("时间"))
        self.setHeaderLabels(titles)
        self.setAccessibleName(self.tr("等待上报的"))
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setAllColumnsShowFocus(True)
        header = self.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self._shown: list[Touched] = []
        self._icons = {code: icon(sign) for code, sign in SIGNS.items()}
        self.itemActivated.connect(self._open)
        self.itemClicked.connect(self._open)

    def show_waiting(self, waiting: Sequence[Touched], now: datetime) -> None:
        """Replace the rows, where they have changed."""
        if list(waiting) == self._shown:
            return
        self._shown = list(waiting)
        self.clear()
        self.addTopLevelItems([self._row(touched, now) for touched in waiting])
        self._measure()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._measure()

    def _row(self, touched: Touched, now: datetime) -> QTreeWidgetItem:
        title = record_title(touched.record_type)
        at = short_moment(touched.at, now)
        row = QTreeWidgetItem([touched.headline or title, title, act_text(touched.act), touched.by, at])
        row.setIcon(0, self._icons.get(touched.record_type, self._icons["resident"]))
        row.setToolTip(0, touched.headline)
        row.setData(0, Qt.ItemDataRole.UserRole, (touched.record_type, touched.record_id))
        return row

    def _measure(self) -> None:
        """As tall as its rows, up to ten; the page scrolls, not the list in the page, as long as it can."""
        rows = min(self.topLevelItemCount(), ROWS_IN_SIGHT)
        height = max(self.sizeHintForRow(0), self.fontMetrics().height()) if rows else 0
        self.setFixedHeight(self.header().sizeHint().height() + rows * height + 2 * self.frameWidth() + 4)

    def _open(self, row: QTreeWidgetItem) -> None:
        code, record_id = row.data(0, Qt.ItemDataRole.UserRole)
        self.opened.emit(code, record_id)
