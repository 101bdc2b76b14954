"""Finds the station in the division list by name, pinyin or code."""

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from app.models.divisions import Division, Divisions
from app.ui.layouts import field, words
from app.ui.sentences import sentence_of
from app.ui.task_runner import TaskRunner
from app.ui.theme import dress

SMALLEST_STATION = 4  # a township (镇级矛调中心) or a village or community
LOOKED_AT, SHOWN = 80, 30


class StationSearch(QWidget):
    """Type, look down the list, choose; `chosen()` is the station."""

    submitted = Signal()

    def __init__(self, divisions: Divisions, runner: TaskRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._divisions, self._runner = divisions, runner
        self._chosen: Division | None = None
        self._searching = False
        self._asked = ""
        self.typed = QLineEdit()
        self.typed.setPlaceholderText(self.tr("例如：鹰头村，ytc，yingtou，仁寿 鹰头"))
        self.typed.setClearButtonEnabled(True)
        self.typed.textEdited.connect(self._search)
        self.typed.returnPressed.connect(self._enter)
        self.typed.installEventFilter(self)
        self.found = QListWidget()
        self.found.setAccessibleName(self.tr("找到的村、社区和乡镇"))
        self.found.setMinimumHeight(190)
        self.found.itemClicked.connect(self._choose)
        self.found.itemActivated.connect(self._choose)
        self._answer = words(self.tr("输入名称、拼音或区划代码，从下面选。"), "hint")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(field(self.tr("本站所在的村、社区或乡镇"), self.typed))
        column.addWidget(self.found, 1)
        column.addWidget(self._answer)

    def chosen(self) -> Division | None:
        """The station; None until one was chosen."""
        return self._chosen

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The down key goes from the box into the list."""
        down = isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Down
        if down and event.type() == QEvent.Type.KeyPress and self.found.count():
            self.found.setFocus()
            self.found.setCurrentRow(0)
            return True
        return super().eventFilter(watched, event)

    def _search(self) -> None:
        """One search at a time; what was typed meanwhile is searched next."""
        self._chosen = None
        if self._searching:
            return
        self._asked = self.typed.text()
        if not self._asked.strip():
            self.found.clear()
            return
        asked = self._asked
        self._searching = True
        self._runner.run(
            lambda: self._divisions.search(asked, LOOKED_AT),
            done=self._show,
            failed=self._fail,
            owner=self,
        )

    def _show(self, divisions: list[Division]) -> None:
        self._searching = False
        if self.typed.text() != self._asked:
            self._search()
            return
        stations = [each for each in divisions if each.level >= SMALLEST_STATION][:SHOWN]
        self.found.clear()
        for station in stations:
            item = QListWidgetItem(f"{station.full_name}\u3000{station.code}")
            item.setData(Qt.ItemDataRole.UserRole, station)
            self.found.addItem(item)
        if stations:
            self.found.setCurrentRow(0)
            self._say("hint", self.tr("按“↓”进入列表，回车选定。"))
        else:
            self._say("hint", self.tr("没有找到。试试只输两三个字，或先输县名再空一格输村名。"))

    def _fail(self, error: Exception) -> None:
        self._searching = False
        self._say("error", sentence_of(error))

    def _enter(self) -> None:
        if self._chosen is not None:
            self.submitted.emit()
        elif self.found.currentItem() is not None and self.typed.text() == self._asked:
            self._choose(self.found.currentItem())

    def _choose(self, item: QListWidgetItem) -> None:
        division: Division = item.data(Qt.ItemDataRole.UserRole)
        self._chosen = division
        self.typed.setText(division.full_name)
        self.typed.setFocus()
        self._say("done", self.tr("本站：{name}").format(name=division.full_name))

    def _say(self, role: str, sentence: str) -> None:
        self._answer.setText(sentence)
        dress(self._answer, role)
