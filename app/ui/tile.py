"""A large button with an icon, a word and what it is for."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.ui.laid_button import LaidButton
from app.ui.layouts import words
from app.ui.sign import Sign
from app.ui.theme import LIGHT


class Tile(LaidButton):
    """One of the commonest jobs."""

    def __init__(self, title: str, below: str, sign: str, parent: QWidget | None = None) -> None:
        super().__init__("tile", title, below, parent)
        text = QVBoxLayout()
        text.setSpacing(2)
        text.addStretch(1)
        text.addWidget(words(title, "section"))
        text.addWidget(words(below, "hint"))
        text.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(18, 16, 14, 16)
        row.setSpacing(14)
        row.addWidget(Sign(sign, LIGHT.accent, lines=1.65), 0, Qt.AlignmentFlag.AlignVCenter)
        row.addLayout(text, 1)
        self.let_clicks_through()
