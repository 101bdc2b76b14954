"""A large button with an icon, a word and what it is for."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from app.ui.icons import picture
from app.ui.layouts import words
from app.ui.theme import LIGHT


class Tile(QPushButton):
    """Grows with its words, so that large text stays whole."""

    def __init__(self, title: str, below: str, sign: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "tile")
        self.setAccessibleName(title)
        self.setAccessibleDescription(below)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self.setAutoDefault(False)
        mark = QLabel()
        mark.setPixmap(picture(sign, 36, LIGHT.accent, ratio=self.devicePixelRatioF()))
        head, foot = words(title, "section"), words(below, "hint")
        for label in (mark, head, foot):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        text = QVBoxLayout()
        text.setSpacing(2)
        text.addWidget(head)
        text.addWidget(foot)
        row = QHBoxLayout(self)
        row.setContentsMargins(18, 16, 14, 16)
        row.setSpacing(14)
        row.addWidget(mark, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addLayout(text, 1)

    def sizeHint(self) -> QSize:
        layout = self.layout()
        return layout.sizeHint() if layout else super().sizeHint()

    def minimumSizeHint(self) -> QSize:
        layout = self.layout()
        return layout.minimumSize() if layout else super().minimumSizeHint()

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        layout = self.layout()
        return layout.heightForWidth(width) if layout else super().heightForWidth(width)
