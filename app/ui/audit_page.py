"""操作记录: who did what and when, narrowed by person, act, day and object, and the check of the whole chain."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from app.models.station_time import station_day, station_time
from app.store.authorized.trail import TrailLine, TrailQuery
from app.ui.audit_words import action_text, detail_text, object_text
from app.ui.banner import Banner
from app.ui.editors.times import day_typed
from app.ui.layouts import button, words
from app.ui.page import Page
from app.ui.sentences import sentence_of
from app.ui.services import DeskServices
from app.ui.theme import LIGHT

PAGE = 200
FAULTS_SHOWN = 5
OBJECT = 4  # the column whose tip is the whole id
Index = QModelIndex | QPersistentModelIndex


class TrailModel(QAbstractTableModel):
    """The lines read so far; more are asked for when the last comes into view."""

    wanted_more = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.lines: list[TrailLine] = []
        self._more = False
        self._columns: tuple[tuple[str, Callable[[TrailLine], str]], ...] = (
            (self.tr("序号"), lambda line: str(line.seq)),
            (self.tr("时间"), lambda line: f"{station_time(line.at):%Y-%m-%d %H:%M:%S}"),
            (self.tr("谁"), lambda line: line.actor),
            (self.tr("做了什么"), lambda line: action_text(line.action)),
            (self.tr("对什么"), lambda line: object_text(line.object)),
            (self.tr("说明"), detail_text),
        )

    def take(self, lines: Sequence[TrailLine], *, anew: bool) -> None:
        """Lines read, from the newest on or after those read before."""
        if anew:
            self.beginResetModel()
            self.lines = list(lines)
            self.endResetModel()
        elif lines:
            self.beginInsertRows(QModelIndex(), len(self.lines), len(self.lines) + len(lines) - 1)
            self.lines += lines
            self.endInsertRows()
        self._more = len(lines) == PAGE

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.lines)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        line = self.lines[index.row()]
        if role == Qt.ItemDataRole.ToolTipRole and index.column() == OBJECT:
            return line.object
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return self._columns[index.column()][1](line)
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if role == Qt.ItemDataRole.DisplayRole and orientation is Qt.Orientation.Horizontal:
            return self._columns[section][0]
        return None

    def has_more(self) -> bool:
        """Whether older lines were not read yet."""
        return self._more

    def canFetchMore(self, parent: Index) -> bool:
        return self._more and not parent.isValid()

    def fetchMore(self, parent: Index) -> None:
        if self._more:
            self._more = False
            self.wanted_more.emit()


class AuditPage(Page):
    """The trail can be read and checked here; nothing in the program changes it."""

    def __init__(self, services: DeskServices, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self._services = services
        self._asked = 0
        self.banner = Banner()
        self.actor, self.action = QComboBox(), QComboBox()
        self.first, self.last, self.object = QLineEdit(), QLineEdit(), QLineEdit()
        self.check = button(self.tr("核对有没有被改动"), "primary", sign="check", colour=LIGHT.on_accent)
        self.check.setVisible(services.access.may("verify"))
        self.counted = words("", "muted", wrap=False)
        self.model = TrailModel(self)
        self.table = self._table()
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 18, 24, 16)
        column.setSpacing(12)
        head = QHBoxLayout()
        head.addWidget(words(self.tr("操作记录"), "title", wrap=False))
        head.addStretch(1)
        head.addWidget(self.check)
        column.addLayout(head)
        column.addWidget(self.banner)
        column.addLayout(self._filters())
        column.addWidget(self.table, 1)
        column.addWidget(self.counted)
        self.check.clicked.connect(self._check)
        self.model.wanted_more.connect(lambda: self._read(self.model.lines[-1].seq))

    def refresh(self) -> None:
        """Read who and what there is, and the newest lines."""
        self._services.runner.run(self._services.trail.known, done=self._offer, failed=self._tell, owner=self)
        self._read(None)

    def query(self) -> TrailQuery:
        """What the filters ask for."""
        return TrailQuery(
            self.actor.currentData() or "",
            self.action.currentData() or "",
            self._day(self.first),
            self._day(self.last),
            self.object.text().strip(),
        )

    def go_to_search(self) -> None:
        self.object.setFocus()

    def _read(self, before: int | None) -> None:
        for line in (self.first, self.last):
            if line.text().strip() and self._day(line) is None:
                text = self.tr("“{typed}”不是日期，请写成 11-23 或 2026-11-23 的样子。")
                self.banner.show_warning(text.format(typed=line.text()))
                return
        self._asked += 1
        number, query, trail = self._asked, self.query(), self._services.trail
        self._services.runner.run(
            lambda: trail.lines(query, before=before, limit=PAGE),
            done=lambda lines: self._take(lines, anew=before is None) if number == self._asked else None,
            failed=self._tell,
            owner=self,
        )

    def _take(self, lines: Sequence[TrailLine], *, anew: bool) -> None:
        self.model.take(lines, anew=anew)
        count = self.model.rowCount()
        text = (
            self.tr("已列出 {count} 条，往下翻还有。")
            if self.model.has_more()
            else self.tr("共 {count} 条。")
        )
        self.counted.setText(text.format(count=count))
        if anew:
            # The header measured its rows before the text had its size.
            self.table.verticalHeader().setDefaultSectionSize(self.table.fontMetrics().height() * 3 // 2)
            self.table.resizeColumnsToContents()

    def _offer(self, known: tuple[Sequence[str], Sequence[str]]) -> None:
        actors, actions = known
        _refill(self.actor, self.tr("所有人"), [(name, name) for name in actors])
        _refill(self.action, self.tr("所有操作"), sorted((action_text(each), each) for each in actions))

    def _check(self) -> None:
        self.check.setEnabled(False)
        self._services.runner.run(
            self._services.trail.check, done=self._checked, failed=self._not_checked, owner=self
        )

    def _checked(self, faults: list[str]) -> None:
        self.check.setEnabled(True)
        if faults:
            shown = "".join(faults[:FAULTS_SHOWN])
            text = self.tr("操作记录有 {count} 处对不上，请不要再改动本机，马上报告区里。{faults}")
            self.banner.show_error(text.format(count=len(faults), faults=shown))
        else:
            self.banner.show_done(self.tr("操作记录一条接一条都对得上，没有被改动。"))
        self._read(None)

    def _not_checked(self, error: Exception) -> None:
        self.check.setEnabled(True)
        self._tell(error)

    def _day(self, line: QLineEdit) -> date | None:
        text = day_typed(line.text(), station_day(self._services.clock()))
        try:
            return date.fromisoformat(text)
        except ValueError:
            return None

    def _filters(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        for box, name in ((self.actor, self.tr("谁")), (self.action, self.tr("做了什么"))):
            box.setAccessibleName(name)
            box.setMinimumContentsLength(6)
            box.activated.connect(lambda _: self._read(None))
            row.addWidget(box)
        for line, hint in (
            (self.first, self.tr("从哪天，如 11-1")),
            (self.last, self.tr("到哪天（含）")),
            (self.object, self.tr("记录编号的一段")),
        ):
            line.setPlaceholderText(hint)
            line.setAccessibleName(hint)
            line.setClearButtonEnabled(True)
            line.editingFinished.connect(lambda: self._read(None))
            row.addWidget(line, 1)
        _refill(self.actor, self.tr("所有人"), [])
        _refill(self.action, self.tr("所有操作"), [])
        return row

    def _table(self) -> QTableView:
        table = QTableView()
        table.setModel(self.model)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setAccessibleName(self.tr("操作记录"))
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setTabKeyNavigation(False)
        table.verticalHeader().hide()
        header = table.horizontalHeader()
        header.setStretchLastSection(True)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        return table

    def _tell(self, error: Exception) -> None:
        self.banner.show_error(sentence_of(error))


def _refill(box: QComboBox, everything: str, choices: Sequence[tuple[str, str]]) -> None:
    """Offer the choices anew and keep what was chosen."""
    chosen = box.currentData()
    box.clear()
    box.addItem(everything, None)
    for text, value in choices:
        box.addItem(text, value)
    box.setCurrentIndex(max(0, box.findData(chosen)))
