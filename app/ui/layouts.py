"""Small pieces every page is laid out with: headings, cards, buttons, a scrolling sheet."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QLayout,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from app.ui.icons import icon

WIDEST = 1440  # pixels; wider lines are hard to read


def words(text: str, role: str = "", *, wrap: bool = True) -> QLabel:
    """A label that shows a text as it is, never as mark-up."""
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(wrap)
    if role:
        label.setProperty("role", role)
    return label


def button(text: str, role: str = "", *, sign: str | None = None, colour: str | None = None) -> QPushButton:
    """A push button, with an icon where `sign` names one."""
    made = QPushButton(text)
    made.setAutoDefault(False)
    if role:
        made.setProperty("role", role)
    if sign:
        made.setIcon(icon(sign, colour))
    return made


def card(title: str = "") -> tuple[QFrame, QVBoxLayout]:
    """A white frame with a heading, and the column inside it."""
    frame = QFrame()
    frame.setProperty("role", "card")
    column = QVBoxLayout(frame)
    column.setContentsMargins(20, 16, 20, 18)
    column.setSpacing(10)
    if title:
        column.addWidget(words(title, "section"))
    return frame, column


def scrolling(content: QLayout) -> QScrollArea:
    """A sheet that scrolls up and down and never sideways, its content kept to a readable width."""
    sheet = QWidget()
    sheet.setObjectName("sheet")
    sheet.setLayout(content)
    sheet.setMaximumWidth(WIDEST)
    sheet.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
    area.setWidget(sheet)
    return area


def emptied(column: QLayout) -> None:
    """Take everything out of a layout."""
    while (item := column.takeAt(0)) is not None:
        widget = item.widget()
        if widget is not None:
            widget.hide()
            widget.deleteLater()


def field(name: str, editor: QWidget, hint: str = "") -> QVBoxLayout:
    """An editor with its label above and a hint below."""
    label = words(name, "label")
    label.setBuddy(editor)
    editor.setAccessibleName(name)
    column = QVBoxLayout()
    column.setSpacing(4)
    column.addWidget(label)
    column.addWidget(editor)
    if hint:
        column.addWidget(words(hint, "hint"))
        editor.setAccessibleDescription(hint)
    return column
