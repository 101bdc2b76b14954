"""The frame of the windows before the desk opens: first run and login."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from app.ui.banner import Banner
from app.ui.layouts import button, words
from app.ui.sign import Sign

WIDTH = 36  # lines of text laid side by side


class Gate(QWidget):
    """One card in the middle: the program's sign, a heading, a banner, the content, buttons at the foot."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setWindowTitle(self.tr("枫桥工作台"))
        self.banner = Banner()
        self._heading, self._below = words("", "title"), words("", "muted")
        self.content = QVBoxLayout()
        self.content.setSpacing(14)
        self.foot = QHBoxLayout()
        self.foot.setSpacing(10)
        self.offered = button("", "link")
        self.offered.hide()
        self.foot.addWidget(self.offered)
        self._card = card = QFrame()
        card.setProperty("role", "card")
        card.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        column = QVBoxLayout(card)
        column.setContentsMargins(36, 28, 36, 28)
        column.setSpacing(16)
        column.addLayout(self._head())
        column.addWidget(self.banner)
        column.addLayout(self.content, 1)
        column.addLayout(self.foot)
        self._place(card)
        self.setMinimumSize(640, 520)
        self.resize(900, 700)

    def say(self, heading: str, below: str) -> None:
        """What this window or step is for."""
        self._heading.setText(heading)
        self._below.setText(below)

    def offer(self, text: str, taken: Callable[[], None]) -> None:
        """One more way to go on, as a link at the foot."""
        self.offered.setText(text)
        self.offered.clicked.connect(taken)
        self.offered.show()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.FontChange):
            self._measure()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._measure()

    def _measure(self) -> None:
        self._card.setMaximumWidth(WIDTH * self._heading.fontMetrics().height() * 2 // 3)

    def _head(self) -> QHBoxLayout:
        text = QVBoxLayout()
        text.setSpacing(2)
        text.addWidget(self._heading)
        text.addWidget(self._below)
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addWidget(Sign("fengqiao", lines=2.4), 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(text, 1)
        return row

    def _place(self, card: QWidget) -> None:
        sheet = QWidget()
        sheet.setObjectName("sheet")
        around = QVBoxLayout(sheet)
        around.setContentsMargins(24, 24, 24, 24)
        middle = QHBoxLayout()
        middle.addStretch(1)
        middle.addWidget(card, 100)
        middle.addStretch(1)
        around.addStretch(1)
        around.addLayout(middle)
        around.addStretch(2)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(sheet)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(area)
