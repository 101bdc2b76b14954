"""The two dialogs over a mediation case: its dossier, and the sheet its agreement is signed on."""

from typing import Any

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QWidget

from app.models.mediation.case import MEDIATION_CASE
from app.store.reading import StoredRecord
from app.ui.dossier_dialog import DossierDialog
from app.ui.services import DeskServices
from app.ui.signing_sheet import SigningSheet


class CasePapers(QObject):
    """Opens them over a page; `wanted` names the field something missing is entered at."""

    print_requested = Signal(object, str)
    wanted = Signal(str)
    signed = Signal(str)
    failed = Signal(object)

    def __init__(self, services: DeskServices, page: QWidget) -> None:
        super().__init__(page)
        self._services, self._page = services, page

    def show_dossier(self, record: StoredRecord) -> None:
        """Every paper of the case: there, missing or not needed."""
        dossier = DossierDialog(record, self._page)
        dossier.print_requested.connect(lambda code: self.print_requested.emit(record, code))
        dossier.wanted.connect(self.wanted)
        dossier.open()

    def sign(self, record: StoredRecord) -> None:
        """Enter who signed the agreement and when."""
        sheet = SigningSheet(self._services, record.values, self._page)
        sheet.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        sheet.signed.connect(lambda values: self._store(record, values))
        sheet.open()

    def _store(self, record: StoredRecord, values: dict[str, Any]) -> None:
        services = self._services
        services.runner.run(
            lambda: services.store.save(
                MEDIATION_CASE, values, by=services.user, record_id=record.id, base=record.head
            ),
            done=lambda _: self.signed.emit(record.id),
            failed=self.failed.emit,
            owner=self,
            in_turn=True,
        )
