"""Editors of one line: text, numbers, amounts, identity and telephone numbers."""

from decimal import Decimal
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from app.models.cleaning import clean_field
from app.models.fields import Field
from app.models.money import AmountError, amount_words, parse_amount
from app.models.people.identity import check_id
from app.models.people.organisation import check_uscc
from app.models.people.telephone import check_phone
from app.models.problems import Severity
from app.models.station_time import station_day
from app.ui.editors.base import Editor
from app.ui.services import DeskServices
from app.ui.words import label


class LineEditor(Editor):
    """One line of text."""

    def __init__(self, field: Field, services: DeskServices, parent: QWidget | None = None) -> None:
        super().__init__(field, services, parent)
        self.line = QLineEdit()
        self.line.setPlaceholderText(label(field.hint) if field.hint else "")
        self.place_input(self.line)
        # textEdited comes after an input method commits, never while it composes.
        self.line.textEdited.connect(lambda _: self._edited())
        self.line.editingFinished.connect(self._finished)

    def value(self) -> Any:
        return self.line.text() or None

    def set_value(self, value: Any) -> None:
        self.line.setText(self.shown(value))
        self.line.setCursorPosition(0)
        self.clear_problem()

    def shown(self, value: Any) -> str:
        """How a value stands in the line."""
        return "" if value is None else str(value)

    def finished(self) -> None:
        """What happens when the cursor leaves the line."""

    def _edited(self) -> None:
        self.clear_problem()
        self.changed.emit()

    def _finished(self) -> None:
        if self.line.text():
            _, problems = clean_field(self.field, self.value())
            for problem in problems:
                self.show_problem(problem.message, problem.severity)
        self.finished()


class IntegerEditor(LineEditor):
    """A whole number."""

    def __init__(self, field: Field, services: DeskServices, parent: QWidget | None = None) -> None:
        super().__init__(field, services, parent)
        self.line.setInputMethodHints(Qt.InputMethodHint.ImhDigitsOnly)


class MoneyEditor(LineEditor):
    """An amount in yuan, with its capital words (大写) below."""

    def shown(self, value: Any) -> str:
        return f"{value:,.2f}" if isinstance(value, Decimal) else super().shown(value)

    def set_value(self, value: Any) -> None:
        super().set_value(value)
        self._show_words()

    def finished(self) -> None:
        try:
            self.line.setText(self.shown(parse_amount(self.line.text())))
        except AmountError:
            return
        self._show_words()

    def _show_words(self) -> None:
        try:
            self.show_hint(
                self.tr("大写：{words}").format(words=amount_words(parse_amount(self.line.text())))
            )
        except AmountError:
            return


class NumberEditor(LineEditor):
    """The document number: given when the record is first saved, never typed."""

    def __init__(self, field: Field, services: DeskServices, parent: QWidget | None = None) -> None:
        super().__init__(field, services, parent)
        self.line.setReadOnly(True)
        self.line.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.line.setPlaceholderText(self.tr("保存时自动编号"))


class PhoneEditor(LineEditor):
    """A telephone number; spaces and hyphens are tidied when the cursor leaves."""

    def finished(self) -> None:
        self.line.setText(check_phone(self.line.text()).normal)


class IdNumberEditor(LineEditor):
    """An identity number; a wrong check digit is said and may be saved all the same."""

    read = Signal(object)

    def finished(self) -> None:
        if not self.line.text():
            return
        check = check_id(self.line.text(), today=station_day(self.services.clock()))
        if check.birth is not None:
            self.line.setText(check.normal)
        for sentence in check.problems:
            self.show_problem(sentence, Severity.WARNING)
        self.read.emit(check)


class UsccEditor(LineEditor):
    """A unified social credit code."""

    def finished(self) -> None:
        for sentence in check_uscc(self.line.text()):
            self.show_problem(sentence, Severity.WARNING)
