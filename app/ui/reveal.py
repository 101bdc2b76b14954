"""Whole numbers of the record in front: asked for with a reason, noted, and hidden again after half a minute."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QInputDialog

from app.models.record_type import RecordType
from app.ui.record_detail import RecordDetail
from app.ui.record_reading import Reading
from app.ui.services import DeskServices

SHOWN = 30_000  # milliseconds


class Reveal(QObject):
    """Shows the record of `detail` masked, and whole for a while when somebody says why."""

    def __init__(
        self,
        services: DeskServices,
        record_type: RecordType,
        detail: RecordDetail,
        tell: Callable[[Exception], None],
    ) -> None:
        super().__init__(detail)
        self._services, self._type, self._detail, self._tell = services, record_type, detail, tell
        self._reading: Reading | None = None
        self.timer = QTimer(self)
        self.timer.setSingleShot(True)
        self.timer.setInterval(SHOWN)
        self.timer.timeout.connect(self._hide)

    def show_masked(self, reading: Reading) -> None:
        """Another record, or the same one anew; one that is revealed stays so until its time is over."""
        same = self._reading is not None and self._reading.record.id == reading.record.id
        self._reading = reading
        if not same:
            self.timer.stop()
        self._show()

    def ask(self) -> None:
        """Ask why; the usual reasons are offered."""
        dialog = QInputDialog(self._detail)
        dialog.setWindowTitle(self.tr("显示完整号码"))
        dialog.setLabelText(self.tr("为什么要看？原因会留在操作记录里，请不要写姓名和号码。"))
        dialog.setComboBoxItems(
            [
                self.tr("核对当事人身份"),
                self.tr("联系当事人"),
                self.tr("出具文书"),
                self.tr("上级或公安机关依法查询"),
            ]
        )
        dialog.setComboBoxEditable(True)
        dialog.setOkButtonText(self.tr("显示半分钟"))
        dialog.setCancelButtonText(self.tr("返回"))
        dialog.textValueSelected.connect(self.reveal)
        dialog.finished.connect(lambda _: dialog.deleteLater())
        dialog.open()

    def reveal(self, reason: str) -> None:
        """Note the reason and show the whole numbers."""
        if self._reading is None:
            return
        record, reader, kind = self._reading.record, self._services.reader, self._type
        self._services.runner.run(
            lambda: reader.reveal(kind, record.id, reason),
            done=lambda _: self._revealed(record.id),
            failed=self._tell,
            owner=self,
            in_turn=True,
        )

    def _revealed(self, record_id: str) -> None:
        if self._reading is not None and self._reading.record.id == record_id:
            self.timer.start()
            self._show()

    def _hide(self) -> None:
        self._show()

    def _show(self) -> None:
        if self._reading is not None:
            self._detail.show_reading(self._reading, whole=self.timer.isActive())
