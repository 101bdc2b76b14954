"""A line of the first page: how many persons wait for an answer about their own data, and until when."""

from collections.abc import Sequence

from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.models.station_time import station_day
from app.store.authorized.person_requests import PersonRequest
from app.ui.layouts import button
from app.ui.services import DeskServices
from app.ui.words import day_text


class PersonRequestsLine(QWidget):
    """Hidden while nobody waits, and for whom it is not."""

    def __init__(self, services: DeskServices, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self.link = button("", "link", sign="clock")
        self.link.setAccessibleName(self.tr("个人信息请求"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.link)
        row.addStretch(1)
        self.hide()

    def refresh(self) -> None:
        """Count again."""
        services = self._services
        if services.privacy is None or not services.access.may("handle_requests"):
            return
        requests = services.privacy.requests
        services.runner.run(lambda: requests.listed(only_open=True), done=self._show, owner=self)

    def _show(self, waiting: Sequence[PersonRequest]) -> None:
        self.setVisible(bool(waiting))
        if not waiting:
            return
        first = min(request.due_on for request in waiting)
        late = self.tr("，已超期") if first < station_day(self._services.clock()) else ""
        text = self.tr("个人信息请求有 {count} 件待答复，最早的要在 {day} 前{late}").format(
            count=len(waiting), day=day_text(first), late=late
        )
        self.link.setText(text)
        self.link.setAccessibleName(text)
