"""A sentence across the page: what went wrong, what to mind, or what was done."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

from app.ui.icons import icon
from app.ui.sign import Sign
from app.ui.theme import LIGHT, dress

COLOURS = {"error": LIGHT.error, "warning": LIGHT.warning, "done": LIGHT.done}


class Banner(QFrame):
    """Hidden while it has nothing to say; an icon, a sentence that can be copied, a button to put it away."""

    cleared = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sign = Sign("info", lines=1.1)
        self._words = QLabel()
        self._words.setWordWrap(True)
        self._words.setTextFormat(Qt.TextFormat.PlainText)
        self._words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._words.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        away = QToolButton()
        away.setIcon(icon("close"))
        away.setAutoRaise(True)
        away.setToolTip(self.tr("收起这条提示"))
        away.setAccessibleName(self.tr("收起这条提示"))
        away.clicked.connect(self.clear)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 8, 8, 8)
        row.setSpacing(10)
        row.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._words, 1)
        row.addWidget(away, 0, Qt.AlignmentFlag.AlignTop)
        self.hide()

    def text(self) -> str:
        """What is said now; "" while hidden."""
        return self._words.text()

    def show_error(self, sentence: str) -> None:
        """Something was refused or failed."""
        self._say("error", sentence)

    def show_warning(self, sentence: str) -> None:
        """Something to mind."""
        self._say("warning", sentence)

    def show_done(self, sentence: str) -> None:
        """Something was carried out."""
        self._say("done", sentence)

    def clear(self) -> None:
        """Say nothing."""
        self._words.clear()
        self.hide()
        self.cleared.emit()

    def _say(self, tone: str, sentence: str) -> None:
        self._sign.show_icon(tone, COLOURS[tone])
        self._words.setText(sentence)
        self.setAccessibleName(sentence)
        dress(self, f"banner-{tone}")
        self.show()
