"""What every editor has: a label above, the input, and the sentence of a refusal below it."""

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.models.fields import Field
from app.models.problems import Severity
from app.ui.layouts import words
from app.ui.services import DeskServices
from app.ui.theme import dress, repolish
from app.ui.words import label


class Editor(QWidget):
    """Edits one field.

    `value()` answers what is typed, as the record type's `clean` understands it: text that cannot be understood
    is answered as it stands, so nothing typed is lost.  `set_value` takes a typed value or such a text.
    """

    changed = Signal()

    def __init__(self, field: Field, services: DeskServices, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.field = field
        self.services = services
        self.setObjectName(field.name)
        self._label = words(label(field.label), "label", wrap=False)
        self._message = words("", "error")
        self._message.hide()
        head = QHBoxLayout()
        head.setSpacing(4)
        head.addWidget(self._label)
        self._star = words("*", "error", wrap=False)
        self._star.setAccessibleName(self.tr("必填"))
        self._star.setVisible(field.required)
        head.addWidget(self._star)
        head.addStretch(1)
        self._why = ""
        self.is_locked = False
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(3)
        self._column.addLayout(head)

    def place_input(self, widget: QWidget, focus: QWidget | None = None) -> None:
        """Put the input between label and message; `focus` takes the keyboard where it is another widget."""
        self._holder = widget
        self._input = focus or widget
        self._input.setAccessibleName(label(self.field.label))
        self.setFocusProxy(self._input)
        self._label.setBuddy(self._input)
        self._column.addWidget(widget)
        self._column.addWidget(self._message)
        self._column.addStretch(1)

    @property
    def input(self) -> QWidget:
        """The widget the keyboard goes to."""
        return self._input

    def value(self) -> Any:
        """What is typed; None for nothing."""
        raise NotImplementedError

    def set_value(self, value: Any) -> None:
        """Show a value; None empties the editor.  Does not emit `changed`."""
        raise NotImplementedError

    def set_columns(self, columns: int) -> None:
        """How many short fields stand side by side now; matters to editors that hold fields themselves."""

    def is_empty(self) -> bool:
        """Whether nothing is typed."""
        return self.value() in (None, "", [])

    def is_busy(self) -> bool:
        """Whether something entered is not in `value()` yet; nothing is saved meanwhile."""
        return False

    def show_problem(self, sentence: str, severity: Severity) -> None:
        """Say what is wrong below the input."""
        self._message.setText(label(sentence))
        dress(self._message, severity.value)
        self._message.show()
        self._input.setAccessibleDescription(label(sentence))
        self._mark(severity.value)

    def show_hint(self, sentence: str) -> None:
        """Say something helpful below the input, where nothing is wrong."""
        if self._input.property("problem"):
            return
        self._message.setText(sentence)
        dress(self._message, "hint")
        self._message.setVisible(bool(sentence))

    def clear_problem(self) -> None:
        """Say nothing."""
        self._message.clear()
        self._message.hide()
        self._input.setAccessibleDescription("")
        self._mark("")
        if self._why:
            self.show_hint(self._why)

    def lock(self, is_locked: bool, why: str = "") -> None:
        """Show what is in it without taking more; `why` is said below, where the section does not say it for all."""
        self.is_locked = is_locked
        self._why = why if is_locked else ""
        self._holder.setEnabled(not is_locked)
        self.clear_problem()

    def problem(self) -> str:
        """What is said below the input now."""
        return self._message.text()

    def put_label_away(self) -> None:
        """For an input that says itself what it is."""
        self._label.hide()
        self._star.hide()

    def rename(self, title: str) -> None:
        """Another label than the field's."""
        self._label.setText(title)

    def _mark(self, problem: str) -> None:
        if (self._input.property("problem") or "") != problem:
            self._input.setProperty("problem", problem)
            repolish(self._input)
