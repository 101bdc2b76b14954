"""A report as a table of the window; it shows all its rows and only scrolls sideways."""

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QEvent, QModelIndex, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QFont, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QSizePolicy, QTableView, QWidget

from app.reports.table import Report, cell_text
from app.ui.words import label

Index = QModelIndex | QPersistentModelIndex
ROOM = 12  # pixels a column has beside its words


class ReportModel(QAbstractTableModel):
    """The cells of one report, read only."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._report: Report | None = None

    def show(self, report: Report) -> None:
        """Show another report."""
        self.beginResetModel()
        self._report = report
        self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:
        below = parent is not None and parent.isValid()
        return 0 if self._report is None or below else len(self._report.rows)

    def columnCount(self, parent: Index | None = None) -> int:
        below = parent is not None and parent.isValid()
        return 0 if self._report is None or below else len(self._report.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        assert self._report is not None
        cell = self._report.rows[index.row()][index.column()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            text = cell_text(cell)
            return label(text) if isinstance(cell, str) and text else text
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignLeft if isinstance(cell, str) else Qt.AlignmentFlag.AlignRight
            return side | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.FontRole and index.row() in self._report.totals:
            font = QFont()
            font.setBold(True)
            return font
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal or self._report is None:
            return None
        column = self._report.columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return "\n".join(label(words) for words in (column.group, column.heading) if words)
        return None


class ReportTable(QTableView):
    """As tall as its rows, so that the page scrolls and not the table."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.cells = ReportModel(self)
        self.setModel(self.cells)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ContiguousSelection)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.verticalHeader().hide()
        self.setShowGrid(False)
        self.setAlternatingRowColors(True)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.horizontalHeader().setHighlightSections(False)

    def show_report(self, report: Report) -> None:
        """Show another report from its first column on."""
        self.cells.show(report)
        self.setAccessibleName(label(report.title))
        self._fit()
        self.horizontalScrollBar().setValue(0)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_columns()

    def sizeHint(self) -> QSize:
        rows = self.verticalHeader().length()
        bar = self.horizontalScrollBar().sizeHint().height()
        return QSize(600, self.horizontalHeader().sizeHint().height() + rows + bar + 2 * self.frameWidth())

    def minimumSizeHint(self) -> QSize:
        return QSize(200, self.sizeHint().height())

    def _fit(self) -> None:
        self.resizeRowsToContents()
        self._fit_columns()
        self.updateGeometry()

    def _fit_columns(self) -> None:
        """Every column as wide as its words, and what is left over shared among all."""
        columns = range(self.cells.columnCount())
        self.resizeColumnsToContents()
        widths = [self.columnWidth(column) + ROOM for column in columns]
        spare = max(0, self.viewport().width() - sum(widths)) // max(1, len(widths))
        for column in columns:
            self.setColumnWidth(column, widths[column] + spare)
