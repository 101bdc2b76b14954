"""Editors that choose from a code list: a row of chips for few codes, a drop-down for many."""

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QButtonGroup, QComboBox, QPushButton, QWidget

from app.models.codes import Code, code_list
from app.models.fields import Field
from app.models.pinyin import name_keys
from app.ui.editors.base import Editor
from app.ui.flow_row import FlowRow
from app.ui.layouts import button
from app.ui.services import DeskServices
from app.ui.words import label

MOST_CHIPS = 4
LONGEST_CHIP = 6


def make_choice(field: Field, services: DeskServices, parent: QWidget | None = None) -> Editor:
    """Chips where the whole list fits on a line, a drop-down otherwise."""
    active = code_list(field.codes or "").active()
    few = len(active) <= MOST_CHIPS and all(len(code.label) <= LONGEST_CHIP for code in active)
    return ChipsEditor(field, services, parent) if few else ChoiceEditor(field, services, parent)


class CodeBox(QComboBox):
    """A drop-down that letters search by pinyin and the wheel does not change by accident."""

    def __init__(self, codes: tuple[Code, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMaxVisibleItems(18)
        self._initials = [""]
        self.addItem("", None)
        for code in codes:
            self.add(code)

    def add(self, code: Code) -> None:
        """Offer one more code."""
        self.addItem(label(code.label), code.value)
        self._initials.append("".join(name_keys(code.label)[:1]))

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        letter = event.text().lower()
        if letter.isascii() and letter.isalpha() and not event.modifiers():
            order = [*range(self.currentIndex() + 1, self.count()), *range(self.count())]
            found = next((place for place in order if self._initials[place].startswith(letter)), None)
            if found is not None:
                self.setCurrentIndex(found)
                self.activated.emit(found)
            return
        super().keyPressEvent(event)


class ChoiceEditor(Editor):
    """One code from a drop-down."""

    def __init__(self, field: Field, services: DeskServices, parent: QWidget | None = None) -> None:
        super().__init__(field, services, parent)
        self.box = CodeBox(code_list(field.codes or "").active())
        self.place_input(self.box)
        self.box.activated.connect(lambda _: self._chosen())

    def value(self) -> Any:
        return self.box.currentData()

    def set_value(self, value: Any) -> None:
        place = self.box.findData(value) if value is not None else 0
        if place < 0:
            # Retired, or from a newer program: readable and kept.
            codes = code_list(self.field.codes or "")
            self.box.add(codes.get(str(value)) or Code(str(value), codes.label(str(value))))
            place = self.box.count() - 1
        self.box.setCurrentIndex(place)
        self.clear_problem()

    def _chosen(self) -> None:
        self.clear_problem()
        self.changed.emit()


class ChipsEditor(Editor):
    """One code from a row of chips; a second click takes it back."""

    def __init__(self, field: Field, services: DeskServices, parent: QWidget | None = None) -> None:
        super().__init__(field, services, parent)
        self._row = FlowRow(spacing=6)
        self.chips: dict[Any, QPushButton] = {}
        holder = QWidget()
        holder.setLayout(self._row)
        for value, text in self.options():
            self._add(value, text)
        self.place_input(holder, next(iter(self.chips.values())))

    def options(self) -> list[tuple[Any, str]]:
        """Values and the words on their chips."""
        return [(code.value, label(code.label)) for code in code_list(self.field.codes or "").active()]

    def value(self) -> Any:
        return next((value for value, chip in self.chips.items() if chip.isChecked()), None)

    def set_value(self, value: Any) -> None:
        if value is not None and value not in self.chips:
            self._add(value, code_list(self.field.codes or "").label(str(value)))
        for known, chip in self.chips.items():
            chip.setChecked(known == value)
        self.clear_problem()

    def _add(self, value: Any, text: str) -> None:
        chip = button(text, "chip")
        chip.setCheckable(True)
        chip.setAccessibleName(f"{label(self.field.label)} {text}")
        chip.clicked.connect(lambda checked, value=value: self._clicked(value, checked))
        self._row.addWidget(chip)
        self.chips[value] = chip

    def _clicked(self, value: Any, checked: bool) -> None:
        self.set_value(value if checked else None)
        self.changed.emit()


class YesNoEditor(ChipsEditor):
    """Yes, no, or nothing said."""

    def options(self) -> list[tuple[Any, str]]:
        return [(True, self.tr("是")), (False, self.tr("否"))]


class ChoicesEditor(Editor):
    """Any number of codes from chips."""

    def __init__(self, field: Field, services: DeskServices, parent: QWidget | None = None) -> None:
        super().__init__(field, services, parent)
        self._group = QButtonGroup(self)
        self._group.setExclusive(False)
        self.chips: dict[str, QPushButton] = {}
        self._row = FlowRow(spacing=6)
        holder = QWidget()
        holder.setLayout(self._row)
        for code in code_list(field.codes or "").active():
            self._add(code.value, label(code.label))
        self.place_input(holder, next(iter(self.chips.values())))

    def value(self) -> Any:
        return [value for value, chip in self.chips.items() if chip.isChecked()] or None

    def set_value(self, value: Any) -> None:
        chosen = [value] if isinstance(value, str) else list(value or ())
        for each in chosen:
            if each not in self.chips:
                self._add(each, code_list(self.field.codes or "").label(each))
        for known, chip in self.chips.items():
            chip.setChecked(known in chosen)
        self.clear_problem()

    def _add(self, value: str, text: str) -> None:
        chip = button(text, "chip")
        chip.setCheckable(True)
        chip.clicked.connect(lambda _: self.changed.emit())
        self._group.addButton(chip)
        self._row.addWidget(chip)
        self.chips[value] = chip
