"""A line of a list on the home and sync pages: icon, what it is, a remark below, a badge at the end."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.ui.laid_button import LaidButton
from app.ui.layouts import words
from app.ui.sign import Sign
from app.ui.theme import dress


class RecordLine(LaidButton):
    """Opens what it names."""

    def __init__(self, sign: str, title: str, below: str, parent: QWidget | None = None) -> None:
        super().__init__("row", title, below, parent)
        self._badge = words("", "badge", wrap=False)
        self._badge.hide()
        text = QVBoxLayout()
        text.setSpacing(0)
        text.addWidget(words(title))
        text.addWidget(words(below, "muted"))
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 6, 8, 6)
        row.setSpacing(12)
        row.addWidget(Sign(sign), 0, Qt.AlignmentFlag.AlignVCenter)
        row.addLayout(text, 1)
        row.addWidget(self._badge, 0, Qt.AlignmentFlag.AlignVCenter)
        self.let_clicks_through()

    def set_badge(self, text: str, role: str) -> None:
        """Say something short at the end of the line."""
        self._badge.setText(text)
        dress(self._badge, role)
        self._badge.show()
        self.setAccessibleDescription(f"{text} {self.accessibleDescription()}")

    def badge(self) -> str:
        """What the badge says."""
        return self._badge.text()
