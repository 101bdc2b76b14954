"""Reading the district's invitation (QR code) with the camera."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.sync.enrol_text import Invitation, NotAnInvitation, invitation_of
from app.ui.camera import CameraPlace
from app.ui.camera_dialog import CameraDialog
from app.ui.services import DeskServices
from app.ui.words import label


class CodeScanDialog(CameraDialog):
    """Shows what the camera sees until an invitation is in it; `read` hands that over and the dialog closes."""

    read = Signal(object)

    def __init__(
        self,
        services: DeskServices,
        find: Callable[[], Sequence[CameraPlace]],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(services, find, parent)
        self.setWindowTitle(self.tr("扫登记码"))
        self.said.setText(self.tr("把区里给的二维码对准镜头，读到了会自动填好。"))
        self.end_button.setText(self.tr("返回"))
        self.take_button.hide()
        self.turn_button.hide()

    def _look(self) -> None:
        super()._look()
        for text in self._camera.codes() if self._camera else ():
            try:
                found: Invitation = invitation_of(text)
            except NotAnInvitation as wrong:
                self.said.setText(label(str(wrong)))
            else:
                self.read.emit(found)
                self.accept()
                return
