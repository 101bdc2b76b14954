"""Choosing between two values of a field: two columns, who wrote what when and where, one choice a field or row."""

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from app.models import payload
from app.models.changes import Difference, Side
from app.models.column_types import moment_of
from app.models.fields import Field
from app.models.record_type import RecordType
from app.ui.layouts import button, card, scrolling, words
from app.ui.record_list import shown
from app.ui.record_rows import row_text
from app.ui.theme import LIGHT
from app.ui.words import label, moment_text


class _Value(QLabel):
    """A value whose text chooses it like its button."""

    def __init__(self, text: str, option: QRadioButton) -> None:
        super().__init__(text)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self._option = option

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose this value."""
        self._option.setChecked(True)
        event.accept()


class Choice(QFrame):
    """One field or row: two values side by side, neither chosen beforehand."""

    changed = Signal()

    def __init__(self, name: str, values: Sequence[Any], texts: Sequence[str]) -> None:
        super().__init__()
        self._values = values
        self._group = QButtonGroup(self)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 4, 0, 4)
        grid.setHorizontalSpacing(24)
        if name:
            grid.addWidget(words(name, "label"), 0, 0, 1, len(values))
        for column, text in enumerate(texts):
            option = QRadioButton()
            option.setAccessibleName(f"{name} {text}".strip())
            said = _Value(text, option)
            line = QHBoxLayout()
            line.setSpacing(8)
            line.addWidget(option, 0, Qt.AlignmentFlag.AlignTop)
            line.addWidget(said, 1, Qt.AlignmentFlag.AlignTop)
            grid.addLayout(line, 1, column)
            grid.setColumnStretch(column, 1)
            self._group.addButton(option, column)
        self._group.idToggled.connect(lambda *_: self.changed.emit())

    @property
    def options(self) -> list[QRadioButton]:
        """The buttons, left to right."""
        return [button for button in self._group.buttons() if isinstance(button, QRadioButton)]

    @property
    def is_made(self) -> bool:
        """Whether one side was chosen."""
        return self._group.checkedId() >= 0

    def value(self) -> Any:
        """The chosen side's value."""
        return self._values[self._group.checkedId()]

    def choose(self, column: int) -> None:
        """Choose a side."""
        self._group.button(column).setChecked(True)


class FieldChoice(QFrame):
    """One difference: its two authors above, and the choice below; rows are compared one by one, by their ids."""

    changed = Signal()

    def __init__(self, record_type: RecordType, difference: Difference) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self.name = difference.field
        field = record_type.fields.get(difference.field)
        named = label(field.label) if field else difference.field
        left, right = _columns(difference)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 14, 20, 14)
        column.addWidget(words(named, "section"))
        heads = QGridLayout()
        heads.setHorizontalSpacing(24)
        for place, (title, side) in enumerate((left, right)):
            heads.addWidget(words(title, "label"), 0, place)
            heads.addWidget(words(_author(side), "muted"), 1, place)
            heads.setColumnStretch(place, 1)
        column.addLayout(heads)
        self._heads = heads
        values = (left[1].value, right[1].value)
        rows = field is not None and field.rows is not None
        self._same: dict[str, Any] = {}
        self._order: list[str] = []
        self.choices: dict[str, Choice] = {}
        if rows and field is not None:
            self._compare_rows(field, values, column)
        else:
            texts = [_text(record_type, field, difference.field, value) for value in values]
            self._add("", Choice("", values, texts), column)

    @property
    def is_made(self) -> bool:
        """Whether everything here is chosen."""
        return all(choice.is_made for choice in self.choices.values())

    def value(self) -> Any:
        """The chosen wire value; rows are put together from the chosen ones."""
        if "" in self.choices:
            return self.choices[""].value()
        chosen = {row_id: choice.value() for row_id, choice in self.choices.items()} | self._same
        return [chosen[row_id] for row_id in self._order if chosen[row_id] is not None] or None

    def choose(self, column: int) -> None:
        """Choose one side for all of it."""
        for choice in self.choices.values():
            choice.choose(column)

    def _compare_rows(self, field: Field, values: tuple[Any, Any], column: QVBoxLayout) -> None:
        sides = [{str(row["id"]): row for row in value or ()} for value in values]
        self._order = list(dict.fromkeys([*sides[0], *sides[1]]))
        for place, row_id in enumerate(self._order, start=1):
            pair = [side.get(row_id) for side in sides]
            if pair[0] == pair[1]:
                self._same[row_id] = pair[0]
                continue
            texts = [row_text(field, row) if row else self.tr("（没有这一行）") for row in pair]
            name = self.tr("第 {place} 行").format(place=place)
            self._add(row_id, Choice(name, pair, texts), column)
        if len(self.choices) > 1:
            for place in range(2):
                whole = button(self.tr("都用这一份"), "quiet")
                whole.clicked.connect(lambda _=False, place=place: self.choose(place))
                self._heads.addWidget(whole, 2, place, Qt.AlignmentFlag.AlignLeft)

    def _add(self, key: str, choice: Choice, column: QVBoxLayout) -> None:
        choice.changed.connect(self.changed)
        self.choices[key] = choice
        column.addWidget(choice)


class DifferenceDialog(QDialog):
    """Every field two people wrote differently in one record; `chosen` carries wire values by field."""

    chosen = Signal(dict)

    def __init__(
        self,
        record_type: RecordType,
        headline: str,
        differences: Sequence[Difference],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("选定内容"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(960, 620)
        # The newest difference of a field is what is to be decided; the older ones stay in the history.
        newest = {one.field: one for one in differences if one.field}
        self._void = next((one for one in differences if not one.field), None)
        self.fields = [FieldChoice(record_type, one) for one in newest.values()] if not self._void else []
        column = QVBoxLayout()
        column.setSpacing(12)
        column.addWidget(words(headline, "title"))
        column.addWidget(words(self._explained(), "muted"))
        if self._void is not None:
            column.addWidget(_voided(record_type, self._void))
        for field in self.fields:
            field.changed.connect(self._check)
            column.addWidget(field)
        column.addStretch(1)
        outer = QVBoxLayout(self)
        outer.addWidget(scrolling(column), 1)
        outer.addLayout(self._foot())
        self._check()

    def accept_choice(self) -> None:
        """Hand over what was chosen."""
        if self._void is not None:
            self.chosen.emit({"": None})
        else:
            self.chosen.emit({field.name: field.value() for field in self.fields})
        self.accept()

    def _explained(self) -> str:
        if self._void is not None:
            return self.tr("记录保持作废；作废以后写的内容另存在修订记录里，需要时可以照着重新登记一条。")
        return self.tr("两个人各改了同一处。请逐项选定用哪一份；没选的一份不会丢，以后还能改用。")

    def _foot(self) -> QHBoxLayout:
        later = button(self.tr("以后再定"))
        later.clicked.connect(self.reject)
        self.save = button(
            self.tr("知道了") if self._void else self.tr("保存"), "primary", colour=LIGHT.on_accent
        )
        self.save.clicked.connect(self.accept_choice)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(later)
        row.addWidget(self.save)
        return row

    def _check(self) -> None:
        self.save.setEnabled(all(field.is_made for field in self.fields))


def _columns(difference: Difference) -> tuple[tuple[str, Side], tuple[str, Side]]:
    """The two sides with their headings, this PC's own on the left where one is."""
    standing, other = difference.standing, difference.other
    if other.origin == "" and standing.origin != "":
        return (label("本机"), other), (label("对方（现在用的）"), standing)
    if standing.origin == "" and other.origin != "":
        return (label("本机（现在用的）"), standing), (label("对方"), other)
    return (label("现在用的"), standing), (label("另一份"), other)


def _author(side: Side) -> str:
    where = side.origin or label("本机")
    return f"{side.by}　{_when(side.at)}　{where}"


def _when(at: str) -> str:
    try:
        return moment_text(moment_of(at))
    except ValueError:
        return at


def _text(record_type: RecordType, field: Field | None, name: str, value: Any) -> str:
    """A wire value in words; one this program cannot read as it is."""
    if value is None:
        return label("（空）")
    if field is None:
        return str(value)
    try:
        return shown(field, payload.decode(record_type, {name: value})[name]) or label("（空）")
    except (ValueError, TypeError):
        return str(value)


def _voided(record_type: RecordType, difference: Difference) -> QWidget:
    frame, column = card(label("已作废"))
    column.addWidget(words(_author(difference.standing), "muted"))
    column.addWidget(words(str(difference.standing.value or "")))
    column.addWidget(words(label("同时写下的内容"), "section"))
    column.addWidget(words(_author(difference.other), "muted"))
    data: Mapping[str, Any] = difference.other.value if isinstance(difference.other.value, dict) else {}
    for name, value in data.items():
        field = record_type.fields.get(name)
        if field is not None and field.rows is None:
            column.addWidget(words(f"{label(field.label)}：{_text(record_type, field, name, value)}"))
    return frame
