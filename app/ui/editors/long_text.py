"""Editor of several lines, which grows with what is written."""

from typing import Any

from PySide6.QtGui import QTextOption
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from app.models.fields import Field
from app.ui.editors.base import Editor
from app.ui.services import DeskServices

FEWEST_LINES = 2
MOST_LINES = 14


class LongTextEditor(Editor):
    """Several lines; Enter makes a new line, Tab moves on."""

    def __init__(self, field: Field, services: DeskServices, parent: QWidget | None = None) -> None:
        super().__init__(field, services, parent)
        self.text = QPlainTextEdit()
        self.text.setTabChangesFocus(True)
        self.text.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.place_input(self.text)
        self._given = ""
        self.text.textChanged.connect(self._edited)
        self.text.document().documentLayout().documentSizeChanged.connect(lambda _: self._grow())
        self._grow()

    def value(self) -> Any:
        return self.text.toPlainText() or None

    def set_value(self, value: Any) -> None:
        self._given = "" if value is None else str(value)
        self.text.setPlainText(self._given)
        self.clear_problem()

    def _edited(self) -> None:
        # Pre-edit text of an input method changes the layout, not the text: nothing is typed yet.
        text = self.text.toPlainText()
        if text != self._given:
            self._given = text
            self.clear_problem()
            self.changed.emit()

    def _grow(self) -> None:
        line = self.text.fontMetrics().lineSpacing()
        lines = min(max(int(self.text.document().size().height()), FEWEST_LINES), MOST_LINES)
        self.text.setFixedHeight(lines * line + 22)
