"""The head over a list: its title, the export of what it shows, and the button for a new record."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.models.record_type import RecordType
from app.store.reading import ListQuery
from app.ui.layouts import button, words
from app.ui.services import DeskServices
from app.ui.theme import LIGHT
from app.ui.words import label


class ListHead(QWidget):
    """Offers only what this user may do."""

    added = Signal()
    exported = Signal()

    def __init__(
        self, record_type: RecordType, services: DeskServices, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._type, self._services = record_type, services
        self.add = button(self.tr("新增"), "primary", sign="add", colour=LIGHT.on_accent)
        self.add.setToolTip(self.tr("新增一条（Ctrl+N）"))
        self.add.clicked.connect(self.added)
        self.add.setVisible(services.access.may("create", record_type.code))
        self.export = button(self.tr("导出"), sign="file-sheet")
        self.export.setVisible(
            services.privacy is not None and services.access.may("export", record_type.code)
        )
        self.export.clicked.connect(self.exported)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(words(label(record_type.title), "title", wrap=False))
        row.addStretch(1)
        row.addWidget(self.export)
        row.addWidget(self.add)

    def open_export(self, query: ListQuery, over: QWidget) -> None:
        """Export what the list shows."""
        from app.ui.export_dialog import ExportDialog  # noqa: PLC0415  # seldom opened

        services = self._services
        assert services.privacy is not None
        may_ask = services.access.may("export_full", self._type.code)
        ExportDialog(
            self._type, query, services.privacy, services.runner, may_ask=may_ask, parent=over
        ).open()
