"""Editors that look something up while it is typed: a resident of this village, a place of the division list."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QModelIndex, Qt, QTimer, Signal
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QCompleter, QHBoxLayout, QLineEdit, QWidget

from app.models.fields import Field
from app.models.people.resident import RESIDENT
from app.security.masking import masked
from app.store.reading import ListQuery, StoredRecord
from app.ui.editors.base import Editor
from app.ui.layouts import button
from app.ui.services import DeskServices

FEWEST_LETTERS = 2
PAUSE = 200  # milliseconds after the last letter
OFFERED = 12


@dataclass(frozen=True)
class Offer:
    """One thing found: what is shown and what it stands for."""

    text: str
    value: Any


class LookupLine(QLineEdit):
    """A line that offers what `search` finds, read off the window's thread."""

    chosen = Signal(object)

    def __init__(
        self,
        services: DeskServices,
        search: Callable[[str], Sequence[Offer]],
        parent: QWidget | None = None,
        *,
        fewest: int = FEWEST_LETTERS,
    ) -> None:
        super().__init__(parent)
        self._services = services
        self._search = search
        self._fewest = fewest
        self._offers = QStandardItemModel(self)
        self._completer = QCompleter(self._offers, self)
        self._completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self._completer.setMaxVisibleItems(OFFERED)
        self._completer.setWidget(self)
        self._completer.activated[QModelIndex].connect(self._take)  # type: ignore[index]  # overloaded signal
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE)
        self._pause.timeout.connect(self._ask)
        self.textEdited.connect(lambda _: self._pause.start())

    def offers(self) -> list[str]:
        """What is offered now."""
        return [self._offers.item(row).text() for row in range(self._offers.rowCount())]

    def offer_now(self) -> None:
        """Offer everything there is, whatever is typed."""
        self.setFocus()
        typed = self.text().strip()
        self._services.runner.run(
            lambda: (typed, list(self._search(""))), done=self._show, failed=lambda _: None, owner=self
        )

    def take_offer(self, row: int) -> None:
        """Choose one of the offers."""
        self._take(self._offers.index(row, 0))

    def _ask(self) -> None:
        typed = self.text().strip()
        if len(typed) < self._fewest:
            self._offers.clear()
            return
        self._services.runner.run(
            lambda: (typed, list(self._search(typed))), done=self._show, failed=lambda _: None, owner=self
        )

    def _show(self, answer: tuple[str, list[Offer]]) -> None:
        typed, found = answer
        if typed != self.text().strip():
            return
        self._offers.clear()
        for offer in found:
            item = QStandardItem(offer.text)
            item.setData(offer.value, Qt.ItemDataRole.UserRole)
            self._offers.appendRow(item)
        if found and self.hasFocus():
            self._completer.complete()

    def _take(self, index: QModelIndex) -> None:
        self.chosen.emit(index.data(Qt.ItemDataRole.UserRole))


class PersonEditor(Editor):
    """The resident a record is about; choosing one fills what is known of them into the fields beside."""

    picked = Signal(object)

    def __init__(self, field: Field, services: DeskServices, parent: QWidget | None = None) -> None:
        super().__init__(field, services, parent)
        self._id: str | None = None
        self.line = LookupLine(services, self._found)
        self.line.setPlaceholderText(self.tr("输入姓名、拼音、证件尾号或电话查找"))
        self.line.chosen.connect(self._choose)
        self._clear = button(self.tr("取消关联"), "link")
        self._clear.clicked.connect(self._unlink)
        self._clear.hide()
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self.line, 1)
        row.addWidget(self._clear)
        self.place_input(holder, self.line)

    def value(self) -> Any:
        return self._id

    def set_value(self, value: Any) -> None:
        self._id = value
        self.line.clear()
        self.line.setReadOnly(value is not None)
        self._clear.setVisible(value is not None)
        self.clear_problem()
        if value is not None:
            reader = self.services.reader
            self.services.runner.run(
                lambda: reader.load(RESIDENT, value), done=self._show, failed=lambda _: None, owner=self
            )

    def _found(self, typed: str) -> list[Offer]:
        if not self.services.access.may("list", RESIDENT.code):
            return []
        rows = self.services.reader.page(RESIDENT, ListQuery(words=typed), limit=OFFERED)
        return [Offer(person_line(row), row["id"]) for row in rows[:OFFERED]]

    def _choose(self, record_id: str) -> None:
        reader = self.services.reader
        self.services.runner.run(
            lambda: reader.load(RESIDENT, record_id), done=self._take, failed=lambda _: None, owner=self
        )

    def _take(self, resident: StoredRecord | None) -> None:
        if resident is None:
            return
        self._id = resident.id
        self.line.setReadOnly(True)
        self._clear.show()
        self._show(resident)
        self.picked.emit(resident.values)
        self.changed.emit()

    def _show(self, resident: StoredRecord | None) -> None:
        if resident is not None and resident.id == self._id:
            self.line.setText(person_line(resident.values))
            self.line.setCursorPosition(0)

    def _unlink(self) -> None:
        self.set_value(None)
        self.changed.emit()
        self.line.setFocus()


def person_line(values: Mapping[str, Any]) -> str:
    """Name, masked identity number and address: enough to tell namesakes apart."""
    number = values.get("id_number")
    parts = (values.get("name"), masked(number) if number else None, values.get("residence"))
    return "　".join(str(part) for part in parts if part)


class DivisionEditor(Editor):
    """A village or community of the national division list."""

    def __init__(self, field: Field, services: DeskServices, parent: QWidget | None = None) -> None:
        super().__init__(field, services, parent)
        self._code: str | None = None
        self.line = LookupLine(services, self._found)
        self.line.setPlaceholderText(self.tr("输入村（社区）名或拼音"))
        self.line.chosen.connect(self._choose)
        self.line.textEdited.connect(lambda _: self._edited())
        self.place_input(self.line)

    def value(self) -> Any:
        return self._code or self.line.text() or None

    def set_value(self, value: Any) -> None:
        found = self.services.divisions.get(str(value)) if value else None
        self._code = value if found else None
        self.line.setText(found.full_name if found else str(value or ""))
        self.line.setCursorPosition(0)
        self.clear_problem()

    def _found(self, typed: str) -> list[Offer]:
        near = self.services.station.code[:6]
        villages = self.services.divisions.search(typed, OFFERED, within=near)
        return [Offer(found.full_name, found.code) for found in villages if len(found.code) == 12]

    def _choose(self, code: str) -> None:
        self.set_value(code)
        self.changed.emit()

    def _edited(self) -> None:
        self._code = None
        self.clear_problem()
        self.changed.emit()
