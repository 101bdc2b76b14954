"""The list of a record type: search, filter chips, and rows read page by page as they scroll into view."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QGridLayout,
    QHeaderView,
    QLineEdit,
    QSizePolicy,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from app.models.codes import code_list
from app.models.fields import Field, Kind
from app.models.record_type import RecordType
from app.models.station_time import station_time
from app.security.authorize import Reach
from app.security.masking import masked
from app.store.reading import MOST_FOUND, ListQuery
from app.ui.layouts import button, words
from app.ui.sentences import sentence_of
from app.ui.services import DeskServices
from app.ui.words import code_label, label

PAGE = 100
LEAST_WIDTH = 280  # pixels
READABLE = 4.2  # heights of a line of text a filter needs
PAUSE = 250  # milliseconds after the last letter of a search
Row = Mapping[str, Any]
Index = QModelIndex | QPersistentModelIndex


def shown(field: Field, value: Any, *, whole: bool = False) -> str:
    """A value as lists and sheets show it; sensitive ones masked, unless they were revealed `whole`."""
    if value is None or value == []:
        return ""
    if field.kind in (Kind.CHOICE, Kind.CHOICES):
        codes = value if isinstance(value, list) else [value]
        return "、".join(code_label(field.codes or "", code) for code in codes)
    if field.kind is Kind.FILES:
        return label("{count} 个文件").format(count=len(value))
    if field.kind is Kind.YES_NO:
        return label("是" if value else "否")
    text = _plain(value)
    return masked(text) if field.sensitive and not whole else text


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return f"{station_time(value):%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    return f"{value:,.2f}" if isinstance(value, Decimal) else str(value)


class RecordTableModel(QAbstractTableModel):
    """Rows of the list columns, fetched a page at a time off the window's thread."""

    failed = Signal(object)
    filled = Signal()

    def __init__(
        self, record_type: RecordType, services: DeskServices, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._type = record_type
        self._services = services
        self._fields = [record_type.fields[name] for name in record_type.columns]
        self._query = ListQuery()
        self._rows: list[Row] = []
        self._more = False
        self._asked = 0

    def show(self, query: ListQuery) -> None:
        """Read the list anew."""
        self._query = query
        self._asked += 1
        self._fetch(None, self._asked)

    def row_at(self, row: int) -> Row:
        """The row's id, revision, void reason and columns."""
        return self._rows[row]

    def row_of(self, record_id: str) -> int | None:
        """Where a record stands among the rows read so far."""
        return next((place for place, row in enumerate(self._rows) if row["id"] == record_id), None)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # Qt's signature
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  # Qt's signature
        return 0 if parent.isValid() else len(self._fields)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row, field = self._rows[index.row()], self._fields[index.column()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            text = shown(field, row.get(field.name))
            if index.column() == 0 and row.get("void_reason") and role == Qt.ItemDataRole.DisplayRole:
                return self.tr("（已作废）{text}").format(text=text)
            return text
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if role == Qt.ItemDataRole.DisplayRole and orientation is Qt.Orientation.Horizontal:
            return label(self._fields[section].label)
        return None

    def canFetchMore(self, parent: Index) -> bool:
        return self._more and not parent.isValid()

    def fetchMore(self, parent: Index) -> None:
        if self._more:
            self._more = False
            self._fetch(self._rows[-1], self._asked)

    def has_more(self) -> bool:
        """Whether rows are left that were not read yet."""
        return self._more

    def _fetch(self, after: Row | None, asked: int) -> None:
        reader, query, kind = self._services.reader, self._query, self._type
        self._services.runner.run(
            lambda: reader.page(kind, query, after=after, limit=PAGE),
            done=lambda rows: self._take(rows, after, asked),
            failed=self.failed.emit,
            owner=self,
        )

    def _take(self, rows: Sequence[Row], after: Row | None, asked: int) -> None:
        if asked != self._asked:
            return
        if after is None:
            self.beginResetModel()
            self._rows = list(rows)
            self.endResetModel()
        elif rows:
            self.beginInsertRows(QModelIndex(), len(self._rows), len(self._rows) + len(rows) - 1)
            self._rows += rows
            self.endInsertRows()
        self._more = not self._query.words.strip() and len(rows) == PAGE
        self.filled.emit()


class RecordList(QWidget):
    """Search box, filters, count and table."""

    chosen = Signal(str)
    failed = Signal(str)

    def __init__(
        self, record_type: RecordType, services: DeskServices, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._type = record_type
        self._only_own = services.access.reach("list", record_type.code) is Reach.OWN
        self.model = RecordTableModel(record_type, services, self)
        self.model.filled.connect(self._count)
        self.model.failed.connect(lambda error: self.failed.emit(sentence_of(error)))
        self.search = QLineEdit()
        self.search.setClearButtonEnabled(True)
        self.search.setPlaceholderText(self.tr("查找：姓名、拼音首字母、证件尾号、电话、文字"))
        self.search.setAccessibleName(self.tr("查找"))
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE)
        self._pause.timeout.connect(self.refresh)
        # textEdited and textChanged come only after an input method commits.
        self.search.textChanged.connect(lambda _: self._pause.start())
        self.search.returnPressed.connect(self.refresh)
        self.filters = {name: self._filter(name) for name in record_type.filters}
        self._voided = button(self.tr("含作废"), "chip")
        self._voided.setCheckable(True)
        self._voided.toggled.connect(lambda _: self.refresh())
        self._counted = words("", "muted", wrap=False)
        self.table = self._table()
        self._chips = QGridLayout()
        self._chips.setSpacing(6)
        self._arrange_chips()
        self.setMinimumWidth(LEAST_WIDTH)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.search)
        column.addLayout(self._chips)
        column.addWidget(self.table, 1)
        column.addWidget(self._counted)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Large text or a narrow window: the filters go on in further rows."""
        super().resizeEvent(event)
        self._arrange_chips()

    def _arrange_chips(self) -> None:
        """As many filters side by side as can still be read."""
        chips: list[QWidget] = [*self.filters.values(), self._voided]
        readable = READABLE * self.fontMetrics().height() + self._chips.spacing()
        columns = max(1, min(len(chips), int(self.width() // readable)))
        for place, chip in enumerate(chips):
            self._chips.addWidget(chip, place // columns, place % columns)
        for column in range(len(chips)):
            self._chips.setColumnStretch(column, 1 if column < columns else 0)

    def query(self) -> ListQuery:
        """What the list is asked for now."""
        codes = {name: box.currentData() for name, box in self.filters.items() if box.currentData()}
        return ListQuery(self.search.text(), codes, self._voided.isChecked())

    def refresh(self) -> None:
        """Read the list anew."""
        self._pause.stop()
        self.model.show(self.query())

    def choose(self, record_id: str) -> None:
        """Mark a record in the table, if it is among the rows read."""
        row = self.model.row_of(record_id)
        if row is not None:
            self.table.selectRow(row)

    def count_text(self) -> str:
        """What is said about how many there are."""
        return self._counted.text()

    def _filter(self, name: str) -> QComboBox:
        field = self._type.fields[name]
        box = QComboBox()
        box.setProperty("role", "chip")
        box.setAccessibleName(label(field.label))
        box.addItem(label(field.label), None)
        for code in code_list(field.codes or "").active():
            box.addItem(label(code.label), code.value)
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        box.setMinimumContentsLength(4)
        # In a narrow window the filters give way before anything is cut off.
        box.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        box.setMinimumWidth(0)
        box.currentIndexChanged.connect(lambda _: self.refresh())
        return box

    def _table(self) -> QTableView:
        table = QTableView()
        table.setModel(self.model)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setAccessibleName(label(self._type.title))
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setTabKeyNavigation(False)
        table.verticalHeader().hide()
        header = table.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setStretchLastSection(True)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        table.selectionModel().currentRowChanged.connect(lambda now, _: self._announce(now))
        return table

    def _announce(self, index: QModelIndex) -> None:
        if index.isValid():
            self.chosen.emit(self.model.row_at(index.row())["id"])

    def _count(self) -> None:
        count = self.model.rowCount()
        if self.search.text().strip() and count >= MOST_FOUND:
            text = self.tr("找到很多，只列出最相近的 {count} 条，请再多输一个字。")
        elif self.model.has_more():
            text = self.tr("已列出 {count} 条，往下翻还有。")
        else:
            text = self.tr("共 {count} 条。")
        if self._only_own:
            text += self.tr("这里只列出您自己记的。")
        self._counted.setText(text.format(count=count))
        self._fit_columns()

    def _fit_columns(self) -> None:
        widest = max(self.table.viewport().width() * 2 // 5, 160)
        self.table.resizeColumnsToContents()
        for column in range(self.model.columnCount()):
            width = min(self.table.columnWidth(column) + 12, widest)
            self.table.setColumnWidth(column, width)
