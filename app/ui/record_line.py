"""A line of a list on the home and sync pages: icon, what it is, a remark below, a badge at the end."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from app.ui.icons import picture
from app.ui.layouts import words
from app.ui.theme import dress


class RecordLine(QPushButton):
    """A button as wide as its list; its words wrap, so that large text stays whole."""

    def __init__(self, sign: str, title: str, below: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "row")
        self.setAccessibleName(title)
        self.setAccessibleDescription(below)
        self.setAutoDefault(False)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        mark = QLabel()
        mark.setPixmap(picture(sign, 22, ratio=self.devicePixelRatioF()))
        self._badge = words("", "badge", wrap=False)
        self._badge.hide()
        text = QVBoxLayout()
        text.setSpacing(0)
        text.addWidget(words(title))
        text.addWidget(words(below, "muted"))
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 6, 8, 6)
        row.setSpacing(12)
        row.addWidget(mark, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addLayout(text, 1)
        row.addWidget(self._badge, 0, Qt.AlignmentFlag.AlignVCenter)
        labels: list[QLabel] = self.findChildren(QLabel)
        for label in labels:
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def set_badge(self, text: str, role: str) -> None:
        """Say something short at the end of the line."""
        self._badge.setText(text)
        dress(self._badge, role)
        self._badge.show()
        self.setAccessibleDescription(f"{text} {self.accessibleDescription()}")

    def badge(self) -> str:
        """What the badge says."""
        return self._badge.text()

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
