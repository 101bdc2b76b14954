"""An icon that grows with the text beside it."""

from PySide6.QtCore import QByteArray, QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.ui.icons import drawing


class Sign(QWidget):
    """Draws an icon as tall as `lines` lines of the text size in force."""

    def __init__(
        self, name: str, colour: str | None = None, *, lines: float = 1.0, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._lines = lines
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.show_icon(name, colour)

    def show_icon(self, name: str, colour: str | None = None) -> None:
        """Draw another icon, or the same in another colour."""
        self._renderer = QSvgRenderer(QByteArray(drawing(name, colour).encode()))
        self.update()

    def sizeHint(self) -> QSize:
        self.ensurePolished()
        side = round(self.fontMetrics().height() * self._lines)
        return QSize(side, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        side = min(self.width(), self.height())
        painter = QPainter(self)
        self._renderer.render(painter, QRectF(0, (self.height() - side) / 2, side, side))
        painter.end()
