"""Editor of repeated parts: one card a row, added, removed and moved by mouse or keyboard."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolButton, QVBoxLayout, QWidget
from uuid_utils import uuid7

from app.models.fields import Field, fields_of
from app.ui.editors.base import Editor
from app.ui.field_group import FieldGroup
from app.ui.flow_row import FlowRow
from app.ui.icons import icon
from app.ui.layouts import button, words
from app.ui.services import DeskServices
from app.ui.words import label


class RowCard(QFrame):
    """One row: its number, its editors, and the buttons that move or remove it."""

    changed = Signal()
    moved = Signal(int)
    removed = Signal()

    def __init__(
        self, field: Field, services: DeskServices, fixed: Mapping[str, Any], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        assert field.rows is not None
        self.setProperty("role", "row-card")
        self.row_id = str(uuid7())
        self._fixed = dict(fixed)
        wanted = [of for name, of in fields_of(field.rows).items() if name not in fixed]
        self.group = FieldGroup(wanted, services)
        self.group.changed.connect(self._changed)
        self._title = words("", "label", wrap=False)
        self._more = button(self.tr("更多项目"), "quiet")
        self._more.setCheckable(True)
        self._more.setVisible(any(of.aside for of in wanted))
        self._more.toggled.connect(lambda _: self._show_fitting())
        head = QHBoxLayout()
        head.addWidget(self._title)
        head.addStretch(1)
        head.addWidget(self._more)
        for sign, name, act in (
            ("up", self.tr("上移"), lambda: self.moved.emit(-1)),
            ("down", self.tr("下移"), lambda: self.moved.emit(1)),
            ("trash", self.tr("删除这一项"), self.removed.emit),
        ):
            head.addWidget(_tool(sign, name, act))
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 8, 14, 14)
        column.setSpacing(6)
        column.addLayout(head)
        column.addWidget(self.group)
        self._show_fitting()

    def set_title(self, text: str) -> None:
        """Name the row among its neighbours."""
        self._title.setText(text)

    def value(self) -> dict[str, Any]:
        """The row with its id."""
        return {"id": self.row_id, **self._fixed, **self.group.values()}

    def set_value(self, value: Mapping[str, Any]) -> None:
        """Show a row."""
        self.row_id = value.get("id") or str(uuid7())
        self.group.set_values(value)
        self._show_fitting()

    def reveal(self, name: str) -> None:
        """Bring out a field that was put away."""
        if name in self.group.editors and self.group.editors[name].field.aside:
            self._more.setChecked(True)

    def fill_defaults(self) -> None:
        """Show what a new row begins with."""
        self.group.fill_defaults()
        self._show_fitting()

    def _changed(self) -> None:
        self._show_fitting()
        self.changed.emit()

    def _show_fitting(self) -> None:
        """A person has no credit code and an organisation no sex; what is seldom needed waits to be asked for."""
        editors = self.group.editors
        hidden: set[str] = set()
        if "kind" in editors and "representative" in editors:
            organisation = editors["kind"].value() == "organisation"
            hidden |= ONLY_PERSONS if organisation else ONLY_ORGANISATIONS
        if not self._more.isChecked():
            hidden |= {name for name, editor in editors.items() if editor.field.aside and editor.is_empty()}
        self.group.show_only(name for name in editors if name not in hidden)


ONLY_PERSONS = frozenset({"resident", "sex", "ethnicity", "id_number", "birth", "age", "occupation"})
ONLY_ORGANISATIONS = frozenset({"representative", "uscc"})


def _tool(sign: str, name: str, act: Any) -> QToolButton:
    made = QToolButton()
    made.setIcon(icon(sign))
    made.setAutoRaise(True)
    made.setToolTip(name)
    made.setAccessibleName(name)
    made.clicked.connect(act)
    return made


class RowsEditor(Editor):
    """Rows of one kind; `fixed` values are the same in all of them and not shown."""

    def __init__(
        self,
        field: Field,
        services: DeskServices,
        parent: QWidget | None = None,
        *,
        fixed: Mapping[str, Any] | None = None,
        title: str = "",
    ) -> None:
        super().__init__(field, services, parent)
        self._fixed = dict(fixed or {})
        self._title = title or label(field.label)
        self._columns = 2
        self.cards: list[RowCard] = []
        self._list = QVBoxLayout()
        self._list.setContentsMargins(0, 0, 0, 0)
        self._list.setSpacing(10)
        self.add_button = button(self.tr("添加{title}").format(title=self._title), "quiet", sign="add")
        self.add_button.clicked.connect(self._add_by_hand)
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(self._list)
        self.tail = FlowRow(self.add_button)
        column.addLayout(self.tail)
        self.rename(self._title)
        self.place_input(holder, self.add_button)
        self.add_button.setAccessibleName(self.add_button.text())

    def value(self) -> Any:
        return [card.value() for card in self.cards]

    def set_value(self, value: Any) -> None:
        while self.cards:
            self._drop(self.cards[-1])
        for row in value or ():
            self._card().set_value(row)
        self._renumber()
        self.clear_problem()

    def set_columns(self, columns: int) -> None:
        """The fields of every row, now and later, in so many columns."""
        self._columns = columns
        for card in self.cards:
            card.group.set_columns(columns)

    def add_row(self) -> RowCard:
        """A new row at the end, with what a new row begins with."""
        card = self._card()
        card.fill_defaults()
        self._renumber()
        return card

    def _add_by_hand(self) -> None:
        card = self.add_row()
        next(iter(card.group.editors.values())).setFocus()
        self.clear_problem()
        self.changed.emit()

    def _card(self) -> RowCard:
        card = RowCard(self.field, self.services, self._fixed)
        card.changed.connect(self.changed)
        card.group.set_columns(self._columns)
        card.removed.connect(lambda: self._remove(card))
        card.moved.connect(lambda step: self._move(card, step))
        self.cards.append(card)
        self._list.addWidget(card)
        return card

    def _remove(self, card: RowCard) -> None:
        self._drop(card)
        self._renumber()
        self.add_button.setFocus()
        self.changed.emit()

    def _drop(self, card: RowCard) -> None:
        self.cards.remove(card)
        self._list.removeWidget(card)
        card.hide()
        card.deleteLater()

    def _move(self, card: RowCard, step: int) -> None:
        place = self.cards.index(card) + step
        if 0 <= place < len(self.cards):
            self.cards.remove(card)
            self.cards.insert(place, card)
            self._list.removeWidget(card)
            self._list.insertWidget(place, card)
            self._renumber()
            self.changed.emit()

    def _renumber(self) -> None:
        for place, card in enumerate(self.cards, start=1):
            card.set_title(self.tr("{title} {number}").format(title=self._title, number=place))
        self.add_button.setVisible(len(self.cards) < (self.field.maximum or 200))
