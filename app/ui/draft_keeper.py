"""Keeps what is being typed as a draft, by itself: two seconds after the last letter, and when asked to."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from app.ui.services import DeskServices

PAUSE = 2000  # milliseconds after the last change


class DraftKeeper(QObject):
    """Keeps the form that is open; `begin` says which record it is."""

    kept = Signal()
    failed = Signal(object)

    def __init__(
        self, services: DeskServices, content: Callable[[], dict[str, Any]], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._services = services
        self._content = content
        self._what: tuple[str, str, str | None] | None = None
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE)
        self._pause.timeout.connect(self.keep_now)

    def begin(self, record_type: str, record_id: str, base: str | None) -> None:
        """From now on the form shows this record."""
        self._what = (record_type, record_id, base)
        self._pause.stop()

    def end(self) -> None:
        """The form is closed: nothing more to keep."""
        self._what = None
        self._pause.stop()

    def touched(self) -> None:
        """Something was typed."""
        if self._what is not None:
            self._pause.start()

    def keep_now(
        self,
        kept: Callable[[], None] = lambda: None,
        failed: Callable[[Exception], None] | None = None,
    ) -> None:
        """Keep what is typed now; then `kept`, or `failed` when the file would not take it."""
        self._pause.stop()
        if self._what is None:
            kept()
            return
        services, content, (code, record_id, base) = self._services, self._content(), self._what

        def keep() -> None:
            services.drafts.keep(services.user, code, record_id, content, base=base, at=services.clock())

        def done(_: None) -> None:
            self.kept.emit()
            kept()

        services.runner.run(keep, done=done, failed=failed or self.failed.emit, owner=self, in_turn=True)
