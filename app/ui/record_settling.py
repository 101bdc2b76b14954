"""Two things done to a record without the form: voiding it, and choosing between what two people wrote."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QInputDialog, QWidget

from app.models.changes import Difference
from app.models.record_type import RecordType
from app.store.reading import StoredRecord
from app.ui.difference_dialog import DifferenceDialog
from app.ui.services import DeskServices


class RecordSettling(QObject):
    """Asks over a page and does it off the window's thread; `done` gives the record's id and what to say."""

    done = Signal(str, str)
    failed = Signal(object)

    def __init__(self, services: DeskServices, record_type: RecordType, page: QWidget) -> None:
        super().__init__(page)
        self._services, self._type, self._page = services, record_type, page

    def void(self, record: StoredRecord) -> None:
        """Ask for the reason and void a record."""
        dialog = QInputDialog(self._page)
        dialog.setWindowTitle(self.tr("作废"))
        dialog.setLabelText(self.tr("作废后仍可查看，不能再修改。请写明原因："))
        dialog.setOkButtonText(self.tr("作废"))
        dialog.setCancelButtonText(self.tr("返回"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.textValueSelected.connect(lambda reason: self._void_for(record, reason))
        dialog.open()

    def choose(self, record: StoredRecord, differences: list[Difference]) -> None:
        """Both values side by side; the choice is saved as an ordinary edit."""
        headline = self._type.headline_of(record.values)
        dialog = DifferenceDialog(self._type, headline, differences, self._page)
        dialog.chosen.connect(lambda chosen: self._settle(record, chosen))
        dialog.open()

    def _void_for(self, record: StoredRecord, reason: str) -> None:
        services, kind = self._services, self._type
        self._do(
            lambda: services.store.void(kind, record.id, reason=reason, by=services.user, base=record.head),
            record.id,
            self.tr("已作废。"),
        )

    def _settle(self, record: StoredRecord, chosen: dict[str, Any]) -> None:
        services, kind = self._services, self._type
        self._do(
            lambda: services.store.settle(kind, record.id, chosen, by=services.user, base=record.head),
            record.id,
            self.tr("已选定并保存；没选的一份另存着，以后还能改用。"),
        )

    def _do(self, act: Callable[[], object], record_id: str, sentence: str) -> None:
        self._services.runner.run(
            act,
            done=lambda _: self.done.emit(record_id, sentence),
            failed=self.failed.emit,
            owner=self,
            in_turn=True,
        )
