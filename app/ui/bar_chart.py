"""Bars of this year beside last year's: told apart by filling and outline, not by colour; readable aloud."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.reports.catalogue import Bar

GAP = 6


class BarChart(QWidget):
    """Level bars, one thing a line: long names stay readable and large text only makes it taller."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = title
        self._bars: tuple[Bar, ...] = ()
        self._now, self._then = "", ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(title)

    def show_bars(self, bars: Sequence[Bar], *, now: str, then: str) -> None:
        """Draw these; `now` and `then` name the two windows in the legend."""
        self._bars, self._now, self._then = tuple(bars), now, then
        self.setAccessibleDescription(self.text())
        self.setToolTip(self.text())
        self.updateGeometry()
        self.update()

    def text(self) -> str:
        """The chart in words, a line a bar."""
        line = self.tr("{label}：{now}，{then}")
        return "\n".join(
            line.format(label=bar.label, now=f"{self._now} {bar.now}", then=f"{self._then} {bar.then}")
            for bar in self._bars
        )

    def sizeHint(self) -> QSize:
        return QSize(420, self._top() + len(self._bars) * self._pitch() + GAP)

    def minimumSizeHint(self) -> QSize:
        return QSize(260, self.sizeHint().height())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        metrics = QFontMetrics(self.font())
        names = max((metrics.horizontalAdvance(bar.label) for bar in self._bars), default=0)
        names = min(names + 2, self.width() * 2 // 5)  # the advance is rounded down
        most = max((max(bar.now, bar.then) for bar in self._bars), default=0)
        figures = metrics.horizontalAdvance(str(most)) + 2 * GAP
        room = max(1.0, self.width() - names - GAP - figures)
        self._legend(painter, metrics)
        for place, bar in enumerate(self._bars):
            top = self._top() + place * self._pitch()
            name = metrics.elidedText(bar.label, Qt.TextElideMode.ElideRight, names)
            painter.setPen(self.palette().windowText().color())
            line = QRectF(0, top, names, self._pitch() - GAP)
            painter.drawText(line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, name)
            left, thick = names + GAP, (self._pitch() - GAP) / 2
            for row, count in enumerate((bar.now, bar.then)):
                width = room * count / most if most else 0.0
                box = QRectF(left, top + row * thick, width, thick - 2)
                self._bar(painter, box, filled=row == 0)
                small = QRectF(left + width + GAP / 2, box.top() - 3, figures, thick + 4)
                painter.setPen(self.palette().windowText().color())
                painter.drawText(small, Qt.AlignmentFlag.AlignVCenter, str(count))

    def _legend(self, painter: QPainter, metrics: QFontMetrics) -> None:
        height = metrics.height()
        x = 0.0
        for filled, words in ((True, self._now), (False, self._then)):
            self._bar(painter, QRectF(x + 1, 3, height, height - 6), filled=filled)
            painter.setPen(self.palette().windowText().color())
            painter.drawText(QPointF(x + height + GAP, metrics.ascent()), words)
            x += height + 4 * GAP + metrics.horizontalAdvance(words)

    def _bar(self, painter: QPainter, box: QRectF, *, filled: bool) -> None:
        if box.width() <= 0:
            return
        ink = self.palette().highlight().color()
        painter.setPen(QPen(ink, 1.2))
        painter.setBrush(QBrush(ink) if filled else QBrush(ink, Qt.BrushStyle.BDiagPattern))
        painter.drawRect(box)

    def _pitch(self) -> int:
        """Pixels from one thing to the next: two bars, each as high as the digits beside it."""
        return 2 * (QFontMetrics(self.font()).ascent() + 1) + GAP

    def _top(self) -> int:
        return QFontMetrics(self.font()).height() + 2 * GAP
