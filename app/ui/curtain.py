"""The curtain: the desk behind, and in front of it, while it is locked, the page that asks for the password."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QApplication, QStackedWidget, QWidget

from app.ui.services import AccountControl
from app.ui.task_runner import TaskRunner

if TYPE_CHECKING:
    from app.ui.lock_page import LockPage


class Curtain(QStackedWidget):
    """Drawn, it hides the desk and every other window of the program until the password was right."""

    switch_wanted = Signal()
    lifted = Signal()

    def __init__(
        self, accounts: AccountControl | None, runner: TaskRunner, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.page: LockPage | None = None
        self._accounts, self._runner = accounts, runner
        self._hidden: list[QWidget] = []
        self._focus: QWidget | None = None

    def hang_before(self, desk: QWidget) -> None:
        """What it hides."""
        self.insertWidget(0, desk)

    def is_drawn(self) -> bool:
        """Whether the desk is locked."""
        return self.currentIndex() > 0

    def draw(self) -> bool:
        """Lock; False where there is nobody to unlock or it is locked already."""
        if self._accounts is None or self.is_drawn():
            return False
        if self.page is None:
            from app.ui.lock_page import LockPage  # noqa: PLC0415  # not needed by the first window

            self.page = LockPage(self._accounts, self._runner)
            self.page.unlocked.connect(self.lift)
            self.page.switch_wanted.connect(self.switch_wanted)
            self.addWidget(self.page)
        self._focus = QApplication.focusWidget()
        self._hide_others()
        self.setCurrentWidget(self.page)
        self.page.password.setFocus()
        return True

    def tell(self, sentence: str) -> None:
        """Say something while the desk cannot."""
        if self.page is not None and self.is_drawn():
            self.page.banner.show_error(sentence)

    def lift(self) -> None:
        """Show the desk again as it was."""
        self.setCurrentIndex(0)
        for window in self._hidden:
            window.show()
        self._hidden.clear()
        if self._focus is not None:
            self._focus.setFocus()
        self._focus = None
        self.lifted.emit()

    def _hide_others(self) -> None:
        popup = QApplication.activePopupWidget()
        while popup is not None:
            popup.close()
            popup = QApplication.activePopupWidget()
        for window in QApplication.topLevelWidgets():
            if window.isVisible() and window is not self.window():
                window.hide()
                window.destroyed.connect(lambda _=None, gone=window: self._forget(gone))
                self._hidden.append(window)

    def _forget(self, window: QWidget) -> None:
        self._hidden = [each for each in self._hidden if each is not window]
