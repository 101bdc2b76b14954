"""The headlines of a period: large figures with an arrow against last year."""

from collections.abc import Sequence

from PySide6.QtWidgets import QFrame, QGridLayout, QVBoxLayout, QWidget

from app.reports.headlines import Headline
from app.reports.table import cell_text
from app.ui.layouts import emptied, words
from app.ui.words import label

A_ROW = 5


class HeadlineRow(QWidget):
    """A card a figure; the direction is an arrow and a word, never a colour alone."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(12)

    def show_headlines(self, headlines: Sequence[Headline]) -> None:
        """Show these instead of those before."""
        emptied(self._grid)
        for place, headline in enumerate(headlines):
            row, column = divmod(place, A_ROW)
            self._grid.addWidget(self._card(headline), row, column)
            self._grid.setColumnStretch(column, 1)

    def _card(self, headline: Headline) -> QFrame:
        frame = QFrame()
        frame.setProperty("role", "card")
        column = QVBoxLayout(frame)
        column.setContentsMargins(16, 10, 16, 10)
        column.setSpacing(2)
        now = cell_text(headline.now)
        against = self.tr("同比 {change}").format(change=cell_text(headline.yoy))
        column.addWidget(words(label(headline.name), "muted"))
        column.addWidget(words(now, "figure", wrap=False))
        column.addWidget(words(against, "muted"))
        frame.setAccessibleName(f"{label(headline.name)} {now}，{against}")
        return frame
