"""Pages one behind the other, the whole only as tall as the page in front."""

from PySide6.QtWidgets import QVBoxLayout, QWidget


class Stack(QWidget):
    """For windows that grow and shrink with their step; a QStackedWidget is as tall as its tallest page."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pages: list[QWidget] = []
        self._current = 0
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)

    def add_page(self, page: QWidget) -> None:
        """Put a page behind the others."""
        self._column.addWidget(page)
        page.setVisible(len(self._pages) == self._current)
        self._pages.append(page)

    def show_page(self, index: int) -> None:
        """Bring a page to the front."""
        self._current = index
        for place, page in enumerate(self._pages):
            page.setVisible(place == index)

    def index(self) -> int:
        """The page in front."""
        return self._current
